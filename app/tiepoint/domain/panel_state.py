"""How the panel was left: window, page, dock, columns, what was open last. Not settings: nobody sets these on purpose.

Must not know Qt nor where it is stored. Pure; any thread.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

SCHEMA_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class PanelState:
    """How the panel was left.

    Args:
        geometry: What `QWidget.saveGeometry` gave, as base64 text; empty = never saved.
        page: Key of the page that was open.
        dock: Key of the dock's tab.
        is_dock_open: Whether the dock was open.
        splitters: Sizes in px by the splitter's key.
        columns: Visible columns in order, by the table's key.
        widths: Column widths in px by the table's key, then by the column's.
        capture: Id of the capture that was open; None = none.
        job: Id of the job that was looked at; None = none.
        result: Path of the result that was open; None = none.
        preset: Preset that was chosen last; None = as the settings say.
        extras: Anything small that a page wants to remember, by key: text, numbers, flags.
    """

    geometry: str = ""
    page: str = ""
    dock: str = ""
    is_dock_open: bool = True
    splitters: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    widths: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    capture: str | None = None
    job: str | None = None
    result: str | None = None
    preset: str | None = None
    extras: Mapping[str, str | int | float | bool] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the stored form."""
        return {"schema_version": SCHEMA_VERSION, **dataclasses.asdict(self)}


def panel_state_from_dict(data: Mapping[str, Any]) -> PanelState:
    """Read the stored form; unknown fields are ignored, a field of a wrong kind takes its default.

    Raises:
        ValueError: It is no panel state, or from a newer program.
    """
    version = data.get("schema_version")
    if version != SCHEMA_VERSION:
        raise ValueError(f"schema_version is {version!r}, this program knows {SCHEMA_VERSION}")
    readable = {}
    for name, read in _READERS.items():
        try:
            readable[name] = read(data[name])
        except (KeyError, TypeError, ValueError):
            continue
    return PanelState(**readable)


def _of(*kinds: type) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if type(value) not in kinds:
            raise ValueError("another kind")
        return value

    return read


def _row(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: tuple(read(each) for each in _of(list, tuple)(value))


def _by_key(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: {str(key): read(each) for key, each in _of(dict)(value).items()}


_text, _text_or_none = _of(str), _of(str, type(None))
_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "geometry": _text,
    "page": _text,
    "dock": _text,
    "is_dock_open": _of(bool),
    "splitters": _by_key(_row(_of(int))),
    "columns": _by_key(_row(_text)),
    "widths": _by_key(_by_key(_of(int))),
    "capture": _text_or_none,
    "job": _text_or_none,
    "result": _text_or_none,
    "preset": _text_or_none,
    "extras": _by_key(_of(str, int, float, bool)),
}
