"""Which result is open, and which there are. No widgets; it opens the newest by itself. The GUI thread only.

Opening something else while one is being opened drops the earlier request.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from tiepoint.domain.errors import InputError
from tiepoint.domain.failure import Failure
from tiepoint.domain.job import Job, JobState
from tiepoint.domain.model_facts import ModelFacts
from tiepoint.ports.result_reader import Presence
from tiepoint.services.monitor import MonitorSnapshot
from tiepoint.services.program import Program
from tiepoint.services.results import ResultEntry, ResultList
from tiepoint.ui.background import Background
from tiepoint.ui.text import tr


class Showing(StrEnum):
    """What the page shows."""

    NOTHING = "nothing"
    OPENING = "opening"
    OPEN = "open"
    FAILED = "failed"
    RUNNING = "running"
    """A job that is not over yet."""


@dataclass(frozen=True, slots=True)
class ResultView:
    """What is shown now.

    Args:
        showing: What it is.
        title: Of the result, the file or the job; plain text. Empty while it is looked for.
        path: Where it lies, when that is known.
        facts: What is known of it; only when open.
        failure: Why it could not be opened; only when failed.
        job: The job that is not over yet.
    """

    showing: Showing = Showing.NOTHING
    title: str = ""
    path: Path | None = None
    facts: ModelFacts | None = None
    failure: Failure | None = None
    job: Job | None = None


class ResultsModel(QObject):
    """Follows the list of results and opens them.

    Signals:
        changed(): `view` is another.
        list_changed(): `entries` or `trouble` are others.
        opened(facts): A result was opened.

    Args:
        program: The services.
        background: Starts coroutines.
    """

    changed = Signal()
    list_changed = Signal()
    opened = Signal(object)

    def __init__(self, program: Program, background: Background) -> None:
        super().__init__()
        self._program, self._background = program, background
        self._view = ResultView()
        self._opening: asyncio.Task[Any] | None = None
        self._is_started = False
        self._is_first_wanted = True
        self._completed: frozenset[str] = frozenset()
        self._ends: list[Callable[[], None]] = []

    @property
    def view(self) -> ResultView:
        """What is shown now."""
        return self._view

    @property
    def entries(self) -> tuple[ResultEntry, ...]:
        """Everything there is to look at, newest first."""
        return self._program.results.snapshot.entries

    @property
    def trouble(self) -> Failure | None:
        """Why the list may be incomplete."""
        return self._program.results.snapshot.trouble

    def start(self) -> None:
        """Begin to follow the list, and open a result unless something else is asked for meanwhile.

        The one looked at last comes first, as long as it is there, else the newest.
        """
        if self._is_started:
            return
        self._is_started = True
        results, monitor = self._program.results, self._program.monitor
        self._completed = _completed(monitor.snapshot)
        self._ends = [
            results.changed.subscribe(self._on_list),
            monitor.changed.subscribe(self._on_monitor),
        ]
        self._background.start(self._open_first())

    def stop(self) -> None:
        """Follow nothing any more."""
        for end in self._ends:
            end()
        self._ends = []

    def open_entry(self, entry: ResultEntry) -> None:
        """Open a result of the list."""
        self._open(entry.title, entry.place.path, lambda: self._program.results.open(entry))

    def open_path(self, path: Path) -> None:
        """Open a file or folder by hand."""
        self._open(path.name, path, lambda: self._program.results.open_path(path))

    def open_job(self, job_id: str) -> None:
        """Open a job's result, or say that it is still running."""
        self._is_first_wanted = False
        job = self._program.monitor.snapshot.job(job_id)
        entry = next((each for each in self.entries if each.place.job == job_id), None)
        if job is not None and not job.state.is_over:
            self._drop_opening()
            self._show(ResultView(Showing.RUNNING, job.name, job=job))
        elif job is not None:
            self._open(job.name, None, lambda: self._program.results.open_job(job))
        elif entry is not None:
            self.open_entry(entry)
        else:
            self._drop_opening()
            self._show(ResultView(Showing.OPENING))
            self._opening = self._background.start(self._open_job_later(job_id))

    async def try_folder(self, folder: Path) -> bool:
        """Open a folder when it holds a result; nothing changes when it does not.

        Returns:
            Whether it did.
        """
        before = self._view
        self._is_first_wanted = False
        try:
            facts = await self._program.results.open_path(folder)
        except InputError:
            return False
        if self._view is before:
            self._take(facts, folder)
        return True

    def forget(self, path: Path) -> None:
        """Take something opened by hand off the list."""
        self._background.start(self._program.results.forget(path))
        if self._view.path == path and self._view.showing is Showing.FAILED:
            self._show(ResultView())

    def refresh(self) -> None:
        """Look again which results there are."""
        self._background.start(self._refreshed())

    def _open(self, title: str, path: Path | None, read: Callable[[], Awaitable[ModelFacts]]) -> None:
        self._is_first_wanted = False
        self._drop_opening()
        self._show(ResultView(Showing.OPENING, title, path))
        self._opening = self._background.start(
            self._opened(read),
            on_failure=lambda failure: self._show(ResultView(Showing.FAILED, title, path, failure=failure)),
        )

    async def _opened(self, read: Callable[[], Awaitable[ModelFacts]]) -> None:
        path = self._view.path
        self._take(await read(), path)

    def _take(self, facts: ModelFacts, path: Path | None) -> None:
        self._show(ResultView(Showing.OPEN, facts.title, path or facts.folder, facts))
        self._program.panel_state.update(result=str(path or facts.folder))
        self.opened.emit(facts)

    async def _open_first(self) -> None:
        if self._is_first_wanted:
            self._show(ResultView(Showing.OPENING))
        listed = await self._refreshed()
        there = [entry for entry in listed.entries if entry.presence is Presence.THERE]
        last = Path(self._program.panel_state.state.result or "/")
        first = next((entry for entry in there if entry.place.path == last), next(iter(there), None))
        if self._is_first_wanted and first is not None:
            self.open_entry(first)
        elif self._is_first_wanted:
            self._show(ResultView())

    async def _open_job_later(self, job_id: str) -> None:
        """Look for a job that is not known yet: the link to the scheduler may just be coming up."""
        listed = await self._refreshed()
        is_listed = any(each.place.job == job_id for each in listed.entries)
        if is_listed or self._program.monitor.snapshot.job(job_id) is not None:
            self.open_job(job_id)
            return
        summary = tr("Results", "The result of job {job} is not known on this computer.", job=job_id)
        failure = listed.trouble or Failure("input", summary, tr("Results", "Open its folder, or look in the list."))
        self._show(ResultView(Showing.FAILED, job_id, failure=failure))

    async def _refreshed(self) -> ResultList:
        return await self._program.results.refresh()

    def _drop_opening(self) -> None:
        if self._opening is not None:
            self._opening.cancel()
            self._opening = None

    def _show(self, view: ResultView) -> None:
        if view != self._view:
            self._view = view
            self.changed.emit()

    def _on_list(self, _listed: ResultList) -> None:
        self.list_changed.emit()

    def _on_monitor(self, snapshot: MonitorSnapshot) -> None:
        completed = _completed(snapshot)
        if completed - self._completed:
            self.refresh()
        self._completed = completed
        waiting = self._view.job
        job = None if waiting is None else snapshot.job(waiting.id)
        if job is None:
            return
        if job.state is JobState.COMPLETED:
            self.open_job(job.id)
        elif waiting is not None and (job.state, job.stage) != (waiting.state, waiting.stage):
            self._show(ResultView(Showing.RUNNING, job.name, job=job))


def _completed(snapshot: MonitorSnapshot) -> frozenset[str]:
    return frozenset(job.id for job in snapshot.jobs if job.state is JobState.COMPLETED)
