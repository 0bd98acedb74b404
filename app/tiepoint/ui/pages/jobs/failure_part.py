"""Why the open job failed, with the proof from its log, which is followed only for that. The GUI thread."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Final

from tiepoint.domain.failure_card import failure_card
from tiepoint.domain.job import Job, JobState
from tiepoint.ui.viewmodels.jobs import JobsViewModel
from tiepoint.ui.viewmodels.jobs_allowed import JobAction
from tiepoint.ui.viewmodels.jobs_failure import failure_report, said_title
from tiepoint.ui.viewmodels.jobs_words import clock_text
from tiepoint.ui.viewmodels.log import LogViewModel
from tiepoint.ui.viewmodels.log_lines import shown_line
from tiepoint.ui.widgets.failure_card import FailurePanel

_RAW_LINES: Final = 20


class FailurePart:
    """Fills a `FailurePanel`.

    Args:
        viewmodel: Knows the open job.
        log: Follows its log.
        run: Does an action with it.
    """

    def __init__(self, viewmodel: JobsViewModel, log: LogViewModel, run: Callable[[JobAction], None]) -> None:
        self.panel = FailurePanel()
        self._viewmodel, self._log = viewmodel, log
        self._allowed: frozenset[JobAction] = frozenset()
        self.panel.go_on_wanted.connect(lambda: run(self._way_on()))
        log.began.connect(self._show)
        log.appended.connect(lambda _lines: self._show())

    def show_job(self, job: Job, allowed: frozenset[JobAction], *, is_seen: bool) -> bool:
        """Show why a job failed.

        Returns:
            Whether it did.
        """
        self._allowed = allowed
        has_failure = failure_card(job, ()) is not None
        # The log of a job whose folder does not answer cannot be read either.
        self._log.set_active(is_active=has_failure and is_seen and job.held is None)
        if has_failure:
            self._show()
        return has_failure

    def let_go(self) -> None:
        """Follow no log while nobody looks."""
        self._log.set_active(is_active=False)

    def shut(self) -> None:
        """Follow no log any more."""
        self._log.shut()

    def _show(self) -> None:
        job = self._viewmodel.job
        if job is None:
            return
        lines = self._log.raw if self._log.job is not None and self._log.job.id == job.id else ()
        card = failure_card(job, lines, is_here=self._viewmodel.is_here)
        if card is None:
            return
        if not card.raw:
            raw = "\n".join(shown_line(line).as_text() for line in lines[-_RAW_LINES:])
            card = dataclasses.replace(card, raw=raw)
        when = "" if card.when is None else clock_text(card.when, self._viewmodel.now, with_seconds=True)
        may_go_on = self._way_on() in self._allowed
        report = failure_report(job, card, lines)
        card = dataclasses.replace(card, title=said_title(card.kind, card.title, card.stage))
        self.panel.show_failure(card, when, report, may_go_on=may_go_on, is_alarm=job.state is JobState.FAILED)

    def _way_on(self) -> JobAction:
        job = self._viewmodel.job
        return JobAction.RESUME if job is not None and job.state is JobState.PAUSED else JobAction.GO_ON
