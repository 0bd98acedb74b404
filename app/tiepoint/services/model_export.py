"""Exporting a model: which formats there are, what each keeps, and the operation that writes it.

Must not convert anything itself (`ports.model_exporter`). On the loop's thread.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from tiepoint.domain.errors import InputError
from tiepoint.domain.identifiers import slug
from tiepoint.domain.model_export import ExportFormat, format_note, ready_file, why_not
from tiepoint.domain.model_facts import ModelFacts
from tiepoint.ports.model_exporter import Exported, ExportRequest, ModelExporter
from tiepoint.services.operations import Operation, Operations, Report

_LINES: Final = {
    ExportFormat.GLB: ("GLB, textured", ".glb"),
    ExportFormat.OBJ_ZIP: ("OBJ with texture, zipped", ".zip"),
    ExportFormat.OBJ_FOLDER: ("OBJ with texture, as a folder", ""),
    ExportFormat.PLY: ("PLY mesh, coloured vertices", ".ply"),
    ExportFormat.STL: ("STL, shape only", ".stl"),
    ExportFormat.CLOUD_PLY: ("Point cloud, PLY", ".ply"),
}


@dataclass(frozen=True, slots=True)
class ExportChoice:
    """A line of the export menu.

    Args:
        format: The format.
        title: Its name for people.
        note: What it keeps and loses, units and axes, in plain words.
        suffix: Of the file; empty for a folder.
        size_bytes: How large it is, when a product has it already; None when it must be converted first.
        suggested_name: A file name to begin with.
        is_possible: Whether this result can give it; `note` says why not.
    """

    format: ExportFormat
    title: str
    note: str
    suffix: str
    size_bytes: int | None
    suggested_name: str
    is_possible: bool = True


class ModelExports:
    """Exports models."""

    def __init__(self, exporter: ModelExporter, operations: Operations) -> None:
        self._exporter, self._operations = exporter, operations

    def choices(self, facts: ModelFacts) -> tuple[ExportChoice, ...]:
        """Return what a result can be exported to, in the order of a menu."""
        return tuple(_choice(facts, wanted) for wanted in ExportFormat)

    def start(
        self, facts: ModelFacts, format: ExportFormat, target: Path, *, overwrite: bool = False
    ) -> Operation[Exported]:
        """Start an export; the same target again joins the running one.

        Args:
            facts: The result.
            format: The format wanted.
            target: The file (or folder) to write.
            overwrite: Replace what is there; without it, what is there makes the operation fail.

        Returns:
            The operation; its phases are `read`, `convert` and `write`. Fails as `ModelExporter.export` does.
        """
        request = ExportRequest(facts, format, target, overwrite)
        key = f"export {format} {target}"
        return self._operations.start(key, lambda report: self._exported(request, report))

    async def _exported(self, request: ExportRequest, report: Report) -> Exported:
        reason = why_not(request.facts, request.format)
        if reason:
            raise InputError(reason, remedy="Choose another format.")
        exported = await self._exporter.export(request, report)
        return replace(exported, notes=(*exported.notes, format_note(request.facts, request.format)))


def _choice(facts: ModelFacts, wanted: ExportFormat) -> ExportChoice:
    reason = why_not(facts, wanted)
    ready = ready_file(facts, wanted)
    title, suffix = _LINES[wanted]
    stem = slug(facts.title) if facts.title else "model"
    return ExportChoice(
        format=wanted,
        title=title,
        note=reason or format_note(facts, wanted),
        suffix=suffix,
        size_bytes=None if ready is None else ready[1],
        suggested_name=f"{stem}-cloud{suffix}" if wanted is ExportFormat.CLOUD_PLY else f"{stem}{suffix}",
        is_possible=not reason,
    )
