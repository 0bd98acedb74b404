"""What can be done with nodes, why not, and doing it. No widgets; the GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from enum import StrEnum
from typing import Any, Final

from tiepoint.domain.cluster import ClusterId, Power
from tiepoint.domain.node import Node, NodeState
from tiepoint.ports.scheduler import Scheduler
from tiepoint.protocol.hello import Capability
from tiepoint.protocol.methods import CapabilityParams
from tiepoint.ui.panel import Panel
from tiepoint.ui.text import plain, tr, tr_count
from tiepoint.ui.viewmodels.nodes import NodesViewModel


class NodeCommand(StrEnum):
    """What can be done with a node."""

    PAUSE = "pause"
    RELEASE = "release"
    END = "end"
    SET = "set"
    """Capability, graphics cards, processor."""
    START = "start"
    """Its machine on Azure."""


_NEEDS: Final = {
    NodeCommand.PAUSE: Capability.PAUSE_NODE,
    NodeCommand.RELEASE: Capability.PAUSE_NODE,
    NodeCommand.END: Capability.QUIT_NODE,
    NodeCommand.SET: Capability.NODE_CAPABILITY,
}
_GONE: Final = (NodeState.OFFLINE, NodeState.FAILED)


class NodeCommands:
    """Commands for the nodes of the shown site.

    Args:
        panel: Runs them and says how it went.
        viewmodel: Knows the nodes.
    """

    def __init__(self, panel: Panel, viewmodel: NodesViewModel) -> None:
        self._panel, self._viewmodel = panel, viewmodel

    def is_known(self, command: NodeCommand) -> bool:
        """Whether this site's engine knows the command at all; what it does not know is not offered."""
        if command is NodeCommand.START:
            return self._viewmodel.cluster is not None
        return self._viewmodel.snapshot.can(_NEEDS[command])

    def refusal(self, command: NodeCommand, node: Node) -> str:
        """Return why a command cannot be given to a node now; empty = it can."""
        viewmodel = self._viewmodel
        if not viewmodel.recorder.is_live:
            return tr("Nodes", "This is a recording; go back to live first.")
        if command is NodeCommand.START:
            return self._start_refusal(node)
        if viewmodel.is_stale:
            return tr("Nodes", "The scheduler does not answer.")
        if not self.is_known(command):
            return tr("Nodes", "The engine there cannot do this.")
        if node.state in _GONE:
            return tr("Nodes", "The node is away.")
        if command is NodeCommand.PAUSE and node.state is NodeState.PAUSED:
            return tr("Nodes", "It is paused already.")
        if command is NodeCommand.RELEASE and node.state is not NodeState.PAUSED:
            return tr("Nodes", "It is not paused.")
        return ""

    def pause(self, nodes: Sequence[Node]) -> None:
        """Let them take no new tasks."""
        told = tr_count("Nodes", "The node takes no new task.", "{count} nodes take no new tasks.", len(nodes))
        self._run(nodes, lambda scheduler, node: scheduler.pause_node(node.id), told)

    def release(self, nodes: Sequence[Node]) -> None:
        """Let them take tasks again."""
        told = tr_count("Nodes", "The node takes tasks.", "{count} nodes take tasks.", len(nodes))
        self._run(nodes, lambda scheduler, node: scheduler.resume_node(node.id), told)

    def end(self, nodes: Sequence[Node]) -> None:
        """End their processes."""
        told = tr_count("Nodes", "The node ends.", "{count} nodes end.", len(nodes))
        self._run(nodes, lambda scheduler, node: scheduler.quit_node(node.id), told)

    def set_capability(self, nodes: Sequence[Node], capability: str) -> None:
        """Say what of them tasks may use: `any`, `cpu` or `gpu`."""
        self._set(
            nodes, lambda node: CapabilityParams(node.id, cpu=_cpu(node), gpus=_cards(node), capability=capability)
        )

    def set_card(self, nodes: Sequence[Node], card: int, *, is_on: bool) -> None:
        """Let tasks use a graphics card, or not."""

        def params(node: Node) -> CapabilityParams:
            cards = {*_cards(node), card} if is_on else {*_cards(node)} - {card}
            return CapabilityParams(node.id, cpu=_cpu(node), gpus=tuple(sorted(cards)), capability=node.capability)

        self._set(nodes, params)

    def set_cpu(self, nodes: Sequence[Node], *, is_on: bool) -> None:
        """Let the processor compute beside graphics cards, or not."""
        self._set(
            nodes, lambda node: CapabilityParams(node.id, cpu=is_on, gpus=_cards(node), capability=node.capability)
        )

    def start_machines(self, nodes: Sequence[Node]) -> None:
        """Start their machines on Azure."""
        cluster = self._viewmodel.cluster
        machines = [self._viewmodel.context.machines[node.id].name for node in nodes]
        if cluster is None or not machines:
            return
        told = tr_count("Nodes", "Azure starts the machine.", "Azure starts {count} machines.", len(machines))
        self._start(self._start_all(cluster.id, machines, told))

    async def _start_all(self, cluster: ClusterId, machines: Sequence[str], told: str) -> None:
        for machine in machines:
            await self._panel.program.azure.clusters.start_machine(cluster, machine)
        self._panel.messages.done(told)

    def _set(self, nodes: Sequence[Node], params: Callable[[Node], CapabilityParams]) -> None:
        told = tr_count("Nodes", "The node is set so.", "{count} nodes are set so.", len(nodes))
        self._run(nodes, lambda scheduler, node: scheduler.set_capability(params(node)), told)

    def _run(
        self, nodes: Sequence[Node], each: Callable[[Scheduler, Node], Coroutine[Any, Any, Node]], told: str
    ) -> None:
        self._start(self._all(self._viewmodel.site.scheduler, tuple(nodes), each, told))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        self._panel.background.start(work)

    async def _all(
        self,
        scheduler: Scheduler,
        nodes: Sequence[Node],
        each: Callable[[Scheduler, Node], Coroutine[Any, Any, Node]],
        told: str,
    ) -> None:
        for node in nodes:
            await each(scheduler, node)
        if len(nodes) > 1:
            self._panel.messages.done(told)
        self._viewmodel.refresh()

    def _start_refusal(self, node: Node) -> str:
        machine = self._viewmodel.context.machines.get(node.id)
        if machine is None:
            return tr("Nodes", "It has no machine on Azure that is known here.")
        if machine.power not in (Power.DEALLOCATED, Power.STOPPED):
            return tr("Nodes", "Its machine is not off.")
        return ""


def end_question(nodes: Sequence[Node]) -> tuple[str, str]:
    """Return the question before nodes are ended, and what it means."""
    if len(nodes) == 1:
        text = tr("Nodes", "End {name}?", name=plain(nodes[0].id, limit=80))
    else:
        text = tr_count("Nodes", "End 1 node?", "End {count} nodes?", len(nodes))
    info = tr("Nodes", "What it works on starts again on another node. Its machine stays on and goes on billing.")
    return text, info


def _cpu(node: Node) -> bool:
    return node.cpu_enabled is not False


def _cards(node: Node) -> tuple[int, ...]:
    """Graphics cards in use, by their places."""
    if node.gpu_mask is None:
        return tuple(range(len(node.gpus)))
    return tuple(
        place for place in range(max(len(node.gpus), node.gpu_mask.bit_length())) if node.gpu_mask >> place & 1
    )
