"""Rounds are written beside the loop: each as it was last, also when the disk is slow or refuses."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from datetime import UTC, datetime

from tiepoint.domain.errors import SetupError
from tiepoint.domain.identifiers import CaptureId
from tiepoint.domain.remote_round import Round, RoundId, RoundState, RoundStep
from tiepoint.services.rounds.keeping import RoundKeeper

ROUND = Round(
    id=RoundId("a"),
    name="bridge",
    site="own/box",
    capture=CaptureId(""),
    step=RoundStep.UPLOAD,
    state=RoundState.RUNNING,
    begun=datetime(2026, 11, 26, tzinfo=UTC),
    preset="draft",
)


class SlowStore:
    """Implements `RoundStore`; writes when it is let."""

    def __init__(self) -> None:
        self.wrote: list[tuple[str, RoundStep | None]] = []
        self.began, self.goes_on = threading.Event(), threading.Event()
        self.refuses = 0

    def all(self) -> tuple[Round, ...]:
        return ()

    def put(self, round_: Round) -> None:
        self._write(round_.id, round_.step)

    def remove(self, round_id: RoundId) -> None:
        self._write(round_id, None)

    def _write(self, round_id: RoundId, step: RoundStep | None) -> None:
        self.began.set()
        assert self.goes_on.wait(60)
        if self.refuses:
            self.refuses -= 1
            raise SetupError("The folder cannot be written.")
        self.wrote.append((round_id, step))


async def test_the_loop_goes_on_and_the_last_state_counts() -> None:
    store = SlowStore()
    keeper = RoundKeeper(store)
    other = replace(ROUND, id=RoundId("b"))
    keeper.put(ROUND)
    await asyncio.to_thread(store.began.wait, 60)
    keeper.put(replace(ROUND, step=RoundStep.PROCESS))
    keeper.put(other)
    keeper.put(replace(ROUND, step=RoundStep.DONE))
    keeper.remove(other.id)
    assert store.wrote == []
    store.goes_on.set()
    await keeper.written()
    assert store.wrote == [("a", RoundStep.UPLOAD), ("a", RoundStep.DONE), ("b", None)]
    await keeper.written()


async def test_what_cannot_be_kept_holds_up_nothing() -> None:
    store = SlowStore()
    store.goes_on.set()
    store.refuses = 1
    keeper = RoundKeeper(store)
    keeper.put(ROUND)
    keeper.put(replace(ROUND, id=RoundId("b")))
    await keeper.written()
    assert store.wrote == [("b", RoundStep.UPLOAD)]
