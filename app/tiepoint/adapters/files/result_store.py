"""Lists of recent results and measurements as small JSON files, replaced in one step; broken ones are set aside.

Blocking work runs in threads. Nothing is ever written into the products.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from tiepoint.adapters.files.errors import writing_failed
from tiepoint.adapters.files.whole_file import replace_text, set_aside
from tiepoint.domain.errors import InputError, SetupError
from tiepoint.domain.measurement import LARGEST_COORDINATE, Measurement, MeasurementKind
from tiepoint.domain.model_facts import Vector
from tiepoint.domain.plain_text import plain
from tiepoint.ports.result_store import RecentResult

SCHEMA_VERSION: Final = 1
_LARGEST_BYTES: Final = 64 << 20


class FileResultStore:
    """Implements `ports.result_store.ResultStore`.

    Args:
        folder: Where the lists lie; it need not exist.
        now: The clock, for the name of a file set aside.
    """

    def __init__(self, folder: Path, now: Callable[[], datetime]) -> None:
        self._folder = folder
        self._now = now

    async def recent(self) -> Sequence[RecentResult]:
        """Return what was opened by hand."""
        return await asyncio.to_thread(self._read, self._folder / "recent.json", "recent", _recent_of)

    async def keep_recent(self, recent: Sequence[RecentResult]) -> None:
        """Replace the list."""
        entries = [{"path": str(each.path), "opened": each.opened.isoformat()} for each in recent]
        await asyncio.to_thread(_write, self._folder / "recent.json", {"recent": entries})

    async def measurements(self, key: str) -> Sequence[Measurement]:
        """Return the measurements of a result."""
        return await asyncio.to_thread(self._read, self._measured(key), "measurements", _measurement_of)

    async def keep_measurements(self, key: str, measurements: Sequence[Measurement]) -> None:
        """Replace the measurements of a result."""
        entries = [_entry_of(each) for each in measurements]
        await asyncio.to_thread(_write, self._measured(key), {"measurements": entries})

    async def write_text(self, path: Path, text: str, *, overwrite: bool) -> None:
        """Write a text file that a person asked for."""
        await asyncio.to_thread(_write_asked, path, text, overwrite=overwrite)

    def _measured(self, key: str) -> Path:
        # Keys are digests; whatever else comes must not lead out of the folder.
        name = "".join(sign for sign in key if sign.isascii() and sign.isalnum())[:64] or "none"
        return self._folder / "measurements" / f"{name}.json"

    def _read(self, path: Path, name: str, make: Callable[[Any], Any]) -> list[Any]:
        try:
            entries = _entries(path, name)
        except FileNotFoundError:
            return []
        except (ValueError, KeyError, TypeError, RecursionError):
            self._set_aside(path)
            return []
        except OSError as error:
            raise SetupError(
                f"{path} cannot be opened: {(error.strerror or str(error)).lower()}.",
                remedy="Give yourself the right to read the file.",
                detail=str(error),
            ) from error
        return [made for entry in entries if (made := make(entry)) is not None]

    def _set_aside(self, path: Path) -> None:
        try:
            set_aside(path, self._now())
        except OSError as error:
            raise writing_failed(path.parent, error, kind=SetupError) from error


def _entries(path: Path, name: str) -> list[Any]:
    """Return a file's list; raises what broken content makes the reading raise."""
    if path.stat().st_size > _LARGEST_BYTES:
        raise ValueError("too large")
    content = json.loads(path.read_bytes().decode("utf-8"))
    if content["schema_version"] != SCHEMA_VERSION:
        raise ValueError("another version's file")
    return list(content[name])


def _recent_of(entry: Any) -> RecentResult | None:
    try:
        path, opened = Path(entry["path"]), datetime.fromisoformat(entry["opened"])
    except (KeyError, TypeError, ValueError):
        return None
    return RecentResult(path, opened if opened.tzinfo else opened.replace(tzinfo=UTC))


def _measurement_of(entry: Any) -> Measurement | None:
    try:
        kind = MeasurementKind(entry["kind"])
        points = tuple(_point_of(point) for point in entry["points"])
        created = datetime.fromisoformat(entry["created"])
        identifier, name = str(entry["id"]), plain(str(entry["name"]))
    except (KeyError, TypeError, ValueError):
        return None
    if not kind.accepts(len(points)):
        return None
    return Measurement(identifier, kind, name, points, created if created.tzinfo else created.replace(tzinfo=UTC))


def _point_of(value: Any) -> Vector:
    x, y, z = (float(part) for part in value)
    if not all(abs(part) <= LARGEST_COORDINATE for part in (x, y, z)):
        raise ValueError("no position")
    return (x, y, z)


def _entry_of(measurement: Measurement) -> dict[str, Any]:
    return {
        "id": measurement.id,
        "kind": measurement.kind.value,
        "name": measurement.name,
        "points": [list(point) for point in measurement.points],
        "created": measurement.created.isoformat(),
    }


def _write(path: Path, content: dict[str, Any]) -> None:
    text = json.dumps({"schema_version": SCHEMA_VERSION, **content}, ensure_ascii=True, allow_nan=False, indent=1)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_text(path, text)
    except OSError as error:
        raise writing_failed(path.parent, error, kind=SetupError) from error


def _write_asked(path: Path, text: str, *, overwrite: bool) -> None:
    if path.is_dir() or (not overwrite and os.path.lexists(path)):
        raise InputError(f"{plain(str(path))} is there already.", remedy="Choose another name, or replace it.")
    try:
        replace_text(path, text)
    except OSError as error:
        raise writing_failed(path.parent, error, kind=InputError) from error
