"""What is wrong with the plan, seen while it is edited, each with a fix where there is one. The GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tiepoint.domain.cluster_plan import PlanFinding
from tiepoint.ui.text import plain, said_below, tr
from tiepoint.ui.viewmodels.plan_change import is_fixable
from tiepoint.ui.viewmodels.plan_editor import PlanModel
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.cards import Card, hairline
from tiepoint.ui.widgets.labels import Glyph, Label
from tiepoint.ui.widgets.layouts import column, empty, holder, row


class FindingsCard(Card):
    """The findings, the worst first.

    Signals:
        place_wanted(key): The field of a finding shall be shown.

    Args:
        model: Holds the plan, and takes fixes.
    """

    place_wanted = Signal(str)

    def __init__(self, model: PlanModel) -> None:
        super().__init__(tr("Plan", "Seen while you edit"), " ")
        self._model = model
        self._shown: tuple[PlanFinding, ...] | None = None
        self._rows = QVBoxLayout()
        self._rows.setSpacing(8)
        self.add(spacing=0).addLayout(self._rows)
        self.refresh()

    def refresh(self) -> None:
        """Show them anew when they are others."""
        findings = self._model.findings
        if findings == self._shown:
            return
        self._shown = findings
        had_focus = self.isAncestorOf(self.window().focusWidget()) if self.window().focusWidget() else False
        empty(self._rows)
        if not findings:
            self._rows.addWidget(_fine())
        for place, finding in enumerate(findings):
            if place:
                self._rows.addWidget(hairline())
            self._rows.addWidget(self._row(finding))
        if had_focus:
            button = next(iter(self.findChildren(Button)), None)
            (button or self.window()).setFocus()

    def _row(self, finding: PlanFinding) -> QWidget:
        tone, icon = ("err", "circle-x") if finding.is_blocking else ("warn", "triangle-alert")
        glyph = Glyph(icon, f"{tone}.text", 16)
        summary = Label(said_below(plain(finding.summary)), "body", wrap=True, selectable=True)
        words = column(summary, spacing=2)
        if finding.remedy:
            words.addWidget(Label(said_below(plain(finding.remedy)), "sub", wrap=True, selectable=True))
        line = row(glyph, words, spacing=10)
        line.setStretch(1, 1)
        line.setAlignment(glyph, Qt.AlignmentFlag.AlignTop)
        words.addWidget(holder(row(self._button(finding), None)))
        made = holder(line)
        made.setAccessibleName(" ".join(said_below(plain(part)) for part in (finding.summary, finding.remedy) if part))
        return made

    def _button(self, finding: PlanFinding) -> Button:
        if is_fixable(finding):
            words = plain(finding.replacement, limit=40)
            button = Button(tr("Plan", "Use {value}", value=words), "check", size="small")
            button.clicked.connect(lambda: self._model.fix(finding))
            return button
        if self._model.is_imported(finding):
            button = Button(tr("Plan", "Seen"), "check", size="small")
            button.setToolTip(tr("Plan", "Takes it off this list; the usual value stays"))
            button.clicked.connect(lambda: self._model.dismiss(finding))
            return button
        button = Button(tr("Plan", "Show where"), "arrow-right", "link")
        button.setAccessibleName(tr("Plan", "Show where: {summary}", summary=said_below(plain(finding.summary))))
        button.clicked.connect(lambda: self.place_wanted.emit(finding.key))
        return button


def _fine() -> QWidget:
    text = Label(tr("Plan", "Nothing to say. Preflight asks Azure about the rest."), "sub", wrap=True)
    line = row(Glyph("circle-check", "ok.text", 16), text, spacing=10)
    line.setStretch(1, 1)
    return holder(line)
