"""What a person can do with a cluster: the actions of the strip, and the questions before them. The GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import QDialog, QMenu, QWidget

from tiepoint.domain.cluster import Cluster, ClusterState
from tiepoint.domain.photo_set import SetPhase
from tiepoint.ui.actions import action
from tiepoint.ui.pages.cluster.life.cold_dialog import ColdDialog
from tiepoint.ui.pages.cluster.life.delete_dialog import DeleteDialog
from tiepoint.ui.pages.cluster.life.pause_dialog import PauseDialog
from tiepoint.ui.pages.cluster.life.scale_dialog import ScaleDialog
from tiepoint.ui.pages.cluster.life.storage_card import CAPTURES, container_address
from tiepoint.ui.panel import Panel
from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewmodels.cluster_life import ClusterLifeModel
from tiepoint.ui.viewmodels.cluster_life_words import cancel_verb
from tiepoint.ui.widgets.question import Question, ask

_AT_REST: Final = (ClusterState.PAUSED, ClusterState.COLD, ClusterState.DATA_KEPT)
_WITHOUT_STORAGE: Final = (ClusterState.COLD, ClusterState.DATA_KEPT)


class ClusterCommands(QObject):
    """The actions of one cluster.

    Signals:
        show_wanted(is_operation): The operation, or the cluster itself, shall be shown.

    Args:
        panel: Messages, photos and the way to other pages.
        owner: Over which questions open.
        model: The cluster.
    """

    show_wanted = Signal(bool)

    def __init__(self, panel: Panel, owner: QWidget, model: ClusterLifeModel) -> None:
        super().__init__(owner)
        self._panel, self._owner, self._model = panel, owner, model
        self.dialog: QDialog | None = None
        make = self._make
        self.cancel = make(tr("Life", "Cancel"), self.ask_to_cancel, "circle-stop", "danger")
        self.see_cluster = make(tr("Life", "See the cluster"), lambda: self.show_wanted.emit(False), "server")
        self.see_operation = make(tr("Life", "See progress"), lambda: self.show_wanted.emit(True), "list-checks")
        self.upload = make(tr("Life", "Upload photos"), self.open_upload, "upload")
        self.pause = make(tr("Life", "Pause…"), self.ask_to_pause, "pause")
        self.resume = make(tr("Life", "Resume"), model.resume, "play", "primary")
        self.scale = make(tr("Life", "Scale…"), self.ask_to_scale, "boxes")
        self.cold = make(tr("Life", "Go cold…"), self.ask_to_cool, "snowflake")
        self.delete = make(tr("Life", "Delete…"), self.ask_to_delete, "trash-2")
        self.portal = make(tr("Life", "Open in portal"), lambda: self.open_portal(""), "external-link")
        self.look = make(tr("Life", "Look now"), model.look, "refresh-cw")
        self.more = QAction(tr("Life", "More"), self)
        self.more.setProperty("icon_name", "ellipsis")
        self.menu = QMenu(owner)
        self.more.setMenu(self.menu)

    def strip_actions(self, cluster: Cluster, *, is_operation_shown: bool) -> tuple[QAction, ...]:
        """Return what the strip offers now, the primary one last."""
        self._fill_menu(cluster)
        if is_operation_shown:
            shown = [self.see_cluster] if cluster.machines or cluster.resources else []
            return (*shown, *((self.cancel,) if self._model.is_busy else ()))
        if self._model.is_busy:
            return (self.more, self.see_operation)
        if cluster.state in _AT_REST:
            return (self.upload, self.more, self.resume)
        return (self.upload, self.scale, self.pause, self.more)

    def enable(self, cluster: Cluster) -> None:
        """Let what cannot be done now be grey."""
        may = not self._model.is_busy and not self._model.is_offline
        has_plan = cluster.plan is not None
        on = cluster.state not in _AT_REST
        self.resume.setEnabled(may)
        is_gone = cluster.state is ClusterState.DATA_KEPT
        self.resume.setText(tr("Life", "Deploy again") if is_gone else tr("Life", "Resume"))
        self.pause.setEnabled(may and on)
        self.scale.setEnabled(may and has_plan and cluster.state not in _WITHOUT_STORAGE)
        self.cold.setEnabled(may and has_plan and cluster.state not in _WITHOUT_STORAGE)
        self.delete.setEnabled(may)
        self.cancel.setEnabled(self._model.is_busy)
        if cluster.operation is not None:
            self.cancel.setText(cancel_verb(cluster.operation.kind))
        self.upload.setEnabled(bool(cluster.blob_endpoint))
        self.portal.setEnabled(bool(self._model.portal))

    def ask_to_pause(self) -> None:
        """Ask how to pause."""
        if (cluster := self._model.cluster) is not None:
            dialog = PauseDialog(cluster, self._owner)
            self._open(dialog, lambda: self._model.pause(drains=dialog.drains))

    def ask_to_cool(self) -> None:
        """Ask whether to go cold."""
        if (cluster := self._model.cluster) is not None:
            self._open(ColdDialog(cluster, self._owner), self._model.cool)

    def ask_to_scale(self) -> None:
        """Ask how many nodes there shall be."""
        if (cluster := self._model.cluster) is not None:
            dialog = ScaleDialog(cluster, self._owner)
            self._open(dialog, lambda: self._model.scale(dialog.count))

    def ask_to_delete(self) -> None:
        """Ask for the name."""
        if (cluster := self._model.cluster) is not None:
            dialog = DeleteDialog(cluster, self._owner)
            self._open(dialog, lambda: self._model.delete(dialog.typed, keeps_data=dialog.keeps_data))

    def ask_to_cancel(self) -> None:
        """Ask whether to stop in the middle."""
        cluster = self._model.cluster
        if cluster is None or not self._model.is_busy:
            return
        question = Question(
            tr("Life", "Cancel"),
            tr("Life", "Stop what is being done to {name}?", name=plain(cluster.name, limit=60)),
            tr("Life", "What is ready stays, and bills as it is. You can go on from there at any time."),
            tr("Life", "Stop it"),
            tr("Life", "Let it go on"),
        )
        ask(self._owner, question, self._model.cancel)

    def open_portal(self, resource: str) -> None:
        """Open a resource's page in the portal, or the group's; nothing happens where the cloud has none."""
        url = self.portal_url(resource)
        if url:
            QDesktopServices.openUrl(QUrl(url))

    def portal_url(self, resource: str) -> str:
        """Return the address of a resource's page, or of the group's deployments while one goes on."""
        cluster, portal = self._model.cluster, self._model.portal
        if cluster is None or not portal:
            return ""
        key = resource.casefold()
        found = next((each.portal_url for each in cluster.resources if each.id.casefold() == key), "")
        if found:
            return found
        group = f"/subscriptions/{cluster.subscription}/resourceGroups/{cluster.resource_group}"
        if resource.startswith("/subscriptions/"):
            return f"{portal.rstrip('/')}/#resource{resource}"
        page = "/deployments" if cluster.operation is not None and cluster.operation.deployment else "/overview"
        return f"{portal.rstrip('/')}/#resource{group}{page}"

    def open_upload(self) -> None:
        """Ask what of the open photos shall go up to this cluster; without any go to the Photos page."""
        cluster = self._model.cluster
        photo_set = self._panel.program.photo_sets.snapshot.current
        if cluster is None:
            return
        if photo_set is None or not photo_set.included or photo_set.progress.phase is SetPhase.SCAN:
            self._panel.messages.note(
                tr("Life", "Choose photos first"),
                tr("Life", "Open a capture on the Photos page, then “Upload to…”: this cluster is offered there."),
            )
            self._panel.navigator.go("photos")
            return
        from tiepoint.ui.pages.transfers.upload_dialog import UploadDialog

        dialog = UploadDialog(self._panel, photo_set, self._owner)
        dialog.address.set_text(container_address(cluster, CAPTURES))
        dialog.begun.connect(lambda begun: self._panel.navigator.go("transfers", transfer=begun.id))
        self._remember(dialog)
        dialog.open()

    def open_download(self) -> None:
        """Ask what shall come down from this cluster."""
        from tiepoint.ui.pages.cluster.life.storage_card import PRODUCTS
        from tiepoint.ui.pages.transfers.download_dialog import DownloadDialog

        cluster = self._model.cluster
        if cluster is None:
            return
        dialog = DownloadDialog(self._panel, self._owner)
        dialog.address.set_text(container_address(cluster, PRODUCTS))
        dialog.begun.connect(lambda begun: self._panel.navigator.go("transfers", transfer=begun.id))
        self._remember(dialog)
        dialog.open()

    def _make(self, text: str, slot: Callable[[], object], icon: str, kind: str = "plain") -> QAction:
        return action(self, text, slot, icon=icon, kind=kind)

    def _fill_menu(self, cluster: Cluster) -> None:
        is_at_rest = cluster.state in _AT_REST
        wanted = [self.scale if is_at_rest else None, self.cold, None, self.look, self.portal, None, self.delete]
        actions = [each for each in wanted if each is not None]
        if [each for each in self.menu.actions() if not each.isSeparator()] == actions:
            return
        self.menu.clear()
        for each in wanted:
            if each is None:
                self.menu.addSeparator()
            else:
                self.menu.addAction(each)

    def _open(self, dialog: ColdDialog | DeleteDialog | PauseDialog | ScaleDialog, does: Callable[[], object]) -> None:
        dialog.agreed.connect(lambda: does())
        self._remember(dialog)
        dialog.open()

    def _remember(self, dialog: QDialog) -> None:
        if self.dialog is not None:
            self.dialog.reject()
        self.dialog = dialog
        dialog.finished.connect(lambda _code: self._forget(dialog))

    def _forget(self, dialog: QDialog) -> None:
        if self.dialog is dialog:
            self.dialog = None
        dialog.deleteLater()
