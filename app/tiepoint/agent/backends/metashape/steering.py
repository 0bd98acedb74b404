"""Steers Agisoft's workers, and says what of them can be reached: their logs as the server has them, not their paths.

The loop's thread.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tiepoint.agent.backends.metashape.facts import CAPABILITIES, WorkerFacts
from tiepoint.agent.backends.metashape.nodes import Nodes, node_name
from tiepoint.agent.backends.metashape.program import NotThisVersion
from tiepoint.agent.backends.metashape.server import AgisoftServer
from tiepoint.agent.job_log import append, line_text, log_line, tail
from tiepoint.agent.refusal import not_capable, unknown_node
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import NodeId
from tiepoint.domain.node import Node
from tiepoint.protocol.methods import CapabilityParams, LogsParams, LogsResult, NodeProbe, NodeStat
from tiepoint.runtime import folders

_MOST_LOG_BYTES: Final = 16 * 1024 * 1024
_NUMBERS: Final = {name: number for number, name in CAPABILITIES.items()}
_UNSEEN: Final = Failure(
    "unknown",
    "Agisoft's workers cannot be asked what they see.",
    "Look on the machine itself, or at what its tasks say when they fail.",
)


class WorkerSteering:
    """Implements `agent.backend.NodeSteering`."""

    def __init__(self, server: AgisoftServer, nodes: Nodes) -> None:
        self._server = server
        self._nodes = nodes

    async def pause_node(self, node: str) -> Node:
        """Let it take no new task."""
        return await self._done(node, "pause")

    async def resume_node(self, node: str) -> Node:
        """Let it take tasks again; releases one that joined paused."""
        return await self._done(node, "resume")

    async def quit_node(self, node: str) -> Node:
        """End its process."""
        return await self._done(node, "quit")

    async def set_capability(self, params: CapabilityParams) -> Node:
        """Say what of it tasks may use."""
        node = params.node
        can = self._server.worker_calls
        if can is not None and not {"capability", "gpu_mask", "cpu_enable"} & can:
            raise not_capable("set what nodes may use")
        if params.capability:
            if params.capability not in _NUMBERS:
                raise not_capable(f"set a node to “{params.capability}”")
            await self._steer(node, "capability", value=_NUMBERS[params.capability])
        await self._steer(node, "gpu_mask", value=sum(1 << index for index in set(params.gpus)))
        return await self._done(node, "cpu_enable", value=params.cpu)

    async def _done(self, node: str, what: str, **value: int | bool) -> Node:
        await self._steer(node, what, **value)
        found = next((each for each in self._nodes.all() if each.id == node), None)
        if found is None:
            raise unknown_node(node)
        return found

    async def _steer(self, node: str, what: str, **value: int | bool) -> None:
        worker = self._worker(node)
        self._nodes.steered(worker.id)
        try:
            await self._server.steer_worker(what, worker.id, **value)
        except NotThisVersion as error:
            raise not_capable(what.replace("_", " ") + " nodes") from error

    def _worker(self, node: str) -> WorkerFacts:
        for worker in self._server.workers.values():
            if node_name(worker) == node:
                return worker
        raise unknown_node(node)


class WorkerReach:
    """Implements `agent.backend.NodeReach`; keeps what the server tells of workers in files of the agent."""

    def __init__(self, names: Callable[[], tuple[str, ...]]) -> None:
        self._names = names
        self._seen: dict[str, tuple[tuple[str, str], ...]] = {}

    async def look(self, path: str) -> tuple[NodeStat, ...]:
        """Nobody knows."""
        return tuple(NodeStat(NodeId(name), error=_UNSEEN) for name in self._names())

    async def probe(self, path: str, written: str) -> tuple[NodeProbe, ...]:
        """Nobody knows."""
        return tuple(NodeProbe(NodeId(name), False, _UNSEEN) for name in self._names())

    async def node_tail(self, params: LogsParams) -> LogsResult:
        """The end of a worker's log, as far as the server told it since this agent started."""
        name = str(params.node)
        if name not in self._names():
            raise unknown_node(name)
        return await asyncio.to_thread(tail, log_file(name), params.lines, params.before, params.after)

    def take(self, name: str, log: tuple[tuple[str, str], ...]) -> None:
        """Add what is new in a worker's log to its file."""
        earlier = self._seen.get(name, ())
        self._seen[name] = log
        fresh = log[_overlap(earlier, log) :]
        if fresh:
            _make_room(log_file(name))
        for level, text in fresh:
            line = log_line(level if level in ("info", "warning", "error") else "info", name, text)
            append(log_file(name), line_text(line))


def log_file(node: str) -> Path:
    """Return where a worker's log is kept."""
    safe = "".join(character if character.isalnum() or character in "-._" else "_" for character in node)
    return folders.log_folder() / f"agisoft-{safe}.log"


def _make_room(file: Path) -> None:
    """Put a long log aside, in the place of the one before: a cluster that runs for months must not fill the disk."""
    with contextlib.suppress(OSError):
        if file.stat().st_size > _MOST_LOG_BYTES:
            file.replace(file.with_suffix(".log.1"))


def _overlap(earlier: tuple[tuple[str, str], ...], later: tuple[tuple[str, str], ...]) -> int:
    """Return how many entries at the beginning of `later` are the end of `earlier`."""
    for count in range(min(len(earlier), len(later)), 0, -1):
        if earlier[-count:] == later[:count]:
            return count
    return 0
