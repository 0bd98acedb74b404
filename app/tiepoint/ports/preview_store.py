"""Where the partial results of running jobs lie."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from tiepoint.domain.preview import Preview


class PreviewStore(Protocol):
    """Reads partial results; changes nothing. Off the loop; cancel safe."""

    async def read(self, job_folder: Path, known: str = "") -> Preview | None:
        """Read what a job has so far.

        Args:
            job_folder: The job's folder.
            known: Revision the caller has; what is still the same is not read again.

        Returns:
            The preview; None when there is none (yet), when it is unreadable, or when it is the known one.
        """
