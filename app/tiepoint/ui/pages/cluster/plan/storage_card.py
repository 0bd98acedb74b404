"""What the nodes work on. The GUI thread only."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QButtonGroup

from tiepoint.domain.cluster_plan import ClusterPlan, StorageKind
from tiepoint.domain.errors import UsageError
from tiepoint.domain.lustre import lustre_sku
from tiepoint.ui.pages.cluster.plan.field import Field
from tiepoint.ui.pages.cluster.plan.plan_card import PlanCard
from tiepoint.ui.text import tr
from tiepoint.ui.viewmodels.money import rate_text
from tiepoint.ui.viewmodels.plan_editor import PlanModel
from tiepoint.ui.widgets.big_option import BigOption
from tiepoint.ui.widgets.labels import Label
from tiepoint.ui.widgets.layouts import column, row
from tiepoint.ui.widgets.stepper import Stepper

_RANGES: Final = {StorageKind.LUSTRE: (4, 128, 4), StorageKind.NETAPP: (1, 100, 1)}


class StorageCard(PlanCard):
    """Lustre, NetApp Files, or Blob alone."""

    def __init__(self, model: PlanModel) -> None:
        remark = tr("Plan", "what the nodes work on; captures and products always rest in Blob")
        super().__init__(tr("Plan", "Storage"), remark, model)
        self.options = {
            StorageKind.LUSTRE: BigOption(
                "zap",
                tr("Plan", "Managed Lustre"),
                tr("Plan", "2 GB/s or more, Linux nodes"),
                tr("Plan", "Blob behind it"),
            ),
            StorageKind.NETAPP: BigOption(
                "database",
                tr("Plan", "NetApp Files"),
                tr("Plan", "NFS and SMB, also for Windows"),
                tr("Plan", "Needs Active Directory"),
            ),
            StorageKind.BLOB: BigOption(
                "cloud",
                tr("Plan", "Blob only"),
                tr("Plan", "Copied to each node’s own disk"),
                tr("Plan", "No shared folder"),
            ),
        }
        group = QButtonGroup(self)
        for kind, option in self.options.items():
            group.addButton(option)
            option.clicked.connect(lambda _=False, chosen=kind: self.put.emit("storage.kind", chosen.value))
        self.capacity = Stepper(tr("Plan", "Capacity"), 1, 128, unit=" TiB")
        self.capacity.stepped.connect(lambda value: self.put.emit("storage.capacity_tib", value))
        self._speed = Label("", "sub", wrap=True)
        line = row(self.capacity, self._speed, spacing=12)
        line.setStretch(1, 1)
        self.capacity_field = Field(tr("Plan", "Capacity"), line)
        self.kind_field = Field("")
        self.kind_field.layout().itemAt(0).widget().hide()  # type: ignore[union-attr]
        self.fields = {"storage.kind": self.kind_field, "storage.capacity_tib": self.capacity_field}
        self.add(row(*self.options.values(), spacing=12), column(self.kind_field, self.capacity_field, spacing=0))
        model.prices.changed.connect(self._show_prices)

    def hold(self, plan: ClusterPlan) -> None:
        """Mark the kind and show the capacity."""
        kind = plan.storage.kind
        self.options[kind].setChecked(True)
        self.capacity_field.setVisible(kind in _RANGES)
        if kind in _RANGES:
            least, most, step = _RANGES[kind]
            self.capacity.hold(plan.storage.capacity_tib)
            self.capacity.set_range(least, most, step)
            self._speed.setText(_speed(plan))
        self._show_prices()

    def _show_prices(self) -> None:
        estimate = self._model.prices.estimate
        if estimate is not None:
            for kind, price in self._model.prices.storages.items():
                self.options[kind].set_price(rate_text(price, estimate.currency))


def _speed(plan: ClusterPlan) -> str:
    if plan.storage.kind is not StorageKind.LUSTRE:
        return tr("Plan", "grows without a stop")
    try:
        each = lustre_sku(plan.storage.capacity_tib).mbps_per_tib
    except UsageError:
        return ""
    whole = each * plan.storage.capacity_tib / 1000
    return tr("Plan", "{speed} GB/s in all, {each} MB/s per TiB", speed=f"{whole:g}", each=each)
