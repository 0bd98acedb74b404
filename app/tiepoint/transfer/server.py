"""The transfer worker put together: the desk with its threads, and the clients' sessions. One asyncio loop.

The loop serves clients only: no byte of a photo passes through it.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tiepoint.daemon.clients import Clients
from tiepoint.daemon.idle import IdleTimer
from tiepoint.daemon.session import Dialogue, Session
from tiepoint.protocol.transfers import CredentialGiven
from tiepoint.runtime.endpoint import TRANSFERS
from tiepoint.transfer.desk import Desk, News
from tiepoint.transfer.dialogue import TransferDialogue
from tiepoint.transfer.methods import House

_LOOK_AGAIN_S: Final = 30.0


class TransferServer:
    """Serves clients and moves files until told to stop or idle for long.

    Args:
        folder: Where the journal and the receipts lie.
        idle_s: Ends after so many seconds without clients and without anything that moves by itself; 0 = never.
        desk: Makes the desk; a test gives its own.
    """

    def __init__(self, folder: Path, *, idle_s: float = 0.0, desk: Callable[[Path], Desk] = Desk) -> None:
        self._desk = desk(folder)
        self._stopping = asyncio.Event()
        self._stops_when_idle = False
        self._house = House(self._desk, secrets.token_hex(16), self.stop, self._given)
        self._dialogues: set[TransferDialogue] = set()
        self._clients = Clients(self._session, self._clients_changed)
        self._exit_timer = IdleTimer(idle_s, self._is_idle, self._stopping.set)

    async def serve(self, ready: Callable[[], None] = lambda: None) -> None:
        """Listen until stopped, then end everything that was started.

        Args:
            ready: Called once clients can connect.

        Raises:
            OSError: The endpoint cannot be made.
            SetupError: The journal cannot be used.
        """
        loop = asyncio.get_running_loop()
        self._desk.on_given(lambda place: _tell(loop, self._given, CredentialGiven(place)))
        await asyncio.to_thread(self._desk.open)
        try:
            await self._serve(ready)
        finally:
            # The clients' streams are closed last: who asked for the end sees by that that it has come.
            await asyncio.to_thread(self._desk.close)
            await self._clients.end()

    async def _serve(self, ready: Callable[[], None]) -> None:
        server = await TRANSFERS.serve(self._clients.serve)
        loop = asyncio.get_running_loop()
        ear = self._desk.subscribe(lambda news: _soon(loop, lambda: self._work_changed(news)))
        looking = loop.create_task(self._look_again(), name="idle")
        try:
            self._exit_timer.touch()
            ready()
            await self._stopping.wait()
        finally:
            server.close()
            TRANSFERS.remove()
            looking.cancel()
            ear.close()
            self._exit_timer.cancel()

    def stop(self, when: str = "now") -> None:
        """End soon: "now", or "idle" for after what moves."""
        if when == "idle" and self._desk.is_busy:
            self._stops_when_idle = True
        else:
            self._stopping.set()

    def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Session:
        return Session(reader, writer, self._dialogue, TRANSFERS.title)

    def _dialogue(self, wake: Callable[[], None]) -> Dialogue:
        dialogue = TransferDialogue(self._house, wake, ended=self._dialogues.discard)
        self._dialogues.add(dialogue)
        return dialogue

    def _given(self, given: CredentialGiven) -> None:
        for dialogue in self._dialogues:
            dialogue.hear_given(given)

    def _is_idle(self) -> bool:
        return not self._clients.are_there and not self._desk.is_busy

    def _clients_changed(self) -> None:
        self._exit_timer.touch()

    def _work_changed(self, _news: News) -> None:
        if self._stops_when_idle and not self._desk.is_busy:
            self._stopping.set()
        self._exit_timer.touch()

    async def _look_again(self) -> None:
        """See the end of the last work also where no news told it."""
        while True:
            await asyncio.sleep(_LOOK_AGAIN_S)
            if self._stops_when_idle and not self._desk.is_busy:
                self._stopping.set()
            if not self._exit_timer.is_waiting:
                self._exit_timer.touch()


def _soon(loop: asyncio.AbstractEventLoop, do: Callable[[], None]) -> None:
    with contextlib.suppress(RuntimeError):  # the loop has ended
        loop.call_soon_threadsafe(do)


def _tell(loop: asyncio.AbstractEventLoop, hear: Callable[[CredentialGiven], None], given: CredentialGiven) -> None:
    with contextlib.suppress(RuntimeError):  # the loop has ended
        loop.call_soon_threadsafe(hear, given)
