"""One run of a job: the engine's stages under a watch on the disk, then the delivery of its products. In the loop.

Cancelling stops the engine within its five seconds; what was done stays and the next run continues there.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Final

from tiepoint.agent.backend import Backend, RunOrder
from tiepoint.agent.delivery import clear_work, deliver
from tiepoint.agent.disk_watch import until_disk_is_low
from tiepoint.agent.job_progress import JobProgress
from tiepoint.agent.jobs import JobRecord, Jobs
from tiepoint.agent.publisher import Publisher
from tiepoint.agent.user_settings import user_settings
from tiepoint.protocol.events import ProductReady

KEEP_WORK_VARIABLE: Final = "TIEPOINT_KEEP_WORK"


class JobRun:
    """Runs one job to its end.

    Args:
        record: The job.
        jobs: The list it is in.
        publisher: Who is told.
        backend: The engine.
    """

    def __init__(self, record: JobRecord, jobs: Jobs, publisher: Publisher, backend: Backend) -> None:
        self._record = record
        self._publisher = publisher
        self._backend = backend
        self._progress = JobProgress(record, jobs, publisher)

    async def run(self) -> None:
        """Run the stages and deliver.

        Raises:
            TiepointError: Why it failed.
        """
        record = self._record
        order = RunOrder(record.job.id, record.root, lambda: record.job.node_limit)
        floor_bytes = (await asyncio.to_thread(user_settings)).disk_floor_bytes
        await _watched(self._backend.run(order, self._progress), record.root, floor_bytes)
        await self._deliver()

    async def _deliver(self) -> None:
        record = self._record
        loop = asyncio.get_running_loop()

        def told(path: Path, size_bytes: int) -> None:
            event = ProductReady(record.job.id, path.name, str(path), size_bytes)
            loop.call_soon_threadsafe(self._publisher.tell, event)

        output = Path(record.job.output) if record.job.output else None
        await asyncio.to_thread(deliver, record.root / "products", output, record.request.products, told)
        if not record.request.keep_work and not os.environ.get(KEEP_WORK_VARIABLE):
            await asyncio.to_thread(clear_work, record.root / "work")


async def _watched(work: Coroutine[Any, Any, None], folder: Path, floor_bytes: int) -> None:
    """Run something until it ends or the disk is nearly full, whichever is first."""
    running = asyncio.ensure_future(work)
    watch = asyncio.ensure_future(until_disk_is_low(folder, floor_bytes))
    try:
        await asyncio.wait({running, watch}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            return running.result()
        await _stopped(running)
        watch.result()
    finally:
        await _stopped(running)
        await _stopped(watch)


async def _stopped(task: asyncio.Future[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError, Exception):
        await task
