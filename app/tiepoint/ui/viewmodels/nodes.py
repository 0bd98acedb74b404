"""The Nodes page's state: rows, counts, the node that is looked at. Coalesces news; no widgets. The GUI thread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple

from PySide6.QtCore import QObject, QTimer, Signal

from tiepoint.domain.cluster import Cluster
from tiepoint.domain.job import Job
from tiepoint.domain.link import LinkState
from tiepoint.domain.node import Node
from tiepoint.protocol.hello import Capability
from tiepoint.services.monitor import MonitorSnapshot
from tiepoint.services.sites import Site, SiteKind
from tiepoint.ui.panel import Panel
from tiepoint.ui.viewmodels.cluster_bills import currency_of
from tiepoint.ui.viewmodels.nodes_history import PARTS, NodesHistory
from tiepoint.ui.viewmodels.nodes_machines import MachinesByNode
from tiepoint.ui.viewmodels.nodes_rows import node_row
from tiepoint.ui.viewmodels.nodes_state import NodeContext, due_after
from tiepoint.ui.viewmodels.pace import Pace
from tiepoint.ui.viewmodels.recorder import recorder_of
from tiepoint.ui.widgets.table_cells import LazyRow

_TICK_MS: Final = 1000
_PIECE: Final = 100
_AZURE_ONLY: Final = frozenset({"power", "price"})
_CARDS_ONLY: Final = frozenset({"gpu", "vram", "mask"})


class NodesViewModel(QObject):
    """What the Nodes page shows: the shown site, as it is or as it was recorded.

    Signals:
        changed(): Something is to be shown anew; at most ten times a second, and once a second for the ages.
        switched(): Another site is shown.

    Args:
        panel: The services and the recorder.
    """

    changed = Signal()
    switched = Signal()

    def __init__(self, panel: Panel) -> None:
        super().__init__()
        self._program = panel.program
        self.recorder = recorder_of(panel)
        self._rows: tuple[LazyRow, ...] = ()
        self._kept: dict[str, _Kept] = {}
        self._nodes: dict[str, Node] = {}
        self._counts: Counter[str] = Counter()
        self._context = NodeContext(self.recorder.now)
        self._base: object = None
        self._pointless: frozenset[str] = frozenset()
        self.history = NodesHistory()
        self._machines = MachinesByNode()
        self._names: tuple[tuple[Job, ...], dict[str, str]] = ((), {})
        self._chosen = ""
        self._pace = Pace(self._update, self, ahead=self._make_ahead)
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self._pace.ask)
        self._sampling = QTimer(self, interval=_TICK_MS)
        self._sampling.timeout.connect(self.sample)
        self._sampling.start()
        self.recorder.changed.connect(self._pace.ask)
        self._ends = (
            self._program.azure.clusters.changed.subscribe(lambda _: self._pace.ask()),
            self._program.remote.shown.switched.subscribe(self._on_switched),
        )
        self._update()

    @property
    def site(self) -> Site:
        """Whose nodes they are."""
        return self._program.remote.shown.site

    @property
    def cluster(self) -> Cluster | None:
        """The cluster on Azure, as Azure tells of it; None for other sites."""
        if self.site.kind is not SiteKind.CLOUD:
            return None
        return self._program.azure.clusters.snapshot.find(self.site.id)

    @property
    def snapshot(self) -> MonitorSnapshot:
        """All that the scheduler said."""
        return self.recorder.snapshot

    @property
    def rows(self) -> tuple[LazyRow, ...]:
        """The nodes."""
        return self._rows

    @property
    def pointless(self) -> frozenset[str]:
        """Keys of columns that say nothing here."""
        return self._pointless

    @property
    def is_stale(self) -> bool:
        """Whether everything the scheduler said is only as last known."""
        return not self.snapshot.link.is_up

    @property
    def context(self) -> NodeContext:
        """What rows need besides the nodes."""
        return self._context

    @property
    def node(self) -> Node | None:
        """The node that is looked at: the chosen one, or else the one that needs attention first."""
        chosen = self._nodes.get(self._chosen)
        if chosen is not None or not self._rows:
            return chosen
        return self._nodes[min(self._rows, key=lambda row: row.rank).key]

    def find(self, node_id: str) -> Node | None:
        """A node by its id."""
        return self._nodes.get(node_id)

    def count(self, tag: str) -> int:
        """How many nodes have a tag; the empty one counts all."""
        return self._counts[tag] if tag else len(self._rows)

    def choose(self, node_id: str) -> None:
        """Look at a node."""
        if node_id != self._chosen:
            self._chosen = node_id
            self.changed.emit()

    def set_active(self, *, is_active: bool) -> None:
        """Follow while somebody looks."""
        self._pace.hold(is_held=not is_active)
        if is_active:
            self._tick.start()
            self._update()
        else:
            self._tick.stop()

    def refresh(self) -> None:
        """Show anew soon."""
        self._pace.ask()

    def shut(self) -> None:
        """Listen no more."""
        self._tick.stop()
        self._sampling.stop()
        self.recorder.changed.disconnect(self._pace.ask)
        for end in self._ends:
            end()

    def _on_switched(self, _site: Site) -> None:
        self._chosen = ""
        self.history.clear()
        self._update()
        self.switched.emit()

    def sample(self) -> None:
        """Take a sample of what some of the nodes do."""
        if self.recorder.is_live and not self.is_stale:
            self.history.take(self.snapshot.nodes, parts=PARTS)

    def _make_ahead(self) -> Iterator[None]:
        """Make the rows of many nodes in pieces; the update that follows finds those that still say the same."""
        nodes, context = self._looked_at()
        for start in range(0, len(nodes) if len(nodes) > _PIECE else 0, _PIECE):
            if context is not self._context:
                return
            for node in nodes[start : start + _PIECE]:
                self._kept[node.id] = self._row(node, context, self._kept.get(node.id))
            yield

    def _looked_at(self) -> tuple[tuple[Node, ...], NodeContext]:
        """Return the nodes and what rows need besides them; rows that would say something else are forgotten."""
        snapshot, cluster = self.snapshot, self.cluster
        nodes, machines = self._machines.of(snapshot.nodes, cluster if self.recorder.is_live else None)
        before = self._context
        context = NodeContext(
            self.recorder.now,
            self._job_names(snapshot),
            snapshot.agent.agent if snapshot.agent is not None else "",
            self.is_stale,
            machines,
            currency_of(cluster) if cluster is not None else "USD",
            self.history.points if self.recorder.is_live else {},
            can_start=cluster is not None and self.recorder.is_live,
            can_pause=snapshot.link.state is LinkState.CONNECTED and snapshot.can(Capability.PAUSE_NODE),
        )
        base = (context.version, context.is_stale, context.currency, context.can_start, context.can_pause)
        if base != self._base or machines is not before.machines or context.jobs is not before.jobs:
            self._kept = {}
        self._base, self._context = base, context
        return nodes, context

    def _update(self) -> None:
        nodes, context = self._looked_at()
        self._nodes = {node.id: node for node in nodes}
        self._kept = {node.id: self._row(node, context, self._kept.get(node.id)) for node in nodes}
        self._rows = tuple(each.row for each in self._kept.values())
        self._counts = Counter(tag for row in self._rows for tag in row.tags)
        self._pointless = _pointless(
            nodes, context, has_actions=bool(self._counts["attention"] or self._counts["away"])
        )
        if not self._chosen and self._rows and not self.is_stale:
            self._chosen = min(self._rows, key=lambda row: row.rank).key
        self.changed.emit()

    def _job_names(self, snapshot: MonitorSnapshot) -> dict[str, str]:
        if snapshot.jobs is not self._names[0]:
            names: dict[str, str] = {job.id: job.name for job in snapshot.jobs}
            self._names = snapshot.jobs, self._names[1] if names == self._names[1] else names
        return self._names[1]

    def _row(self, node: Node, context: NodeContext, known: _Kept | None) -> _Kept:
        """Return a node's row, the known one for as long as it would say the same."""
        points = context.points.get(node.id)
        if known is not None and known.node is node and known.points is points and context.now < known.due:
            return known
        return _Kept(node, points, due_after(node, context), node_row(node, context))


class _Kept(NamedTuple):
    """A row, what it was made of, and until when it says the same."""

    node: Node
    points: tuple[float | None, ...] | None
    due: datetime
    row: LazyRow


def _pointless(nodes: tuple[Node, ...], context: NodeContext, *, has_actions: bool) -> frozenset[str]:
    found: set[str] = set()
    if not context.machines:
        found |= _AZURE_ONLY
    if not any(node.gpus or (node.load is not None and node.load.gpu is not None) for node in nodes):
        found |= _CARDS_ONLY
    elif all(node.gpu_mask is None for node in nodes):
        found.add("mask")
    if all(node.load is None or node.load.work_bytes_s is None for node in nodes):
        found.add("work")
    if not has_actions:
        found.add("action")
    return frozenset(found)
