"""What a client asked for, as the engine's job folder. Blocking: small files."""

from __future__ import annotations

from pathlib import Path

from tiepoint.engine.job_folder import JobFolder
from tiepoint.protocol.methods import SubmitParams


def create_job_folder(request: SubmitParams, root: Path) -> None:
    """Begin the folder of a job.

    Args:
        request: What is to be made of which photos.
        root: Where it is to lie.

    Raises:
        UsageError, OSError: As `JobFolder.create`.
    """
    JobFolder.create(
        root,
        capture_folder=Path(request.capture),
        name=request.name or Path(request.capture).name,
        preset=request.preset,
        changes=request.parameters,
    )
