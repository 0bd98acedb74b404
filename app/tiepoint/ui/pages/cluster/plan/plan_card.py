"""What the cards of the plan editor have in common: fields by the key of the plan they change. The GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from tiepoint.domain.cluster_plan import ClusterPlan
from tiepoint.ui.pages.cluster.plan.field import Field
from tiepoint.ui.viewmodels.plan_editor import PlanModel
from tiepoint.ui.widgets.cards import Card


class PlanCard(Card):
    """A card of choices.

    Signals:
        put(path, value): A person chose another value for a key.

    Args:
        title: Of its head.
        remark: Quiet words after it.
        model: Holds the plan.
        controls: At the right of the head.
    """

    put = Signal(str, object)

    def __init__(self, title: str, remark: str, model: PlanModel, *controls: QWidget) -> None:
        super().__init__(title, remark, *controls)
        self._model = model
        self.fields: dict[str, Field] = {}
        """By the key that a finding names."""
        self.put.connect(model.put)

    def refresh(self) -> None:
        """Show the plan, then what is wrong with it."""
        plan = self._model.plan
        self.hold(plan)
        findings = self._model.findings
        for path, field in self.fields.items():
            table = path.partition(".")[0]
            field.judge([each for each in findings if each.key in (path, table)])

    def hold(self, plan: ClusterPlan) -> None:
        """Show the plan's values and hints."""
        raise NotImplementedError
