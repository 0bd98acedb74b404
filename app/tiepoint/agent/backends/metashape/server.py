"""What Agisoft's network server knows, asked again and again, and the requests that steer it. On the loop.

One program in Agisoft's Python lives as long as this does and is started again, each time later, when it dies.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from tiepoint.agent.backends.metashape.facts import BatchFacts, Scale, TaskFacts, WorkerFacts, read_batch, read_worker
from tiepoint.agent.backends.metashape.program import AgisoftProgram, Said, ServerSilent
from tiepoint.agent.config import MetashapeConfig
from tiepoint.daemon.idle import IdleTimer
from tiepoint.domain.errors import TiepointError

_log = logging.getLogger(__name__)
_LONGEST_PAUSE_S: Final = 30.0
_MOST_DOUBLINGS: Final = 6
_WORKER_LOGS_AT_ONCE: Final = 4
_MAKER_RESTS_AFTER_S: Final = 30.0
_LONG_S: Final = 3600.0  # thousands of photos are read one after the other


class AgisoftServer:
    """Mirrors the server.

    Args:
        config: Where it is.
        looked: Called after every look at it, whether it answered or not.
    """

    def __init__(self, config: MetashapeConfig, looked: Callable[[], None]) -> None:
        self._config = config
        self._looked = looked
        self._program = AgisoftProgram(config.program)
        self._maker = AgisoftProgram(config.program)
        self._making = asyncio.Lock()
        self._rest_maker = IdleTimer(_MAKER_RESTS_AFTER_S, lambda: not self._making.locked(), self._end_maker)
        self._ending_maker: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        self._looking = asyncio.Lock()
        self._confusion = ""
        self._fresh = asyncio.Event()
        self._has_looked = asyncio.Event()
        self._failures = 0
        self._turn = 0
        self._scale = Scale()
        self.name = "metashape"
        self.version = ""
        self.server_version = ""
        self.batch_calls: frozenset[str] | None = None
        self.worker_calls: frozenset[str] | None = None
        self.problem: TiepointError | None = None
        self.record_path = ""
        self.batches: dict[int, BatchFacts] = {}
        self.workers: dict[int, WorkerFacts] = {}
        self.worker_logs: dict[int, tuple[tuple[str, str], ...]] = {}
        self.followed: Callable[[], Collection[int]] = lambda: ()

    async def start(self, patience_s: float) -> None:
        """Begin to look; returns after the first look, or after so long."""
        self._watching = asyncio.create_task(self._watch(), name="agisoft watch")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                await self._has_looked.wait()

    async def close(self) -> None:
        """Stop looking and end the program."""
        if self._watching is not None:
            self._watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watching
        self._rest_maker.cancel()
        await self._program.close()
        await self._maker.close()

    async def next_look(self) -> None:
        """Wait until the server was looked at once more."""
        await self._fresh.wait()

    async def look(self) -> None:
        """Look now.

        Raises:
            TiepointError: It does not answer.
        """
        async with self._looking:
            try:
                await self._look()
            except TiepointError as error:
                self._failed(error)
                raise
            except Said as error:
                self._failed(ServerSilent("Agisoft's server answered in a way nobody understands.", detail=str(error)))
                raise self.problem or ServerSilent("Agisoft's server is not understood.") from error
            else:
                self.problem, self._failures = None, 0
            finally:
                self._has_looked.set()
                fresh, self._fresh = self._fresh, asyncio.Event()
                fresh.set()
                self._looked()

    async def steer_batch(self, what: str, batch: int, **value: Any) -> None:
        """Steer a batch: `pause`, `resume`, `abort`, `priority`, `limit`; then look.

        Raises:
            TiepointError: It cannot be done.
        """
        await self._steer("batch", what, batch, value)

    async def steer_worker(self, what: str, worker: int, **value: Any) -> None:
        """Steer a worker: `pause`, `resume`, `abort`, `quit`, `capability`, `gpu_mask`, `cpu_enable`; then look.

        Raises:
            TiepointError: It cannot be done.
        """
        await self._steer("worker", what, worker, value)

    async def ask(self, request: str, **params: Any) -> Any:
        """Ask the program something.

        Raises:
            Said: It refused.
            TiepointError: It cannot be asked.
        """
        await self._ready()
        return await self._program.ask(request, **params)

    async def record(self, path: str) -> None:
        """Let the program write everything the server says to a file; an empty path ends it."""
        self.record_path = path
        if self._program.is_running:
            await self._program.ask("record", path=path)

    async def made(self, request: str, **params: Any) -> Any:
        """Ask for something long from a second program, so that the first one goes on watching.

        Raises:
            Said: It refused.
            TiepointError: It cannot be asked.
        """
        self._rest_maker.cancel()
        try:
            async with self._making:
                if not self._maker.is_running:
                    await self._maker.start()
                # Connects anew: the server may be another one since the last time.
                await self._maker.ask("hello", **self._hello())
                return await self._maker.ask(request, timeout_s=_LONG_S, **params)
        finally:
            self._rest_maker.touch()

    def _end_maker(self) -> None:
        """Give back its memory, and its licence where it holds one."""
        self._ending_maker = asyncio.create_task(self._maker.close(), name="end agisoft program")

    def _hello(self) -> dict[str, Any]:
        return {"host": self._config.host, "port": self._config.port, "root": self._config.root}

    async def _steer(self, kind: str, what: str, number: int, value: Mapping[str, Any]) -> None:
        try:
            await self.ask(kind, what=what, number=number, **value)
        except Said as error:
            raise ServerSilent(
                f"Agisoft's server refused to {what.replace('_', ' ')} it.",
                remedy="Look at it in Agisoft's Network Monitor.",
                retryable=True,
                detail=str(error),
            ) from error
        with contextlib.suppress(TiepointError):
            await self.look()

    async def _watch(self) -> None:
        while True:
            try:
                await self.look()
            except TiepointError:
                pass  # `problem` has it
            except Exception as error:  # noqa: BLE001 - whatever a look met, it must not be the last one
                self._confused(error)
            doublings = min(self._failures, _MOST_DOUBLINGS)
            await asyncio.sleep(min(self._config.poll_s * 2**doublings, max(_LONGEST_PAUSE_S, self._config.poll_s)))

    async def _ready(self) -> None:
        """Start the program unless it runs, and let it connect."""
        async with self._starting:
            if self._program.is_running:
                return
            await self._program.start()
            answer = await self._program.ask("hello", record=self.record_path, **self._hello())
            self._greet(answer)

    def _greet(self, answer: Mapping[str, Any]) -> None:
        self.name = str(answer.get("name") or "metashape").lower()
        self.version = str(answer.get("version") or "")
        if answer.get("unreachable"):
            return
        self.batch_calls = frozenset(answer.get("batch_calls") or ())
        self.worker_calls = frozenset(answer.get("worker_calls") or ())
        server = answer.get("server")
        self.server_version = str((server or {}).get("version") or "") if isinstance(server, Mapping) else ""

    async def _look(self) -> None:
        await self._ready()
        if self.batch_calls is None:
            self._greet(await self._program.ask("hello", record=self.record_path, **self._hello()))
        answer = await self._program.ask("poll", batch=sorted(self.followed()), worker=self._next_workers())
        self._take_batches(answer)
        self._take_workers(answer)

    def _next_workers(self) -> list[int]:
        """Return the few workers whose logs are asked for this time."""
        online = sorted(worker.id for worker in self.workers.values() if worker.is_online)
        if not online:
            return []
        self._turn = (self._turn + _WORKER_LOGS_AT_ONCE) % len(online)
        return (online[self._turn :] + online)[:_WORKER_LOGS_AT_ONCE]

    def _take_batches(self, answer: Mapping[str, Any]) -> None:
        listed = [read_batch(raw, self._scale) for raw in answer["batches"] if isinstance(raw, Mapping)]
        kept = {} if answer.get("whole_batches") else dict(self.batches)
        for batch in listed:
            if batch is not None:
                kept[batch.id] = batch
        for number, raw in answer["batch"].items():
            batch = read_batch({"batch_id": int(number), **raw}, self._scale) if isinstance(raw, Mapping) else None
            if batch is not None:
                current = kept[batch.id].current if batch.id in kept else None
                kept[batch.id] = _with_current(batch, current)
            elif raw is None:
                kept.pop(int(number), None)
        self.batches = kept

    def _take_workers(self, answer: Mapping[str, Any]) -> None:
        kept = {} if answer.get("whole_workers") else dict(self.workers)
        for raw in answer["workers"]:
            worker = read_worker(raw, self._scale) if isinstance(raw, Mapping) else None
            if worker is not None:
                kept[worker.id] = worker
        self.workers = kept
        self.worker_logs = {
            int(number): read.log
            for number, raw in answer["worker"].items()
            if isinstance(raw, Mapping) and (read := read_worker({"worker_id": int(number), **raw}, self._scale))
        }

    def _confused(self, error: Exception) -> None:
        """Take something that nobody thought of for silence, and log it once."""
        if self._confusion != repr(error):
            self._confusion = repr(error)
            _log.error("a look at Agisoft's server failed", exc_info=error)
        self._failed(ServerSilent("Agisoft's server answered in a way nobody understands.", detail=repr(error)))

    def _failed(self, error: TiepointError) -> None:
        self._failures += 1
        if self.problem is None:
            _log.info("Agisoft's server: %s %s (%s)", error.summary, error.detail[:500], datetime.now(UTC).isoformat())
        self.problem = error


def _with_current(batch: BatchFacts, current: TaskFacts | None) -> BatchFacts:
    running = next((task for task in batch.tasks if task.counts.completed < task.counts.total), None)
    return replace(batch, current=running or current)
