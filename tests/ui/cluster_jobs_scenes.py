"""The Jobs page on a cluster in its main states, for tests that look at all pages."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

from PySide6.QtWidgets import QPushButton, QWidget

from fakes.cluster_jobs import a_round_at, ago, failed_job, monitor_jobs
from fakes.program import FakeProgram
from page_stand import until
from tiepoint.domain.failure import Failure
from tiepoint.domain.job import Job
from tiepoint.domain.remote_round import RoundState, RoundStep
from tiepoint.services.sites import Site
from tiepoint.ui.viewmodels.recorder import recorder_of
from ui.jobs.there_stand import ThereStand, there


def _plainly(job: Job) -> Job:
    """With names that no language changes."""
    return dataclasses.replace(job, name="a.jpg", user="b.jpg", error=None if job.error is None else _OUT_OF_MEMORY)


_OUT_OF_MEMORY: Final = Failure("engine", "a.jpg", "b.jpg", True, "bad_alloc.txt")
_DEPTH, _MODEL, *_OTHERS = map(_plainly, monitor_jobs())
_FAILED: Final = _plainly(failed_job())
_FOREIGN = _OTHERS[3]
_WHY: Final = Failure("sign-in", "a.jpg", "b.jpg")


@contextlib.asynccontextmanager
async def _jobs(
    *jobs: Job,
    idle: int = 7,
    before: Callable[[FakeProgram, Site], object] | None = None,
    open_key: str = "",
) -> AsyncIterator[QWidget]:
    async with there(*jobs, busy=1, idle=idle, before=before) as stand:
        if open_key:
            await stand.open(open_key)
        await until(lambda: any(button.isVisible() for button in stand.page.findChildren(QPushButton)))
        yield stand.page


def _waits(fake: FakeProgram, site: Site) -> None:
    rounds: Any = fake.program.remote.rounds
    rounds.put(a_round_at(RoundStep.UPLOAD, site, name="a.jpg", state=RoundState.WAITING, failure=_WHY))


@contextlib.asynccontextmanager
async def _recorded() -> AsyncIterator[QWidget]:
    async with there(_DEPTH, _FAILED) as stand:
        recordings: Any = stand.fake.program.remote.recordings
        for minutes in (600, 300, 1):
            recordings.put(stand.site.id, ago(minutes), stand.page.viewmodel.snapshot)
        recorder = recorder_of(stand.parts.panel)
        recorder.look()
        await until(lambda: recorder.spans)
        recorder.show_at(ago(300))
        await until(stand.page.banners.replay.isVisible)
        yield stand.page


@contextlib.asynccontextmanager
async def _lost() -> AsyncIterator[QWidget]:
    async with there(_DEPTH, _FAILED) as stand:
        await _lose(stand)
        yield stand.page


async def _lose(stand: ThereStand) -> None:
    stand.scheduler.lose()
    await until(lambda: stand.page.strip().state == "lost")


_STUCK: Final = dataclasses.replace(_MODEL, last_line=ago(14))
CLUSTER_JOBS_SCENES: Final = {
    "jobs, on a cluster": lambda: _jobs(_DEPTH, *_OTHERS, open_key=_DEPTH.id),
    "jobs, on a cluster, failed": lambda: _jobs(_FAILED),
    "jobs, on a cluster, nodes to park": lambda: _jobs(_STUCK),
    "jobs, on a cluster, another tool's": lambda: _jobs(_FOREIGN),
    "jobs, on a cluster, a round waits": lambda: _jobs(_DEPTH, before=_waits, open_key="round:round-1"),
    "jobs, on a cluster, none": lambda: _jobs(),
    "jobs, on a cluster, recorded": _recorded,
    "jobs, on a cluster, link lost": _lost,
}
"""Every scene by what it shows; each yields the widget to look at."""
