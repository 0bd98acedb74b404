"""The last question before money is spent: what, for how much, and the activation code. The GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QLayout, QWidget

from tiepoint.domain.cluster_plan import ClusterPlan, Engine
from tiepoint.domain.price import PriceEstimate
from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewmodels.cluster_words import plan_line
from tiepoint.ui.viewmodels.money import amount_text, rate_text
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.cards import Well
from tiepoint.ui.widgets.labels import FactList, Glyph, Label
from tiepoint.ui.widgets.layouts import column, row
from tiepoint.ui.widgets.secret_field import SecretField

_WIDTH = 540
ACTIVATION_CODE = "activationCode"
"""Name of the secret, as `ClusterService.deploy` takes it."""


class DeployDialog(QDialog):
    """Opened, never run modally.

    Signals:
        agreed(secrets): Deploy; secrets by name, to be used once and kept nowhere.

    Args:
        plan: What is deployed.
        estimate: What it costs; None = not known.
        subscription: What it is billed to.
        parent: Over which it opens.
    """

    agreed = Signal(object)

    def __init__(
        self, plan: ClusterPlan, estimate: PriceEstimate | None, subscription: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._plan = plan
        title = tr("Deploy", "Deploy {name}", name=plain(plan.name))
        self.setWindowTitle(title)
        self.setModal(True)
        self.setFixedWidth(_WIDTH)
        self.code: SecretField | None = None
        price = rate_text(estimate.running, estimate.currency) if estimate else ""
        words = tr("Deploy", "Deploy for {price}", price=price) if price else tr("Deploy", "Deploy")
        self.deploy = Button(words, "circle-play", "primary")
        self.cancel = Button(tr("Deploy", "Cancel"))
        facts = FactList()
        facts.set_facts(_facts(plan, estimate, subscription))
        stops = tr(
            "Deploy",
            "It stops by itself {count} minutes after the last task, even when this computer is off. Pause and "
            "delete it here at any time.",
            count=plan.guard.idle_minutes,
        )
        note = Label(stops, "sub", wrap=True)
        line = row(Glyph("timer", "text2", 16), note, spacing=10)
        line.setStretch(1, 1)
        parts: list[QWidget] = [Label(title, "h1"), Label(plan_line(plan), "sub", wrap=True), Well(facts)]
        body = column(*parts, line, spacing=12, margins=(24, 20, 24, 20))
        if plan.engine is Engine.METASHAPE:
            body.addLayout(self._made_code())
        body.addLayout(row(None, self.cancel, self.deploy, spacing=10))
        self.setLayout(body)
        self.cancel.clicked.connect(self.reject)
        self.deploy.clicked.connect(self._on_deploy)
        self.finished.connect(lambda _code: self._forget())
        self._enable()
        (self.code or self.cancel).setFocus()

    def _made_code(self) -> QLayout:
        is_existing = bool(self._plan.secrets.vault)
        self.code = SecretField(tr("Deploy", "Metashape activation code"), "XXXXX-XXXXX-XXXXX-XXXXX-XXXXX")
        self.code.changed.connect(self._enable)
        self.code.entered.connect(self.deploy.click)
        words = tr("Deploy", "It goes to Key Vault and is kept nowhere else.")
        if is_existing:
            words = tr("Deploy", "Leave it empty when the vault holds it already.")
        return column(
            Label(tr("Deploy", "Metashape activation code"), "sub"),
            self.code,
            Label(words, "sub", wrap=True),
            spacing=4,
        )

    def _enable(self) -> None:
        needs_code = self.code is not None and not self._plan.secrets.vault
        is_given = self.code is not None and bool(self.code.text)
        self.deploy.setEnabled(is_given or not needs_code)

    def _on_deploy(self) -> None:
        secrets = {ACTIVATION_CODE: self.code.text} if self.code is not None and self.code.text else {}
        self.agreed.emit(secrets)
        self.accept()

    def _forget(self) -> None:
        if self.code is not None:
            self.code.clear()
        self.deleteLater()


def _facts(plan: ClusterPlan, estimate: PriceEstimate | None, subscription: str) -> tuple[tuple[str, str], ...]:
    currency = estimate.currency if estimate else "USD"
    running = rate_text(estimate.running, currency) if estimate else tr("Deploy", "not known")
    paused = rate_text(estimate.paused, currency) if estimate else tr("Deploy", "not known")
    budget = plan.guard.budget
    limit = tr("Deploy", "none") if budget is None else amount_text(budget, currency)
    return (
        (tr("Deploy", "While it runs, list price"), running),
        (tr("Deploy", "While it is paused"), paused),
        (tr("Deploy", "Budget of a run"), limit),
        (tr("Deploy", "Billed to"), plain(subscription)),
        (tr("Deploy", "Resource group"), plain(plan.resource_group)),
    )
