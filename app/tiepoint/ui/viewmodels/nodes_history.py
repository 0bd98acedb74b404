"""What each node did lately, sampled every few seconds for as long as it is followed. The GUI thread."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final

from tiepoint.domain.node import Node

SAMPLE_S: Final = 5.0
_KEPT: Final = 36
"""Three minutes."""


class NodesHistory:
    """Shares of graphics cards, or of cores where there are none, by node; the newest last."""

    def __init__(self) -> None:
        self._kept: dict[str, deque[float | None]] = {}
        self._points: dict[str, tuple[float | None, ...]] = {}

    @property
    def points(self) -> dict[str, tuple[float | None, ...]]:
        """By node id; one and the same until the next sample."""
        return self._points

    def take(self, nodes: Iterable[Node]) -> None:
        """Take a sample of every node; those that are gone are forgotten."""
        kept: dict[str, deque[float | None]] = {}
        for node in nodes:
            line = self._kept.get(node.id) or deque(maxlen=_KEPT)
            line.append(_share(node))
            kept[node.id] = line
        self._kept = kept
        self._points = {key: tuple(line) for key, line in kept.items()}

    def clear(self) -> None:
        """Forget everything: other nodes will come."""
        self._kept, self._points = {}, {}


def _share(node: Node) -> float | None:
    if node.load is None:
        return None
    return node.load.cpu if node.load.gpu is None else node.load.gpu
