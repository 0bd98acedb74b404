"""Steering the machines of a cluster: rest, go on, end, what of them tasks may use. Loop's thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tiepoint.agent.backends.dask.machine import Machine
from tiepoint.agent.backends.dask.machines import Machines
from tiepoint.agent.backends.dask.node_link import LinkLost
from tiepoint.agent.refusal import unknown_node
from tiepoint.domain.errors import OperationFailed, UsageError
from tiepoint.domain.node import Node
from tiepoint.protocol.methods import CapabilityParams

_ANSWER_S: Final = 5.0


class NodesSteering:
    """See `agent.backend.NodeSteering`.

    Args:
        machines: The cluster's.
        seen: Turns a machine into the protocol's node.
    """

    def __init__(self, machines: Machines, seen: Callable[[Machine], Node]) -> None:
        self._machines = machines
        self._seen = seen

    async def pause_node(self, node: str) -> Node:
        """See `agent.backend.NodeSteering`."""
        return self._paused(node, is_paused=True)

    async def resume_node(self, node: str) -> Node:
        """See `agent.backend.NodeSteering`."""
        return self._paused(node, is_paused=False)

    async def quit_node(self, node: str) -> Node:
        """See `agent.backend.NodeSteering`; its tasks go to others."""
        machine = self._known(node)
        if machine.link is None:
            return self._seen(machine)
        machine.is_quitting = True
        self._machines.tell(machine)
        try:
            await machine.link.call("quit", timeout_s=_ANSWER_S)
        except LinkLost:
            pass  # it ended at once
        except TimeoutError as error:
            machine.is_quitting = False
            raise OperationFailed(
                f"{node} does not answer.", remedy="See on the machine whether it still runs.", retryable=True
            ) from error
        return self._seen(machine)

    async def set_capability(self, params: CapabilityParams) -> Node:
        """See `agent.backend.NodeSteering`."""
        machine = self._known(params.node)
        count = len(machine.report.get("gpus") or ())
        wrong = [index for index in params.gpus if not 0 <= index < count]
        if wrong:
            raise UsageError(
                f"{machine.name} has no graphics card {wrong[0]}.", remedy=f"It has {count}, counted from 0."
            )
        cpu, gpus = params.cpu, params.gpus
        if params.capability:
            cpu = params.capability in ("any", "cpu")
            gpus = () if params.capability == "cpu" else gpus or tuple(range(count))
        if not cpu and not gpus:
            raise UsageError(f"{machine.name} could do nothing then.", remedy="Let it rest instead.")
        machine.choices.cpu = cpu
        machine.choices.gpu_mask = sum(1 << index for index in gpus) if count else None
        self._machines.choose(machine)
        return self._seen(machine)

    def _paused(self, node: str, *, is_paused: bool) -> Node:
        machine = self._known(node)
        machine.choices.is_paused = is_paused
        self._machines.choose(machine)
        return self._seen(machine)

    def _known(self, node: str) -> Machine:
        machine = self._machines.get(node)
        if machine is None:
            raise unknown_node(node)
        return machine
