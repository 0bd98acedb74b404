"""One worker's process as the agent sees it: started, watched, started again after its death, killed.

The loop's thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeAlias

from tiepoint.runtime.children import start_child_async
from tiepoint.runtime.terminate import kill_group, signal_name

_log = logging.getLogger(__name__)

_PAUSES_S: Final = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0)
_HEALTHY_S: Final = 20.0
_ENDING_S: Final = 4.0
_LOG_LIMIT_BYTES: Final = 2_000_000

Order: TypeAlias = Callable[[str], dict[str, Any]]


class WorkerProcess:
    """Keeps one worker running while it is wanted.

    Args:
        node: The node's id, the same over all its processes.
        order: Makes the order for a process of a given name.
        log: Where its error stream goes.
        ended: Called with this worker when a process of it ended that was wanted.
    """

    def __init__(self, node: str, order: Order, log: Path, ended: Callable[[WorkerProcess, int], None]) -> None:
        self.node = node
        self.log = log
        self.name = ""
        self.pid: int | None = None
        self.child_pid: int | None = None
        self.is_ready = False
        self.deaths = 0
        self.failed_starts = 0
        self._order = order
        self._ended = ended
        self._generation = 0
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None

    @property
    def is_running(self) -> bool:
        """Whether it is wanted, and running or about to be."""
        return self._keeper is not None and not self._keeper.done()

    def start(self) -> None:
        """Start it, unless it is running."""
        if not self.is_running:
            self._keeper = asyncio.get_running_loop().create_task(self._keep(), name=f"keep {self.node}")

    async def stop(self) -> None:
        """Kill its process and its stage child, and do not start it again."""
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeper
        self._settle()

    def kill(self) -> None:
        """Kill its process and its stage child; as long as it is wanted another one starts."""
        self.kill_child()
        if self._process is not None and self._process.returncode is None:
            kill_group(self._process.pid)

    def kill_child(self) -> None:
        """Kill its stage child, which is there as long as the worker that started it has not ended."""
        child, self.child_pid = self.child_pid, None
        if child is not None and self._process is not None and self._process.returncode is None:
            kill_group(child)

    def log_tail(self, most_bytes: int = 4000) -> str:
        """Return the end of what it said on its error stream."""
        with contextlib.suppress(OSError):
            return self.log.read_bytes()[-most_bytes:].decode("utf-8", "replace")
        return ""

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(_PAUSES_S[min(self.failed_starts, len(_PAUSES_S) - 1)])
            began_s = time.monotonic()
            status = await self._run()
            _log.warning("%s (%s) was ended by %s", self.node, self.name, signal_name(status))
            self.deaths += 1
            was_ready = self.is_ready
            is_early = time.monotonic() - began_s < _HEALTHY_S
            self.failed_starts = self.failed_starts + 1 if not was_ready or (is_early and self.failed_starts) else 0
            self._ended(self, status)
            self._settle()

    async def _run(self) -> int:
        self._generation += 1
        self.name = f"{self.node}.{self._generation}"
        try:
            with _log_stream(self.log) as stream:
                process = await start_child_async("worker", stdin=subprocess.PIPE, stdout=stream, stderr=stream)
        except OSError as error:
            _log.error("%s cannot be started: %s", self.node, error)
            return 1
        self._process = process
        self.pid = process.pid
        try:
            await _hand_over(process, self._order(self.name))
            return await process.wait()
        except asyncio.CancelledError:
            self.kill()
            # One that waits for a file system that hangs may end only when that answers; it does nothing more then.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_ENDING_S):
                    await process.wait()
            raise

    def _settle(self) -> None:
        self.pid = None
        self.child_pid = None
        self.is_ready = False


def _log_stream(path: Path) -> Any:
    """Open a worker's log; one that has grown large is begun anew."""
    path.parent.mkdir(parents=True, exist_ok=True)
    is_large = path.exists() and path.stat().st_size > _LOG_LIMIT_BYTES
    return path.open("wb" if is_large else "ab")


async def _hand_over(process: asyncio.subprocess.Process, order: dict[str, Any]) -> None:
    assert process.stdin is not None
    with contextlib.suppress(ConnectionError):
        process.stdin.write(json.dumps(order).encode() + b"\n")
        await process.stdin.drain()
        process.stdin.close()
        await process.stdin.wait_closed()
