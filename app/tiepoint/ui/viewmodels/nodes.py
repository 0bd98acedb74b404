"""The Nodes page's state: rows, counts, the node that is looked at. Coalesces news; no widgets. The GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from tiepoint.domain.node import Node
from tiepoint.services.monitor import MonitorSnapshot
from tiepoint.services.program import Program
from tiepoint.ui.viewmodels.jobs import utc_now
from tiepoint.ui.viewmodels.nodes_rows import NodeContext, node_row
from tiepoint.ui.viewmodels.pace import Pace
from tiepoint.ui.widgets.table_cells import Row

_TICK_MS: Final = 1000


class NodesViewModel(QObject):
    """What the Nodes page shows.

    Signals:
        changed(): Something is to be shown anew; at most ten times a second, and once a second for the ages.

    Args:
        program: The services.
        now: The clock.
    """

    changed = Signal()

    def __init__(self, program: Program, now: Callable[[], datetime] = utc_now) -> None:
        super().__init__()
        self._program, self._now = program, now
        self._rows: tuple[Row, ...] = ()
        self._chosen = ""
        self._pace = Pace(self._update, self)
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self._update)
        self._end = program.monitor.changed.subscribe(lambda _snapshot: self._pace.ask())
        self._update()

    @property
    def snapshot(self) -> MonitorSnapshot:
        """All that is known."""
        return self._program.monitor.snapshot

    @property
    def rows(self) -> tuple[Row, ...]:
        """The nodes."""
        return self._rows

    @property
    def is_stale(self) -> bool:
        """Whether everything is only as last known."""
        return not self.snapshot.link.is_up

    @property
    def node(self) -> Node | None:
        """The node that is looked at: the chosen one, or else the one that needs attention first."""
        if not self._rows:
            return None
        first = min(self._rows, key=lambda row: row.rank).key
        known: dict[str, Node] = {node.id: node for node in self.snapshot.nodes}
        return next((known[key] for key in (self._chosen, first) if key in known), None)

    @property
    def context(self) -> NodeContext:
        """What rows need besides the nodes."""
        snapshot = self.snapshot
        names: dict[str, str] = {job.id: job.name for job in snapshot.jobs}
        version = snapshot.agent.agent if snapshot.agent is not None else ""
        return NodeContext(self._now(), names, version, self.is_stale)

    def count(self, tag: str) -> int:
        """How many nodes have a tag; the empty one counts all."""
        return sum(not tag or tag in row.tags for row in self._rows)

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

    def shut(self) -> None:
        """Listen no more."""
        self._tick.stop()
        self._end()

    def _update(self) -> None:
        context = self.context
        self._rows = tuple(node_row(node, context) for node in self.snapshot.nodes)
        if not self._chosen and self._rows:
            self._chosen = min(self._rows, key=lambda row: row.rank).key
        self.changed.emit()
