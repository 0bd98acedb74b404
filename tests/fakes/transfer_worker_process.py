"""The worker's real server in this process, over its real endpoint, with a desk that moves nothing behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import cast

from fakes.desk import FakeDesk
from patience import PATIENCE_S
from tiepoint.adapters.conversation.streams import PairStream
from tiepoint.adapters.transfer.client import ProtocolTransferWorker
from tiepoint.connections import open_running_worker_stream
from tiepoint.domain.errors import AgentUnavailable
from tiepoint.transfer.desk import Desk
from tiepoint.transfer.server import TransferServer


class ServedDesk:
    """A served desk and clients of it.

    Args:
        folder: Of the desk.
        idle_s: After how long it ends by itself; 0 = never.
    """

    def __init__(self, folder: Path, idle_s: float = 0.0) -> None:
        self.folder, self.idle_s = folder, idle_s
        self.desk = FakeDesk(folder)
        self.starts = 0
        self.pauses: list[float] = []
        self.server: TransferServer | None = None
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Serve; what the desk knows stays known."""
        self.starts += 1
        self.server = TransferServer(self.folder, idle_s=self.idle_s, desk=lambda _: cast("Desk", self.desk))
        ready = asyncio.Event()
        self._serving = asyncio.create_task(self.server.serve(ready.set))
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait([waiting, self._serving], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()

    async def stop(self) -> None:
        """End it."""
        if self.server is not None:
            self.server.stop()
        await self.ended()

    async def ended(self) -> None:
        """Wait until it has ended by itself."""
        if self._serving is not None:
            await asyncio.wait_for(self._serving, PATIENCE_S)

    def client(self, version: str = "0.0.1", proxy: Callable[[], str | None] = lambda: None) -> ProtocolTransferWorker:
        """A client; one that finds no server fails instead of starting one."""
        name = f"test {version}"
        return ProtocolTransferWorker(self.open_stream, open_running_worker_stream, name, self._sleep, proxy=proxy)

    async def open_stream(self) -> PairStream:
        stream = await open_running_worker_stream()
        if stream is None:
            raise AgentUnavailable("The transfer worker cannot be reached.", remedy="Try again.", retryable=True)
        return stream

    async def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await asyncio.sleep(0)
