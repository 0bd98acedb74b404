"""What happened to jobs, the link and transfers, as lines to show: the journal in words. The GUI thread."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from PySide6.QtCore import QObject, Signal

from tiepoint.domain.job_journal import EntryKind, JournalEntry
from tiepoint.domain.stages import stage_title
from tiepoint.services.monitor import JobMonitor, MonitorSnapshot
from tiepoint.services.transfers import TransferService
from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewmodels.activity_transfers import TransferJournal
from tiepoint.ui.viewmodels.jobs import utc_now
from tiepoint.ui.viewmodels.jobs_words import clock_text, duration_text
from tiepoint.ui.viewmodels.log_lines import ShownLine

_STATES: Final = {
    EntryKind.SUBMITTED: "queued",
    EntryKind.STARTED: "running",
    EntryKind.STAGE_FINISHED: "ok",
    EntryKind.PAUSED: "paused",
    EntryKind.INTERRUPTED: "warning",
    EntryKind.RESUMED: "running",
    EntryKind.RETRIED: "running",
    EntryKind.CANCELED: "canceled",
    EntryKind.FAILED: "error",
    EntryKind.COMPLETED: "completed",
    EntryKind.LINK_LOST: "lost",
    EntryKind.LINK_BACK: "connected",
}


class ActivityViewModel(QObject):
    """The journal of the panel.

    Signals:
        appended(line): One more entry, a `ShownLine`.
        past_known(): The scheduler answered for the first time, and `lines` holds what happened before.

    Args:
        monitor: Keeps the journal of jobs.
        transfers: Tells of transfers; None = they are left out.
    """

    appended = Signal(object)
    past_known = Signal()

    def __init__(self, monitor: JobMonitor, transfers: TransferService | None = None) -> None:
        super().__init__()
        self._monitor = monitor
        self._is_past_known = monitor.snapshot.link.is_up
        self._transfers = TransferJournal(self.appended.emit, utc_now)
        self._ends = [
            monitor.journaled.subscribe(lambda entry: self.appended.emit(activity_line(entry, utc_now()))),
            monitor.changed.subscribe(self._on_changed),
        ]
        if transfers is not None:
            self._transfers.take(transfers.snapshot)
            self._ends.append(transfers.changed.subscribe(self._transfers.take))

    @property
    def lines(self) -> tuple[ShownLine, ...]:
        """All entries, oldest first."""
        now = utc_now()
        told = [(entry.time, activity_line(entry, now)) for entry in self._monitor.journal]
        return tuple(line for _, line in sorted([*told, *self._transfers.entries], key=lambda each: each[0]))

    def shut(self) -> None:
        """Listen no more."""
        for end in self._ends:
            end()

    def _on_changed(self, snapshot: MonitorSnapshot) -> None:
        if snapshot.link.is_up and not self._is_past_known:
            self._is_past_known = True
            self.past_known.emit()


def activity_line(entry: JournalEntry, now: datetime) -> ShownLine:
    """Return an entry as it is shown."""
    time = clock_text(entry.time, now, with_seconds=True)
    return ShownLine(time, _STATES[entry.kind], "", plain(entry.name), _words(entry), entry.job or "")


def _words(entry: JournalEntry) -> str:
    why = f": {plain(entry.failure.summary)}" if entry.failure is not None else ""
    stage = tr("Stage", stage_title(entry.stage)) if entry.stage else ""
    time = duration_text(entry.seconds) if entry.seconds is not None else ""
    if entry.kind is EntryKind.STAGE_FINISHED:
        return tr("Activity", "{stage} done", stage=stage) + (tr("Activity", " in {time}", time=time) if time else "")
    if entry.kind is EntryKind.COMPLETED:
        return tr("Activity", "Complete") + (tr("Activity", " after {time}", time=time) if time else "")
    if entry.kind is EntryKind.FAILED:
        return (tr("Activity", "Failed in {stage}", stage=stage) if stage else tr("Activity", "Failed")) + why
    plain_words = {
        EntryKind.SUBMITTED: tr("Activity", "Joined the queue"),
        EntryKind.STARTED: tr("Activity", "Started"),
        EntryKind.PAUSED: tr("Activity", "Paused"),
        EntryKind.INTERRUPTED: tr("Activity", "Interrupted"),
        EntryKind.RESUMED: tr("Activity", "Goes on"),
        EntryKind.RETRIED: tr("Activity", "Goes on where it stopped"),
        EntryKind.CANCELED: tr("Activity", "Stopped; what was done is kept"),
        EntryKind.LINK_LOST: tr("Activity", "Connection to the agent lost"),
        EntryKind.LINK_BACK: tr("Activity", "Connection to the agent is back"),
    }
    return plain_words[entry.kind] + why
