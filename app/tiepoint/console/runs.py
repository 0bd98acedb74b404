"""The commands that follow a job to its end: `run`, `resume` and `watch`.

Each returns an exit code and leaves every word to the outlet. On the loop's thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

from tiepoint.console.outcomes import (
    EXIT_OK,
    exit_code,
    failure_facts,
    outcome_facts,
    outcome_text,
    outcome_warnings,
)
from tiepoint.console.outlet import Outlet, OutputLost, stderr_line
from tiepoint.console.requests import RunRequest
from tiepoint.console.text import plain
from tiepoint.domain.errors import Canceled, TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.domain.job import Job
from tiepoint.domain.product import Outcome
from tiepoint.services.program import Program
from tiepoint.services.reconstruction import Reconstruction, RunSnapshot

_log = logging.getLogger(__name__)


async def run(program: Program, outlet: Outlet, photos: Sequence[Path], wanted: RunRequest, *, detach: bool) -> int:
    """Make a model from photos.

    Args:
        program: The use cases.
        outlet: Takes what there is to say.
        photos: Files and folders.
        wanted: What was typed.
        detach: Hand the job in and leave it to itself.
    """

    async def steps(work: Reconstruction) -> int:
        request = wanted.job_request(program.settings.load().settings.preset)
        job = await work.submit(photos, request)
        if detach:
            return _detached(outlet, job)
        return _ended(outlet, work, await work.run_to_end(job, request.output, request.products))

    return await _watched(program, outlet, steps, abort=True)


async def resume(program: Program, outlet: Outlet, text: str | None) -> int:
    """Let a job go on and follow it to its end; without a name the newest unfinished one."""

    async def steps(work: Reconstruction) -> int:
        found = await (program.jobs.find(text) if text else program.jobs.to_resume())
        job = await program.jobs.go_on(found)
        return _ended(outlet, work, await work.run_to_end(job, _output(job)))

    return await _watched(program, outlet, steps, abort=True)


async def watch(program: Program, outlet: Outlet, text: str | None) -> int:
    """Follow a job that runs; leaving does not touch it. Without a name the newest one."""

    async def steps(work: Reconstruction) -> int:
        job = await (program.jobs.find(text) if text else program.jobs.newest())
        return _ended(outlet, work, await work.run_to_end(job, _output(job)))

    return await _watched(program, outlet, steps, abort=False)


def _output(job: Job) -> Path | None:
    return Path(job.output) if job.output else None


async def _watched(
    program: Program,
    outlet: Outlet,
    steps: Callable[[Reconstruction], Coroutine[Any, Any, int]],
    *,
    abort: bool,
) -> int:
    """Show a run while it takes its steps; turn its failure, or Ctrl-C, into a last word and an exit code."""
    work = program.new_reconstruction()
    told: set[Failure] = set()

    def show(snapshot: RunSnapshot) -> None:
        for warning in snapshot.warnings:
            if warning not in told:
                told.add(warning)
                outlet.warning(warning)
        outlet.progress(snapshot)

    unsubscribe = work.changed.subscribe(show)
    try:
        return await steps(work)
    except asyncio.CancelledError:
        return await _stopped(outlet, work, abort=abort)
    except TiepointError as error:
        return _failed(outlet, work.snapshot.job, error)
    except OutputLost:
        _tell_on_its_own(work.snapshot.job)
        raise
    finally:
        unsubscribe()


def _tell_on_its_own(job: Job | None) -> None:
    if job is not None and not job.state.is_over:
        with contextlib.suppress(OutputLost):
            stderr_line(
                f"The output is no longer read; the job goes on. Follow it with: tiepoint watch {plain(job.id)}"
            )


async def _stopped(outlet: Outlet, work: Reconstruction, *, abort: bool) -> int:
    job = work.snapshot.job
    if job is None:
        return _failed(outlet, None, Canceled("Stopped before a job was begun."))
    if not abort:
        return _failed(outlet, job, Canceled("No longer watching; the job goes on.", remedy="See: tiepoint jobs"))
    if await work.abort() is None:
        error = Canceled("The agent did not answer; the job may still run.", remedy="See: tiepoint jobs")
    else:
        remedy = f"Go on with: tiepoint resume {job.id}"
        error = Canceled("Stopped; what the job has done is kept.", remedy=remedy, retryable=True)
    return _failed(outlet, job, error)


def _failed(outlet: Outlet, job: Job | None, error: TiepointError) -> int:
    _log.info("ended: %s", error.detail or error.summary, exc_info=error)
    outlet.error(_with_way_on(Failure.of(error), job))
    outlet.result(failure_facts(job, error), "")
    return error.exit_code


def _with_way_on(failure: Failure, job: Job | None) -> Failure:
    """Name the command that goes on with a job, where going on can help and nobody said it yet."""
    if job is None or not failure.retryable or "tiepoint" in failure.remedy:
        return failure
    return dataclasses.replace(failure, remedy=f"{failure.remedy} Go on with: tiepoint resume {job.id}".strip())


def _detached(outlet: Outlet, job: Job) -> int:
    facts = {"state": job.state.value, "exit_code": EXIT_OK, "job": job.id, "output": job.output, "error": None}
    outlet.result(facts, f"Job {plain(job.id)} runs by itself. Follow it with: tiepoint watch {plain(job.id)}")
    return EXIT_OK


def _ended(outlet: Outlet, work: Reconstruction, outcome: Outcome) -> int:
    job = work.snapshot.job
    outlet.close()
    for warning, facts in outcome_warnings(outcome):
        outlet.warning(warning, **facts)
    if job is not None:
        outlet.result(outcome_facts(job, outcome), outcome_text(job, outcome))
    return exit_code(outcome)
