"""Products: a place for them, bringing them there, and judging the outcome.

Must not read files itself (`ports.product_store`). On the loop's thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tiepoint.domain.capture import Drop
from tiepoint.domain.errors import NoSpace
from tiepoint.domain.job import Job
from tiepoint.domain.presets import Parameters
from tiepoint.domain.product import Outcome, missing_products
from tiepoint.domain.space import output_bytes, size_text, work_bytes
from tiepoint.ports.product_store import ProductStore
from tiepoint.services.operations import Operation, Operations, Report


class ProductService:
    """Output folders and what goes into them."""

    def __init__(self, store: ProductStore, operations: Operations) -> None:
        self._store = store
        self._operations = operations

    async def prepare(self, output: Path | None, drop: Drop, parameters: Parameters, free_for_work_bytes: int) -> None:
        """Make sure, before anything is begun, that the output can be written and that the disks have room.

        Args:
            output: Where the products go; None = they stay in the job's folder.
            drop: The photos.
            parameters: What the job runs with.
            free_for_work_bytes: Bytes free where jobs do their work.

        Raises:
            InputError: The folder cannot be written.
            NoSpace: A disk has less free than the job will need.
        """
        free_for_output = None if output is None else await self._store.prepare(output)
        count, size = len(drop.photos), drop.size_bytes
        _require("the job's work", work_bytes(count, size, parameters) + size, free_for_work_bytes)
        if free_for_output is not None:
            _require(f"the products in {output}", output_bytes(count, size, parameters), free_for_output)

    async def prepare_folder(self, output: Path) -> None:
        """Make sure that an output folder can be written.

        Raises:
            InputError: It cannot.
        """
        await self._store.prepare(output)

    def deliver(self, job: Job, output: Path, asked: Sequence[str] = ()) -> Operation[Outcome]:
        """Bring the products of a completed job to where they were asked for, and judge them.

        Returns:
            The operation; its phase is `deliver`, in bytes. Fails as `ProductStore.deliver` does.
        """
        return self._operations.start(
            f"deliver {job.id} {output}", lambda report: self._delivered(job, output, asked, report)
        )

    async def _delivered(self, job: Job, output: Path, asked: Sequence[str], report: Report) -> Outcome:
        products = await self._store.deliver(job, output, report)
        result = await self._store.result(output)
        return Outcome(output, products, missing_products(products.keys(), asked), result)


def _require(what: str, needed_bytes: int, free_bytes: int) -> None:
    if free_bytes < needed_bytes:
        raise NoSpace(
            f"There is not enough room on the disk for {what}: "
            f"about {size_text(needed_bytes)} are needed, {size_text(free_bytes)} are free.",
            remedy="Free some space, choose another disk, or use a smaller preset.",
            retryable=True,
        )
