"""Photos in, model out: the main job from a drop of files to products in a folder, as one operation.

It strings the other services together and holds no rules of its own. On the loop's thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tiepoint.domain.capture import Drop, require_enough, skipped_warnings
from tiepoint.domain.errors import Canceled, OperationFailed, TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.domain.job import Job, JobState
from tiepoint.domain.operation import OperationProgress
from tiepoint.domain.presets import parameters_for
from tiepoint.domain.product import Outcome
from tiepoint.ports.capture_store import CaptureStore
from tiepoint.services.captures import CaptureService, KeptCapture
from tiepoint.services.event import Event
from tiepoint.services.jobs import JobRequest, JobService
from tiepoint.services.operations import Operation
from tiepoint.services.products import ProductService

T = TypeVar("T")
_ABORT_WAIT_S = 10.0


@dataclass(frozen=True, slots=True)
class RunSnapshot:
    """A reconstruction at one moment.

    Args:
        preparing: Progress of what comes before and after the job (`read`, `copy`, `deliver`); None during the job.
        kept: The capture, once it is kept.
        job: The job, once it is handed in.
        trouble: Why the link to the scheduler is down; None when it is up.
        warnings: What to know though it goes on.
    """

    preparing: OperationProgress | None = None
    kept: KeptCapture | None = None
    job: Job | None = None
    trouble: str | None = None
    warnings: tuple[Failure, ...] = ()


class Reconstruction:
    """One run of the main job; `changed` tells every new `snapshot`. Use it once."""

    def __init__(
        self, captures: CaptureService, store: CaptureStore, jobs: JobService, products: ProductService
    ) -> None:
        self.changed: Event[RunSnapshot] = Event()
        self._snapshot = RunSnapshot()
        self._captures = captures
        self._store = store
        self._jobs = jobs
        self._products = products

    @property
    def snapshot(self) -> RunSnapshot:
        """The run as it is now."""
        return self._snapshot

    async def submit(self, paths: Sequence[Path], request: JobRequest) -> Job:
        """Check everything that can be checked now, keep the photos and hand in the job.

        Args:
            paths: Files and folders.
            request: What is wanted.

        Raises:
            InputError: The photos or the output folder cannot be used.
            NoSpace: A disk has too little room.
            UsageError: The preset or a parameter makes no sense.
            TiepointError: As `Scheduler.submit`.
        """
        parameters_for(request.preset, request.changes)
        return await self.submit_drop(await self._captures.scan(paths, request.output), request)

    async def submit_drop(self, drop: Drop, request: JobRequest) -> Job:
        """Check what can be checked now, keep the photos of a drop that was scanned before, and hand in the job.

        Args:
            drop: The photos; a drop that leaves some out is fine.
            request: What is wanted; without an output the products stay in the job's folder.

        Raises:
            InputError: Too few photos, or they or the output folder cannot be used.
            NoSpace: A disk has too little room.
            UsageError: The preset or a parameter makes no sense.
            TiepointError: As `Scheduler.submit`.
        """
        parameters = parameters_for(request.preset, request.changes)
        require_enough(drop.photos, drop.skipped)
        self._replace(warnings=skipped_warnings(drop.skipped))
        await self._products.prepare(request.output, drop, parameters, self._store.free_bytes())
        kept = await self._finished(self._captures.keep(drop, request.name))
        self._replace(kept=kept)
        return await self._handed_in(kept, request)

    async def run_to_end(self, job: Job, output: Path | None, asked: Sequence[str] = ()) -> Outcome:
        """Follow a job to its end and bring its products to their place.

        Args:
            job: The job.
            output: Where its products go; None = they stay in the job's folder.
            asked: Products wanted; empty = all.

        Raises:
            Canceled: Somebody aborted it.
            TiepointError: It failed, or was paused or interrupted; the job keeps what it has done.
        """
        self._replace(job=job)
        async with contextlib.aclosing(self._jobs.follow(job.id)) as followed:
            async for current in followed:
                self._replace(job=current.job, trouble=current.trouble)
        ended = self._snapshot.job or job
        if ended.state is not JobState.COMPLETED:
            raise _why(ended)
        place = output or Path(ended.folder or ".") / "products"
        return await self._finished(self._products.deliver(ended, place, asked))

    async def abort(self) -> Job | None:
        """Stop the job of this run, if it was handed in; what was done is kept.

        Returns:
            The job as it is then, or None when there is none or it could not be told in time.
        """
        job = self._snapshot.job
        if job is None:
            return None
        with contextlib.suppress(TiepointError, TimeoutError):
            async with asyncio.timeout(_ABORT_WAIT_S):
                aborted = await self._jobs.abort(job.id)
                self._replace(job=aborted)
                return aborted
        return None

    async def _handed_in(self, kept: KeptCapture, request: JobRequest) -> Job:
        """Submit, and learn of the job even when cancelled meanwhile: else it would run with nobody to stop it."""
        submitting = asyncio.ensure_future(self._jobs.submit(kept.capture, request))
        try:
            job = await asyncio.shield(submitting)
        except asyncio.CancelledError:
            with contextlib.suppress(TiepointError, TimeoutError):
                async with asyncio.timeout(_ABORT_WAIT_S):
                    self._replace(job=await submitting)
            raise
        self._replace(job=job)
        return job

    async def _finished(self, operation: Operation[T]) -> T:
        unsubscribe = operation.changed.subscribe(lambda snapshot: self._replace(preparing=snapshot.progress))
        try:
            return await operation.wait()
        except asyncio.CancelledError:
            operation.cancel()
            raise
        finally:
            unsubscribe()
            self._replace(preparing=None)

    def _replace(self, **changes: Any) -> None:
        self._snapshot = dataclasses.replace(self._snapshot, **changes)
        self.changed.emit(self._snapshot)


def _why(job: Job) -> TiepointError:
    """Say why a job that has come to rest is not complete."""
    go_on = f"Go on with: tiepoint resume {job.id}"
    if job.state is JobState.CANCELED:
        return Canceled("The job was stopped; what it has done is kept.", remedy=go_on, retryable=True)
    if job.error is not None:
        return job.error.as_error()
    if job.state is JobState.PAUSED:
        return OperationFailed("The job was paused.", remedy=go_on, retryable=True)
    return OperationFailed("The job failed without saying why.", remedy=f"See: tiepoint logs {job.id}", retryable=True)
