"""The open job's stages side by side, its last sign of life, and the flight recorder below them. The GUI thread."""

from __future__ import annotations

from typing import Final

from tiepoint.domain.heartbeat import Heartbeat
from tiepoint.domain.job import Job
from tiepoint.ui.pages.jobs.scrubber import Scrubber
from tiepoint.ui.panel import Panel
from tiepoint.ui.text import tr
from tiepoint.ui.viewmodels.jobs import JobsViewModel
from tiepoint.ui.viewmodels.jobs_stages import stage_views
from tiepoint.ui.viewmodels.jobs_words import clock_text, ticking_text
from tiepoint.ui.viewmodels.recorder import recorder_of
from tiepoint.ui.widgets.cards import Card, hairline
from tiepoint.ui.widgets.labels import Glyph, Label
from tiepoint.ui.widgets.layouts import column, holder, row
from tiepoint.ui.widgets.stage_strip import StageStrip

_BEAT_PX: Final = 132


class StripCard(Card):
    """Shows them.

    Args:
        panel: The services.
    """

    def __init__(self, panel: Panel) -> None:
        super().__init__()
        self.strip = StageStrip()
        self.scrubber = Scrubber(panel)
        self.beat = Label("", "value")
        self._caption = Label(tr("Jobs", "Last line"), "caption")
        self._glyph = Glyph("activity", "ok.text", 15)
        words = column(None, self._caption, row(self._glyph, self.beat, spacing=6), None, spacing=2)
        self._beat_part = holder(row(words, 6, hairline(is_vertical=True), spacing=6))
        self._beat_part.setFixedWidth(_BEAT_PX)
        line = row(self._beat_part, self.strip, spacing=10, margins=(16, 10, 16, 4))
        line.setStretch(1, 1)
        self._stages = holder(line)
        self._recorder = holder(column(hairline(), row(self.scrubber, margins=(8, 2, 12, 4)), spacing=0))
        self.content.addWidget(self._stages)
        self.content.addWidget(self._recorder)
        self._told = recorder_of(panel).told
        self._told.connect(self._show_card)
        self.show_none()

    def show_job(self, job: Job, viewmodel: JobsViewModel) -> None:
        """Show a job as it is now."""
        now, is_stale = viewmodel.now, viewmodel.is_stale
        self.strip.set_stages(stage_views(job, viewmodel.left(job), now, is_stale=is_stale), is_stale=is_stale)
        self._stages.setVisible(bool(job.stages))
        self._show_beat(job, viewmodel.heartbeat(job), viewmodel)
        self._show_card()

    def show_none(self) -> None:
        """Show no job; the flight recorder stays."""
        self._stages.setVisible(False)
        self._show_card()

    def shut(self) -> None:
        """Listen no more."""
        self._told.disconnect(self._show_card)
        self.scrubber.shut()

    def _show_card(self) -> None:
        self._recorder.setVisible(not self.scrubber.isHidden())
        self.setVisible(not self._stages.isHidden() or not self._recorder.isHidden())

    def _show_beat(self, job: Job, beat: Heartbeat | None, viewmodel: JobsViewModel) -> None:
        self._beat_part.setVisible(beat is not None)
        if beat is None or job.last_line is None:
            return
        if viewmodel.is_stale:
            text, glyph, tone = clock_text(job.last_line, viewmodel.now, with_seconds=True), ("clock", "text2"), ""
        elif beat.is_stuck:
            text, glyph, tone = _ago(beat), ("hourglass", "warn.text"), "warn"
        else:
            text, glyph, tone = _ago(beat), ("activity", "ok.text"), ""
        self.beat.setText(text)
        self.beat.set_tone(tone)
        self._glyph.set_glyph(*glyph)
        words = tr("Jobs", "Its stage is usually quiet for no more than {time}.", time=ticking_text(beat.limit_s))
        self._beat_part.setToolTip(words)
        stuck = tr("Jobs", "stuck?") if beat.is_stuck and not viewmodel.is_stale else ""
        self._beat_part.setAccessibleName(" ".join(part for part in (self._caption.text(), text, stuck) if part))


def _ago(beat: Heartbeat) -> str:
    return tr("Jobs", "{time} ago", time=ticking_text(beat.quiet_s))
