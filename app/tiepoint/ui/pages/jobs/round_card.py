"""The round of a job on a cluster: photos up, seen there, processed, products back; cancel, go on. GUI thread."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from tiepoint.domain.job import Job
from tiepoint.domain.remote_round import Round, RoundState, RoundStep
from tiepoint.ui.text import tr
from tiepoint.ui.theme.states import look_of
from tiepoint.ui.viewmodels.rounds import STEPS, StepView, reason_words, round_state, step_views, waits_for_connection
from tiepoint.ui.widgets.bars import ProgressBar
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.cards import Card
from tiepoint.ui.widgets.labels import ElidedLabel, Glyph, Label
from tiepoint.ui.widgets.layouts import column, holder, row
from tiepoint.ui.widgets.tone_panel import TonePanel

_SIGN_IN, _ASLEEP = "sign-in", "asleep"


class RoundCard(Card):
    """Shows a round.

    Signals:
        cancel_wanted(round): It shall be stopped for good.
        go_on_wanted(round): It shall go on where it stands.
        sign_in_wanted(): Somebody shall sign in.
        wake_wanted(round): The cluster shall be resumed.
        open_wanted(round): The result shall be looked at.
        forget_wanted(round): It shall be forgotten.
    """

    cancel_wanted = Signal(object)
    go_on_wanted = Signal(object)
    sign_in_wanted = Signal()
    wake_wanted = Signal(object)
    open_wanted = Signal(object)
    forget_wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__(tr("Round", "From photos to result"), " ")
        self._round: Round | None = None
        self._lines = tuple(_StepLine() for _ in STEPS)
        self._reason, self._remedy = Label("", "value", wrap=True), Label("", "sub", wrap=True)
        self._note = TonePanel("warn", self._reason, self._remedy, spacing=3)
        self.go_on = Button(tr("Round", "Go on"), "play", "primary")
        self.sign_in = Button(tr("Round", "Sign in"), "log-in", "primary")
        self.wake = Button(tr("Round", "Resume the cluster"), "power", "primary")
        self.open = Button(tr("Round", "Open the result"), "box", "primary")
        self.cancel = Button(tr("Round", "Cancel"), "circle-stop")
        self.forget = Button(tr("Round", "Remove from the list"), "x")
        self._buttons = holder(
            row(self.sign_in, self.wake, self.go_on, self.open, self.cancel, self.forget, None, spacing=8)
        )
        self.add(column(*self._lines, spacing=7), self._note, self._buttons, spacing=12)
        self._connect()

    def show_round(self, round_: Round, job: Job | None, *, is_live: bool) -> None:
        """Show a round as it is now.

        Args:
            round_: The round.
            job: Its job, for finer words.
            is_live: Whether something may be done.
        """
        self._round = round_
        for line, view in zip(self._lines, step_views(round_, job), strict=True):
            line.show_step(view)
        state, word = round_state(round_)
        if self.head is not None:
            self.head.remark_label.setText(word)
        self._tell_reason(round_)
        self._offer(round_, is_live=is_live)
        self.setAccessibleDescription(f"{word}. {look_of(state).text}")

    def _tell_reason(self, round_: Round) -> None:
        reason, remedy = reason_words(round_)
        self._note.set_tone("err" if round_.state is RoundState.FAILED else "warn")
        self._reason.setText(reason)
        self._remedy.setText(remedy)
        self._remedy.setVisible(bool(remedy))
        self._note.setAccessibleName(f"{reason} {remedy}".strip())
        self._note.setVisible(bool(reason))

    def _offer(self, round_: Round, *, is_live: bool) -> None:
        kind = round_.failure.kind if round_.failure is not None and round_.state is not RoundState.RUNNING else ""
        rests = round_.state in (RoundState.WAITING, RoundState.FAILED)
        self.sign_in.setVisible(is_live and rests and kind == _SIGN_IN)
        self.wake.setVisible(is_live and rests and kind == _ASLEEP)
        is_able = kind not in (_SIGN_IN, _ASLEEP) and not waits_for_connection(round_)
        self.go_on.setVisible(is_live and rests and is_able)
        self.open.setVisible(round_.step is RoundStep.DONE and bool(round_.folder))
        self.cancel.setVisible(is_live and not round_.is_over)
        self.forget.setVisible(is_live and round_.state in (RoundState.CANCELED, RoundState.FAILED))
        shown = (self.sign_in, self.wake, self.go_on, self.open, self.cancel, self.forget)
        self._buttons.setVisible(any(not each.isHidden() for each in shown))

    def _connect(self) -> None:
        self.sign_in.clicked.connect(self.sign_in_wanted)
        self.wake.clicked.connect(lambda: self.wake_wanted.emit(self._round))
        self.go_on.clicked.connect(lambda: self.go_on_wanted.emit(self._round))
        self.open.clicked.connect(lambda: self.open_wanted.emit(self._round))
        self.cancel.clicked.connect(lambda: self.cancel_wanted.emit(self._round))
        self.forget.clicked.connect(lambda: self.forget_wanted.emit(self._round))


class _StepLine(QWidget):
    """One step: glyph, name, how far, and a bar while it runs."""

    def __init__(self) -> None:
        super().__init__()
        self._glyph = Glyph("circle-dashed", "text3", 16)
        self._title, self._text = Label("", "body"), ElidedLabel("", "sub")
        self._bar = ProgressBar()
        self._shown: StepView | None = None
        line = row(self._glyph, self._title, self._text, spacing=10)
        line.setStretch(2, 1)
        self._bar_holder = holder(row(self._bar, margins=(26, 3, 0, 2)))
        self.setLayout(column(line, self._bar_holder, spacing=0))

    def show_step(self, view: StepView) -> None:
        """Show a step."""
        if view == self._shown:
            return
        self._shown = view
        look = look_of(view.state)
        is_now = view.state not in ("completed", "waiting")
        self._glyph.set_glyph(look.icon, "text3" if view.state == "waiting" else f"{look.tone}.text")
        self._title.setText(view.title)
        self._title.setProperty("role", "value" if is_now else "sub" if view.state == "waiting" else "body")
        self._title.style().unpolish(self._title)
        self._title.style().polish(self._title)
        self._text.setText(view.text)
        self._bar_holder.setVisible(view.state == "running")
        self._bar.set_share(view.share, "info")
        self.setAccessibleName(", ".join(part for part in (view.title, look.text, view.text) if part))
