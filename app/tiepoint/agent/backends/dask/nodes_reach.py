"""Paths and logs as the machines of a cluster see them. Loop's thread."""

from __future__ import annotations

import asyncio
from typing import Any, Final

from tiepoint.agent.backends.dask.machine import Machine
from tiepoint.agent.backends.dask.machines import Machines
from tiepoint.agent.backends.dask.node_link import LinkLost
from tiepoint.agent.refusal import unknown_node
from tiepoint.domain.errors import OperationFailed
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import NodeId
from tiepoint.protocol.codec import MalformedMessage, from_json
from tiepoint.protocol.methods import LogsParams, LogsResult, NodeProbe, NodeStat, PathStat

_ANSWER_S: Final = 10.0
"""A file system that hangs answers later than that."""


class NodesReach:
    """See `agent.backend.NodeReach`.

    Args:
        machines: The cluster's.
    """

    def __init__(self, machines: Machines) -> None:
        self._machines = machines

    async def look(self, path: str) -> tuple[NodeStat, ...]:
        """See `agent.backend.NodeReach`."""
        return tuple(await asyncio.gather(*(self._looked(machine, path) for machine in self._machines.all())))

    async def probe(self, path: str, written: str) -> tuple[NodeProbe, ...]:
        """See `agent.backend.NodeReach`."""
        return tuple(await asyncio.gather(*(self._probed(machine, path, written) for machine in self._machines.all())))

    async def node_tail(self, params: LogsParams) -> LogsResult:
        """See `agent.backend.NodeReach`.

        Raises:
            Refusal: The node is unknown.
            OperationFailed: It does not answer.
        """
        machine = self._machines.get(params.node or "")
        if machine is None:
            raise unknown_node(params.node or "")
        try:
            asked = {"lines": params.lines, "before": params.before, "after": params.after}
            return from_json(LogsResult, (await _asked(machine, "tail", **asked))["lines"], "log")
        except MalformedMessage as error:
            raise _mute(machine, str(error)) from error

    async def _looked(self, machine: Machine, path: str) -> NodeStat:
        name = NodeId(machine.name)
        try:
            answer = await _asked(machine, "look", path=path)
            return NodeStat(name, from_json(PathStat, answer["stat"], "stat"), str(answer["file_system"]))
        except (OperationFailed, MalformedMessage) as error:
            return NodeStat(name, error=_failure(machine, error))

    async def _probed(self, machine: Machine, path: str, written: str) -> NodeProbe:
        name = NodeId(machine.name)
        try:
            answer = await _asked(machine, "probe", path=path, written=written)
            problem = from_json(Failure, answer["error"], "probe") if answer["error"] else None
            return NodeProbe(name, problem is None, problem, answer["sees_agent"])
        except (OperationFailed, MalformedMessage) as error:
            return NodeProbe(name, ok=False, error=_failure(machine, error))


async def _asked(machine: Machine, method: str, **params: Any) -> dict[str, Any]:
    """Ask a machine.

    Raises:
        OperationFailed: It is not there, or does not answer, or cannot do it.
    """
    if machine.link is None:
        raise OperationFailed(
            f"{machine.name} is not connected.", remedy="Start the machine, or see its log there.", retryable=True
        )
    try:
        answer = await machine.link.call(method, timeout_s=_ANSWER_S, **params)
    except (LinkLost, TimeoutError) as error:
        raise _mute(machine, str(error)) from error
    if answer.get("problem"):
        raise OperationFailed(f"{machine.name} cannot do that.", retryable=True, detail=str(answer["problem"]))
    return answer


def _mute(machine: Machine, detail: str) -> OperationFailed:
    return OperationFailed(
        f"{machine.name} does not answer.",
        remedy="Its shared storage may hang, or its network; see its log on the machine.",
        retryable=True,
        detail=detail,
    )


def _failure(machine: Machine, error: Exception) -> Failure:
    return Failure.of(error if isinstance(error, OperationFailed) else _mute(machine, str(error)))
