"""An operation on a cluster: its steps, the tree of resources, figures, what leaving means, activity; why it failed.

The GUI thread.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from tiepoint.domain.cluster import Cluster
from tiepoint.domain.cluster_operation import ClusterOperation
from tiepoint.ui.pages.cluster.life.activity_card import ActivityCard
from tiepoint.ui.pages.cluster.life.failure_panel import ClusterFailurePanel
from tiepoint.ui.pages.cluster.life.leave_card import LeaveCard
from tiepoint.ui.pages.cluster.life.overall_card import OverallCard
from tiepoint.ui.pages.cluster.life.tree_card import TreeCard
from tiepoint.ui.viewmodels.cluster_life import ClusterLifeModel
from tiepoint.ui.viewmodels.cluster_life_failure import failure_view
from tiepoint.ui.viewmodels.cluster_life_operation import overall_of, steps_of, ways_out
from tiepoint.ui.viewmodels.cluster_life_resources import activity_lines
from tiepoint.ui.widgets.cards import Card, ScrollColumn
from tiepoint.ui.widgets.layouts import column, holder, row
from tiepoint.ui.widgets.stage_strip import StageStrip

_SIDE_PX: Final = (356, 424)
_LEAST_TREE_PX: Final = 260


class OperationView(QWidget):
    """Shows the operation of a `ClusterLifeModel`.

    Signals:
        way_chosen(key): A way on after a failure, a key of `cluster_life_failure`.
        portal_wanted(resource): A resource's page in the portal; empty = the deployment's.
    """

    way_chosen = Signal(str)
    portal_wanted = Signal(str)

    def __init__(self, model: ClusterLifeModel) -> None:
        super().__init__()
        self._model = model
        self.steps = StageStrip()
        self.failure = ClusterFailurePanel()
        self.tree = TreeCard()
        self.overall, self.leave, self.activity = OverallCard(), LeaveCard(), ActivityCard()
        self._setup_ui()
        self.failure.chosen.connect(self.way_chosen)
        self.tree.portal_wanted.connect(self.portal_wanted)
        self.activity.portal_wanted.connect(lambda: self.portal_wanted.emit(""))

    def show_operation(self, cluster: Cluster, operation: ClusterOperation) -> None:
        """Show an operation as it is now."""
        model, now = self._model, self._model.now
        self.steps.set_stages(steps_of(operation, now), is_stale=model.is_stale)
        self.tree.show_operation(cluster, operation, now)
        self.overall.show_overall(overall_of(cluster, operation, now))
        failure = failure_view(cluster, operation, now, portal=model.portal)
        self.failure.setVisible(failure is not None)
        if failure is not None:
            self.failure.show_failure(failure)
        is_live = not operation.state.is_over or operation.is_interrupted
        self.leave.setVisible(is_live)
        self.leave.show_ways(ways_out(cluster, operation))
        self.activity.show_lines(activity_lines(cluster.activity, now), has_portal=bool(model.portal))

    def show_times(self, cluster: Cluster, operation: ClusterOperation) -> None:
        """Let times go on."""
        if not operation.state.is_over:
            self.show_operation(cluster, operation)

    def focus_first(self) -> None:
        """Begin at the failure's way on, else in the tree."""
        target: QWidget = self.tree.tree
        if not self.failure.isHidden():
            target = next(iter(self.failure.ways_buttons()), target)
        target.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _setup_ui(self) -> None:
        steps = Card()
        steps.add(self.steps, margins=(16, 12, 16, 2))
        self.failure.hide()
        self.tree.setMinimumHeight(_LEAST_TREE_PX)
        main = ScrollColumn(steps, self.failure, self.tree)
        main.content.setStretch(2, 1)
        self.activity.setMinimumHeight(170)
        self._side = ScrollColumn(self.overall, self.leave, self.activity)
        self._side.content.setStretch(2, 1)
        line = row(holder(column(main)), self._side, spacing=12)
        line.setStretch(0, 1)
        self.setLayout(line)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width."""
        least, most = _SIDE_PX
        self._side.setFixedWidth(min(max(least, int(self.width() * 0.3)), most))
        super().resizeEvent(event)
