"""The dialog about a machine's key that is not the pinned one: both fingerprints, what it may mean, ways on.

Opened, never run modally. Nothing is sent to the machine before a person or Azure vouches for its key. GUI thread.
"""

from __future__ import annotations

import asyncio
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QGridLayout, QWidget

from tiepoint.domain.failure import Failure
from tiepoint.domain.key_change import KeyChange, read_key_change
from tiepoint.domain.route import HostKey
from tiepoint.services.sites import Site, SiteKind
from tiepoint.ui.panel import Panel
from tiepoint.ui.text import plain, said_below, tr
from tiepoint.ui.viewmodels.site_words import site_name
from tiepoint.ui.widgets.buttons import Button, IconButton
from tiepoint.ui.widgets.cards import Well
from tiepoint.ui.widgets.check_box import CheckBox
from tiepoint.ui.widgets.labels import Glyph, Label
from tiepoint.ui.widgets.layouts import Part, column, holder, row
from tiepoint.ui.widgets.tone_panel import ToneNote

_WIDTH: Final = 620


class HostKeyDialog(QDialog):
    """Asks what to do about a changed key; for clusters on Azure it is read again from Azure.

    Args:
        panel: The sites.
        site: Whose machine it is.
        failure: Of kind `host-key`.
        parent: Over which it opens.
    """

    def __init__(self, panel: Panel, site: Site, failure: Failure, parent: QWidget) -> None:
        super().__init__(parent)
        self._panel, self._site = panel, site
        self.change = read_key_change(failure.detail)
        self._is_known = bool(self.change.pinned)
        self._task: asyncio.Task[None] | None = None
        self.read_button = Button(tr("HostKey", "Read again from Azure"), "cloud", "primary")
        self.trust_button = Button(tr("HostKey", "Pin the new key"), "key-round", "danger")
        self.compared = CheckBox(tr("HostKey", "I have compared it with what the machine says of itself"), is_on=False)
        self.close_button = Button(tr("HostKey", "Do not connect"), "x")
        self.trouble = ToneNote("err", "circle-x")
        self.setWindowTitle(tr("HostKey", "A machine's key"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFixedWidth(_WIDTH)
        self._setup_ui(failure)
        self._connect()

    @property
    def is_cloud(self) -> bool:
        """Whether Azure can vouch for the key."""
        return self._site.kind is SiteKind.CLOUD

    def _setup_ui(self, failure: Failure) -> None:
        machine = plain(self.change.machine or tr("HostKey", "machine"), limit=60)
        name = site_name(self._site)
        title = tr("HostKey", "The {machine} of {name} shows another key", machine=machine, name=name)
        if not self._is_known:
            title = tr("HostKey", "The key of the {machine} of {name} is not known yet", machine=machine, name=name)
        head = Label(title, "h1", wrap=True)
        lead = Label(tr("HostKey", "Nothing was sent to it, and nothing is until the key is known."), "sub", wrap=True)
        glyph = Glyph("key-round", "err.text", 22)
        top = row(glyph, column(head, lead, spacing=4), spacing=14)
        top.setStretch(1, 1)
        top.setAlignment(glyph, Qt.AlignmentFlag.AlignTop)
        parts: list[Part] = [
            top,
            6,
            key_well(self.change) if self.change.machine else Label(plain(failure.summary), wrap=True),
        ]
        parts += [6, Label(tr("HostKey", "What it may mean"), "title"), *_meanings(is_known=self._is_known)]
        self.setLayout(column(*parts, 4, *self._ways_on(), self.trouble, spacing=8, margins=(22, 20, 22, 18)))
        self.close_button.setFocus()

    def _ways_on(self) -> list[QWidget]:
        if self.is_cloud:
            how = tr(
                "HostKey",
                "Azure can ask the machine itself (Run Command) and does not use this connection. It takes about half "
                "a minute.",
            )
            foot = holder(row(None, self.close_button, self.read_button))
            self.compared.hide()
            self.trust_button.hide()
            return [Label(how, "sub", wrap=True), foot]
        self.read_button.hide()
        how = tr(
            "HostKey",
            "Ask whoever runs the machine, or run this on it, and compare letter by letter:",
        )
        self.command = Label(f"ssh-keygen -lf /etc/ssh/{_file_of(self.change.offered)}", "mono", selectable=True)
        if self.change.offered is None:
            self.compared.hide()
            self.trust_button.hide()
        self.trust_button.setEnabled(False)
        foot = holder(row(None, self.close_button, self.trust_button))
        return [Label(how, "sub", wrap=True), self.command, self.compared, foot]

    def _connect(self) -> None:
        self.close_button.clicked.connect(self.reject)
        self.compared.toggled.connect(self.trust_button.setEnabled)
        self.trust_button.clicked.connect(self._on_trust)
        self.read_button.clicked.connect(self._on_read)

    def _on_trust(self) -> None:
        if self.change.offered is None:
            return
        self.trust_button.setEnabled(False)
        self.trouble.set_text("")
        self._task = self._panel.background.start(self._trust(self.change.offered), on_failure=self._on_not_kept)

    async def _trust(self, key: HostKey) -> None:
        await self._panel.program.remote.remote.trust(self._site.id, self.change.machine, (key,))
        self._site.monitor.try_now()
        self.accept()

    def _on_read(self) -> None:
        self.read_button.setEnabled(False)
        self.read_button.setText(tr("HostKey", "Azure asks the machine…"))
        self.trouble.set_text("")
        self._task = self._panel.background.start(self._read(), on_failure=self._on_failed)

    async def _read(self) -> None:
        await self._panel.program.remote.remote.read_keys_again(self._site.id)
        self._site.monitor.try_now()
        self._panel.messages.done(tr("HostKey", "The keys of {name} were read again", name=site_name(self._site)))
        self.accept()

    def done(self, result: int) -> None:
        """Read no more once it is closed."""
        if self._task is not None and not self._task.done() and result != QDialog.DialogCode.Accepted:
            self._task.cancel()
        super().done(result)

    def _on_failed(self, failure: Failure) -> None:
        self.read_button.setEnabled(True)
        self.read_button.setText(tr("HostKey", "Read again from Azure"))
        self._say(failure)

    def _on_not_kept(self, failure: Failure) -> None:
        self.trust_button.setEnabled(self.compared.isChecked())
        self._say(failure)

    def _say(self, failure: Failure) -> None:
        self.trouble.set_text(" ".join(said_below(plain(each)) for each in (failure.summary, failure.remedy) if each))


def key_well(change: KeyChange) -> Well:
    """Return both keys below each other, letter under letter."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(14)
    grid.setVerticalSpacing(6)
    offered = (change.offered,) if change.offered is not None else ()
    told = [(tr("HostKey", "Address"), plain(change.host, limit=120), "")]
    told += [(tr("HostKey", "Pinned"), fingerprint_of(key), key.kind) for key in change.pinned]
    told += [(tr("HostKey", "Shown now"), fingerprint_of(key), key.kind) for key in offered]
    grid.setColumnStretch(1, 1)
    grid.setContentsMargins(0, 0, 0, 0)
    for place, (name, value, kind) in enumerate(told):
        grid.addWidget(Label(name, "sub"), place, 0)
        grid.addWidget(Label(value, "mono" if kind else "body", selectable=True), place, 1)
        grid.addWidget(Label(plain(kind, limit=40), "caption"), place, 2)
    if offered:
        copy = IconButton("copy", tr("HostKey", "Copy the fingerprint that is shown now"), size=15)
        copy.setFixedSize(22, 22)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(fingerprint_of(offered[0])))
        line = row(holder(grid), copy, spacing=10)
        line.setStretch(0, 1)
        return Well(line)
    return Well(grid)


def fingerprint_of(key: HostKey) -> str:
    """Return a key's fingerprint; a key that cannot be read has none."""
    try:
        return key.fingerprint
    except ValueError:
        return tr("HostKey", "cannot be read")


def _meanings(*, is_known: bool) -> list[Label]:
    if not is_known:
        text = tr(
            "HostKey", "It is connected to for the first time. Whoever sits between could show a key of their own."
        )
        return [Label(text, "sub", wrap=True)]
    return [
        Label(text, "sub", wrap=True)
        for text in (
            tr(
                "HostKey", "•  The machine was made anew, or its system was installed again: then the new key is right."
            ),
            tr("HostKey", "•  Another machine answers at this address."),
            tr("HostKey", "•  Somebody listens between: then passwords and photos would pass through their hands."),
        )
    ]


def _file_of(key: HostKey | None) -> str:
    kind = key.kind if key is not None else "ssh-ed25519"
    name = "rsa" if "rsa" in kind else "ecdsa" if kind.startswith("ecdsa") else "ed25519"
    return f"ssh_host_{name}_key.pub"
