"""The steps on the cluster: submission by key, then following the job until its products are in Blob.

On the loop's thread.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime
from pathlib import PurePosixPath, PureWindowsPath
from typing import Final

from tiepoint.domain.blob_place import read_place
from tiepoint.domain.errors import (
    AgentTooNew,
    AgentTooOld,
    AgentUnavailable,
    CloudError,
    ConnectionLost,
    HostKeyChanged,
    KeyRefused,
    SignInNeeded,
    TiepointError,
    UsageError,
)
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import is_id
from tiepoint.domain.job import Job, JobState
from tiepoint.domain.operation import OperationProgress
from tiepoint.domain.presets import parameters_for
from tiepoint.domain.remote_round import Round, RoundState, RoundStep
from tiepoint.domain.stages import ROUND_STAGES
from tiepoint.protocol.hello import Capability, HelloResult
from tiepoint.protocol.methods import SubmitParams
from tiepoint.services.rounds import words
from tiepoint.services.rounds.kit import Board, RoundKit
from tiepoint.services.sites import Site

MOST_RESUMES: Final = 5
"""Times that a job which an agent's end interrupted is let go on by itself without any progress in between."""
_OLD_NEWS_S: Final = 5.0
"""As long may the list of jobs show what was before a job was let go on."""
_FETCH, _PUBLISH = ROUND_STAGES
_STEPS: Final = {_FETCH: RoundStep.FETCH, _PUBLISH: RoundStep.PUBLISH}
_AWAY: Final = (
    ConnectionLost,
    AgentUnavailable,
    SignInNeeded,
    HostKeyChanged,
    KeyRefused,
    AgentTooOld,
    AgentTooNew,
)
_ON_CLUSTER: Final = (RoundStep.FETCH, RoundStep.PROCESS, RoundStep.PUBLISH)


class Working:
    """The steps of one round that the cluster does.

    Args:
        kit: What to work with.
        board: The round.
    """

    def __init__(self, kit: RoundKit, board: Board) -> None:
        self._kit, self._board = kit, board
        self._resumes: tuple[str, int] = ("", 0)
        self._handed_in: SubmitParams | None = None
        self._before: tuple[JobState, datetime | None, float] | None = None

    @property
    def site(self) -> Site | None:
        """Where it runs, followed from now on; None = it is not known, or not yet."""
        site = self._kit.sites.get(self._board.round.site)
        if site is not None:
            site.monitor.start()
        return site

    async def submit(self) -> bool:
        """Hand the job in; True once it is."""
        site = self._ready()
        if site is None:
            return False
        round_ = self._board.round
        agent = await site.scheduler.hello()
        trouble = _unfit(site, agent)
        if trouble is not None:
            self._board.put(state=RoundState.FAILED, failure=trouble, progress=None)
            return False
        self._board.put(state=RoundState.RUNNING, failure=None)
        await self._kit.importing.bring(round_.site, read_place(round_.source)[0])
        self._handed_in = self._request(round_, agent)
        job = await site.scheduler.submit(self._handed_in)
        if not is_id(job.id):
            # The id becomes the name of a folder here.
            self._board.put(state=RoundState.FAILED, failure=words.no_job_id(site.name))
            return False
        if job.state is not JobState.COMPLETED:
            await self._let_go_on(site, job)
        self._board.put(job=job.id, step=RoundStep.FETCH, state=RoundState.RUNNING, failure=None)
        return True

    async def follow(self) -> bool:
        """Look how the job is; True once the round is a step further."""
        site = self._ready()
        round_ = self._board.round
        if site is None or round_.job is None:
            return False
        job = site.monitor.job(round_.job)
        link = site.monitor.snapshot.link
        if not link.is_up:
            problem = link.problem or Failure("connection", f"{site.name} is being connected to.", retryable=True)
            self._board.put(state=RoundState.WAITING, failure=problem)
            return False
        if job is None:
            job = await self._asked(site, round_)
        return job is not None and await self._took(site, job)

    async def go_on(self) -> None:
        """Let a job go on that failed, was stopped or paused; one that the scheduler forgot is handed in again."""
        site, round_ = self.site, self._board.round
        if site is None or round_.job is None:
            return
        try:
            job = await site.scheduler.job(round_.job)
        except UsageError:
            self._board.put(step=RoundStep.SUBMIT, job=None)
            return
        if job.state is JobState.COMPLETED and not job.published:
            raise words.not_published().as_error()
        await self._let_go_on(site, job)

    async def stop(self) -> None:
        """Stop the job for good, also one of which the answer to its submission has not come.

        Raises:
            TiepointError: The cluster cannot be reached, and may still be there.
        """
        if self._kit.places.is_gone(self._board.round.site):
            return
        site, round_ = self.site, self._board.round
        job_id = round_.job
        if job_id is None and (self._handed_in is None or round_.step is not RoundStep.SUBMIT):
            return
        if site is None:
            raise words.no_cluster(round_.site).as_error()
        if job_id is None and self._handed_in is not None:
            job_id = (await site.scheduler.submit(self._handed_in)).id
        if job_id is not None and round_.step in (RoundStep.SUBMIT, *_ON_CLUSTER):
            with contextlib.suppress(UsageError):  # the scheduler has forgotten it
                await site.jobs.abort(job_id)

    async def _asked(self, site: Site, round_: Round) -> Job | None:
        """Ask for a job that the list does not hold, which may be too long."""
        try:
            return await site.scheduler.job(round_.job) if round_.job else None
        except UsageError:
            self._board.put(state=RoundState.FAILED, failure=words.job_gone(site.name), progress=None)
            return None

    async def _took(self, site: Site, job: Job) -> bool:
        if self._is_old_news(job):
            return False
        if job.state is JobState.COMPLETED:
            self._put_published(site, job)
            return self._board.round.step is RoundStep.DOWNLOAD
        step = _STEPS.get(job.stage or "", RoundStep.PROCESS if job.stage else RoundStep.FETCH)
        progress = _progress(job, step)
        if job.state is JobState.PAUSED and job.error is not None and self._may_resume(job):
            await self._let_go_on(site, job)
            self._board.put(step=step, state=RoundState.RUNNING, failure=None, progress=progress)
        elif job.state is JobState.PAUSED:
            failure = job.error or words.paused_job()
            self._board.put(step=step, state=RoundState.WAITING, failure=failure, progress=progress)
        elif job.state.is_over:
            self._put_end(job, step)
        else:
            self._board.put(step=step, state=RoundState.RUNNING, failure=None, progress=progress)
        return False

    def _put_published(self, site: Site, job: Job) -> None:
        """Go on to the download, from where the products were to go and from nowhere else."""
        round_, places = self._board.round, self._kit.places.of(self._board.round.site)
        failure = None
        if not job.published:
            failure = words.not_published()
        elif places is None or job.published != places[1].below(round_.capture, "jobs", job.id).url:
            failure = words.published_elsewhere(site.name, job.published)
        if failure is not None:
            self._board.put(state=RoundState.FAILED, failure=failure, progress=None)
            return
        self._board.put(
            step=RoundStep.DOWNLOAD, published=job.published, state=RoundState.RUNNING, failure=None, progress=None
        )

    async def _let_go_on(self, site: Site, job: Job) -> None:
        """Let a job go on, and know that what is told of it for a moment is how it was before."""
        await site.jobs.go_on(job)
        self._before = (job.state, job.finished, asyncio.get_running_loop().time() + _OLD_NEWS_S)

    def _is_old_news(self, job: Job) -> bool:
        if self._before is None:
            return False
        state, finished, until_s = self._before
        is_old = (job.state, job.finished) == (state, finished) and (state.is_over or state is JobState.PAUSED)
        if is_old and asyncio.get_running_loop().time() < until_s:
            return True
        self._before = None
        return False

    def _put_end(self, job: Job, step: RoundStep) -> None:
        is_failed = job.state is JobState.FAILED
        self._board.put(
            step=step,
            state=RoundState.FAILED if is_failed else RoundState.CANCELED,
            failure=words.end_of_job(job) if is_failed else None,
            finished=self._kit.now(),
            progress=None,
        )

    def _may_resume(self, job: Job) -> bool:
        """Whether a job that its agent's end interrupted goes on by itself: not for ever at the same place."""
        if job.error is None or job.error.kind != "interrupted":
            return False
        where = f"{job.stage} {job.progress}"
        count = self._resumes[1] + 1 if self._resumes[0] == where else 1
        self._resumes = (where, count)
        return count <= MOST_RESUMES

    def _ready(self) -> Site | None:
        """The site, if nothing is known to stand in the way there."""
        round_, site = self._board.round, self.site
        asleep = self._kit.places.asleep(round_.site)
        if site is not None and (asleep is None or site.monitor.snapshot.link.is_up):
            return site
        self._board.put(state=RoundState.WAITING, failure=asleep or words.no_cluster(round_.site))
        return None

    def _request(self, round_: Round, agent: HelloResult) -> SubmitParams:
        places = self._kit.places.of(round_.site)
        if places is None:
            raise no_place(round_.site)
        values = parameters_for(round_.preset, round_.changes).to_dict()
        return SubmitParams(
            capture=_below(agent.work, "captures", round_.capture),
            preset=round_.preset,
            key=round_.key,
            name=round_.name,
            parameters={name: values[name] for name in round_.changes},
            products=round_.products,
            priority=round_.priority,
            source=round_.source,
            publish=places[1].below(round_.capture, "jobs").url,
        )


def no_place(site: str) -> UsageError:
    """Return the error for a site without containers."""
    return UsageError(
        f"{site} has no containers for photos and products.",
        remedy="For an own cluster name them: tiepoint cluster add NAME … with --captures and --products. "
        "A cluster on Azure has them once its storage account is there.",
    )


def is_away(error: TiepointError) -> bool:
    """Whether an error says that the cluster cannot be reached just now, and may be later, also by a person's doing."""
    return isinstance(error, _AWAY) or (isinstance(error, CloudError) and error.retryable)


def _unfit(site: Site, agent: HelloResult) -> Failure | None:
    if Capability.BLOB.value not in agent.capabilities:
        return words.no_way_to_blob(site.name, agent.agent)
    return None if agent.work else words.no_shared_folder(site.name)


def _below(work: str, *parts: str) -> str:
    """Spell a path as the scheduler's machine does."""
    kind = PureWindowsPath if "\\" in work or work[1:2] == ":" else PurePosixPath
    return str(kind(work, *parts))


def _progress(job: Job, step: RoundStep) -> OperationProgress | None:
    stage = next((each for each in job.stages if each.name == job.stage), None)
    found = job.progress if step is RoundStep.PROCESS or stage is None else stage.progress
    if found is None:
        return OperationProgress(step.value, message=job.state.value if job.state is JobState.QUEUED else "")
    return OperationProgress(step.value, found.done, found.total, found.unit, message=job.stage or "")
