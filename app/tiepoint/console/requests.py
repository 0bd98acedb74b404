"""From what was typed to what is wanted: presets, `--set key=value`, the output folder. Pure; any thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tiepoint.domain.errors import UsageError
from tiepoint.services.jobs import JobRequest


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What was typed.

    Args:
        preset: Name of a preset; None = the one of the settings.
        changes: `key=value` texts.
        name: Name of the job; empty = the capture's.
        output: Folder for the products.
    """

    preset: str | None
    changes: tuple[str, ...]
    name: str
    output: Path

    def job_request(self, usual_preset: str) -> JobRequest:
        """Say what is wanted of a job.

        Raises:
            UsageError: A change is not `key=value`.
        """
        preset = self.preset or usual_preset
        return JobRequest(preset, full_path(self.output), parsed_changes(self.changes), self.name)


def full_path(folder: Path) -> Path:
    """Return the full path as people read it: links stay as named, unless only following them tells what `..` means."""
    return folder.resolve() if ".." in folder.parts else folder.absolute()


def parsed_changes(changes: Sequence[str]) -> dict[str, str]:
    """Read `key=value` texts.

    Raises:
        UsageError: One is none.
    """
    parsed: dict[str, str] = {}
    for change in changes:
        key, sign, value = change.partition("=")
        if not sign:
            raise UsageError(f"“{change}” is no KEY=VALUE.", remedy="Write for example: --set faces=50000")
        parsed[key.strip().replace("-", "_")] = value.strip()
    return parsed
