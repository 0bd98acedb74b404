"""Nodes and their machines on Azure, matched by name; machines that the scheduler does not know stand as nodes, too.

Pure; any thread.
"""

from __future__ import annotations

from collections.abc import Sequence

from tiepoint.domain.cluster import Cluster, Machine, MachineRole, Power
from tiepoint.domain.identifiers import NodeId
from tiepoint.domain.node import Node, NodeState
from tiepoint.ui.viewmodels.cluster_bills import machine_price
from tiepoint.ui.viewmodels.nodes_state import NodeMachine


def with_machines(nodes: Sequence[Node], cluster: Cluster | None) -> tuple[tuple[Node, ...], dict[str, NodeMachine]]:
    """Return all nodes, those that only Azure knows included, and their machines by node id."""
    if cluster is None:
        return tuple(nodes), {}
    known = {each.name.casefold(): each for each in cluster.machines if each.role is MachineRole.NODE}
    found: dict[str, NodeMachine] = {}
    for node in nodes:
        names = (node.id.casefold(), node.host.casefold(), node.host.partition(".")[0].casefold())
        name = next((each for each in names if each in known), None)
        if name is not None:
            found[node.id] = _machine(cluster, known.pop(name))
    unheard = []
    for machine in known.values():
        node_id = NodeId(machine.name)
        state = NodeState.STARTING if machine.power is Power.STARTING else NodeState.OFFLINE
        unheard.append(Node(node_id, machine.name, state))
        found[node_id] = _machine(cluster, machine)
    return (*nodes, *unheard), found


class MachinesByNode:
    """Remembers which machine belongs to which node for as long as neither changes."""

    def __init__(self) -> None:
        self._cluster: Cluster | None = None
        self._ids: tuple[str, ...] = ()
        self._found: tuple[tuple[Node, ...], dict[str, NodeMachine]] = ((), {})

    def of(self, nodes: tuple[Node, ...], cluster: Cluster | None) -> tuple[tuple[Node, ...], dict[str, NodeMachine]]:
        """Return all nodes and their machines, as `with_machines`."""
        ids = tuple(node.id for node in nodes)
        if cluster is not self._cluster or ids != self._ids:
            self._cluster, self._ids = cluster, ids
            everybody, found = with_machines(nodes, cluster)
            self._found = everybody[len(nodes) :], found
        return (*nodes, *self._found[0]), self._found[1]


def power_line(cluster: Cluster) -> tuple[int, int]:
    """Return how many node machines are on and how many are off."""
    nodes = [each for each in cluster.machines if each.role is MachineRole.NODE]
    on = sum(each.power.is_billed for each in nodes)
    return on, len(nodes) - on


def _machine(cluster: Cluster, machine: Machine) -> NodeMachine:
    problem = machine.failure.summary if machine.failure is not None else ""
    return NodeMachine(machine.name, machine.power, machine_price(cluster, machine.name), machine.is_spot, problem)
