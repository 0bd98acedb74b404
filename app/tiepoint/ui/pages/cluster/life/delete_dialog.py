"""*Delete…*: type the name; keep the photos and products, or not. The GUI thread; opened, never run modally."""

from __future__ import annotations

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from tiepoint.domain.cluster import Cluster, ClusterState
from tiepoint.domain.cluster_plan import Engine
from tiepoint.ui.pages.cluster.life.dialog import LifeDialog, Points
from tiepoint.ui.text import plain, tr, tr_count
from tiepoint.ui.widgets.check_box import CheckBox
from tiepoint.ui.widgets.labels import Label


class DeleteDialog(LifeDialog):
    """Asks for the name of the cluster that is to be deleted."""

    def __init__(self, cluster: Cluster, parent: QWidget) -> None:
        super().__init__(
            parent,
            "trash-2",
            "err.text",
            tr("Delete", "Delete {name} for good?", name=plain(cluster.name, limit=60)),
            "",
            tr("Delete", "Delete"),
            kind="danger",
        )
        self._cluster = cluster
        self.keep = CheckBox(tr("Delete", "Keep photos and products: the Blob account and the group around it stay"))
        is_gone = cluster.state is ClusterState.DATA_KEPT
        self.keep.setChecked(not is_gone)
        self.keep.setVisible(not is_gone)
        self.name = QLineEdit()
        self.name.setAccessibleName(tr("Delete", "Name of the cluster"))
        self.name.setPlaceholderText(cluster.name)
        self._points = Points()
        self.fill(
            self._points,
            self.keep,
            Label(tr("Delete", "Type its name to delete it: {name}", name=plain(cluster.name)), "value"),
            self.name,
        )
        self.name.textChanged.connect(lambda _text: self._refresh())
        self.keep.toggled.connect(lambda _is_on: self._refresh())
        self._refresh()

    @property
    def typed(self) -> str:
        """The name as it was typed."""
        return self.name.text().strip()

    @property
    def keeps_data(self) -> bool:
        """Whether photos and products stay."""
        return self.keep.isChecked()

    def _refresh(self) -> None:
        self.go_button.setEnabled(self.typed == self._cluster.name)
        self.text.setText(_what(self._cluster, keeps_data=self.keeps_data))
        self._points.set_points(lost_points(self._cluster, keeps_data=self.keeps_data))
        words = tr("Delete", "Delete, keep photos") if self.keeps_data else tr("Delete", "Delete everything")
        self.go_button.setText(words)
        if self.isVisible():
            self.fit()

    def showEvent(self, event: QShowEvent) -> None:
        """Begin at the name."""
        super().showEvent(event)
        self.name.setFocus()


def _what(cluster: Cluster, *, keeps_data: bool) -> str:
    group, count = plain(cluster.resource_group), len(cluster.resources)
    if keeps_data:
        return tr("Delete", "This removes all of {group} but its Blob account. It cannot be undone.", group=group)
    if not count:
        return tr("Delete", "This removes all of {group}. It cannot be undone.", group=group)
    return tr_count(
        "Delete",
        "This removes {count} resource and the group {group}. It cannot be undone.",
        "This removes all {count} resources and the group {group}. It cannot be undone.",
        count,
        group=group,
    )


def lost_points(cluster: Cluster, *, keeps_data: bool) -> list[tuple[str, str, str]]:
    """Say what is lost, and what is not."""
    points = [
        ("server", "text2", tr("Delete", "Machines with their disks, the network and the working storage are gone."))
    ]
    if cluster.plan is not None and cluster.plan.engine is Engine.METASHAPE:
        points.append(
            ("key-round", "text2", tr("Delete", "Metashape licences of nodes are given back first, while they run."))
        )
        if cluster.state in (ClusterState.PAUSED, ClusterState.COLD):
            words = tr("Delete", "Its nodes are off: resume it first, or their licences stay taken.")
            points.append(("triangle-alert", "warn.text", words))
    if not keeps_data:
        words = tr("Delete", "Photos, products and the archive in Blob are deleted, too.")
        points.append(("triangle-alert", "err.text", words))
    vault = tr("Delete", "Azure keeps the key vault for up to 90 days more; until then its name is taken.")
    points.append(("lock", "text2", vault))
    return points
