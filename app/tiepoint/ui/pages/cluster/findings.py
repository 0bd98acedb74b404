"""The doctor's findings as rows: a fine one is a line, a warning two with a fix, a failure an open card."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QWidget

from tiepoint.services.doctor import Finding, Health
from tiepoint.ui.text import plain, tr
from tiepoint.ui.theme.states import look_of
from tiepoint.ui.viewmodels.doctor import title_of
from tiepoint.ui.widgets.labels import ElidedLabel, Glyph, Label
from tiepoint.ui.widgets.layouts import column, row
from tiepoint.ui.widgets.pill import Pill
from tiepoint.ui.widgets.tone_panel import TonePanel

_STATE_PX = 86
_NAME_PX = 176
_LINE_PX = 32


def finding_row(finding: Finding) -> QWidget:
    """Return the row of a finding, as heavy as it is grave."""
    make = {Health.OK: _fine, Health.WARNING: _warning, Health.FAILED: _failure}[finding.health]
    made = make(finding)
    made.setAccessibleName(f"{title_of(finding)}: {plain(finding.text)} {plain(finding.remedy)}".strip())
    return made


def _fine(finding: Finding) -> QWidget:
    look = look_of("ok")
    glyph, word = Glyph(look.icon, "ok.text", 14), Label(look.text, "sub", tone="ok")
    word.setFixedWidth(_STATE_PX - 14 - 8)
    name = Label(title_of(finding), "value")
    name.setFixedWidth(_NAME_PX)
    made = QWidget()
    made.setFixedHeight(_LINE_PX)
    text = ElidedLabel(plain(finding.text), "sub", middle=True)
    line = row(glyph, word, name, text, spacing=8)
    line.setStretch(3, 1)
    made.setLayout(line)
    return made


def _warning(finding: Finding) -> QWidget:
    pill = Pill("warning")
    held = row(pill, None, spacing=0)
    left = QWidget()
    left.setFixedWidth(_STATE_PX)
    left.setLayout(held)
    words = column(_name_and_text(finding), _remedy(finding), spacing=3)
    line = row(left, words, spacing=8, margins=(0, 8, 0, 8))
    line.setStretch(1, 1)
    line.setAlignment(left, Qt.AlignmentFlag.AlignTop)
    made = QWidget()
    made.setLayout(line)
    return made


def _failure(finding: Finding) -> QWidget:
    look = look_of("error")
    word = Label(look.text, "value", tone="err")
    head = row(Glyph(look.icon, "err.text", 16), word, 6, Label(title_of(finding), "title"), None, spacing=8)
    made = TonePanel("err", head, Label(plain(finding.text), "body", wrap=True, selectable=True), spacing=8)
    if finding.remedy:
        made.content.addWidget(_remedy(finding))
    return made


def _name_and_text(finding: Finding) -> QWidget:
    made = QWidget()
    text = Label(plain(finding.text), "sub", wrap=True, selectable=True)
    text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    name = Label(title_of(finding), "value")
    name.setFixedWidth(_NAME_PX)
    line = row(name, text, spacing=8)
    line.setStretch(1, 1)
    line.setAlignment(name, Qt.AlignmentFlag.AlignTop)
    made.setLayout(line)
    return made


def _remedy(finding: Finding) -> QWidget:
    made = QWidget()
    glyph = Glyph("arrow-right", "text2", 14)
    text = Label(plain(finding.remedy), "value", wrap=True, selectable=True)
    line = row(glyph, text, spacing=8)
    line.setStretch(1, 1)
    line.setAlignment(glyph, Qt.AlignmentFlag.AlignTop)
    made.setLayout(line)
    made.setAccessibleName(tr("Doctor", "What to do: {remedy}", remedy=text.text()))
    return made
