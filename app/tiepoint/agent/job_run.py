"""One run of a job: photos from Blob, the engine's stages, delivery, products to Blob; under a watch on the disk.

In the loop. Photos and products go by Blob where the job says so, whatever the engine.

Cancelling stops the engine within its five seconds; what was done stays and the next run continues there.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from tiepoint.agent.backend import Backend, RunOrder
from tiepoint.agent.delivery import clear_work, deliver, wanted_names
from tiepoint.agent.disk_watch import until_disk_is_low
from tiepoint.agent.folder_pulse import watch_folder
from tiepoint.agent.job_progress import JobProgress
from tiepoint.agent.jobs import JobRecord, Jobs, log_path, photos_of
from tiepoint.agent.publisher import Publisher
from tiepoint.agent.room import require_room
from tiepoint.agent.round.work import RoundWork
from tiepoint.agent.user_settings import user_settings
from tiepoint.domain.errors import PathMissing, TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.domain.job import StageState
from tiepoint.protocol.capture_document import MANIFEST_NAME
from tiepoint.protocol.events import ProductReady
from tiepoint.runtime.folder_calls import ANSWER_S, folder_silent, in_folder

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
        self._jobs = jobs
        self._publisher = publisher
        self._backend = backend
        self._progress = JobProgress(record, jobs, publisher)
        self._round = RoundWork(self._progress)
        self._silent: dict[Path, Failure] = {}
        """Folders that do not answer now, and what to say of each."""

    async def run(self) -> None:
        """Run the stages and deliver.

        Raises:
            TiepointError: Why it failed.
        """
        floor_bytes = (await asyncio.to_thread(user_settings)).disk_floor_bytes
        pulses = self._pulses()
        try:
            await _watched(self._stages(), self._record.root, floor_bytes)
            await self._deliver()
            if self._record.request.publish:
                await self._publish()
            await self._clear()
        finally:
            for pulse in pulses:
                await _stopped(pulse)

    def _pulses(self) -> list[asyncio.Future[None]]:
        """Watch whether the folders answer that the job needs."""
        root, output = self._record.root, self._record.job.output
        capture = Path(self._record.request.capture)
        waits_s = functools.partial(self._jobs.logs.waits_s, log_path(self._record))
        watches = [watch_folder(root, functools.partial(self._fall_silent, capture), waits_s=waits_s)]
        if output:
            watches.append(watch_folder(Path(output), functools.partial(self._fall_silent, Path(output))))
        return [asyncio.ensure_future(watch) for watch in watches]

    def _fall_silent(self, folder: Path, is_silent: bool) -> None:  # noqa: FBT001
        """Say that a folder does not answer, or does again: the job waits for it, and nothing of it is lost."""
        record = self._record
        error = folder_silent(folder)
        if is_silent:
            self._silent[folder] = Failure.of(error)
        else:
            self._silent.pop(folder, None)
        held = next(iter(self._silent.values()), None)
        self._jobs.put(record, replace(record.job, held=held), keep=False)
        if is_silent:
            self._jobs.log(record, "warning", "agent", f"{error.summary} {error.remedy}")
        else:
            goes_on = "" if held else "; the job goes on"
            self._jobs.log(record, "info", "agent", f"The folder {folder} answers again{goes_on}.")

    async def _stages(self) -> None:
        record = self._record
        if record.request.source:
            await self._fetch()
        try:
            await self._backend.run(RunOrder(record.job.id, record.root, lambda: record.job.node_limit), self._progress)
        except TiepointError as error:
            capture = Path(record.request.capture)
            if await in_folder(capture, (capture / MANIFEST_NAME).is_file):
                raise
            raise PathMissing(
                f"The capture {capture} is not there any more.",
                remedy="Look whether the storage that holds it is mounted on the scheduler and the nodes; then resume.",
                retryable=True,
                detail=f"{error.summary} {error.detail}".strip(),
            ) from error

    async def _fetch(self) -> None:
        """Bring the photos, unless an earlier run of this job has: what lies in Blob may be gone by now."""
        request = self._record.request
        capture = Path(request.capture)
        if not (self._is_done("fetch") and await in_folder(capture, (capture / MANIFEST_NAME).is_file)):
            await self._round.fetch(request.source, capture)
        photos = await in_folder(capture, functools.partial(photos_of, capture))
        job = replace(self._record.job, photos=photos.count, megapixels=photos.megapixels)
        self._jobs.put(self._record, job)
        await in_folder(capture, functools.partial(require_room, request, photos))

    async def _deliver(self) -> None:
        record = self._record
        loop = asyncio.get_running_loop()

        def told(path: Path, size_bytes: int) -> None:
            event = ProductReady(record.job.id, path.name, str(path), size_bytes)
            loop.call_soon_threadsafe(self._publisher.tell, event)

        output = Path(record.job.output) if record.job.output else None
        products = record.root / "products"
        await in_folder(products, functools.partial(deliver, products, output, record.request.products, told))

    async def _publish(self) -> None:
        record = self._record
        products = record.root / "products"
        names = await in_folder(products, functools.partial(wanted_names, products, record.request.products))
        # The log goes there, too, with every line that was told.
        await self._jobs.logs.written(log_path(record), ANSWER_S)
        published = await self._round.publish(record.request.publish, record.job.id, record.root, names)
        self._jobs.put(record, replace(record.job, published=published))

    async def _clear(self) -> None:
        if not self._record.request.keep_work and not os.environ.get(KEEP_WORK_VARIABLE):
            work = self._record.root / "work"
            await in_folder(work, functools.partial(clear_work, work))

    def _is_done(self, stage: str) -> bool:
        return any(each.name == stage and each.state is StageState.COMPLETED for each in self._record.job.stages)


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
