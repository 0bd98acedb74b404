"""Exporting models in a child of the engine, under a temporary name until it is whole. On the loop's thread."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any, Final

from tiepoint.adapters.engine.children import Launch, child_lines
from tiepoint.adapters.files.errors import writing_failed
from tiepoint.adapters.files.heads.reading import model_file
from tiepoint.domain.errors import InputError, NoSpace
from tiepoint.domain.model_export import ExportFormat, expected_bytes, ready_file
from tiepoint.domain.operation import OperationProgress
from tiepoint.domain.plain_text import plain
from tiepoint.domain.space import size_text
from tiepoint.ports.capture_store import Report
from tiepoint.ports.model_exporter import Exported, ExportRequest

_ROLE: Final = "export-model"
_RESERVE_BYTES: Final = 50_000_000


class ChildModelExporter:
    """Implements `ports.model_exporter.ModelExporter`.

    Args:
        launch: Starts children.
        free_bytes: Says how much a folder's disk has left.
    """

    def __init__(self, launch: Launch, free_bytes: Callable[[Path], int] | None = None) -> None:
        self._launch = launch
        self._free_bytes = free_bytes or _free_bytes

    async def export(self, request: ExportRequest, report: Report) -> Exported:
        """Export a model."""
        target = request.target
        part = target.with_name(f".{target.name[:80]}.{os.getpid()}-{secrets.token_hex(4)}.part")
        asked = await asyncio.to_thread(self._asked, request, part)
        notes: tuple[str, ...] = ()
        try:
            async with aclosing(child_lines(self._launch, _ROLE, [], asked)) as lines:
                async for line in lines:
                    if line.get("type") == "progress":
                        report(_progress(line))
                    elif line.get("type") == "done":
                        notes = tuple(str(note) for note in line.get("notes", ()))
            size_bytes = await asyncio.to_thread(_moved, part, target, overwrite=request.overwrite)
        finally:
            # The child has ended by now, however it did.
            await asyncio.shield(asyncio.to_thread(_removed, part))
        return Exported(target, size_bytes, notes)

    def _asked(self, request: ExportRequest, part: Path) -> dict[str, Any]:
        """Return what the child is asked for, after everything that can be refused at once."""
        _require_place(request)
        facts = request.facts
        ready = ready_file(facts, request.format)
        source = facts.model.path if ready is None else ready[0]
        _, head = model_file(source)
        _require_room(request, self._free_bytes(request.target.parent))
        companions = [name for name in dict.fromkeys(head.companions) if (source.parent / name).is_file()]
        return {
            "format": request.format.value,
            "source": str(source),
            "companions": companions,
            "is_ready": ready is not None,
            "is_metric": facts.scale.is_metric,
            "target": str(part),
        }


def _progress(line: dict[str, Any]) -> OperationProgress:
    return OperationProgress(str(line["phase"]), int(line["done"]), int(line["total"]), str(line.get("unit", "")))


def _require_place(request: ExportRequest) -> None:
    target, name = request.target, plain(str(request.target))
    if not target.parent.is_dir():
        folder = plain(str(target.parent))
        raise InputError(f"There is no folder {folder}.", remedy="Choose a folder that is there.")
    if request.format is not ExportFormat.OBJ_FOLDER and target.is_dir():
        raise InputError(f"{name} is a folder.", remedy="Choose a name for the file.")
    if request.format is ExportFormat.OBJ_FOLDER and os.path.lexists(target) and not target.is_dir():
        raise InputError(f"{name} is a file.", remedy="Choose a name for a folder.")
    if not request.overwrite and os.path.lexists(target) and not _is_empty_folder(target):
        raise InputError(f"{name} is there already.", remedy="Choose another name, or replace it.")
    if not os.access(target.parent, os.W_OK | os.X_OK):
        raise InputError(
            f"The folder {plain(str(target.parent))} cannot be written.",
            remedy="Choose another folder, or give yourself the right to write there.",
        )


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def _require_room(request: ExportRequest, free: int) -> None:
    needed = expected_bytes(request.facts, request.format)
    if free < needed + _RESERVE_BYTES:
        raise NoSpace(
            f"There is not enough room on the disk of {plain(str(request.target.parent))}: "
            f"about {size_text(needed)} are needed, {size_text(free)} are free.",
            remedy="Free some space, or choose another disk.",
            retryable=True,
        )


def _moved(part: Path, target: Path, *, overwrite: bool) -> int:
    """Give the finished export its name, and return its bytes."""
    if not overwrite and os.path.lexists(target) and not _is_empty_folder(target):
        raise InputError(f"{plain(str(target))} has come up meanwhile.", remedy="Choose another name, or replace it.")
    try:
        if not part.is_dir():
            part.replace(target)
            return target.stat().st_size
        if not target.is_dir():
            part.replace(target)
        else:  # other files of the folder are left alone
            for file in part.iterdir():
                file.replace(target / file.name)
        return sum(file.stat().st_size for file in target.iterdir() if file.is_file())
    except OSError as error:
        raise writing_failed(target.parent, error, kind=InputError) from error


def _removed(part: Path) -> None:
    with contextlib.suppress(OSError):
        if part.is_dir():
            shutil.rmtree(part)
        else:
            part.unlink(missing_ok=True)


def _is_empty_folder(path: Path) -> bool:
    return path.is_dir() and not any(path.iterdir())
