"""What is remembered of graphics, as two small files: what was found, and a mark while something draws. Blocks briefly.

The mark is left behind when the program ends without its own doing. Before the first picture that alone is taken as
the driver's fault; later only with a crash inside the drawing on record, since a machine can also lose its power.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import psutil

from tiepoint.domain.graphics import Drawing, GraphicsChoice, GraphicsFacts, GraphicsRecord, Trouble

_SCHEMA: Final = 1
_STARTING: Final = "starting"
_DRAWING: Final = "drawing"
_OURS: Final = ("render_thread.py", "scene.py", "drawables.py")
"""Files of the 3D view, as a stack names them that faulthandler writes."""
_CRASHES: Final = ("Fatal Python error", "Windows fatal exception")
_LAST_BYTES: Final = 200_000
_log = logging.getLogger(__name__)


class FileGraphicsMemory:
    """Implements `ports.graphics.GraphicsMemory`.

    Args:
        folder: Of the program, for both files.
        crashes: Where faulthandler of the panel writes.
    """

    def __init__(self, folder: Path, crashes: Path) -> None:
        self._found, self._mark, self._crashes = folder / "graphics.json", folder / "graphics.mark", crashes

    def load(self) -> GraphicsRecord | None:
        """Return what is remembered."""
        try:
            return _record_of(json.loads(self._found.read_text(encoding="utf-8")))
        except (OSError, ValueError, LookupError, TypeError) as error:
            if not isinstance(error, FileNotFoundError):
                _log.info("what was known of the graphics cannot be read: %s", error)
            return None

    def save(self, record: GraphicsRecord) -> None:
        """Remember."""
        data = {"schema_version": _SCHEMA, **asdict(record), "looked": record.looked.isoformat()}
        _write(self._found, json.dumps(data, indent=1))

    def begin(self, drawing: Drawing) -> None:
        """Mark that something is about to draw."""
        self._write_mark(drawing, _STARTING)

    def drew(self) -> None:
        """Mark that the first picture came."""
        mark = self._read_mark()
        if mark is not None and mark.get("pid") == os.getpid():
            self._write_mark(Drawing(str(mark["drawing"])), _DRAWING)

    def end(self) -> None:
        """Remove the mark."""
        with contextlib.suppress(OSError):
            self._mark.unlink()

    def ended_by(self) -> Drawing | None:
        """Return the way of drawing that took the last run down, and forget it."""
        mark = self._read_mark()
        if mark is None or _lives(mark):
            return None
        with contextlib.suppress(ValueError, KeyError):
            drawing = Drawing(str(mark["drawing"]))
            is_blamed = mark["phase"] == _STARTING or self._crashed_in_drawing()
            self.end()
            return drawing if is_blamed else None
        self.end()
        return None

    def _write_mark(self, drawing: Drawing, phase: str) -> None:
        own = psutil.Process()
        mark = {"drawing": drawing.value, "phase": phase, "pid": own.pid, "started": own.create_time()}
        _write(self._mark, json.dumps(mark))

    def _read_mark(self) -> dict[str, Any] | None:
        try:
            mark = json.loads(self._mark.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            return {}
        return mark if isinstance(mark, dict) else {}

    def _crashed_in_drawing(self) -> bool:
        """Whether the crash log tells, since the mark was made, of a crash inside the 3D view."""
        try:
            if self._crashes.stat().st_mtime_ns < self._mark.stat().st_mtime_ns:
                return False
            with self._crashes.open("rb") as file:
                file.seek(max(0, self._crashes.stat().st_size - _LAST_BYTES))
                text = file.read().decode("utf-8", "replace")
        except OSError:
            return False
        return was_drawing(text)


def was_drawing(crash: str) -> bool:
    """Whether what faulthandler wrote last tells of a crash inside the 3D view.

    A thread of the driver's own has no Python stack; then it counts whether the 3D view was at work meanwhile.
    """
    start = max(crash.rfind(word) for word in _CRASHES)
    if start < 0:
        return False
    stacks = crash[start:].split("\n\n")
    current = next((stack for stack in stacks if stack.lstrip().startswith("Current thread")), None)
    if current is not None:
        return _is_of_view(current)
    return any(_is_of_view(stack) and "in _wait" not in stack and "in wait" not in stack for stack in stacks[1:])


def _is_of_view(stack: str) -> bool:
    return "viewer" in stack and any(name in stack for name in _OURS)


def _lives(mark: dict[str, Any]) -> bool:
    """Whether the program that made the mark still runs; a window beside us draws and has not crashed."""
    try:
        return abs(psutil.Process(int(mark["pid"])).create_time() - float(mark["started"])) < 1
    except (psutil.Error, KeyError, TypeError, ValueError):
        return False


def _record_of(data: dict[str, Any]) -> GraphicsRecord:
    if data["schema_version"] != _SCHEMA:
        raise ValueError(f"schema_version is {data['schema_version']!r}")
    facts, choice = dict(data["facts"]), dict(data["choice"])
    version = facts.pop("version")
    facts["trouble"] = Trouble(facts["trouble"])
    choice["drawing"] = Drawing(choice["drawing"])
    looked = datetime.fromisoformat(data["looked"])
    if looked.tzinfo is None:
        raise ValueError("a moment without its time zone")
    return GraphicsRecord(
        str(data["surroundings"]),
        GraphicsFacts(None if version is None else (int(version[0]), int(version[1])), **facts),
        GraphicsChoice(**choice),
        looked,
        tuple((Drawing(way), str(identity)) for way, identity in data["ended_by"]),
        str(data["told"]),
    )


def _write(path: Path, text: str) -> None:
    """Replace a file as a whole; one that cannot be written costs no more than another trial."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        _log.info("what is known of the graphics cannot be kept: %s", error)
        with contextlib.suppress(OSError):
            part.unlink()
