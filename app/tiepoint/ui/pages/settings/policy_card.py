"""The card about the organisation's policy: what it sets, from where, what of it cannot be used. GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from tiepoint.domain.policy import Policy, PolicyProblem
from tiepoint.services.policy_report import CANNOT_BE_USED, PolicyLine, policy_lines
from tiepoint.ui.text import plain, said_below, tr
from tiepoint.ui.widgets.cards import Card, hairline
from tiepoint.ui.widgets.labels import ElidedLabel, Glyph, Label
from tiepoint.ui.widgets.layouts import column, holder, row
from tiepoint.ui.widgets.tone_panel import TonePanel


class PolicyCard(Card):
    """The whole policy; hidden where there is none.

    Args:
        policy: What the organisation sets.
    """

    def __init__(self, policy: Policy) -> None:
        super().__init__(tr("Settings", "Your organisation"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        lines = policy_lines(policy)
        told = tr("Settings", "Whoever looks after this computer has set what follows; it cannot be changed here.")
        parts: list[QWidget] = [Label(told, "sub", wrap=True)] if lines else []
        places = list(dict.fromkeys(each.place for each in lines))
        if len(places) == 1:
            from_where = tr("Settings", "It comes from {place}", place=plain(places[0]))
            parts.append(Label(from_where, "caption", wrap=True, selectable=True))
        if policy.problems:
            doubt = tr(
                "Settings",
                "Something in it cannot be used; Tiepoint then does less, never more. Show this to whoever looks "
                "after this computer.",
            )
            parts.append(Label(doubt, "body", wrap=True))
        parts += [_problem(each, has_place=len(places) != 1) for each in policy.problems]
        self.add(*parts, spacing=10, margins=(16, 0, 16, 12))
        self.content.setSpacing(0)
        for each in lines:
            self.content.addWidget(hairline())
            self.content.addWidget(_line(each, has_place=len(places) > 1))
        self.setVisible(bool(lines or policy.problems))


def policy_words(policy: Policy) -> dict[str, str]:
    """Return what is said of values that are no text of the organisation's, by their names."""
    return {line.name: said_below(line.value) for line in policy_lines(policy) if line.is_word}


def _line(line: PolicyLine, *, has_place: bool) -> QWidget:
    title = said_below(line.title)
    value = said_below(line.value) if line.is_word else plain(line.value)
    shown = ElidedLabel(value, "value", middle=True, tone="" if line.is_usable else "err")
    place = ElidedLabel(plain(line.place), "caption", middle=True)
    if not line.is_usable and line.value != CANNOT_BE_USED:
        title = tr("Settings", "{name} (cannot be used)", name=title)
    words = [Label(title, "sub"), shown, *([place] if has_place else [])]
    made = holder(column(*words, spacing=2, margins=(16, 8, 16, 8)))
    made.setAccessibleName(f"{title}: {value}. {plain(line.place)}")
    return made


def _problem(problem: PolicyProblem, *, has_place: bool) -> QWidget:
    place, name = plain(problem.place), plain(problem.name)
    where = place
    if name:
        where = tr("Settings", "{name} in {place}", name=name, place=place)
    short = tr("Settings", "Value {name}", name=name) if name and not has_place else where
    summary, remedy = said_below(plain(problem.summary)), said_below(plain(problem.remedy))
    words = column(
        Label(short, "caption", wrap=True, selectable=True),
        Label(summary, "body", wrap=True, selectable=True),
        Label(remedy, "sub", wrap=True, selectable=True),
        spacing=3,
    )
    glyph = Glyph("triangle-alert", "warn.text", 18)
    line = row(glyph, words, spacing=10)
    line.setStretch(1, 1)
    line.setAlignment(glyph, Qt.AlignmentFlag.AlignTop)
    panel = TonePanel("warn", line)
    panel.setAccessibleName(f"{where}: {summary} {remedy}")
    return panel
