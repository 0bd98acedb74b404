"""The menu of who is signed in: where, which subscription, where that is kept, and out again. The GUI thread only."""

from __future__ import annotations

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from tiepoint.ui.text import plain, tr
from tiepoint.ui.theme import icons
from tiepoint.ui.viewmodels.sign_in import SignInModel

_KEPT_PX = 58


class AccountMenu(QMenu):
    """Filled anew each time it opens.

    Args:
        model: Who is signed in.
        parent: Owns it.
    """

    def __init__(self, model: SignInModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._model = model
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """Say who is signed in now."""
        self.clear()
        view = self._model.view
        if not view.username:
            self._say(tr("SignIn", "Nobody is signed in to {cloud}", cloud=view.cloud), "user-round")
            return
        self._say(view.username, "user-round")
        self._say(tr("SignIn", "Organisation: {tenant}", tenant=view.tenant), "building")
        self._say(tr("SignIn", "Cloud: {cloud}", cloud=view.cloud), "cloud")
        kept = self._say(_short(view.kept), "lock")
        kept.setToolTip(view.kept)
        self.addSeparator()
        self._add_subscriptions()
        self.addSeparator()
        look = self.addAction(icons.icon("refresh-cw"), tr("SignIn", "Look for subscriptions again"))
        look.triggered.connect(lambda: self._model.look())
        out = self.addAction(icons.icon("power"), tr("SignIn", "Sign out"))
        out.setToolTip(tr("SignIn", "Removes the sign-in from this computer; clusters go on as they are"))
        out.triggered.connect(lambda: self._model.sign_out())

    def _add_subscriptions(self) -> None:
        snapshot = self._model.snapshot
        self._say(tr("SignIn", "Subscription"), "receipt")
        group = QActionGroup(self)
        for each in snapshot.subscriptions:
            words = each.name if each.state == "Enabled" else f"{each.name}  ({each.state})"
            entry = self.addAction(plain(words).replace("&", "&&"))
            entry.setCheckable(True)
            entry.setChecked(snapshot.subscription is not None and each.id == snapshot.subscription.id)
            entry.setToolTip(f"{each.id}  {each.state}")
            entry.triggered.connect(lambda _=False, chosen=each.id: self._model.choose(chosen))
            group.addAction(entry)

    def _say(self, words: str, icon: str) -> QAction:
        told = self.addAction(icons.icon(icon), words.replace("&", "&&"))
        told.setEnabled(False)
        return told


def _short(words: str) -> str:
    return words if len(words) <= _KEPT_PX else words.split(":")[0].rstrip(".") + "."
