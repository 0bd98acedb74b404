"""One round on its way: does the step it is at, waits for news, and goes on. On the loop's thread."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
from collections.abc import Callable
from typing import Final

from tiepoint.domain.errors import TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.domain.remote_round import Round, RoundState, RoundStep
from tiepoint.services.rounds import words
from tiepoint.services.rounds.kit import RoundKit
from tiepoint.services.rounds.moving import Moving, failure_of
from tiepoint.services.rounds.working import Working, is_away
from tiepoint.services.waiting import until_done_or_set

_AGAIN_S: Final = 5.0
"""What could not be reached is tried again so soon, or as soon as there is news of it."""
_MOVES: Final = (RoundStep.UPLOAD, RoundStep.DOWNLOAD)
_log = logging.getLogger(__name__)


class RoundRunner:
    """Runs one round; implements `kit.Board`.

    Args:
        round_: As it was left.
        kit: What to work with.
        changed: Called with what it is now, and whether that is to be kept.
    """

    def __init__(self, round_: Round, kit: RoundKit, changed: Callable[[Round, bool], None]) -> None:
        self._round, self._kit, self._changed = round_, kit, changed
        self._moving, self._working = Moving(kit, self), Working(kit, self)
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def round(self) -> Round:
        """As it is now."""
        return self._round

    def put(self, **changes: object) -> None:
        """Change fields of it; kept unless only `progress` changes."""
        new = dataclasses.replace(self._round, **changes)  # type: ignore[arg-type]
        if new == self._round:
            return
        is_kept = dataclasses.replace(new, progress=None) != dataclasses.replace(self._round, progress=None)
        self._round = new
        self._changed(new, is_kept)

    def start(self) -> None:
        """Go on; idempotent."""
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run(), name=f"round {self._round.id}")
            self._task.add_done_callback(self._settle)

    async def stop(self) -> None:
        """Do no more; transfers and cluster go on."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def cancel(self) -> None:
        """Stop transfer and job, too; what is there stays there.

        Raises:
            TiepointError: Worker or cluster cannot be reached; the round goes on.
        """
        await self.stop()
        try:
            await (self._moving.stop() if self._round.step in _MOVES else self._working.stop())
        except BaseException:
            self.start()
            raise
        self.put(state=RoundState.CANCELED, finished=self._kit.now(), failure=None, progress=None)

    async def retry(self) -> None:
        """Let the step go on that failed, was stopped or waits.

        Raises:
            TiepointError: It cannot; the round stays as it is.
        """
        await self.stop()
        try:
            await (self._moving.go_on() if self._round.step in _MOVES else self._working.go_on())
            self.put(state=RoundState.RUNNING, failure=None, finished=None)
        finally:
            if not self._round.is_over:
                self.start()

    def _settle(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("round %s stopped unexpectedly", self._round.id, exc_info=error)
            failure = words.mistake(f"{type(error).__name__}: {error}")
            self.put(state=RoundState.FAILED, failure=failure, progress=None)

    async def _run(self) -> None:
        with contextlib.ExitStack() as ends:
            ends.callback(self._kit.transfers.changed.subscribe(lambda _: self._news.set()))
            ends.callback(self._kit.sites.changed.subscribe(lambda _: self._news.set()))
            ends.callback(self._kit.places.watch(self._news.set))
            followed = None
            while not self._round.is_over:
                site = self._kit.sites.get(self._round.site)
                if site is not None and site is not followed:
                    followed = site
                    ends.callback(site.monitor.changed.subscribe(lambda _: self._news.set()))
                self._news.clear()
                if not await self._step() and not self._round.is_over:
                    await self._wait()

    async def _step(self) -> bool:
        """Do what can be done now; True = look again at once."""
        try:
            if self._round.step is RoundStep.UPLOAD:
                return await self._moving.upload()
            if self._round.step is RoundStep.SUBMIT:
                return await self._working.submit()
            if self._round.step is RoundStep.DOWNLOAD:
                return await self._moving.download()
            return await self._working.follow()
        except TiepointError as error:
            if not is_away(error):
                _log.info("round %s failed at %s: %s (%s)", self._round.id, self._round.step, error, error.detail)
                self.put(**failure_of(error))
                return False
            self.put(state=RoundState.WAITING, failure=Failure.of(error))
        return False

    async def _wait(self) -> None:
        if self._round.state is RoundState.WAITING or self._round.step is RoundStep.SUBMIT:
            await until_done_or_set(self._kit.sleep(_AGAIN_S), self._news)
        else:
            await self._news.wait()
