"""The commands that follow a cluster: `watch --cluster` and `resume --cluster`.

Each returns an exit code and leaves every word to the outlet. Ctrl-C ends the following, never a job. On the loop's
thread.
"""

from __future__ import annotations

import asyncio
import contextlib

from tiepoint.console.outcomes import EXIT_OK, failure_facts
from tiepoint.console.outlet import Outlet
from tiepoint.console.sites import on, site_of
from tiepoint.console.text import duration_text, plain
from tiepoint.domain.errors import Canceled, OperationFailed, TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.domain.job import Job, JobState
from tiepoint.services.monitor import MonitorSnapshot
from tiepoint.services.program import Program
from tiepoint.services.reconstruction import RunSnapshot
from tiepoint.services.sites import Site


async def watch(program: Program, outlet: Outlet, cluster: str, text: str | None) -> int:
    """Follow one job of a cluster to its end, or without a name all its jobs and nodes until Ctrl-C."""
    site = await site_of(program, cluster)
    if text is None:
        return await _watch_all(site, outlet)
    return await follow(site, outlet, await site.jobs.find(text), cluster)


async def resume(program: Program, outlet: Outlet, cluster: str, text: str | None) -> int:
    """Let a job of a cluster go on and follow it to its end; without a name the newest unfinished one."""
    site = await site_of(program, cluster)
    found = await (site.jobs.find(text) if text else site.jobs.to_resume())
    return await follow(site, outlet, await site.jobs.go_on(found), cluster)


async def follow(site: Site, outlet: Outlet, job: Job, cluster: str) -> int:
    """Follow a job to its end and say how it ended; its products stay where they are."""
    last = job
    try:
        async with contextlib.aclosing(site.jobs.follow(job.id)) as followed:
            async for current in followed:
                last = current.job
                outlet.progress(RunSnapshot(job=last, trouble=current.trouble))
    except asyncio.CancelledError:
        left = Canceled("No longer watching; the job goes on.", remedy=f"See: tiepoint jobs{on(cluster)}")
        return _ended(outlet, last, left)
    return _ended(outlet, last, _why(last, cluster))


def _why(job: Job, cluster: str) -> TiepointError | None:
    way = f"Go on with: tiepoint resume {plain(job.id)}{on(cluster)}"
    if job.state is JobState.COMPLETED:
        return None
    if job.error is not None:
        failure = job.error
        remedy = failure.remedy if "tiepoint" in failure.remedy else f"{failure.remedy} {way}".strip()
        return Failure(failure.kind, failure.summary, remedy, failure.retryable, failure.detail).as_error()
    if job.state is JobState.PAUSED:
        return Canceled("The job was paused.", remedy=way, retryable=True)
    if job.state is JobState.CANCELED:
        return Canceled("The job was stopped; what it has done is kept.", remedy=way, retryable=True)
    return OperationFailed("The job failed without saying why.", remedy=f"See: tiepoint logs {job.id}{on(cluster)}")


def _ended(outlet: Outlet, job: Job, error: TiepointError | None) -> int:
    outlet.close()
    if error is not None:
        outlet.error(Failure.of(error))
        outlet.result(failure_facts(job, error), "")
        return error.exit_code
    took = ""
    if job.started is not None and job.finished is not None:
        took = f" in {duration_text((job.finished - job.started).total_seconds())}"
    said = [f"{plain(job.name)} is completed{took}."]
    said += [f"Products: {plain(place)}" for place in (job.published or job.output or job.folder,) if place]
    facts = {"state": "completed", "exit_code": EXIT_OK, "job": job.id, "published": job.published, "error": None}
    outlet.result(facts, "\n".join(said))
    return EXIT_OK


async def _watch_all(site: Site, outlet: Outlet) -> int:
    """Show everything a scheduler tells until somebody ends it."""
    monitor = site.monitor

    def show(snapshot: MonitorSnapshot) -> None:
        outlet.site(site.name, snapshot)

    end = monitor.changed.subscribe(show)
    monitor.start()
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        outlet.close()
        jobs = [job for job in monitor.snapshot.jobs if not job.state.is_over]
        facts = {"state": "ok", "exit_code": EXIT_OK, "cluster": site.name, "unfinished": [job.id for job in jobs]}
        outlet.result(facts, f"No longer watching {plain(site.name)}; its jobs go on.")
    finally:
        end()
        await monitor.stop()
    return EXIT_OK
