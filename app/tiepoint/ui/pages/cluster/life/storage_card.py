"""Where a cluster keeps photos, its work and products. The GUI thread."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QGuiApplication

from tiepoint.domain.cluster import Cluster, ClusterState
from tiepoint.domain.cluster_plan import StorageKind
from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewmodels.cluster_life_resources import resource_state
from tiepoint.ui.viewmodels.cluster_words import storage_name
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.cards import Card
from tiepoint.ui.widgets.labels import FactList, Label
from tiepoint.ui.widgets.layouts import row

_UNKNOWN: Final = "—"
_COPIED_MS: Final = 2000
_WORKING: Final = ("microsoft.storagecache/amlfilesystems", "microsoft.netapp/netappaccounts/capacitypools/volumes")
CAPTURES: Final = "captures"
PRODUCTS: Final = "products"


class StorageCard(Card):
    """Shows the storage of a cluster.

    Signals:
        upload_wanted(): Photos shall go up to it.
        download_wanted(): Products shall come down.
    """

    upload_wanted = Signal()
    download_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(tr("Storage", "Storage"), " ")
        self._address = ""
        self._facts = FactList()
        self._hint = Label("", "caption", wrap=True)
        self.upload = Button(tr("Storage", "Upload photos"), "upload")
        self.download = Button(tr("Storage", "Download"), "arrow-down-to-line")
        self.copy_button = Button(tr("Storage", "Copy address"), "copy", "link")
        if self.head is not None:
            self.head.controls.addWidget(self.copy_button)
        self.add(self._facts, self._hint, None, row(self.upload, self.download, None), spacing=12)
        self.upload.clicked.connect(self.upload_wanted)
        self.download.clicked.connect(self.download_wanted)
        self.copy_button.clicked.connect(self._on_copy)

    def show_cluster(self, cluster: Cluster) -> None:
        """Show where it keeps what."""
        self._address = cluster.blob_endpoint
        plan = cluster.plan
        if self.head is not None:
            self.head.remark_label.setText(storage_name(plan.storage) if plan is not None else "")
        account = _account(cluster)
        self._facts.set_facts(
            (
                (tr("Storage", "Working storage"), _working(cluster)),
                (tr("Storage", "Blob account"), account or _UNKNOWN),
                (tr("Storage", "Photos"), CAPTURES if account else _UNKNOWN),
                (tr("Storage", "Products"), PRODUCTS if account else _UNKNOWN),
            )
        )
        self._hint.setText(_hint(cluster))
        for button in (self.upload, self.download, self.copy_button):
            button.setEnabled(bool(account))

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._address)
        self.copy_button.setText(tr("Storage", "Copied"))
        words = tr("Storage", "Copy address")
        QTimer.singleShot(_COPIED_MS, self.copy_button, lambda: self.copy_button.setText(words))


def container_address(cluster: Cluster, container: str) -> str:
    """Return a container's address; empty while the account's is not known."""
    return f"{cluster.blob_endpoint.rstrip('/')}/{container}" if cluster.blob_endpoint else ""


def _account(cluster: Cluster) -> str:
    host = cluster.blob_endpoint.partition("://")[2].rstrip("/")
    name, _, rest = host.partition(".")
    return plain(name if rest and not host[:1].isdigit() else host)


def _working(cluster: Cluster) -> str:
    plan = cluster.plan
    if plan is not None and plan.storage.kind is StorageKind.BLOB:
        return tr("Storage", "none, Blob alone")
    found = [each for each in cluster.resources if each.type.casefold() in _WORKING]
    if found:
        return f"{plain(found[0].name)}, {resource_state(found[0].state)}".rstrip(", ")
    if cluster.state is ClusterState.COLD:
        return tr("Storage", "archived and removed")
    return storage_name(plan.storage) if plan is not None else _UNKNOWN


def _hint(cluster: Cluster) -> str:
    if cluster.state is ClusterState.COLD:
        return tr("Storage", "What was in it lies in Blob, in the container “archive”.")
    if cluster.state is ClusterState.PAUSED:
        return tr("Storage", "Photos can go up and products come down while it is paused, too.")
    return tr(
        "Storage", "Photos and products rest in Blob. They stay when the cluster is deleted, unless you say else."
    )
