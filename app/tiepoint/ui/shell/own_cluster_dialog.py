"""Adding a cluster of one's own: where it is, whose keys prove it, and where its photos go.

Each machine's fingerprint is shown and confirmed by comparing before anything is sent to it. Opened, never run modally.
GUI thread.
"""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QDialog, QFileDialog, QLineEdit, QWidget

from tiepoint.domain.errors import HostKeyChanged
from tiepoint.domain.failure import Failure
from tiepoint.domain.key_change import KeyChange, read_key_change
from tiepoint.domain.own_cluster import OwnCluster
from tiepoint.domain.route import CONNECT_COMMAND, HostKey
from tiepoint.ui.panel import Panel
from tiepoint.ui.shell.host_key_dialog import fingerprint_of, key_well
from tiepoint.ui.text import plain, said_below, tr
from tiepoint.ui.viewmodels.own_cluster_form import OwnClusterForm, judge
from tiepoint.ui.widgets.bars import ProgressBar
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.check_box import CheckBox
from tiepoint.ui.widgets.labels import Glyph, Label
from tiepoint.ui.widgets.layouts import column, empty, holder, row
from tiepoint.ui.widgets.tone_panel import ToneNote

_WIDTH: Final = 620


class OwnClusterDialog(QDialog):
    """Asks for a cluster; ends once its scheduler was reached.

    Args:
        panel: The sites.
        parent: Over which it opens.
    """

    def __init__(self, panel: Panel, parent: QWidget) -> None:
        super().__init__(parent)
        self._panel = panel
        self.is_busy = False
        self._keys: dict[str, KeyChange] = {}
        self._asked: KeyChange | None = None
        self._task: asyncio.Task[None] | None = None
        self.name = _field(tr("OwnCluster", "Name"), "atelier-east")
        self.scheduler = _field(tr("OwnCluster", "Scheduler"), "tiepoint@scheduler.studio.example")
        self.jump = _field(tr("OwnCluster", "Jump box"), tr("OwnCluster", "none: it is reached directly"))
        self.key_file = _field(tr("OwnCluster", "Key file"), tr("OwnCluster", "SSH agent and ~/.ssh"))
        self.command = _field(tr("OwnCluster", "Command that joins the agent"), CONNECT_COMMAND)
        self.captures = _field(tr("OwnCluster", "Container for photos"), "https://ACCOUNT…/captures")
        self.products = _field(tr("OwnCluster", "Container for products"), "https://ACCOUNT…/products")
        self.fields = (
            self.name,
            self.scheduler,
            self.jump,
            self.key_file,
            self.command,
            self.captures,
            self.products,
        )
        self.windows = CheckBox(tr("OwnCluster", "The scheduler is a Windows machine"), is_on=False)
        self.choose_button = Button(tr("OwnCluster", "Choose"), "folder-open")
        self.compared = CheckBox(tr("OwnCluster", "I have compared it with what the machine says of itself"))
        self.add_button = Button(tr("OwnCluster", "Connect"), "network", "primary")
        self.cancel_button = Button(tr("OwnCluster", "Cancel"))
        self.trouble = ToneNote("err", "circle-x")
        self.hint = Label("", "sub", wrap=True)
        self.bar = ProgressBar(height=4)
        self.setWindowTitle(tr("OwnCluster", "A cluster of your own"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(_WIDTH)
        self._setup_ui()
        self._connect()
        self._refresh()

    @property
    def form(self) -> OwnClusterForm:
        """What is typed now."""
        return OwnClusterForm(
            self.name.text(),
            self.scheduler.text(),
            self.jump.text(),
            self.key_file.text(),
            self.captures.text(),
            self.products.text(),
            self.windows.isChecked(),
            self.command.text(),
        )

    @property
    def asked(self) -> str:
        """The fingerprint that waits for being compared; empty = none does."""
        offered = self._asked.offered if self._asked is not None else None
        return fingerprint_of(offered) if offered is not None else ""

    def _setup_ui(self) -> None:
        lead = Label(
            tr(
                "OwnCluster",
                "Any machines that run Tiepoint’s agent beside a scheduler: Metashape’s network processing, or the "
                "open engine. It is reached by SSH alone; no other port is opened.",
            ),
            "sub",
            wrap=True,
        )
        key_line = row(self.key_file, self.choose_button)
        key_line.setStretch(0, 1)
        key_part = holder(column(Label(self.key_file.accessibleName(), "sub"), key_line, spacing=4))
        ways = row(key_part, _labelled(self.command), spacing=12)
        ways.setStretch(0, 1)
        ways.setStretch(1, 1)
        pair = row(_labelled(self.captures), _labelled(self.products), spacing=12)
        blob = Label(
            tr("OwnCluster", "Without containers photos cannot be sent from here; jobs are watched all the same."),
            "caption",
            wrap=True,
        )
        self._key_part = column(self.compared, spacing=8)
        self.key_holder = holder(self._key_part)
        self.key_holder.hide()
        self.bar.set_share(None)
        self.bar.setAccessibleName(tr("OwnCluster", "Connecting"))
        foot = row(self.hint, self.cancel_button, self.add_button, spacing=10)
        foot.setStretch(0, 1)
        self.setLayout(
            column(
                Label(tr("OwnCluster", "A cluster of your own"), "h1"),
                lead,
                _labelled(self.name),
                row(_labelled(self.scheduler), _labelled(self.jump), spacing=12),
                self.windows,
                ways,
                pair,
                blob,
                self.key_holder,
                self.trouble,
                self.bar,
                foot,
                spacing=10,
                margins=(22, 20, 22, 18),
            )
        )

    def _connect(self) -> None:
        for field in self.fields:
            field.textChanged.connect(self._on_typed)
        self.choose_button.clicked.connect(self._on_choose)
        self.compared.toggled.connect(lambda _: self._refresh())
        self.add_button.clicked.connect(self._on_add)
        self.cancel_button.clicked.connect(self.reject)

    def _on_typed(self) -> None:
        self._keys.clear()  # they were another machine's
        self._ask_for(None)
        self.trouble.set_text("")
        self._refresh()

    def _refresh(self) -> None:
        cluster, why = judge(self.form, tuple(site.name for site in self._panel.program.remote.sites.all))
        is_waiting = self._asked is not None and not self.compared.isChecked()
        if is_waiting:
            why = tr("OwnCluster", "Compare the key first.")
        self.hint.setText("" if self.is_busy else why)
        self.add_button.setEnabled(cluster is not None and not self.is_busy and not is_waiting)
        words = tr("OwnCluster", "Pin the key and go on") if self._asked is not None else tr("OwnCluster", "Connect")
        self.add_button.setText(words)
        self.bar.setVisible(self.is_busy)
        for field in self.fields:
            field.setEnabled(not self.is_busy)

    def _on_add(self) -> None:
        cluster, _why = judge(self.form)
        if cluster is None:
            return
        if self._asked is not None:
            self._keys[self._asked.machine] = self._asked
            self._ask_for(None)
        self.is_busy = True
        self.trouble.set_text("")
        self._refresh()
        self._task = self._panel.background.start(self._add(self._with_keys(cluster)), on_failure=self._on_failed)
        self._task.add_done_callback(self._on_ended)

    async def _add(self, cluster: OwnCluster) -> None:
        try:
            site = await self._panel.program.remote.remote.add(cluster)
        except HostKeyChanged as error:
            change = read_key_change(error.detail)
            if change.offered is None or change.pinned:
                raise
            self._ask_for(change)
            return
        self._panel.program.remote.sites.show(site.id)
        name = plain(cluster.name, limit=60)
        self._panel.messages.done(tr("OwnCluster", "{name} is reached, and shown now", name=name))
        self._panel.navigator.go("jobs")
        self.accept()

    def _with_keys(self, cluster: OwnCluster) -> OwnCluster:
        """Put the compared keys to their machines."""

        def keys(title: str) -> tuple[HostKey, ...]:
            change = self._keys.get(title)
            return (change.offered,) if change is not None and change.offered is not None else ()

        jumps = tuple(dataclasses.replace(hop, keys=keys(hop.title)) for hop in cluster.jumps)
        scheduler = dataclasses.replace(cluster.scheduler, keys=keys(cluster.scheduler.title))
        return dataclasses.replace(cluster, jumps=jumps, scheduler=scheduler)

    def _ask_for(self, change: KeyChange | None) -> None:
        self._asked = change
        self._key_part.removeWidget(self.compared)
        empty(self._key_part)
        self._key_part.addWidget(self.compared)
        self.compared.setChecked(False)
        self.key_holder.setVisible(change is not None)
        if change is not None:
            text = tr(
                "OwnCluster",
                "This is the key of the {machine}. Ask whoever runs it, or run ssh-keygen -lf on its key file there, "
                "and compare letter by letter.",
                machine=plain(change.machine, limit=60),
            )
            line = row(Glyph("key-round", "accent_text", 18), Label(text, "sub", wrap=True), spacing=10)
            line.setStretch(1, 1)
            for place, part in enumerate((holder(line), key_well(change))):
                self._key_part.insertWidget(place, part)
        self._refresh()
        QTimer.singleShot(0, self, self._grow)  # new words know their size once they are seen

    def _grow(self) -> None:
        """Make room for words that came; a layout by itself counts wrapped lines as one."""
        layout = self.layout()
        if layout is not None:
            layout.activate()
            self.resize(self.width(), max(self.height(), layout.totalHeightForWidth(self.width())))

    def _on_failed(self, failure: Failure) -> None:
        self.trouble.set_text(" ".join(said_below(plain(each)) for each in (failure.summary, failure.remedy) if each))
        QTimer.singleShot(0, self, self._grow)

    def _on_ended(self, task: asyncio.Task[None]) -> None:
        if task is not self._task:
            return  # the dialog is gone
        self._task, self.is_busy = None, False
        self._refresh()
        if self._asked is not None:
            self.compared.setFocus(Qt.FocusReason.OtherFocusReason)

    def done(self, result: int) -> None:
        """Connect no more once it is closed."""
        task, self._task = self._task, None
        if task is not None and not task.done() and result != QDialog.DialogCode.Accepted:
            task.cancel()
        super().done(result)

    def _on_choose(self) -> None:
        dialog = QFileDialog(self, tr("OwnCluster", "Choose a private key"), self.key_file.text())
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.key_file.setText)
        dialog.finished.connect(lambda _: dialog.deleteLater())
        dialog.open()


def _field(name: str, example: str) -> QLineEdit:
    made = QLineEdit()
    made.setAccessibleName(name)
    made.setPlaceholderText(example)
    made.setAcceptDrops(False)
    made.setMaxLength(400)
    return made


def _labelled(field: QLineEdit) -> QWidget:
    return holder(column(Label(field.accessibleName(), "sub"), field, spacing=4))
