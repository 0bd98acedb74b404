"""One run of a job: its project and batch are made unless they are there, let go on, and followed to the end.

The loop's thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import re
from pathlib import Path
from typing import Any, Final

from tiepoint.agent.backend import RunListener, RunOrder
from tiepoint.agent.backends.metashape.facts import BatchFacts
from tiepoint.agent.backends.metashape.failures import failure_of
from tiepoint.agent.backends.metashape.follower import BatchFollower
from tiepoint.agent.backends.metashape.nodes import suiting
from tiepoint.agent.backends.metashape.note import BatchNote
from tiepoint.agent.backends.metashape.plan import GEOREFERENCED_STAGES, TaskSpec, tasks_of
from tiepoint.agent.backends.metashape.program import Said
from tiepoint.agent.backends.metashape.results import CapturePhotos, photos_of, require_model, write_results
from tiepoint.agent.backends.metashape.server import AgisoftServer
from tiepoint.domain.errors import FolderSilent, OperationFailed, TiepointError
from tiepoint.engine.job_folder import JobFolder
from tiepoint.runtime.folder_calls import ask_folder, in_folder

DEAD: Final = ("aborted", "failed", "error")
_OURS: Final = re.compile(r"jobs/([^/]+)/project/[^/]+\.psx$")
_MOST_MISSED: Final = 2  # a batch may be made between the list and the look at it


class BatchRun:
    """Runs a job.

    Args:
        order: What is to run.
        listener: Who is told.
        server: Agisoft's.
        is_released: Somebody asked for it to go on, even if it rests at the server.
        is_woken: Another tool did something to it while it rested: that is told, not undone.
    """

    def __init__(
        self, order: RunOrder, listener: RunListener, server: AgisoftServer, *, is_released: bool, is_woken: bool
    ) -> None:
        self._order = order
        self._listener = listener
        self._server = server
        self._is_released = is_released
        self._is_woken = is_woken
        self._specs: list[TaskSpec] = []
        self._submitting: asyncio.Task[None] | None = None
        self._reason = ""
        self._is_silent = False
        self._missed = 0
        self.note = BatchNote()
        self.follower: BatchFollower | None = None

    async def run(self) -> None:
        """Run it to its end.

        Raises:
            TiepointError: Why it failed.
        """
        root = self._order.root
        job = await in_folder(root, functools.partial(JobFolder.open, root))
        self.note = await in_folder(root, functools.partial(BatchNote.read, root))
        photos = await in_folder(job.capture_folder, functools.partial(photos_of, job.capture_folder))
        self._specs = tasks_of(job.parameters, job.preset, job.products, is_georeferenced=photos.is_georeferenced)
        if not photos.is_georeferenced:
            for stage in GEOREFERENCED_STAGES:
                self._listener.stage_skipped(stage)
        # Cancelled half-way, a batch could be left that nobody knows: it is made to the end in any case.
        self._submitting = asyncio.create_task(self._submit(job, photos), name="submit batch")
        # When nobody waits for it any more, its failure is read here, else the loop calls it forgotten.
        self._submitting.add_done_callback(lambda done: done.cancelled() or done.exception())
        await asyncio.shield(self._submitting)
        await self._follow()
        await self._finish(job, photos)

    async def submitted(self) -> int:
        """Wait until the batch is made if that goes on, and return its number; 0 = there is none of use."""
        if self._submitting is not None and not self._submitting.done():
            await asyncio.wait({self._submitting})
        return 0 if self.note.is_spent else self.note.batch

    async def spend(self) -> None:
        """Remember that the batch is of no more use: the next run makes another one of what is left."""
        self.note.is_spent = True
        root = self._order.root
        with contextlib.suppress(FolderSilent):  # it is written once the folder answers; nobody waits for that
            await ask_folder(root, functools.partial(self.note.write, root))

    def task_came_back(self, host: str) -> None:
        """The worker on this host has gone with a task of this job."""
        batch = self._batch
        if batch is not None and self.follower is not None:
            self.follower.task_came_back(batch, host)

    @property
    def _batch(self) -> BatchFacts | None:
        """What is known of the batch; a server that was restarted gives its number to others again."""
        batch = self._server.batches.get(self.note.batch)
        return batch if batch is not None and job_named(batch) == self._order.root.name else None

    async def _keep(self) -> None:
        root = self._order.root
        await in_folder(root, functools.partial(self.note.write, root))

    async def _submit(self, job: JobFolder, photos: CapturePhotos) -> None:
        """Make sure that there is a batch that is let go on."""
        note = self.note
        try:
            if not self._is_woken and not await self._has_batch(job):
                await self._hand_in(job, photos)
            if not note.is_released or self._is_released:
                await self._prefer()
                await self._server.steer_batch("resume", note.batch)
                note.is_released = True
                await self._keep()
        except Said as error:
            raise failure_of(str(error)) from error

    async def _has_batch(self, job: JobFolder) -> bool:
        note = self.note
        if note.is_spent:
            return False
        if note.batch:
            known = self._batch
            return self._server.problem is not None or (known is not None and known.state not in DEAD)
        if not note.tasks:
            return False
        # A batch was about to be made when the agent ended.
        found = await self._server.ask("find", project=project_of(job.root))
        note.batch = int(found or 0)
        return bool(note.batch)

    async def _hand_in(self, job: JobFolder, photos: CapturePhotos) -> None:
        note = self.note
        left = [spec for spec in self._specs if spec.index not in note.done]
        replaces, note.batch, note.is_spent, note.is_released = note.batch, 0, False, False
        note.tasks = [spec.index for spec in left]
        await self._keep()
        self._listener.logged("info", "agent", f"handing in {len(left)} tasks over {len(photos.paths)} photos")
        answer = await self._server.made(
            "submit",
            project=project_of(job.root),
            photos=photos.paths,
            tasks=[spec.plain() for spec in left],
            replaces=replaces,
        )
        note.batch = int(answer["batch"])
        note.tasks = [index for index in note.tasks if index not in answer["left_out"]]
        await self._keep()

    async def _prefer(self) -> None:
        """Give the batch its priority and its limit of nodes."""
        if self.note.priority:
            await self._server.steer_batch("priority", self.note.batch, value=self.note.priority)
        limit = self._order.node_limit()
        if limit and self._server.batch_calls is not None and "limit" not in self._server.batch_calls:
            self._listener.logged("warning", "agent", "this version of Agisoft's server cannot limit a job's nodes")
        elif limit:
            await self._server.steer_batch("limit", self.note.batch, value=limit)

    async def _follow(self) -> None:
        """Follow the batch to its end.

        Raises:
            TiepointError: It failed.
        """
        note = self.note
        self.follower = BatchFollower(self._specs, note.tasks, note.done, self._listener, self._host_of)
        while True:
            await self._server.next_look()
            self._tell_silence()
            if self._server.problem is not None:
                continue
            batch = self._batch
            if batch is None or not batch.tasks:
                await self._miss(batch)
                continue
            self._missed = 0
            try:
                done = self.follower.update(batch)
            except TiepointError:
                await self.spend()
                raise
            if set(done) - set(note.done):
                note.done = sorted({*note.done, *done})
                await self._keep()
            if self.follower.is_complete(batch):
                self._listener.nodes_suited(None)
                return
            self._tell_suiting(batch)

    async def _miss(self, batch: BatchFacts | None) -> None:
        """Count looks at which the batch was not there."""
        self._missed += batch is None
        if self._missed < _MOST_MISSED:
            return
        self.note.batch = 0
        await self.spend()
        raise OperationFailed(
            "Agisoft's server does not know the job any more: it was restarted, or another tool removed it.",
            remedy="Try again: a new batch of what is left is handed in.",
            retryable=True,
        )

    def _tell_silence(self) -> None:
        problem = self._server.problem
        if (problem is not None) != self._is_silent:
            self._is_silent = problem is not None
            text = "Agisoft's server answers again" if problem is None else problem.summary
            self._listener.logged("warning" if problem else "info", "agent", text)

    def _tell_suiting(self, batch: BatchFacts) -> None:
        count, reason = suiting(batch, tuple(self._server.workers.values()), self._server.server_version)
        self._listener.nodes_suited(count)
        if reason != self._reason:
            self._reason = reason
            self._listener.logged("warning" if reason else "info", "agent", reason or "workers suit again")

    async def _finish(self, job: JobFolder, photos: CapturePhotos) -> None:
        """Write down what the finished project says of itself; without that the products are no worse."""
        await in_folder(job.products, functools.partial(require_model, job.products))
        described: dict[str, Any] = {}
        try:
            described = await self._server.made(
                "describe", project=project_of(job.root), is_local=photos.is_georeferenced
            )
        except (Said, TiepointError) as error:
            self._listener.logged("warning", "agent", f"the finished project cannot be read: {error}")
        version = self._server.server_version or self._server.version
        is_local = photos.is_georeferenced
        write = functools.partial(write_results, job, described, version=version, is_local=is_local)
        await in_folder(job.products, write)

    def _host_of(self, worker: int) -> str:
        found = self._server.workers.get(worker)
        return found.host if found is not None else ""


def project_of(root: Path) -> str:
    """Return where a job's project lies."""
    return str(root / "project" / f"{root.name[:60]}.psx")


def job_named(batch: BatchFacts) -> str:
    """Return the job whose folder a batch's project lies in; empty = it is another tool's."""
    found = _OURS.search(batch.path.replace("\\", "/"))
    return found.group(1) if found else ""
