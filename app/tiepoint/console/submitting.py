"""The command `submit`: a whole round on a cluster, begun and followed.

Returns an exit code and leaves every word to the outlet. Ctrl-C ends the following and nothing else. On the loop's
thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tiepoint.console.outcomes import EXIT_OK, EXIT_USAGE
from tiepoint.console.outlet import Outlet
from tiepoint.console.requests import full_path, parsed_changes
from tiepoint.console.sites import site_of
from tiepoint.console.text import plain
from tiepoint.domain.capture import skipped_warnings
from tiepoint.domain.errors import Canceled, OperationFailed, SignInNeeded, TiepointError, UsageError
from tiepoint.domain.failure import Failure
from tiepoint.domain.remote_round import Round, RoundId, RoundState, RoundStep
from tiepoint.services.program import Program
from tiepoint.services.reconstruction import RunSnapshot
from tiepoint.services.rounds import RoundRequest
from tiepoint.services.sites import Site

_BEFORE_JOB: Final = (RoundStep.UPLOAD, RoundStep.SUBMIT)
TITLES: Final = {
    RoundStep.UPLOAD: "Sending the photos",
    RoundStep.SUBMIT: "Handing in the job",
    RoundStep.FETCH: "Photos onto the cluster's file system",
    RoundStep.PROCESS: "Processing",
    RoundStep.PUBLISH: "Products into Blob",
    RoundStep.DOWNLOAD: "Fetching the products",
    RoundStep.DONE: "Done",
}


@dataclass(frozen=True, slots=True)
class SubmitWish:
    """What was typed.

    Args:
        cluster: Name of the cluster.
        preset: Name of a preset; None = the one of the settings.
        changes: `key=value` texts.
        name: Name of the job; empty = the photos' folder.
        output: Folder for the products besides; None = none.
        priority: -2 to 2.
        is_detached: End once the cluster goes on by itself.
    """

    cluster: str
    preset: str | None = None
    changes: tuple[str, ...] = ()
    name: str = ""
    output: Path | None = None
    priority: int = 0
    is_detached: bool = False


async def submit(program: Program, outlet: Outlet, photos: Sequence[Path], wish: SubmitWish) -> int:
    """Begin a round, or go on with the same one, and follow it.

    Raises:
        UsageError: No cluster is named.
        TiepointError: As `Rounds.begin`.
    """
    if not wish.cluster:
        raise UsageError(
            "No cluster is named.", remedy="Name one with --cluster, or work here with: tiepoint run PHOTOS -o FOLDER"
        )
    site = await site_of(program, wish.cluster)
    paths = await asyncio.to_thread(lambda: [full_path(path) for path in photos])
    drop = await program.transfers.sendable(await program.captures.scan_any(paths), paths)
    for warning in skipped_warnings(drop.skipped):
        outlet.warning(warning)
    request = RoundRequest(
        site.id,
        wish.preset or program.settings.load().settings.preset,
        parsed_changes(wish.changes),
        wish.name,
        priority=wish.priority,
        output=full_path(wish.output) if wish.output is not None else None,
    )
    await program.azure.sign_in.restore()
    program.remote.rounds.start()
    begun = await program.remote.rounds.begin(drop, request, given=paths)
    return await _followed(program, outlet, site, begun, wish)


async def _followed(program: Program, outlet: Outlet, site: Site, begun: Round, wish: SubmitWish) -> int:
    steps = _Steps(outlet, site)
    news = asyncio.Event()
    end = program.remote.rounds.changed.subscribe(lambda _all: news.set())
    end_monitor = site.monitor.changed.subscribe(lambda _snapshot: news.set())
    current = begun
    try:
        while True:
            news.clear()
            current = _now(program, begun.id) or current
            steps.tell(current)
            if _wants_sign_in(program, current):
                return _failed(outlet, current, _why(current))
            if current.is_over or (wish.is_detached and current.step not in _BEFORE_JOB):
                break
            await news.wait()
    except asyncio.CancelledError:
        where = f"See: tiepoint jobs --cluster {wish.cluster}"
        return _failed(outlet, current, Canceled("No longer following; what runs goes on.", remedy=where))
    finally:
        end()
        end_monitor()
    return _ended(outlet, current, wish)


def _wants_sign_in(program: Program, current: Round) -> bool:
    """Whether nobody is signed in and the round cannot go on without; the same command goes on afterwards."""
    kind = current.failure.kind if current.failure is not None and current.state is RoundState.WAITING else ""
    return kind == SignInNeeded.kind and program.azure.sign_in.snapshot.account is None


def _now(program: Program, round_id: RoundId) -> Round | None:
    return next((each for each in program.remote.rounds.all if each.id == round_id), None)


class _Steps:
    """Tells each step once, how far it is, and what it waits for."""

    def __init__(self, outlet: Outlet, site: Site) -> None:
        self._outlet, self._site = outlet, site
        self._step: RoundStep | None = None
        self._waits = ""

    def tell(self, current: Round) -> None:
        """Tell what is new of a round."""
        if current.step is not self._step:
            self._step = current.step
            facts = {"round": current.id, "step": current.step.value, "job": current.job, "capture": current.capture}
            self._outlet.notice("step", facts, f"{TITLES[current.step]} ...")
        waits = current.failure.summary if current.failure and current.state is RoundState.WAITING else ""
        if waits != self._waits:
            self._waits = waits
            if current.failure is not None and waits:
                self._outlet.warning(current.failure)
        job = self._site.monitor.job(current.job) if current.job else None
        if job is not None and current.step in (RoundStep.FETCH, RoundStep.PROCESS, RoundStep.PUBLISH):
            self._outlet.progress(RunSnapshot(job=job))
        elif current.progress is not None:
            told = current.progress
            self._outlet.advance(current.step.value, told.done, told.total, told.unit)


def _ended(outlet: Outlet, current: Round, wish: SubmitWish) -> int:
    outlet.close()
    if current.state is RoundState.COMPLETED:
        place = plain(current.output or current.folder)
        outlet.result({**_facts(current), "state": "completed", "exit_code": EXIT_OK}, f"Products: {place}")
        return EXIT_OK
    if current.is_over:
        return _failed(outlet, current, _why(current))
    said = (
        f"Job {plain(current.job or '')} goes on by itself. Follow it with: tiepoint watch {plain(current.job or '')} "
    )
    said += f"--cluster {wish.cluster}. The products come down with the same command, or while the panel is open."
    outlet.result({**_facts(current), "state": "running", "exit_code": EXIT_OK}, said)
    return EXIT_OK


def _why(current: Round) -> TiepointError:
    if current.failure is not None:
        return current.failure.as_error()
    if current.state is RoundState.CANCELED:
        return Canceled("The round was stopped; what is done is kept.")
    return OperationFailed(
        "The round failed without saying why.", remedy="Look into the log: tiepoint support FILE.zip"
    )


def _failed(outlet: Outlet, current: Round, error: TiepointError) -> int:
    outlet.close()
    outlet.error(Failure.of(error))
    state = "canceled" if isinstance(error, Canceled) else "failed"
    outlet.result(
        {**_facts(current), "state": state, "exit_code": error.exit_code or EXIT_USAGE, "error": error.to_dict()}, ""
    )
    return error.exit_code


def _facts(current: Round) -> dict[str, object]:
    return {
        "round": current.id,
        "step": current.step.value,
        "capture": current.capture,
        "job": current.job,
        "folder": current.folder,
        "output": current.output,
        "published": current.published,
        "error": None,
    }
