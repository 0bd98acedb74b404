"""Bringing a model into the format and to the place a person chose."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tiepoint.domain.model_export import ExportFormat
from tiepoint.domain.model_facts import ModelFacts
from tiepoint.ports.capture_store import Report

__all__ = ["ExportFormat", "ExportRequest", "Exported", "ModelExporter"]


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What is to be exported.

    Args:
        facts: The result.
        format: The format wanted.
        target: The file to write (the folder for `OBJ_FOLDER`).
        overwrite: Replace what is there.
    """

    facts: ModelFacts
    format: ExportFormat
    target: Path
    overwrite: bool = False


@dataclass(frozen=True, slots=True)
class Exported:
    """What came of it: the path, its bytes, and what the format lost or keeps, one plain sentence each."""

    target: Path
    size_bytes: int
    notes: tuple[str, ...] = ()


class ModelExporter(Protocol):
    """Exports in a process of its own."""

    async def export(self, request: ExportRequest, report: Report) -> Exported:
        """Export a model.

        A product that has the format already is copied, else converted. Cancel safe: no half file under the final
        name, and none left under another. Idempotent with `overwrite`.

        Args:
            request: What is wanted.
            report: Hears the phases `read`, `convert` and `write`; `write` in bytes when they are known.

        Raises:
            InputError: The model cannot be read, the target cannot be written, or it is there and `overwrite` is off.
            NoSpace: The disk has not enough room.
            SetupError: The engine cannot be started.
            EngineFailure: The conversion failed.
        """
