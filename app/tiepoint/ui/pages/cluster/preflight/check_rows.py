"""Checks as rows: one that is fine is a line, a warning two with its fix, what blocks is an open card. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from tiepoint.domain.preflight import Check, CheckState, Fix, QuotaFigures, Remedy
from tiepoint.ui.text import plain, said_below, tr
from tiepoint.ui.viewmodels.preflight_words import check_look, quota_parts
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.labels import ElidedLabel, Glyph, Label
from tiepoint.ui.widgets.layouts import column, holder, row
from tiepoint.ui.widgets.pill import Pill
from tiepoint.ui.widgets.quota_bar import QuotaBar
from tiepoint.ui.widgets.tone_panel import TonePanel

_STATE_PX: Final = 104
_LINE_PX: Final = 34
_MOST_MISSING: Final = 12
OnFix = Callable[[Fix], None]
_ICONS: Final = {
    Remedy.OPEN_LINK: "external-link",
    Remedy.USE_REGION: "map-pin",
    Remedy.REGISTER_PROVIDERS: "check",
    Remedy.MAKE_ROLES: "shield-check",
    Remedy.RECOVER_VAULT: "rotate-ccw",
    Remedy.GIVE_SECRETS: "key-round",
}


def check_row(check: Check, on_fix: OnFix, node_vcpu: int) -> QWidget:
    """Return the row of a check.

    Args:
        check: Which.
        on_fix: Is told the fix that was pressed.
        node_vcpu: Cores of one node, to count quota in nodes; 0 = not known.
    """
    if check.state is CheckState.BLOCKED:
        made = _blocked(check, on_fix, node_vcpu)
    elif check.state is CheckState.WARNING or (check.state is CheckState.UNKNOWN and check.fixes):
        made = _warning(check, on_fix)
    else:
        made = _line(check)
    words = (check_look(check.state)[1], said_below(plain(check.title)), said_below(plain(check.detail)))
    made.setAccessibleName(". ".join(part.rstrip(".") for part in words if part))
    return made


def _line(check: Check) -> QWidget:
    icon, word, tone = check_look(check.state)
    glyph = Glyph(icon, "text2" if tone == "neutral" else f"{tone}.text", 14)
    state = Label(word, "sub", tone="" if tone == "neutral" else tone)
    state.setFixedWidth(_STATE_PX - 22)
    detail = ElidedLabel(said_below(plain(check.detail)), "sub")
    detail.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    name = Label(said_below(plain(check.title)), "title")
    line = row(glyph, state, name, detail, spacing=8)
    line.setStretch(3, 1)
    made = holder(line)
    made.setFixedHeight(_LINE_PX)
    return made


def _warning(check: Check, on_fix: OnFix) -> QWidget:
    state = holder(column(row(Pill("warning", check_look(check.state)[1]), None, spacing=0), None, spacing=0))
    state.setFixedWidth(_STATE_PX)
    words = column(
        Label(said_below(plain(check.title)), "title", wrap=True),
        Label(said_below(plain(check.detail)), "sub", wrap=True, selectable=True),
        spacing=2,
    )
    if check.missing:
        words.addWidget(_missing(check))
    buttons = [_button(fix, on_fix, "plain", size="small") for fix in check.fixes]
    line = row(state, words, *buttons, spacing=8, margins=(0, 8, 0, 8))
    line.setStretch(1, 1)
    return holder(line)


def _blocked(check: Check, on_fix: OnFix, node_vcpu: int) -> QWidget:
    word = Label(check_look(check.state)[1], "value", tone="err")
    title = Label(said_below(plain(check.title)), "title", wrap=True)
    head = row(Glyph("circle-x", "err.text", 16), word, title, spacing=8)
    head.setStretch(2, 1)
    made = TonePanel("err", head, spacing=8)
    if check.quota is not None:
        head.addWidget(ElidedLabel(plain(check.quota.family), "sub"))
    made.content.addWidget(Label(said_below(plain(check.detail)), "sub", wrap=True, selectable=True))
    if check.quota is not None:
        _add_quota(made, check.quota, node_vcpu)
    if check.missing:
        made.content.addWidget(_missing(check))
    if check.fixes:
        kinds = ["primary"] + ["plain"] * (len(check.fixes) - 1)
        buttons = [_button(fix, on_fix, kind) for fix, kind in zip(check.fixes, kinds, strict=True)]
        made.content.addLayout(row(*buttons, None, spacing=10))
    return made


def _add_quota(panel: TonePanel, figures: QuotaFigures, node_vcpu: int) -> None:
    parts = quota_parts(figures, node_vcpu)
    bar = QuotaBar(10)
    words = ", ".join(f"{amount} {said}" for _, amount, said in parts)
    bar.set_figures(figures, words)
    tones = ("text2", "ok.text", "err.text")
    shown = []
    for (icon, amount, said), tone in zip(parts, tones, strict=True):
        shown.append(holder(row(Glyph(icon, tone, 14), Label(amount, "title"), Label(said, "sub"), spacing=6)))
    asked = tr("Preflight", "asked {asked}  ·  limit {limit} vCPU", asked=figures.asked, limit=figures.limit)
    panel.content.addWidget(bar)
    told = ElidedLabel(asked, "sub")
    told.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    line = row(*shown, told, spacing=16)
    line.setStretch(len(shown), 1)
    panel.content.addLayout(line)


def _missing(check: Check) -> QWidget:
    shown = [plain(each, limit=120) for each in check.missing[:_MOST_MISSING]]
    rest = len(check.missing) - len(shown)
    if rest:
        shown.append(tr("Preflight", "and {count} more", count=rest))
    return Label("\n".join(shown), "mono", wrap=True, selectable=True)


def _button(fix: Fix, on_fix: OnFix, kind: str, *, size: str = "normal") -> Button:
    made = Button(said_below(plain(fix.label, limit=60)), _ICONS.get(fix.remedy, ""), kind, size=size)
    made.clicked.connect(lambda: on_fix(fix))
    return made
