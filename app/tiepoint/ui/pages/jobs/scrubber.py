"""The flight recorder's bar: back, play, forward, live; and the banner that says that this is not now. GUI thread."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame

from tiepoint.ui.pages.jobs.timeline import Timeline
from tiepoint.ui.panel import Panel
from tiepoint.ui.text import tr
from tiepoint.ui.viewmodels.jobs_words import clock_text
from tiepoint.ui.viewmodels.pace import Pace
from tiepoint.ui.viewmodels.recorder import SPEEDS, recorder_of, utc_now
from tiepoint.ui.widgets.banner import ActionBanner
from tiepoint.ui.widgets.buttons import Button, Chip, IconButton
from tiepoint.ui.widgets.combo import Combo
from tiepoint.ui.widgets.labels import Label
from tiepoint.ui.widgets.layouts import row

_STEP_S: Final = 10.0
_CLOCK_PX: Final = 112
_SCRUB_MS: Final = 60


class Scrubber(QFrame):
    """Shows the time line of the shown site; hidden while nothing was recorded.

    Args:
        panel: The services.
    """

    def __init__(self, panel: Panel) -> None:
        super().__init__()
        self._recorder = recorder_of(panel)
        self._speed = SPEEDS[1]
        self._wanted: datetime | None = None
        self.live = Chip(tr("Recorder", "Live"), "activity", is_on=True)
        self.back = IconButton("chevron-left", tr("Recorder", "Back 10 s"), size=16)
        self.play = IconButton("play", tr("Recorder", "Play what was recorded"), size=16)
        self.forward = IconButton("chevron-right", tr("Recorder", "Forward 10 s"), size=16)
        self.speed = Combo(tr("Recorder", "Speed"))
        self.line = Timeline()
        self.clock = Label("", "value")
        self._scrub = Pace(self._show_wanted, self, interval_ms=_SCRUB_MS)
        self._setup_ui()
        self._connect()
        self._show()

    def shut(self) -> None:
        """Listen no more."""
        self._recorder.told.disconnect(self._show)

    def _setup_ui(self) -> None:
        self.speed.hold([(f"{each:g}", f"{each:g}×") for each in SPEEDS], f"{self._speed:g}")
        self.speed.setFixedWidth(76)
        self.speed.setToolTip(tr("Recorder", "How fast it plays"))
        self.clock.setMinimumWidth(_CLOCK_PX)
        self.clock.setAlignment(Qt.AlignmentFlag.AlignCenter)
        line = row(self.live, self.back, self.play, self.forward, self.speed, self.clock, self.line, spacing=6)
        line.setStretch(6, 1)
        self.setLayout(line)
        self.setAccessibleName(tr("Recorder", "Flight recorder"))

    def _connect(self) -> None:
        recorder = self._recorder
        recorder.told.connect(self._show)
        self.live.clicked.connect(lambda _is_on: recorder.show_live())
        self.back.clicked.connect(lambda: recorder.step(-_STEP_S))
        self.forward.clicked.connect(lambda: recorder.step(_STEP_S))
        self.play.clicked.connect(self._on_play)
        self.speed.chosen.connect(self._on_speed)
        self.line.wanted.connect(self._on_wanted)

    def _show(self) -> None:
        recorder, ends = self._recorder, self._recorder.ends
        self.setVisible(ends is not None or not recorder.is_live)
        if ends is not None:
            self.line.show_time(recorder.spans, ends[1], recorder.time)
        self.live.setChecked(recorder.is_live)
        is_playing = recorder.speed > 0
        self.play.set_icon("pause" if is_playing else "play")
        self.play.set_name(tr("Recorder", "Hold") if is_playing else tr("Recorder", "Play what was recorded"))
        self.forward.setEnabled(not recorder.is_live)
        words = tr("Recorder", "now") if recorder.time is None else time_words(recorder.time)
        self.clock.setText(words)
        self.line.setToolTip(words)

    def _on_play(self) -> None:
        if self._recorder.speed > 0:
            self._recorder.hold()
        else:
            self._recorder.play(self._speed)

    def _on_speed(self, value: str) -> None:
        self._speed = float(value)
        if self._recorder.speed > 0:
            self._recorder.play(self._speed)

    def _on_wanted(self, time: datetime) -> None:
        """A pointer that is drawn along asks for many moments; only some are fetched, the last one always."""
        self._wanted = time
        self._scrub.ask()

    def _show_wanted(self) -> None:
        ends = self._recorder.ends
        if self._wanted is None or ends is None:
            return
        if self._wanted >= ends[1].replace(microsecond=0):
            self._recorder.show_live()
        else:
            self._recorder.show_at(self._wanted)


class ReplayBanner(ActionBanner):
    """Says that what is shown is not the present; hidden while it is.

    Args:
        panel: The services.
    """

    def __init__(self, panel: Panel) -> None:
        self._back = Button(tr("Recorder", "Back to live"), "activity", size="small")
        super().__init__("history", "info", self._back)
        self._recorder = recorder_of(panel)
        self._back.clicked.connect(self._recorder.show_live)
        self._recorder.told.connect(self._show)
        self._show()

    def shut(self) -> None:
        """Listen no more."""
        self._recorder.told.disconnect(self._show)

    def _show(self) -> None:
        time = self._recorder.time
        if time is not None:
            self.tell(*replay_words(time, is_missing=self._recorder.is_missing))
        self.setVisible(time is not None)


def replay_words(time: datetime, *, is_missing: bool) -> tuple[str, str]:
    """Return a title and a sentence about a recorded moment."""
    moment = time_words(time)
    if is_missing:
        return (
            tr("Recorder", "Nothing was recorded at {time}", time=moment),
            tr("Recorder", "The panel was closed, or the scheduler was not heard. What is seen is the moment before."),
        )
    return (
        tr("Recorder", "Recorded at {time}, not live", time=moment),
        tr("Recorder", "Jobs and nodes are as they were then. Nothing can be done from here; the jobs go on."),
    )


def time_words(time: datetime) -> str:
    """Write a recorded moment: the time to the second, with the day unless it is today's."""
    now = utc_now()
    day = clock_text(time, now)
    local = time.astimezone()
    is_today = local.date() == now.astimezone().date()
    return f"{local:%H:%M:%S}" if is_today else f"{day.rsplit(' ', 1)[0]} {local:%H:%M:%S}"
