"""What happens when a person closes the window: ask when something runs, do what was chosen, then end."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from tiepoint.domain.errors import TiepointError
from tiepoint.domain.transfer import Transfer
from tiepoint.ui.panel import Panel
from tiepoint.ui.shell.closing import ClosingChoice, ask_before_closing
from tiepoint.ui.shell.closing_rounds import under_way
from tiepoint.ui.shell.pausing import pause_before_leaving
from tiepoint.ui.viewmodels.cluster_meter import worth_asking

_asking: set[int] = set()


async def leave(window: QWidget, panel: Panel, end: Callable[[], None]) -> None:
    """Ask what becomes of running jobs, and end the session unless the person stays.

    Args:
        window: Parent of the question.
        panel: Knows what runs.
        end: Ends the session.
    """
    if id(window) in _asking:
        return
    _asking.add(id(window))
    try:
        choice = await _choice(window, panel)
    finally:
        _asking.discard(id(window))
    if choice is ClosingChoice.STOP:
        await _stop(panel)
    if choice is ClosingChoice.PAUSE and not await pause_before_leaving(panel):
        return
    if choice is not ClosingChoice.STAY:
        end()


async def _stop(panel: Panel) -> None:
    program = panel.program
    if program.monitor.snapshot.unfinished:
        await program.computer.stop_agent(now=True)
    for transfer in _moving(panel):
        # One that was over or removed meanwhile needs no pausing; a worker that is away moves nothing.
        with contextlib.suppress(TiepointError):
            await program.transfers.pause(transfer.id)


def _moving(panel: Panel) -> tuple[Transfer, ...]:
    """Transfers that go on by themselves; others stand still anyway."""
    snapshot = panel.program.transfers.snapshot
    return tuple(each for each in snapshot.unfinished if each.state.is_going) if snapshot.is_connected else ()


async def _choice(window: QWidget, panel: Panel) -> ClosingChoice:
    program = panel.program
    unfinished, copied = program.monitor.snapshot.unfinished, program.captures.being_kept
    clusters = worth_asking(program.azure.clusters.snapshot)
    rounds = under_way(program.remote.rounds.all)
    own = {transfer for each in rounds for transfer in (each.upload, each.download)}
    moving = [each for each in _moving(panel) if each.id not in own]  # told of the round
    return await ask_before_closing(window, unfinished, copied, moving, clusters=clusters, rounds=rounds)
