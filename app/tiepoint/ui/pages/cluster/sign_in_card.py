"""Signing in to Azure on a card: the offer, waiting for the browser or a code, and choosing a subscription.

It shows a `SignInModel`; a browser is opened by a press of its buttons alone. The GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from tiepoint.domain.account import SignInMethod
from tiepoint.domain.cloud import PUBLIC
from tiepoint.ui.pages.cluster.failure_note import FailureNote
from tiepoint.ui.pages.cluster.sign_in_waiting import BrowserWait, CodeWait
from tiepoint.ui.pages.cluster.subscription_picker import SubscriptionPicker
from tiepoint.ui.text import tr
from tiepoint.ui.viewmodels.sign_in import SignInModel, SignInStep
from tiepoint.ui.widgets.bars import ProgressBar
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.cards import Card
from tiepoint.ui.widgets.labels import Label
from tiepoint.ui.widgets.layouts import column, holder, row
from tiepoint.ui.widgets.organisation_mark import OrganisationMark, show_locked

_TENANT_PX = 300


class SignInCard(Card):
    """The way to Azure; hides itself once everything is chosen.

    Signals:
        settings_wanted(): The settings about Azure are asked for.
        plan_wanted(): A plan shall be made without a sign-in.
        left(): It had the keyboard's focus and has nothing more to ask.

    Args:
        model: What it shows and drives.
        why: What signing in is good for here.
        has_plan: Whether to offer a plan without a sign-in.
    """

    settings_wanted = Signal()
    plan_wanted = Signal()
    left = Signal()

    def __init__(self, model: SignInModel, why: str, *, has_plan: bool = True) -> None:
        super().__init__(tr("SignIn", "Clusters on Azure"), " ")
        self._model = model
        self.failure = FailureNote()
        self.browser, self.code, self.picker = BrowserWait(), CodeWait(), SubscriptionPicker(model)
        self._restoring = _busy(tr("SignIn", "Taking up your last sign-in"))
        self._looking = _busy(tr("SignIn", "Looking for your subscriptions"))
        self._offer = self._made_offer(why, has_plan=has_plan)
        self._steps: dict[SignInStep, QWidget] = {
            SignInStep.SIGNED_OUT: self._offer,
            SignInStep.RESTORING: self._restoring,
            SignInStep.LOOKING: self._looking,
            SignInStep.BROWSER: self.browser,
            SignInStep.CODE: self.code,
            SignInStep.CHOOSE: self.picker,
            SignInStep.NO_SUBSCRIPTION: self.picker,
        }
        self.add(self.failure, *dict.fromkeys(self._steps.values()), spacing=12)
        model.changed.connect(self.refresh)
        self.browser.cancel.clicked.connect(model.cancel)
        self.code.cancel.clicked.connect(model.cancel)
        self.refresh()

    def refresh(self) -> None:
        """Show the step it is at."""
        view = self._model.view
        had_focus = self.isAncestorOf(self.window().focusWidget()) if self.window().focusWidget() else False
        shown = self._steps.get(view.step)
        for each in set(self._steps.values()):
            each.setVisible(each is shown)
        failure = view.failure
        if view.step is SignInStep.NO_SUBSCRIPTION and failure is not None and failure.kind != "connection":
            failure = None  # the picker says it
        if view.step is SignInStep.SIGNED_OUT:
            failure = self._model.refusal or failure
        self.failure.show_failure(failure)
        if self.head is not None:
            is_usual = self._model.snapshot.cloud.name == PUBLIC.name
            self.head.remark_label.setText("" if is_usual else view.cloud)
        self.code.show_view(view)
        self.picker.show_view(view)
        self.setVisible(shown is not None)
        if had_focus and shown is None:
            self.left.emit()
        elif had_focus and shown is not None and not shown.isAncestorOf(self.window().focusWidget()):
            self.focus_first()

    def focus_first(self) -> None:
        """Begin at what is to be done now."""
        step = self._model.view.step
        first = {
            SignInStep.SIGNED_OUT: self.sign_in if self.sign_in.isEnabled() else self.mark,
            SignInStep.BROWSER: self.browser.cancel,
            SignInStep.CODE: self.code.copy,
            SignInStep.LOOKING: self._looking,  # holds it until there is something to choose
            SignInStep.RESTORING: self._restoring,
        }.get(step)
        if first is not None:
            first.setFocus()
        elif step in (SignInStep.CHOOSE, SignInStep.NO_SUBSCRIPTION):
            self.picker.focus_first()

    def _made_offer(self, why: str, *, has_plan: bool) -> QWidget:
        self.sign_in = Button(tr("SignIn", "Sign in"), "log-in", "primary")
        self.sign_in.setToolTip(tr("SignIn", "Opens your browser"))
        self.with_code = Button(tr("SignIn", "Sign in with a code"), "key-round")
        self.with_code.setToolTip(tr("SignIn", "For remote desktops: type a code in a browser on another device"))
        self.tenant = QLineEdit()
        self.tenant.setAccessibleName(tr("SignIn", "Organisation"))
        self.tenant.setPlaceholderText(tr("SignIn", "Your own, or such as studio.com"))
        self.tenant.setMaximumWidth(_TENANT_PX)
        self.tenant.setMinimumWidth(180)
        self.mark = OrganisationMark(tr("SignIn", "Organisation"))
        if self._model.tenant_place:
            self.mark.show_place(self._model.tenant_place)
            show_locked(self.tenant, "" if self._model.is_tenant_usable else tr("Settings", "Cannot be used"))
            self.tenant.setAccessibleDescription(self.mark.accessibleName())
        self.mark.clicked.connect(self.settings_wanted)
        for button in (self.sign_in, self.with_code):
            button.setEnabled(self._model.refusal is None)
        self.settings = Button(tr("SignIn", "Another cloud or application"), "settings", "link")
        self.plan = Button(tr("SignIn", "Make a plan first, without signing in"), "sliders-horizontal", "link")
        self.plan.setVisible(has_plan)
        self.sign_in.clicked.connect(lambda: self._model.sign_in(SignInMethod.BROWSER, self.tenant.text()))
        self.with_code.clicked.connect(lambda: self._model.sign_in(SignInMethod.DEVICE_CODE, self.tenant.text()))
        self.tenant.returnPressed.connect(self.sign_in.click)
        self.settings.clicked.connect(self.settings_wanted)
        self.plan.clicked.connect(self.plan_wanted)
        quiet = tr("SignIn", "Nothing is asked of Azure, and nothing bills, before you say so.")
        links = row(self.plan, self.settings, None, spacing=16)
        if not has_plan:
            links = row(self.settings, None)
        return holder(
            column(
                Label(why, "body", wrap=True),
                Label(quiet, "sub", wrap=True),
                4,
                column(
                    Label(tr("SignIn", "Organisation (tenant): its domain or id"), "sub"),
                    self.tenant,
                    row(self.mark, None),
                    spacing=4,
                ),
                row(self.sign_in, self.with_code, None, spacing=10),
                links,
                spacing=10,
            )
        )

    def showEvent(self, event: QShowEvent) -> None:
        """Take the tenant of the settings where none was typed."""
        super().showEvent(event)
        if not self.tenant.text():
            self.tenant.setText(self._model.usual_tenant)
            self.tenant.setCursorPosition(0)  # of a long one the start is seen


def _busy(words: str) -> QWidget:
    bar = ProgressBar(height=4)
    bar.set_share(None)
    bar.setAccessibleName(words)
    return holder(column(Label(words, "body"), bar, None, spacing=10))
