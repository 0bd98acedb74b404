"""Exporting a model: which formats there are, what each keeps, and the operation that writes it.

Must not convert anything itself (`ports.model_exporter`). On the loop's thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tiepoint.domain.model_facts import ModelFacts
from tiepoint.ports.model_exporter import Exported, ExportFormat, ExportRequest, ModelExporter
from tiepoint.services.operations import Operation, Operations


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
        raise NotImplementedError

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
        return self._operations.start(key, lambda report: self._exporter.export(request, report))
