"""Where products are put for the person who wanted them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from tiepoint.domain.job import Job
from tiepoint.ports.capture_store import Report


class ProductStore(Protocol):
    """Brings a job's products into an output folder."""

    async def prepare(self, output: Path) -> int:
        """Make the output folder when it is missing, and try that it can be written.

        Idempotent; leaves nothing but the folder behind.

        Returns:
            Bytes free there.

        Raises:
            InputError: It is a file, cannot be made or cannot be written.
        """

    async def deliver(self, job: Job, output: Path, report: Report) -> Mapping[str, Path]:
        """Bring whole products into the output folder; what is there and unchanged is not copied again.

        Files of other names in the folder are left alone. Idempotent. Cancel safe: no half file under a final name.

        Args:
            job: Whose products.
            output: Where to.
            report: Hears phase `deliver` in bytes.

        Returns:
            Path of every product that is there, by name (`model.glb`, `colmap`, ...).

        Raises:
            InputError: The folder cannot be written.
            NoSpace: The disk is full.
            OperationFailed: The job's folder is gone.
        """

    async def result(self, output: Path) -> Mapping[str, Any]:
        """Read `result.json` of an output folder; empty when it is missing or broken."""
