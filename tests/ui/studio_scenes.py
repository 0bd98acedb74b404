"""The Jobs and Nodes pages on a large studio's cluster, for pictures that people look at: too slow for every test."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

from PySide6.QtWidgets import QWidget

from fakes.cluster_jobs import failed_job, monitor_jobs
from page_stand import until
from tiepoint.domain.errors import ConnectionLost, TiepointError
from tiepoint.domain.job import Job
from ui.jobs.there_stand import there
from ui.site_scenes import cloud_nodes_page

NODES: Final = 1000
_IDLE: Final = 253
_SILENT: Final = ConnectionLost("The jump box answers, the scheduler (10.0.1.250) does not.", retryable=True)

_FIRST, *_OTHERS = (
    each if each.suitable_nodes == 0 else dataclasses.replace(each, suitable_nodes=NODES) for each in monitor_jobs()
)


@contextlib.asynccontextmanager
async def _jobs(*jobs: Job, problem: TiepointError | None = None) -> AsyncIterator[QWidget]:
    async with there(*jobs, busy=NODES - _IDLE, idle=_IDLE) as stand:
        await stand.open(jobs[0].id)
        if problem is not None:
            stand.scheduler.problem, stand.scheduler.retry_s = problem, 12.0
            stand.scheduler.lose()
            await until(lambda: stand.page.strip().state == "lost")
        yield stand.page


def _nodes(problem: TiepointError | None = None) -> Callable[[], Any]:
    @contextlib.asynccontextmanager
    async def scene() -> AsyncIterator[QWidget]:
        async with cloud_nodes_page(NODES, problem) as stand:
            yield stand.page

    return scene


STUDIO_SCENES: Final = {
    "studio, jobs": lambda: _jobs(_FIRST, *_OTHERS),
    "studio, jobs, lost": lambda: _jobs(_FIRST, *_OTHERS, problem=_SILENT),
    "studio, jobs, failed": lambda: _jobs(failed_job(), _OTHERS[-1]),
    "studio, nodes": _nodes(),
    "studio, nodes, lost": _nodes(_SILENT),
}
"""Every scene by what it shows; each yields the page to look at."""
