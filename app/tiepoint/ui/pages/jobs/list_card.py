"""The list of jobs: table, filter chips with counts, find box, copy. The GUI thread."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu

from tiepoint.domain.job import JobState
from tiepoint.ui.text import grouped, tr
from tiepoint.ui.viewmodels.jobs import JobsViewModel
from tiepoint.ui.viewmodels.jobs_rows import job_columns
from tiepoint.ui.widgets.buttons import IconButton
from tiepoint.ui.widgets.cards import Card
from tiepoint.ui.widgets.layouts import holder, row
from tiepoint.ui.widgets.table import HEAD_PX, Table
from tiepoint.ui.widgets.table_chips import FilterChips
from tiepoint.ui.widgets.table_columns import ColumnMemory, StateKept
from tiepoint.ui.widgets.table_find import FindBox

ROW_PX: Final = 42
_CARD_HEAD_PX: Final = 48


class JobListCard(Card):
    """All jobs.

    Signals:
        fold_wanted(is_folded): The list shall give its room to the open job, or come back.
        support_wanted(): A file for support shall be saved.

    Args:
        viewmodel: Has the rows.
        kept: Remembers the columns.
    """

    fold_wanted = Signal(bool)
    support_wanted = Signal()

    def __init__(self, viewmodel: JobsViewModel, kept: StateKept) -> None:
        self._chips = FilterChips(
            (
                ("", tr("Jobs", "All"), ""),
                ("attention", tr("Jobs", "Attention"), "triangle-alert"),
                ("active", tr("Jobs", "Active"), "circle-play"),
                ("over", tr("Jobs", "Done"), "circle-check"),
            )
        )
        self.find_box = FindBox(tr("Jobs", "Find a job"), width=170)
        self._copy = IconButton("copy", tr("Jobs", "Copy as table (Ctrl+C)"), size=16)
        self._more = IconButton("ellipsis", tr("Jobs", "More"), size=16)
        self._fold = IconButton("chevron-up", tr("Jobs", "Give the room to the open job"), size=16)
        super().__init__(tr("Jobs", "Jobs"), " ", self._chips, self.find_box, self._copy, self._more, self._fold)
        self._viewmodel = viewmodel
        self._is_folded = False
        columns = job_columns()
        self.table = Table(tr("Jobs", "Jobs"), ColumnMemory("jobs", columns, kept), columns, row_height=ROW_PX)
        self._body = holder(row(self.table, margins=(6, 0, 6, 6)))
        self.content.addWidget(self._body, 1)
        self._connect()

    @property
    def is_folded(self) -> bool:
        """Whether only the head is seen."""
        return self._is_folded

    def set_folded(self, *, is_folded: bool) -> None:
        """Show the head alone, or all of it."""
        self._is_folded = is_folded
        self._body.setVisible(not is_folded)
        self._fold.set_icon("chevron-down" if is_folded else "chevron-up")
        self._fold.set_name(
            tr("Jobs", "Show the list again") if is_folded else tr("Jobs", "Give the room to the open job")
        )
        self._bound()

    def update_rows(self) -> None:
        """Show what the viewmodel has now."""
        self.table.set_rows(self._viewmodel.rows)
        key = self._viewmodel.open_key
        if key and key != self.table.chosen_key:
            self.table.choose(key)
        for tag in ("", "attention", "active", "over"):
            self._chips.set_count(tag, self._viewmodel.count(tag))
        if self.head is not None:
            self.head.remark_label.setText(_summary(self._viewmodel))
        self._bound()

    def wanted_height(self) -> int:
        """How high it is when every job is seen."""
        if self._is_folded:
            return _CARD_HEAD_PX + 2
        return _CARD_HEAD_PX + HEAD_PX + ROW_PX * max(1, len(self._viewmodel.rows)) + 14

    def _bound(self) -> None:
        self.setMaximumHeight(self.wanted_height())
        self.setMinimumHeight(min(self.wanted_height(), _CARD_HEAD_PX + HEAD_PX + ROW_PX + 14))

    def _connect(self) -> None:
        self._chips.chosen.connect(self.table.set_tag)
        self.find_box.textChanged.connect(self.table.set_filter)
        self._copy.clicked.connect(self.table.copy)
        self._more.clicked.connect(self._open_menu)
        self._fold.clicked.connect(lambda: self.fold_wanted.emit(not self._is_folded))

    def _open_menu(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("Jobs", "Save a file for support…")).triggered.connect(self.support_wanted)
        menu.addAction(tr("Jobs", "Choose columns…")).triggered.connect(self.table.open_column_menu)
        menu.popup(self._more.mapToGlobal(QPoint(0, self._more.height())))


def _summary(viewmodel: JobsViewModel) -> str:
    jobs = viewmodel.snapshot.jobs
    failed = viewmodel.count("attention")
    running = sum(job.state is JobState.RUNNING for job in jobs)
    waiting = sum(job.state is JobState.QUEUED for job in jobs)
    parts = (
        (running, tr("Jobs", "{count} running", count=grouped(running))),
        (waiting, tr("Jobs", "{count} in the queue", count=grouped(waiting))),
        (failed, tr("Jobs", "{count} to look at", count=grouped(failed))),
    )
    return " · ".join(text for count, text in parts if count)
