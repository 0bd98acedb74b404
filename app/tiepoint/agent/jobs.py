"""All jobs of this agent: the list, what is kept of it, and what is told about it. The loop's thread."""

from __future__ import annotations

import getpass
import json
import logging
import os
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from tiepoint.agent.disk_watch import free_bytes, no_space
from tiepoint.agent.log_writer import LogWriter
from tiepoint.agent.publisher import Publisher
from tiepoint.agent.refusal import unknown_job
from tiepoint.agent.store import JobStore
from tiepoint.domain.errors import InputError, SetupError, TiepointError
from tiepoint.domain.estimate import PastRun, changes_text
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import JobId, new_id, random_suffix
from tiepoint.domain.job import Job, JobState, Stage, StageUses
from tiepoint.domain.stages import ROUND_STAGES, uses_many_nodes
from tiepoint.protocol.events import JobChanged, LogLines
from tiepoint.protocol.methods import SubmitParams
from tiepoint.runtime import folders

_log = logging.getLogger(__name__)

INTERRUPTED = Failure(
    kind="interrupted",
    summary="The job was interrupted because the agent ended.",
    remedy="Resume it; it continues at the last whole task.",
    retryable=True,
)

# A whole job takes up to 8 kB on the wire, a brief one less than 1 kB, and a message 1 MiB.
_WHOLE_JOBS: Final = 40
_MOST_JOBS: Final = 500
_MOST_DETAIL_CHARACTERS: Final = 4000


@dataclass(frozen=True, slots=True)
class Photos:
    """The photos of a capture: how many, their bytes, and megapixels of one on average (0 = unknown)."""

    count: int
    size_bytes: int
    megapixels: float


@dataclass(slots=True)
class JobRecord:
    """One job with what was asked."""

    job: Job
    request: SubmitParams

    @property
    def root(self) -> Path:
        """The job's folder."""
        return Path(self.job.folder or "")


class Jobs:
    """The list of jobs.

    Args:
        store: Where they are kept.
        publisher: Who is told.
        stages: The stages every new job has.
        goes_on: Jobs go on in the engine's own queue while no agent runs.
    """

    def __init__(
        self, store: JobStore, publisher: Publisher, stages: tuple[str, ...], *, goes_on: bool = False
    ) -> None:
        self.store = store
        self._publisher = publisher
        self._stages = stages
        self.logs = LogWriter()
        self._records: dict[str, JobRecord] = {}
        self._foreign: dict[str, JobRecord] = {}
        self._runs = {run.job: run for run in reversed(store.runs())}
        for stored in store.jobs():
            self._records[stored.job.id] = JobRecord(stored.job, stored.request)
        for record in self._records.values():
            if goes_on and (record.job.state is JobState.RUNNING or record.job.error == INTERRUPTED):
                self.put(record, replace(record.job, state=JobState.QUEUED, error=None, eta=None, held=None))
            elif record.job.state is JobState.RUNNING:
                self.put(record, replace(record.job, state=JobState.PAUSED, error=INTERRUPTED, eta=None, held=None))

    def __iter__(self) -> Iterator[JobRecord]:
        return iter(tuple(self._records.values()))

    def newest_first(self) -> tuple[Job, ...]:
        """Return the jobs, newest first; of long past ones only what a list shows, so that all fit one message."""
        jobs = [record.job for record in reversed(self._records.values())]
        if self._foreign:
            jobs += [record.job for record in self._foreign.values()]
            jobs.sort(key=lambda job: job.submitted.timestamp() if job.submitted else 0.0, reverse=True)
        return (*jobs[:_WHOLE_JOBS], *(_brief(job) for job in jobs[_WHOLE_JOBS:_MOST_JOBS]))

    def get(self, job: str) -> JobRecord:
        """Return one job.

        Raises:
            Refusal: There is none of that id.
        """
        record = self._records.get(job) or self._foreign.get(job)
        if record is None:
            raise unknown_job(job)
        return record

    def is_ours(self, job: str) -> bool:
        """Return whether a job was handed in here."""
        return job in self._records

    def put_foreign(self, job: Job) -> None:
        """Take in what another tool's job is now; none of it is kept."""
        record = self._foreign.setdefault(job.id, JobRecord(job, SubmitParams(capture=job.capture, preset="", key="")))
        self.put(record, job, keep=False)

    def by_key(self, key: str) -> JobRecord | None:
        """Return the job submitted with this key, if there is one."""
        return next((record for record in self._records.values() if record.request.key == key), None)

    def made(self, request: SubmitParams, prepare: Callable[[SubmitParams, Path], None]) -> Job:
        """Make a job and its folder, which nobody knows yet. Blocks on the disk; any thread.

        Args:
            request: What is asked.
            prepare: Makes the job's folder.

        Raises:
            InputError: The capture cannot be read.
            TiepointError: As `prepare`.
            OSError: The folder cannot be made.
        """
        capture = Path(request.capture)
        # What comes from Blob is known once it has come.
        photos = Photos(0, 0, 0.0) if request.source else photos_of(capture)
        now = datetime.now(UTC)
        identifier = new_id(request.name or capture.name, now.astimezone(), random_suffix())
        root = capture / "jobs" / identifier
        prepare(request, root)
        return Job(
            id=JobId(identifier),
            name=request.name or capture.name,
            capture=request.capture,
            state=JobState.QUEUED,
            stages=tuple(Stage(name, uses=_uses(name)) for name in self._stages_of(request)),
            priority=request.priority,
            node_limit=request.node_limit,
            user=_user(),
            submitted=now,
            folder=str(root),
            output=request.output,
            preset=request.preset,
            changes=changes_text(request.parameters),
            photos=photos.count,
            megapixels=photos.megapixels,
        )

    def add(self, job: Job, request: SubmitParams) -> JobRecord:
        """Take in a job that was made; the caller made sure that its key is new.

        Raises:
            TiepointError: The list cannot be written.
        """
        try:
            self.store.put(job, request)
        except sqlite3.Error as error:  # taken in and forgotten at the next start it would be lost
            raise _not_kept(error) from error
        record = self._records[job.id] = JobRecord(job, request)
        self._publisher.tell(JobChanged(job))
        return record

    def _stages_of(self, request: SubmitParams) -> tuple[str, ...]:
        """The engine's stages, with ours around them where photos come from Blob or products go there."""
        first, last = ROUND_STAGES
        return (*([first] if request.source else []), *self._stages, *([last] if request.publish else []))

    def put(self, record: JobRecord, job: Job, *, keep: bool = True) -> None:
        """Make this the job's present state; on a full disk it is told at least, and kept with the next one.

        Args:
            record: The job.
            job: Its new state.
            keep: Write it to the database; not needed for mere progress.
        """
        if job.error is not None and len(job.error.detail) > _MOST_DETAIL_CHARACTERS:
            job = replace(job, error=replace(job.error, detail=job.error.detail[-_MOST_DETAIL_CHARACTERS:]))
        record.job = job
        if keep and not job.foreign:
            try:
                self.store.put(job, record.request)
            except sqlite3.Error as failure:
                _log.error("the state of job %s could not be kept: %s", job.id, failure)
        self._publisher.tell(JobChanged(job))

    def past_runs(self) -> tuple[PastRun, ...]:
        """Return what jobs took, newest first; deleted jobs included."""
        return tuple(reversed(self._runs.values()))

    def remember(self, record: JobRecord, **figures: Any) -> None:
        """Keep something of what a job took.

        Args:
            record: The job.
            figures: Fields of `PastRun`; `stages` are added to those known, of `memory_bytes` the most counts.

        Raises:
            sqlite3.Error: The disk is full.
        """
        job = record.job
        run = self._runs.pop(job.id, None) or PastRun(
            job.id, job.preset, job.photos, job.megapixels, changes=job.changes, is_complete=False
        )
        stages = {**run.stages, **figures.pop("stages", {})}
        memory_bytes = max(run.memory_bytes, figures.pop("memory_bytes", 0))
        now = datetime.now(UTC)
        self._runs[job.id] = replace(run, stages=stages, memory_bytes=memory_bytes, finished=now, **figures)
        self.store.put_run(self._runs[job.id])

    def log(self, record: JobRecord, level: str, source: str, text: str) -> None:
        """Add to the job's log; a foreign one has none of ours."""
        if record.job.foreign:
            return
        line = self.logs.write(log_path(record), level, source, text)
        self._publisher.tell(LogLines((line,), job=record.job.id))


def log_path(record: JobRecord) -> Path:
    """Return where a job's log lies; that of a foreign job is not ours and nowhere."""
    return record.root / "job.log" if record.job.folder else Path(os.devnull)


def photos_of(capture: Path) -> Photos:
    """Return what a capture's manifest says of its photos.

    Raises:
        InputError: Its manifest is missing or broken.
    """
    try:
        content: Any = json.loads((capture / "capture.json").read_text(encoding="utf-8"))
        photos = content["photos"]
        sizes_px = [int(photo.get("width") or 0) * int(photo.get("height") or 0) for photo in photos]
        known = [pixels for pixels in sizes_px if pixels > 0]
        megapixels = round(sum(known) / len(known) / 1e6, 2) if known else 0.0
        return Photos(len(photos), sum(int(photo.get("size") or 0) for photo in photos), megapixels)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"The capture in {capture} cannot be read.",
            remedy="Check that the folder is there and holds capture.json, then submit the job again.",
            detail=str(error),
        ) from error


def _not_kept(error: sqlite3.Error) -> TiepointError:
    folder = folders.data_folder()
    if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
        return no_space(folder, free_bytes(folder))
    return SetupError(
        f"The list of jobs in {folder} cannot be written.",
        remedy="Look whether the disk there is full, broken or read-only.",
        retryable=True,
        detail=str(error),
    )


def _brief(job: Job) -> Job:
    if not job.state.is_over:
        return job
    return replace(job, stages=(), error=replace(job.error, detail="") if job.error else None)


def _uses(stage: str) -> StageUses:
    return StageUses("many" if uses_many_nodes(stage) else "one")


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return ""
