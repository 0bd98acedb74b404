"""A job's folder: what was asked, work files, products. Standard library only, so that the agent may read it."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tiepoint.domain.errors import EngineFailure
from tiepoint.domain.presets import Parameters, parameters_for


@dataclass(frozen=True, slots=True)
class JobFolder:
    """The folder of one job.

    Attributes:
        root: The job's folder; it holds job.json, work/ and products/.
        capture_folder: The capture's folder; it holds capture.json and photos/.
        name: What people call the job.
        preset: Name of the preset.
        parameters: The preset's parameters with the job's changes.
    """

    root: Path
    capture_folder: Path
    name: str
    preset: str
    parameters: Parameters

    @property
    def work(self) -> Path:
        """Everything the stages hand to each other."""
        return self.root / "work"

    @property
    def products(self) -> Path:
        """What the job is for."""
        return self.root / "products"

    def read(self, name: str) -> Any:
        """Return the content of a JSON file of the work folder.

        Raises:
            EngineFailure: It is missing or broken.
        """
        return read_json(self.work / name)

    def has(self, name: str) -> bool:
        """Return whether the work folder holds this file."""
        return (self.work / name).exists()

    @classmethod
    def open(cls, root: Path) -> JobFolder:
        """Read job.json.

        Raises:
            EngineFailure: It is missing or broken.
            UsageError: It names an unknown preset or parameter.
        """
        request = read_json(root / "job.json")
        return cls(
            root=root,
            capture_folder=Path(request["capture_folder"]),
            name=str(request.get("name") or root.name),
            preset=str(request["preset"]),
            parameters=parameters_for(str(request["preset"]), request.get("parameters")),
        )

    @classmethod
    def create(
        cls, root: Path, *, capture_folder: Path, name: str, preset: str, changes: Mapping[str, Any]
    ) -> JobFolder:
        """Make the folders and job.json; a job.json that is there is replaced.

        Raises:
            UsageError: Unknown preset or parameter.
            OSError: The folder cannot be written.
        """
        parameters = parameters_for(preset, changes)
        job = cls(root, capture_folder, name, preset, parameters)
        job.work.mkdir(parents=True, exist_ok=True)
        job.products.mkdir(exist_ok=True)
        request = {
            "schema_version": 1,
            "capture_folder": str(capture_folder),
            "name": name,
            "preset": preset,
            "parameters": parameters.to_dict(),
        }
        write_json(root / "job.json", request)
        return job


def read_json(path: Path) -> Any:
    """Return the content of a JSON file.

    Raises:
        EngineFailure: It is missing or broken.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise EngineFailure(
            f"A work file of the job, {path.name}, is missing or broken.",
            remedy="Run the job again; it continues from the last whole task.",
            retryable=True,
            detail=str(error),
        ) from error


def write_json(path: Path, content: Any) -> None:
    """Replace a JSON file in one step, so that a reader never sees half of it.

    Raises:
        OSError: The folder cannot be written.
        ValueError: The content holds NaN or infinity.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
    temporary = path.with_name(f".{path.name[:40]}-{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
