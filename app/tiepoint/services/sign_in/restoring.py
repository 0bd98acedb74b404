"""The last sign-in taken up again without asking anybody, as often as it takes until there is a network.

On the loop's thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from tiepoint.domain.account import Account
from tiepoint.domain.errors import ConnectionLost, TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.services.sign_in.board import SignInBoard
from tiepoint.services.sign_in.state import SignInState

_NETWORK_S: Final = 30.0


class Restoring:
    """See the module.

    Args:
        board: Where it is shown.
        take_up: Takes up the last sign-in; None = there is none.
        welcome: Is told who is signed in again.
        was_signed_in: Whether anything is left of an earlier sign-in.
        sleep: Waits until the network may be back.
    """

    def __init__(
        self,
        board: SignInBoard,
        take_up: Callable[[], Awaitable[Account | None]],
        welcome: Callable[[Account], Awaitable[None]],
        was_signed_in: Callable[[], bool],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._board, self._take_up, self._welcome = board, take_up, welcome
        self._was_signed_in, self._sleep = was_signed_in, sleep
        self._lock = asyncio.Lock()
        self._again: asyncio.Task[None] | None = None

    async def restore(self, *, is_told: bool = True) -> None:
        """Take it up; failures are in the snapshot. Does nothing when signed in.

        Args:
            is_told: Show that it is tried, and why it failed.
        """
        async with self._lock:
            if self._board.now().state is not SignInState.SIGNED_OUT or not self._was_signed_in():
                return
            if is_told:
                self._board.put(state=SignInState.RESTORING, failure=None)
            try:
                account = await self._take_up()
            except BaseException as error:
                failure = Failure.of(error) if isinstance(error, TiepointError) else None
                if is_told:
                    self._end(failure)
                if failure is None:
                    raise
                if isinstance(error, ConnectionLost):
                    self._try_later()
                return
            if account is None:
                self._end(None)
            elif self._board.now().state in {SignInState.RESTORING, SignInState.SIGNED_OUT}:
                await self._welcome(account)

    async def stop(self) -> None:
        """Try no more."""
        again, self._again = self._again, None
        if again is not None:
            again.cancel()
            await asyncio.wait([again])

    def _try_later(self) -> None:
        async def later() -> None:
            await self._sleep(_NETWORK_S)
            self._again = None
            await self.restore(is_told=False)

        if self._again is None:
            self._again = asyncio.get_running_loop().create_task(later(), name="restore-sign-in")

    def _end(self, failure: Failure | None) -> None:
        if self._board.now().state is SignInState.RESTORING:
            self._board.put(state=SignInState.SIGNED_OUT, failure=failure)
