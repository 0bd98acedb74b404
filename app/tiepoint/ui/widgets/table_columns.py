"""Which columns of a table are seen and how wide they are: chosen by people, remembered with the panel's state."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from tiepoint.domain.panel_state import PanelState
from tiepoint.ui.text import tr
from tiepoint.ui.widgets.table_cells import Column


class StateKept(Protocol):
    """Where the panel's state is kept, as `services.panel_state` keeps it."""

    @property
    def state(self) -> PanelState:
        """The state as it is now."""

    def update(self, **changes: object) -> None:
        """Change some fields by name."""


class ColumnMemory:
    """The columns of one table.

    Args:
        key: The table's name in the panel's state.
        columns: All columns, in order.
        kept: Where the choice is kept; None = nowhere.
    """

    def __init__(self, key: str, columns: Sequence[Column], kept: StateKept | None = None) -> None:
        self._key, self._columns, self._kept = key, tuple(columns), kept
        state = kept.state if kept is not None else PanelState()
        known = [column.key for column in self._columns]
        self._chosen: tuple[str, ...] | None = None
        if key in state.columns:
            self._chosen = tuple(each for each in state.columns[key] if each in known) or None
        self._widths = {
            each: px for each, px in state.widths.get(key, {}).items() if each in known and 24 <= px <= 1200
        }

    @property
    def is_chosen(self) -> bool:
        """Whether a person chose the columns."""
        return self._chosen is not None

    def is_wanted(self, column: Column) -> bool:
        """Whether a column is to be seen."""
        return not column.is_extra if self._chosen is None else column.key in self._chosen

    def width(self, column: Column) -> int:
        """How wide a column is."""
        return self._widths.get(column.key, column.width)

    def want(self, column: Column, *, is_wanted: bool) -> None:
        """Show or hide a column; the last one stays."""
        seen = [each.key for each in self._columns if (is_wanted if each is column else self.is_wanted(each))]
        if seen:
            self._chosen = tuple(seen)
            self._keep(columns=self._merged("columns", self._chosen))

    def set_width(self, column: Column, width: int) -> None:
        """Remember a width that a person gave a column."""
        self._widths[column.key] = width
        self._keep(widths=self._merged("widths", dict(self._widths)))

    def forget(self) -> None:
        """Go back to the usual columns and widths."""
        self._chosen = None
        self._widths.clear()
        self._keep(columns=self._merged("columns", None), widths=self._merged("widths", None))

    def _merged(self, field: str, value: object) -> dict[str, object]:
        held: Mapping[str, object] = getattr(self._kept.state, field) if self._kept is not None else {}
        others = {key: each for key, each in held.items() if key != self._key}
        return others if value is None else {**others, self._key: value}

    def _keep(self, **changes: object) -> None:
        if self._kept is not None:
            self._kept.update(**changes)


def column_menu(memory: ColumnMemory, columns: Sequence[Column], changed: Callable[[], None]) -> QMenu:
    """Return a menu that shows and hides columns; `changed` is called after each choice."""
    menu = QMenu()
    for column in columns:
        entry = QAction(column.title or column.key, menu)
        entry.setCheckable(True)
        entry.setChecked(memory.is_wanted(column))
        entry.setToolTip(column.tip)
        entry.toggled.connect(lambda is_on, each=column: memory.want(each, is_wanted=is_on))
        entry.toggled.connect(lambda _is_on: changed())
        menu.addAction(entry)
    menu.addSeparator()
    usual = menu.addAction(tr("Table", "Usual columns"))
    usual.triggered.connect(lambda: memory.forget())
    usual.triggered.connect(lambda: changed())
    return menu
