"""The supervisor of a node: keeps its workers while the agent is there, tells how the machine is, does what is asked.

When the link to the agent ends, the workers are killed at once: the agent gives their tasks to others, and two must
never write the same files. The loop's thread; what blocks runs in threads.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import socket
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from tiepoint import __version__
from tiepoint.agent.backends.dask.memory_watch import MemoryWatch
from tiepoint.agent.backends.dask.node_link import LinkLost, NodeLink, connect_to_agent
from tiepoint.agent.backends.dask.sizing import Sizing
from tiepoint.agent.backends.dask.worker_process import WorkerProcess
from tiepoint.agent.config import AgentConfig, TlsFiles
from tiepoint.agent.node.answers import Answers
from tiepoint.agent.node.condition import Condition
from tiepoint.agent.node.telemetry import memory_bytes
from tiepoint.runtime import folders

_log = logging.getLogger(__name__)

_FREES_AFTER: Final = 2 / 3
"""Of the silence after which the agent gives the node up: by then no worker of it may be left."""
_REPORTS: Final = 8
"""In the time of that silence."""
_SLOWEST_REPORT_S: Final = 2.0
_PAUSES_S: Final = (0.2, 1.0, 2.0, 5.0)


class Supervisor:
    """Serves one machine of a cluster.

    Args:
        config: What the machine was told.
        sizing: How many workers, and their memory.
        tls: The node's certificate.
    """

    def __init__(self, config: AgentConfig, sizing: Sizing, tls: TlsFiles) -> None:
        self._config = config
        self._sizing = sizing
        self._tls = tls
        self._instance = uuid.uuid4().hex
        self._stopping = asyncio.Event()
        self._link: NodeLink | None = None
        self._memory = MemoryWatch(sizing.memory_bytes)
        self._condition = Condition(config, self._renew)
        self._sends: set[asyncio.Task[None]] = set()
        self._texts: dict[str, str] = {}
        self._host = ""
        self.workers = tuple(
            WorkerProcess(
                f"{config.node}/worker-{number}",
                self._order,
                folders.user_log_file(f"worker-{number}"),
                self._worker_ended,
            )
            for number in range(1, sizing.workers + 1)
        )
        self._answers = Answers(self.workers, self.stop)

    def stop(self) -> None:
        """End soon, workers included."""
        self._stopping.set()

    async def serve(self) -> None:
        """Keep up the link to the agent until stopped.

        Raises:
            Exception: A mistake in the program; the workers are ended.
        """
        await self._condition.look_at_cards()
        watching = asyncio.create_task(self._condition.watch(), name="condition")
        joining = asyncio.create_task(self._join_for_ever(), name="link")
        stopping = asyncio.create_task(self._stopping.wait(), name="told to stop")
        tasks = (stopping, joining, watching)
        try:
            # Neither of the two ends by itself: one that failed ends the node, and the service starts another one.
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._free()
            for send in tuple(self._sends):
                send.cancel()
            await asyncio.gather(*self._sends, return_exceptions=True)

    async def _join_for_ever(self) -> None:
        tried = 0
        said = ""
        while True:
            try:
                link = await self._joined()
                tried, said = 0, ""
                _log.info("joined the agent at %s", self._config.scheduler)
                await self._linked(link)
            except LinkLost as lost:
                if str(lost) != said:
                    said = str(lost)
                    _log.warning("no link to the agent: %s", said)
            except OSError as error:
                _log.warning("the certificate or the network cannot be used: %s", error)
            await asyncio.sleep(_PAUSES_S[min(tried, len(_PAUSES_S) - 1)])
            tried += 1

    async def _joined(self) -> NodeLink:
        from tiepoint.agent.backends.dask import configuration

        configuration.configure()
        self._texts = await asyncio.to_thread(
            lambda: configuration.security_texts(configuration.security_of_files(self._tls))
        )
        self._host = _own_address(self._config.scheduler)
        return await connect_to_agent(
            self._config.scheduler,
            self._tls,
            self._config.silent_s * _FREES_AFTER,
            name=self._config.node,
            instance=self._instance,
            host=socket.gethostname(),
            version=__version__,
            cpu_count=os.cpu_count() or 1,
            memory_bytes=memory_bytes(),
            slots=self._sizing.workers,
            time=_now_text(),
        )

    async def _linked(self, link: NodeLink) -> None:
        """Serve the agent until the link ends, then end every worker.

        Raises:
            LinkLost: It has ended.
        """
        self._link = link
        for worker in self.workers:
            worker.failed_starts = 0
            worker.start()
        tasks = [
            asyncio.create_task(link.listen(self._heard), name="hear the agent"),
            asyncio.create_task(self._report(link), name="report"),
            asyncio.create_task(self._watch_memory(), name="memory watch"),
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            self._link = None
            link.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._free()

    async def _report(self, link: NodeLink) -> None:
        period_s = min(_SLOWEST_REPORT_S, self._config.silent_s / _REPORTS)
        while True:
            said = await asyncio.to_thread(self._condition.now)
            await link.send(
                "report",
                time=_now_text(),
                is_broken=all(each.failed_starts > 1 for each in self.workers),
                **said,
            )
            await asyncio.sleep(period_s)

    async def _watch_memory(self) -> None:
        while True:
            await asyncio.sleep(self._memory.period_s)
            for worker in self.workers:
                worker.child_pid = await asyncio.to_thread(_child_of, worker.pid)
            worst = self._memory.check(self.workers)
            if worst is not None:
                _log.warning("killing %s: the workers use more memory than there is for them", worst.node)
                worst.kill()

    def _renew(self) -> None:
        """Let other processes take the places of the workers: they say with their start which cards they have."""
        for worker in self.workers:
            worker.kill()

    async def _free(self) -> None:
        await asyncio.gather(*(worker.stop() for worker in self.workers))

    def _heard(self, message: dict[str, Any]) -> None:
        if message["what"] == "call":
            self._later(self._answer(message["number"], message["method"], message["params"]))
        elif message["what"] == "joined":
            for worker in self.workers:
                worker.is_ready = worker.is_ready or worker.name == message["name"]

    async def _answer(self, number: int, method: str, params: dict[str, Any]) -> None:
        result = await self._answers.to(method, params)
        if self._link is not None:
            await self._link.send("answer", number=number, result=json.dumps(result))

    def _worker_ended(self, worker: WorkerProcess, status: int) -> None:
        if self._link is None:
            return
        was_memory = self._memory.was_for_memory(worker.name, status)
        self._later(
            self._link.send("ended", name=worker.name, status=status, was_memory=was_memory, log=worker.log_tail())
        )

    def _later(self, work: Any) -> None:
        async def quietly() -> None:
            with contextlib.suppress(LinkLost):
                await work

        task = asyncio.get_running_loop().create_task(quietly())
        self._sends.add(task)
        task.add_done_callback(self._sends.discard)

    def _order(self, name: str) -> dict[str, Any]:
        cards = self._condition.card_count
        return {
            "name": name,
            "scheduler": self._config.scheduler,
            "host": self._host,
            "security": self._texts,
            "memory_bytes": self._sizing.memory_bytes,
            "scratch": str(folders.cache_folder() / "workers"),
            "run_folder": self._config.run_folder,
            "resources": {"GPU": cards} if cards else None,
        }


def _own_address(scheduler: str) -> str:
    """Return the address of this machine that the scheduler can reach; nothing is sent.

    Raises:
        OSError: There is no way to the scheduler.
    """
    place = urlsplit(scheduler)
    kind = socket.AF_INET6 if ":" in (place.hostname or "") else socket.AF_INET
    with socket.socket(kind, socket.SOCK_DGRAM) as probe:
        probe.connect((place.hostname, place.port or 1))
        return str(probe.getsockname()[0])


def _child_of(pid: int | None) -> int | None:
    """Return a worker's stage child, the one process that leads a group of its own below it (proc(5), `children`)."""
    if pid is None:
        return None
    for thread in _threads(pid):
        with contextlib.suppress(OSError):
            for child in thread.joinpath("children").read_text(encoding="ascii").split():
                return int(child)
    return None


def _threads(pid: int) -> list[Path]:
    with contextlib.suppress(OSError):
        return list(Path(f"/proc/{pid}/task").iterdir())
    return []


def _now_text() -> str:
    return datetime.now(UTC).isoformat()
