"""Why a job failed: cause, proof, what to do, what was kept; the raw text one click away. GUI thread."""

from __future__ import annotations

import re
from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from tiepoint.domain.failure_card import FailureCard, KeptStage
from tiepoint.domain.stages import stage_title
from tiepoint.ui.text import grouped, plain, said_below, tr
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.cards import Card, Well, hairline
from tiepoint.ui.widgets.labels import Glyph, Label
from tiepoint.ui.widgets.layouts import column, empty, row

_RAW_PX: Final = 120
_COPIED_MS: Final = 2000
_MOST_PROOF: Final = 240
_UNDERLINES: Final = re.compile(r"[~^]{3,}")
_ICONS: Final = {
    "out-of-memory": "memory-stick",
    "no-space": "hard-drive",
    "input": "images",
    "photos": "images",
    "interrupted": "unlink",
    "connection": "wifi-off",
}


class FailurePanel(Card):
    """Shows a `FailureCard` whose title is in the user's language.

    Signals:
        go_on_wanted(): The job shall go on, or be tried again.
        photos_wanted(): The photos shall be looked at.
        log_wanted(): The log shall be opened.
    """

    go_on_wanted = Signal()
    photos_wanted = Signal()
    log_wanted = Signal()

    def __init__(self) -> None:
        self._when = Label("", "caption")
        super().__init__(tr("Failure", "What happened"), "", self._when)
        self._shown: FailureCard | None = None
        self._report = ""
        self._icon = Glyph("circle-x", "err.text", 20)
        self._title = Label("", "h1", wrap=True, selectable=True)
        self._explanation = Label("", "sub", wrap=True, selectable=True)
        self._proof = Label("", "mono", wrap=True, selectable=True)
        self._remedy = Label("", wrap=True, selectable=True)
        self._go_on = _WayOn("", "play")
        self._photos = _WayOn(tr("Failure", "Look at the photos"), "images")
        self._kept_title = Label(tr("Failure", "Kept, and not computed again"), "caption")
        self._kept = QVBoxLayout()
        self._raw = QPlainTextEdit()
        self._raw_button = Button(tr("Failure", "Raw text"), "chevron-right", "link")
        self._log = Button(tr("Failure", "Open the log"), "terminal", "link")
        self._copy = Button(tr("Failure", "Copy report"), "copy", "link")
        self._note = Label(tr("Failure", "A report holds no photos and no passwords."), "caption")
        self._setup_ui()
        self._connect()

    def show_failure(self, card: FailureCard, when: str, report: str, *, may_go_on: bool, is_alarm: bool) -> None:
        """Show why a job failed or was interrupted.

        Args:
            card: What there is to tell.
            when: When it happened, in words.
            report: What "Copy report" copies.
            may_go_on: Whether it can go on now; without its scheduler it cannot.
            is_alarm: Whether it failed; otherwise it was interrupted.
        """
        self._report = report
        self._when.setText(when)
        self._go_on.setVisible(may_go_on)
        if card == self._shown:
            return
        self._shown = card
        self._icon.set_glyph(_ICONS.get(card.kind, "circle-x"), "err.text" if is_alarm else "warn.text")
        self._title.setText(card.title)
        self._explanation.setText(said_below(card.explanation))
        self._explanation.setVisible(bool(card.explanation))
        self._proof.setText(_end_of(card.proof))
        self._proof.setVisible(bool(card.proof))
        self._remedy.setText(said_below(card.remedy))
        is_of_use = card.can_retry and bool(card.kept)
        self._go_on.setText(tr("Failure", "Go on from here") if is_of_use else tr("Failure", "Try again"))
        self._go_on.show_icon("play" if is_of_use else "rotate-cw")
        self._go_on.set_kind("primary" if card.can_retry else "plain")
        self._photos.set_kind("plain" if card.can_retry else "primary")
        self._photos.setVisible(card.kind == "input" or not card.can_retry)
        self._show_kept(card.kept)
        self._raw.setPlainText(card.raw)
        self._raw_button.setVisible(bool(card.raw))
        self._unfold(is_open=False)
        self.setAccessibleDescription(f"{card.title} {card.remedy}")

    @property
    def is_raw_shown(self) -> bool:
        """Whether the raw text is unfolded."""
        return self._raw.isVisibleTo(self)

    def _setup_ui(self) -> None:
        self._kept.setSpacing(6)
        self._raw.setReadOnly(True)
        self._raw.setFixedHeight(_RAW_PX)
        self._raw.setAccessibleName(tr("Failure", "Raw text"))
        words = column(self._title, self._explanation, self._proof, spacing=5)
        cause = row(column(self._icon, None), words, spacing=12)
        cause.setStretch(1, 1)
        self.add(
            Well(cause),
            Label(tr("Failure", "What you can do"), "caption"),
            self._remedy,
            row(self._photos, self._go_on, None),
            row(self._raw_button, self._log, self._copy, None, spacing=12),
            self._raw,
            hairline(),
            self._kept_title,
            self._kept,
            self._note,
        )

    def _connect(self) -> None:
        self._go_on.clicked.connect(self.go_on_wanted)
        self._photos.clicked.connect(self.photos_wanted)
        self._log.clicked.connect(self.log_wanted)
        self._raw_button.clicked.connect(lambda: self._unfold(is_open=not self.is_raw_shown))
        self._copy.clicked.connect(self._on_copy)

    def _show_kept(self, kept: tuple[KeptStage, ...]) -> None:
        empty(self._kept)
        self._kept_title.setText(
            tr("Failure", "Kept, and not computed again") if kept else tr("Failure", "Nothing was finished before")
        )
        for each in kept:
            self._kept.addWidget(_KeptLine(each))

    def _unfold(self, *, is_open: bool) -> None:
        self._raw.setVisible(is_open)
        self._raw_button.set_icon("chevron-down" if is_open else "chevron-right")

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._report)
        self._copy.setText(tr("Failure", "Copied"))
        QTimer.singleShot(_COPIED_MS, self._copy, lambda: self._copy.setText(tr("Failure", "Copy report")))


def _end_of(proof: str) -> str:
    """Return the end of a long proof: what broke stands last in what programs write."""
    flat = " ".join(_UNDERLINES.sub(" ", plain(proof, limit=len(proof))).split())
    return flat if len(flat) <= _MOST_PROOF else f"… {flat[-_MOST_PROOF:]}"


class _WayOn(Button):
    """A button that is the primary one or not."""

    def __init__(self, text: str, icon: str) -> None:
        super().__init__(text, icon)
        self._icon = icon

    def show_icon(self, icon: str) -> None:
        """Show another icon, in any kind."""
        self._icon = icon
        self.set_icon(icon)

    def set_kind(self, kind: str) -> None:
        """Become `primary` or `plain`."""
        if self.property("kind") != kind:
            self.setProperty("kind", kind)
            self.style().unpolish(self)
            self.style().polish(self)
            self.set_icon(self._icon)


class _KeptLine(QWidget):
    """A stage whose work is kept."""

    def __init__(self, kept: KeptStage) -> None:
        super().__init__()
        title = tr("Stage", stage_title(kept.stage))
        is_whole = kept.done >= kept.total
        counts = tr("Failure", "{done} of {total}", done=grouped(kept.done), total=grouped(kept.total))
        amount = tr("Failure", "whole") if is_whole and kept.total <= 1 else counts
        glyph = Glyph("circle-check" if is_whole else "circle-dashed", "ok.text" if is_whole else "text2", 14)
        self.setLayout(row(glyph, Label(title, "value"), None, Label(amount, "sub")))
        self.setAccessibleName(f"{title}: {amount}")
