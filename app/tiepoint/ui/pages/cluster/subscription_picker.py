"""Choosing what machines are billed to, or saying why there is nothing to choose from. The GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewmodels.sign_in import SignInModel, SignInStep, SignInView
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.choice_row import ChoiceRow
from tiepoint.ui.widgets.labels import Label
from tiepoint.ui.widgets.layouts import column, empty, row


class SubscriptionPicker(QWidget):
    """The subscriptions of whoever is signed in.

    Args:
        model: Chooses, looks again, signs out.
    """

    def __init__(self, model: SignInModel) -> None:
        super().__init__()
        self._model = model
        self._title, self._text = Label("", "h1", wrap=True), Label("", "sub", wrap=True)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(8)
        self.choices: list[ChoiceRow] = []
        """One a subscription."""
        self._shown: tuple[object, ...] = ()
        self.look = Button(tr("SignIn", "Look again"), "refresh-cw")
        self.portal = Button(tr("SignIn", "Open the Azure portal"), "external-link")
        self.out = Button(tr("SignIn", "Sign out"), "power", "quiet")
        self.look.clicked.connect(model.look)
        self.out.clicked.connect(model.sign_out)
        self.portal.clicked.connect(lambda: QDesktopServices.openUrl(QUrl(model.snapshot.cloud.portal)))
        self.setLayout(
            column(
                self._title,
                self._text,
                self._rows,
                row(self.look, self.portal, self.out, None, spacing=10),
                spacing=10,
            )
        )

    def focus_first(self) -> None:
        """Begin at the first subscription."""
        (self.choices[0] if self.choices else self.look).setFocus()

    def show_view(self, view: SignInView) -> None:
        """Show what there is to choose from."""
        is_none = view.step is SignInStep.NO_SUBSCRIPTION
        who = {"name": view.username, "tenant": view.tenant}
        if is_none:
            self._title.setText(tr("SignIn", "There is no subscription in {tenant}", tenant=view.tenant))
            self._text.setText(
                tr(
                    "SignIn",
                    "You are signed in as {name}, but this organisation gives you no subscription to bill machines "
                    "to. Ask its administrator for one, or sign out and sign in to another organisation.",
                    name=view.username,
                )
            )
        else:
            self._title.setText(tr("SignIn", "Which subscription shall be used?"))
            self._text.setText(tr("SignIn", "{name} in {tenant}. Machines are billed to the one you choose.", **who))
        self.portal.setVisible(is_none and bool(self._model.snapshot.cloud.portal))
        self._show_rows()

    def _show_rows(self) -> None:
        subscriptions = self._model.snapshot.subscriptions
        if subscriptions == self._shown:
            return
        self._shown = subscriptions
        empty(self._rows)
        self.choices = []
        for each in subscriptions:
            line = each.id if each.state == "Enabled" else f"{each.state}  ·  {each.id}"
            choice = ChoiceRow("receipt", plain(each.name), plain(line), "accent_text")
            choice.clicked.connect(lambda _=False, chosen=each.id: self._model.choose(chosen))
            self._rows.addWidget(choice)
            self.choices.append(choice)
        if self.choices and self.look.hasFocus():
            self.choices[0].show()  # only what is visible takes the focus
            self.choices[0].setFocus()
