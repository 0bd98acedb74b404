"""A cluster of which nothing is under way, or that is looked at meanwhile: meter, machines, bills, storage, resources.

The GUI thread.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from tiepoint.domain.cluster import Cluster, ClusterState
from tiepoint.services.panel_state import PanelStateService
from tiepoint.ui.pages.cluster.life.activity_card import ActivityCard
from tiepoint.ui.pages.cluster.life.bills_card import BillsCard
from tiepoint.ui.pages.cluster.life.machines_card import MachinesCard
from tiepoint.ui.pages.cluster.life.meter_card import MeterCard
from tiepoint.ui.pages.cluster.life.resources_card import ResourcesCard
from tiepoint.ui.pages.cluster.life.rest_card import RestCard
from tiepoint.ui.pages.cluster.life.storage_card import StorageCard
from tiepoint.ui.viewmodels.cluster_life import ClusterLifeModel
from tiepoint.ui.viewmodels.cluster_life_meter import meter_view
from tiepoint.ui.viewmodels.cluster_life_resources import activity_lines
from tiepoint.ui.widgets.cards import ScrollColumn
from tiepoint.ui.widgets.layouts import column, holder, row

_METER_PX: Final = 252
_REST_PX: Final = 274
_FOOT_PX: Final = 232
_AT_REST: Final = (ClusterState.PAUSED, ClusterState.COLD, ClusterState.DATA_KEPT)


class ClusterView(QWidget):
    """Shows the cluster of a `ClusterLifeModel`.

    Signals:
        portal_wanted(resource): A resource's page in the portal; empty = the group's.
    """

    portal_wanted = Signal(str)

    def __init__(self, model: ClusterLifeModel, kept: PanelStateService) -> None:
        super().__init__()
        self._model = model
        self.meter, self.rest, self.bills = MeterCard(), RestCard(), BillsCard()
        self.machines = MachinesCard(kept)
        self.storage, self.resources, self.activity = StorageCard(), ResourcesCard(kept), ActivityCard()
        self._setup_ui()
        for card in (self.bills, self.activity):
            card.portal_wanted.connect(lambda: self.portal_wanted.emit(""))
        for listed in (self.machines, self.resources):
            listed.portal_wanted.connect(self.portal_wanted)

    def show_cluster(self, cluster: Cluster) -> None:
        """Show a cluster as it is now."""
        model, now = self._model, self._model.now
        has_portal = bool(model.portal)
        self.show_times(cluster)
        self.bills.show_cluster(cluster, has_portal=has_portal)
        self.machines.show_cluster(cluster, now, is_stale=model.is_stale)
        self.storage.show_cluster(cluster)
        self.resources.show_resources(cluster.resources, is_stale=model.is_stale)
        self.activity.show_lines(activity_lines(cluster.activity, now), has_portal=has_portal)

    def show_times(self, cluster: Cluster) -> None:
        """Let money and times go on."""
        model = self._model
        is_at_rest, may_act = cluster.state in _AT_REST, not model.is_busy and not model.is_offline
        self.meter.setVisible(not is_at_rest)
        self.rest.setVisible(is_at_rest)
        self._top.setFixedHeight(_REST_PX if cluster.state is ClusterState.PAUSED else _METER_PX)
        if is_at_rest:
            self.rest.show_cluster(cluster, may_act=may_act, may_cool=cluster.plan is not None)
        else:
            self.meter.show_view(meter_view(cluster, model.now), may_act=not model.is_offline)

    def focus_first(self) -> None:
        """Begin at the way on, else in the table of machines."""
        self.machines.table.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _setup_ui(self) -> None:
        top = row(self.meter, self.rest, self.bills, spacing=12)
        for place, share in ((0, 6), (1, 6), (2, 5)):
            top.setStretch(place, share)
        foot = row(self.storage, self.resources, self.activity, spacing=12)
        for place, share in ((0, 4), (1, 6), (2, 5)):
            foot.setStretch(place, share)
        self._top, last = holder(top), holder(foot)
        last.setFixedHeight(_FOOT_PX)
        cards = ScrollColumn(self._top, self.machines, last)
        cards.content.setStretch(1, 1)
        self.setLayout(column(cards))
