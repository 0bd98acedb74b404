"""The line at the window's foot: who is signed in to Azure, where, and how old Azure's data is. The GUI thread only."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget

from tiepoint.ui.panel import Panel
from tiepoint.ui.shell.account_menu import AccountMenu
from tiepoint.ui.shell.scheduler_age import SchedulerAge
from tiepoint.ui.text import tr
from tiepoint.ui.viewmodels.cluster_words import clock_text
from tiepoint.ui.viewmodels.clusters import ClustersModel
from tiepoint.ui.viewmodels.sign_in import SignInModel
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.labels import ElidedLabel, Glyph
from tiepoint.ui.widgets.layouts import row

_HEIGHT: Final = 28


class AccountLine(QWidget):
    """Hidden while nobody is signed in.

    Args:
        panel: The services.
    """

    def __init__(self, panel: Panel) -> None:
        super().__init__()
        self.setObjectName("foot")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(_HEIGHT)
        self._sign_in = SignInModel(panel.program, panel.background)
        self._clusters = ClustersModel(panel.program, panel.background)
        self.menu = AccountMenu(self._sign_in, self)
        self.account = Button("", "user-round", "foot")
        self.account.setToolTip(tr("Account", "Account and subscription"))
        self._glyph, self._age = Glyph("cloud", "text2", 14), ElidedLabel("", "sub")
        self.scheduler = SchedulerAge(panel)
        line = row(self.account, None, self._glyph, self._age, 12, self.scheduler, spacing=6, margins=(12, 0, 16, 0))
        self.setLayout(line)
        self.account.clicked.connect(self._open_menu)
        self._sign_in.changed.connect(self.refresh)
        self._clusters.changed.connect(self.refresh)
        self.destroyed.connect(self.scheduler.shut)
        self.destroyed.connect(self._sign_in.shut)
        self.destroyed.connect(self._clusters.shut)
        self.refresh()

    def refresh(self) -> None:
        """Say who and how old."""
        view = self._sign_in.view
        self.setVisible(bool(view.username))
        where = tr("Account", "{tenant} ▸ {subscription}", tenant=view.tenant, subscription=view.subscription)
        words = f"{view.username}  ·  {where if view.subscription else view.tenant}"
        self.account.setText(words.replace("&", "&&"))
        self.account.setAccessibleName(tr("Account", "Account: {words}", words=words))
        self._show_age()

    def _show_age(self) -> None:
        snapshot = self._clusters.snapshot
        read = clock_text(snapshot.updated) if snapshot.updated else ""
        if snapshot.failure is not None:
            self._glyph.set_glyph("wifi-off" if snapshot.failure.kind == "connection" else "circle-alert", "warn.text")
            words = {
                "confirm": tr("Account", "Azure asks you to confirm"),
                "sign-in": tr("Account", "Azure asks you to sign in again"),
                "connection": tr("Account", "Azure does not answer"),
            }.get(snapshot.failure.kind, tr("Account", "Azure could not be read"))
            self._age.setText(f"{words}, {tr('Account', 'last read {time}', time=read)}" if read else words)
            return
        self._glyph.set_glyph("cloud", "text2")
        self._age.setText(tr("Account", "Azure: read {time}", time=read) if read else tr("Account", "Azure"))

    def _open_menu(self) -> None:
        self.menu.fill()
        height = self.menu.sizeHint().height()
        self.menu.popup(self.account.mapToGlobal(QPoint(0, -height - 4)))
