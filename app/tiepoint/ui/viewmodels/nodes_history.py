"""What each node did lately, sampled every few seconds for as long as it is followed. The GUI thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tiepoint.domain.node import Node

PARTS: Final = 5
"""A node is sampled every so many seconds."""
_KEPT: Final = 36
"""Three minutes."""


class NodesHistory:
    """Shares of graphics cards, or of cores where there are none, by node; the newest last.

    Each `take` samples a part of the nodes, so that a thousand do not change all at once.
    """

    def __init__(self) -> None:
        self.points: dict[str, tuple[float | None, ...]] = {}
        """By node id; a node's tuple is one and the same until its next sample."""
        self._part = 0

    def take(self, nodes: Sequence[Node], *, parts: int = 1) -> None:
        """Take a sample of every `parts`-th node, others the next time; those that are gone are forgotten."""
        self._part = (self._part + 1) % parts
        for node in nodes[self._part :: parts]:
            self.points[node.id] = (*self.points.get(node.id, ())[1 - _KEPT :], _share(node))
        if len(self.points) > len(nodes):
            there = {node.id for node in nodes}
            self.points = {key: line for key, line in self.points.items() if key in there}

    def clear(self) -> None:
        """Forget everything: other nodes will come."""
        self.points = {}


def _share(node: Node) -> float | None:
    if node.load is None:
        return None
    return node.load.cpu if node.load.gpu is None else node.load.gpu
