"""Results: what there is to look at, and opening one.

Must not read files itself (`ports.result_reader`, `ports.result_store`). On the loop's thread.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from tiepoint.domain.failure import Failure
from tiepoint.domain.job import Job
from tiepoint.domain.model_facts import ModelFacts
from tiepoint.ports.result_reader import Presence, ResultPlace, ResultReader
from tiepoint.ports.result_store import ResultStore
from tiepoint.services.event import Event
from tiepoint.services.jobs import JobService


class ResultSource(StrEnum):
    """Why a result is in the list."""

    JOB = "job"
    OPENED = "opened"


@dataclass(frozen=True, slots=True)
class ResultEntry:
    """A result in the list.

    Args:
        place: Where it lies; its `path` identifies the entry.
        title: Plain text for people.
        source: A job of this computer, or opened by hand (those can be removed from the list).
        presence: Whether it can be opened.
        when: When the job finished, or when it was last opened by hand; UTC.
        preset: Of the job; empty when opened by hand.
    """

    place: ResultPlace
    title: str
    source: ResultSource
    presence: Presence
    when: datetime | None = None
    preset: str = ""


@dataclass(frozen=True, slots=True)
class ResultList:
    """Everything there is to look at, newest first; `trouble` says what could not be asked (the agent, a list)."""

    entries: tuple[ResultEntry, ...] = ()
    trouble: Failure | None = None


class Results:
    """Lists and opens results.

    `changed` tells every new list, `opened` every result that was opened.
    """

    def __init__(self, reader: ResultReader, store: ResultStore, jobs: JobService, now: Callable[[], datetime]) -> None:
        self.changed: Event[ResultList] = Event()
        self.opened: Event[ModelFacts] = Event()
        self._reader, self._store, self._jobs, self._now = reader, store, jobs, now
        self._snapshot = ResultList()

    @property
    def snapshot(self) -> ResultList:
        """The list as it was last read."""
        return self._snapshot

    async def refresh(self, jobs: Sequence[Job] | None = None) -> ResultList:
        """Read the list again; never raises for what cannot be asked: `ResultList.trouble` says it.

        Args:
            jobs: The scheduler's jobs where the caller has them already; None = ask.
        """
        raise NotImplementedError

    async def open(self, place: ResultPlace | ResultEntry) -> ModelFacts:
        """Read one result of the list.

        Raises:
            InputError: It is gone, or there is no model in it that can be read.
        """
        raise NotImplementedError

    async def open_path(self, path: Path) -> ModelFacts:
        """Open a file or folder by hand, and keep it in the list. A product of a known job is opened as that job's.

        Raises:
            InputError: There is no model that can be read; the list is not changed.
        """
        raise NotImplementedError

    async def open_job(self, job: Job) -> ModelFacts:
        """Open a completed job's result.

        Raises:
            InputError: The job has no products here.
        """
        raise NotImplementedError

    async def forget(self, path: Path) -> ResultList:
        """Take something opened by hand off the list; the files stay.

        Raises:
            SetupError: The list cannot be written.
            NoSpace: The disk is full.
        """
        raise NotImplementedError
