"""The preflight of a plan, before any money: checks, what would fit, what would be made. The GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout

from tiepoint.domain.cluster import ClusterId
from tiepoint.domain.node_sizes import node_size
from tiepoint.domain.preflight import Alternative, Check, CheckState, Fix, Remedy
from tiepoint.ui.actions import action
from tiepoint.ui.pages.cluster.failure_note import FailureNote
from tiepoint.ui.pages.cluster.place import Place
from tiepoint.ui.pages.cluster.plan.created_card import PartsCard
from tiepoint.ui.pages.cluster.preflight.alternatives_card import AlternativesCard
from tiepoint.ui.pages.cluster.preflight.check_rows import check_row
from tiepoint.ui.pages.cluster.preflight.deploy_dialog import DeployDialog
from tiepoint.ui.pages.cluster.preflight.refusals_card import RefusalsCard
from tiepoint.ui.pages.cluster.sign_in_card import SignInCard
from tiepoint.ui.pages.cluster.steps import StepStrip
from tiepoint.ui.pages.page import StripContent
from tiepoint.ui.text import plain, tr, tr_count
from tiepoint.ui.viewmodels.cluster_words import clock_text
from tiepoint.ui.viewmodels.money import rate_text
from tiepoint.ui.viewmodels.plan_editor import PlanModel
from tiepoint.ui.viewmodels.preflight import PreflightModel
from tiepoint.ui.viewmodels.preflight_words import changed_parts, changes_words, report_text
from tiepoint.ui.viewmodels.sign_in import SignInModel
from tiepoint.ui.widgets.bars import ProgressBar
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.cards import Card, ScrollColumn, hairline
from tiepoint.ui.widgets.empty import EmptyState
from tiepoint.ui.widgets.layouts import empty, row

_SIDE_PX, _NARROW_SIDE_PX, _WIDE_PX = 420, 356, 1280


class PreflightPlace(Place):
    """Shows a `PreflightModel`.

    Signals:
        plan_wanted(): The plan shall be edited.
        deployed(id): A deployment has begun; a `ClusterId`.
        settings_wanted(): The settings about Azure are asked for.

    Args:
        model: Checks and deploys.
        plan: Holds the plan.
        sign_in: Who is signed in.
    """

    plan_wanted = Signal()
    deployed = Signal(object)
    settings_wanted = Signal()

    def __init__(self, model: PreflightModel, plan: PlanModel, sign_in: SignInModel) -> None:
        super().__init__()
        self.model, self._plan, self._sign_in = model, plan, sign_in
        self._shown: tuple[Check, ...] | None = None
        self._is_over = False
        self._setup_actions()
        self._setup_ui()
        model.changed.connect(self.refresh)
        plan.changed.connect(self.refresh)
        plan.prices.changed.connect(self.strip_changed)
        sign_in.changed.connect(self._on_sign_in)
        self.refresh()

    def strip(self) -> StripContent:
        """Say how the checks ended."""
        state, words = self._pill()
        estimate = self._plan.prices.estimate
        facts = (
            [] if estimate is None else [(tr("Plan", "Would run at"), rate_text(estimate.running, estimate.currency))]
        )
        actions = (self.edit_action, self.again_action, self.deploy_action)
        name = plain(self.model.plan.name)
        return StripContent(name, state, words, self._when(), tuple(facts), actions=actions)

    def focus_first(self) -> None:
        """Begin at the first fix, else at the copy."""
        if not self.model.is_signed_in:
            self.sign_in_card.focus_first()
            return
        fix = next((each for each in self.fix_buttons() if each.isEnabled()), None)
        (fix or self.copy).setFocus()

    def fix_buttons(self) -> list[Button]:
        """The buttons of the checks, from the top."""
        found: list[Button] = []
        for place in range(self._rows.count()):
            item = self._rows.itemAt(place)
            widget = item.widget() if item is not None else None
            if widget is not None:
                found += widget.findChildren(Button)
        return found

    def refresh(self) -> None:
        """Show the checks as they are now."""
        model, report = self.model, self.model.report
        was_over, self._is_over = self._is_over, report is not None and report.is_over
        is_in = model.is_signed_in
        self.sign_in_card.refresh()
        self.failure.show_failure(model.failure if is_in else None)
        self.confirm.setVisible(model.failure is not None and model.failure.kind == "confirm")
        self._checks.setVisible(is_in and report is not None)
        self._nothing.setVisible(is_in and report is None and model.failure is None)
        self._bar.setVisible(model.is_running or model.is_fixing)
        self._show_checks()
        self._show_steps()
        if report is not None:
            now = self._plan.prices.estimate
            self.alternatives.show_alternatives(report.alternatives, now.running if now else None)
            self.what_if.show_parts(changed_parts(model.plan, report.changes), changes_words(report.changes))
        else:
            self.alternatives.show_alternatives((), None)
        self.what_if.setVisible(report is not None and bool(report.changes))
        self.copy.setEnabled(report is not None and report.is_over)
        self.again_action.setEnabled(is_in and not model.is_running)
        self.deploy_action.setEnabled(model.may_deploy)
        self.deploy_action.setToolTip(self._why_not())
        self.strip_changed.emit()
        focused = self.window().focusWidget()
        is_elsewhere = focused is None or not self.isAncestorOf(focused)
        if self._is_over and not was_over and self.isVisible() and is_elsewhere:
            self.focus_first()

    def run(self) -> None:
        """Check the plan as it is now."""
        self._shown = None
        self.model.run()

    def ask_to_deploy(self) -> DeployDialog:
        """Ask for the last word, with the price on it."""
        view = self._sign_in.view
        dialog = DeployDialog(self.model.plan, self._plan.prices.estimate, view.subscription, self.window())
        dialog.agreed.connect(self._on_agreed)
        dialog.open()
        return dialog

    def shut(self) -> None:
        """Check nothing any more."""
        self.model.stop()

    def _on_agreed(self, secrets: dict[str, str]) -> None:
        cluster: ClusterId | None = self.model.deploy(secrets)
        if cluster is not None:
            self.deployed.emit(cluster)

    def _on_fix(self, fix: Fix) -> None:
        if fix.remedy is Remedy.OPEN_LINK:
            QDesktopServices.openUrl(QUrl(fix.value))
        elif fix.remedy is Remedy.GIVE_SECRETS:
            self.ask_to_deploy()
        else:
            self.model.fix(fix)

    def _on_use(self, alternative: Alternative) -> None:
        self.model.use(alternative.region, alternative.size, alternative.count)

    def _on_sign_in(self) -> None:
        if self.isVisible() and self.model.is_signed_in and self.model.report is None and self.model.failure is None:
            self.run()
        self.refresh()

    def _pill(self) -> tuple[str, str]:
        report = self.model.report
        if report is None:
            return "plan", ""
        blocked = report.count(CheckState.BLOCKED)
        if blocked:
            words = tr_count(
                "Preflight", "1 check blocks the deployment", "{count} checks block the deployment", blocked
            )
            return "error", words
        if not report.is_over:
            return "checking", ""
        if self.model.is_stale:
            return "warning", tr("Preflight", "Plan changed since")
        return "ok", tr("Preflight", "Ready to deploy")

    def _when(self) -> str:
        report = self.model.report
        nothing = tr("Preflight", "nothing was created, nothing bills")
        if report is None or report.checked is None:
            return tr("Preflight", "Preflight  ·  {nothing}", nothing=nothing)
        return tr("Preflight", "Preflight {time}  ·  {nothing}", time=clock_text(report.checked), nothing=nothing)

    def _why_not(self) -> str:
        if not self.model.is_signed_in:
            return tr("Preflight", "Sign in first")
        if self.model.report is None or not self.model.report.is_over:
            return tr("Preflight", "When the checks are over")
        if self.model.report.is_blocked:
            return tr("Preflight", "First put right what blocks")
        if self.model.is_stale:
            return tr("Preflight", "Check the changed plan first")
        return tr("Preflight", "Asks once more, with the price")

    def _show_checks(self) -> None:
        checks = self.model.checks()
        if self._checks.head is not None:
            busy = tr("Preflight", "Azure is at it; this can take minutes")
            self._checks.head.remark_label.setText(busy if self.model.is_fixing else self.model.summary())
        if checks == self._shown:
            return
        self._shown = checks
        focused = self.window().focusWidget()
        had_focus = focused is not None and self._checks.isAncestorOf(focused) and focused is not self.copy
        empty(self._rows)
        size = node_size(self.model.plan.nodes.size)
        for place, check in enumerate(checks):
            if place and check.state is not CheckState.BLOCKED and checks[place - 1].state is CheckState.WARNING:
                self._rows.addWidget(hairline())
            self._rows.addWidget(check_row(check, self._on_fix, size.vcpu if size else 0))
        if had_focus:
            self.focus_first()

    def _show_steps(self) -> None:
        report, plan = self.model.report, self.model.plan
        where = plain(self._plan.path.name) if self._plan.path else tr("Preflight", "not saved")
        state = "now" if report is None or not report.is_over else "failed" if report.is_blocked else "done"
        count = sum(part.count for part in self._plan.parts)
        made = tr_count("Preflight", "1 resource", "{count} resources", count) if count else "—"
        stops = tr("Preflight", "stops by itself after {count} min", count=plan.guard.idle_minutes)
        self.steps.show_steps(
            (("done", where), (state, tr("Preflight", "before any money")), ("waiting", made), ("waiting", stops))
        )

    def _setup_actions(self) -> None:
        self.edit_action = action(self, tr("Preflight", "Edit plan"), self.plan_wanted.emit, icon="sliders-horizontal")
        self.again_action = action(self, tr("Preflight", "Check again"), self.run, icon="refresh-cw")
        self.deploy_action = action(self, tr("Preflight", "Deploy"), self.ask_to_deploy, icon="play", kind="primary")

    def _setup_ui(self) -> None:
        self.again = Button(tr("Preflight", "Check again"), "refresh-cw", size="small")
        self.again.clicked.connect(self.run)
        self.confirm = Button(tr("Preflight", "Confirm"), "key-round", "primary", size="small")
        self.confirm.clicked.connect(lambda: self._sign_in.confirm(self.run))
        self.steps, self.failure = StepStrip(), FailureNote(self.confirm, self.again)
        edit = Button(tr("Preflight", "Edit plan"), "sliders-horizontal", "primary")
        edit.clicked.connect(self.plan_wanted)
        self._nothing = EmptyState(
            "list-checks",
            tr("Preflight", "Nothing is checked yet"),
            tr(
                "Preflight",
                "Preflight asks Azure about quota, sizes, rights and names before anything is made. Something in the "
                "plan has to be put right first.",
            ),
            edit,
        )
        why = tr("Preflight", "The checks ask Azure what your subscription may do. Sign in for that.")
        self.sign_in_card = SignInCard(self._sign_in, why, has_plan=False)
        self.sign_in_card.settings_wanted.connect(self.settings_wanted)
        self.copy = Button(tr("Preflight", "Copy as text"), "copy", "link")
        self.copy.clicked.connect(self._on_copy)
        self._checks = Card(tr("Preflight", "Checks"), " ", self.copy)
        self._bar = ProgressBar(height=3)
        self._bar.set_share(None)
        self._bar.setAccessibleName(tr("Preflight", "Checking"))
        self._rows = QVBoxLayout()
        self._rows.setSpacing(4)
        self._checks.add(self._bar, spacing=6).addLayout(self._rows)
        self.alternatives, self.refusals = AlternativesCard(), RefusalsCard()
        self.alternatives.chosen.connect(self._on_use)
        self.what_if = PartsCard(tr("Preflight", "What-if"))
        main = ScrollColumn(self.steps, self.failure, self.sign_in_card, self._nothing, self._checks, None)
        self._side = ScrollColumn(self.alternatives, self.what_if, self.refusals, None, width=_SIDE_PX)
        line = row(main, self._side, spacing=12)
        line.setStretch(0, 1)
        self.setLayout(line)

    def _on_copy(self) -> None:
        if self.model.report is not None:
            QGuiApplication.clipboard().setText(report_text(self.model.plan, self.model.report))
            self.copy.setText(tr("Preflight", "Copied"))
            self.copy.set_icon("check")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the checks more room in a narrow window."""
        super().resizeEvent(event)
        self._side.setFixedWidth(_SIDE_PX if self.width() >= _WIDE_PX else _NARROW_SIDE_PX)
