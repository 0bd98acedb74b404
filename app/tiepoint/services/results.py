"""Results: what there is to look at, and opening one.

Must not read files itself (`ports.result_reader`, `ports.result_store`). On the loop's thread.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from tiepoint.domain.errors import InputError, TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.domain.job import Job, JobState
from tiepoint.domain.model_facts import ModelFacts
from tiepoint.domain.plain_text import plain
from tiepoint.domain.product import PRODUCT_NAMES, marks_of_result
from tiepoint.ports.result_reader import Presence, ResultPlace, ResultReader
from tiepoint.ports.result_store import RecentResult, ResultStore
from tiepoint.services.event import Event
from tiepoint.services.jobs import JobService

MOST_RECENT: Final = 30
"""Opened by hand and kept in the list; the oldest go first."""


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
        self.also: Callable[[], Sequence[Job]] = tuple
        """Jobs done elsewhere whose products came here."""
        self._reader, self._store, self._jobs, self._now = reader, store, jobs, now
        self._snapshot = ResultList()
        self._known_jobs: tuple[Job, ...] = ()
        self._opened_by_hand: list[RecentResult] | None = None

    @property
    def snapshot(self) -> ResultList:
        """The list as it was last read."""
        return self._snapshot

    async def refresh(self, jobs: Sequence[Job] | None = None) -> ResultList:
        """Read the list again; never raises for what cannot be asked: `ResultList.trouble` says it.

        Args:
            jobs: The scheduler's jobs where the caller has them already; None = ask.
        """
        trouble: Failure | None = None
        recent: Sequence[RecentResult] = ()
        try:
            recent = await self._recent()
            self._known_jobs = tuple(await self._jobs.jobs() if jobs is None else jobs)
        except TiepointError as error:
            trouble = Failure.of(error)
        known = (*self._known_jobs, *self.also())
        of_jobs = [job for job in known if job.state is JobState.COMPLETED and places_of(job)]
        presence = await self._reader.presence(
            [*(place.path for job in of_jobs for place in places_of(job)), *(each.path for each in recent)]
        )
        made = [_of_job(job, presence) for job in of_jobs]
        # What was opened meanwhile was not asked for, and is there.
        opened = [_of_recent(each, presence) for each in self._opened_by_hand or ()]
        entries = sorted([*made, *opened], key=_moment, reverse=True)
        return self._replace(ResultList(tuple(entries), trouble))

    async def open(self, place: ResultPlace | ResultEntry) -> ModelFacts:
        """Read one result of the list.

        Raises:
            InputError: It is gone, or there is no model in it that can be read.
        """
        facts = await self._reader.read(place.place if isinstance(place, ResultEntry) else place)
        self.opened.emit(facts)
        return facts

    async def open_path(self, path: Path) -> ModelFacts:
        """Open a file or folder by hand, and keep it in the list. A product of a known job is opened as that job's.

        Raises:
            InputError: There is no model that can be read; the list is not changed.
        """
        path = _absolute(path)
        place = self._place_of_known(path)
        facts = await self.open(place or ResultPlace(path))
        if place is None:
            await self._remember(path)
        return facts

    async def is_result(self, folder: Path) -> bool:
        """Say whether a folder holds a result rather than photos."""
        presence = await self._reader.presence(marks_of_result(folder))
        return Presence.THERE in presence.values()

    async def open_job(self, job: Job) -> ModelFacts:
        """Open a completed job's result.

        Raises:
            InputError: The job has no products here.
        """
        places = places_of(job)
        if not places:
            raise InputError("The products of this job are not on this computer.", remedy="Fetch them first.")
        presence = await self._reader.presence([place.path for place in places])
        return await self.open(_best(places, presence))

    async def forget(self, path: Path) -> ResultList:
        """Take something opened by hand off the list; the files stay.

        Raises:
            SetupError: The list cannot be written.
            NoSpace: The disk is full.
        """
        kept = [each for each in await self._recent() if each.path != path]
        self._opened_by_hand = kept
        entries = tuple(
            entry
            for entry in self._snapshot.entries
            if entry.place.path != path or entry.source is not ResultSource.OPENED
        )
        self._replace(ResultList(entries, self._snapshot.trouble))
        await self._store.keep_recent(kept)
        return self._snapshot

    async def _recent(self) -> list[RecentResult]:
        if self._opened_by_hand is None:
            self._opened_by_hand = list(await self._store.recent())
        return self._opened_by_hand

    async def _remember(self, path: Path) -> None:
        """Put a path first in the list; that the list cannot be stored must not keep anybody from the model."""
        trouble: Failure | None = None
        try:
            others = [each for each in await self._recent() if each.path != path]
            self._opened_by_hand = [RecentResult(path, self._now()), *others][:MOST_RECENT]
            await self._store.keep_recent(self._opened_by_hand)
        except TiepointError as error:
            trouble = Failure.of(error)
        entry = ResultEntry(ResultPlace(path), _title(path), ResultSource.OPENED, Presence.THERE, self._now())
        others_shown = [
            each for each in self._snapshot.entries if each.place.path != path or each.source is ResultSource.JOB
        ]
        self._replace(ResultList((entry, *others_shown), trouble or self._snapshot.trouble))

    def _place_of_known(self, path: Path) -> ResultPlace | None:
        """Return a known job's place with this very path or file, so that it keeps its job, capture and duration."""
        for job in (*self._known_jobs, *self.also()):
            for place in places_of(job):
                if path == place.path:
                    return place
                if path.parent == place.path and path.name in PRODUCT_NAMES:
                    return replace(place, path=path)
        return None

    def _replace(self, snapshot: ResultList) -> ResultList:
        if snapshot != self._snapshot:
            self._snapshot = snapshot
            self.changed.emit(snapshot)
        return snapshot


def places_of(job: Job) -> tuple[ResultPlace, ...]:
    """Return where a job's products may lie: where the person wanted them, else in the job's folder."""
    wall_s = (job.finished - job.started).total_seconds() if job.finished and job.started else None
    folders = [Path(job.output)] if job.output else []
    if job.folder:
        folders.append(Path(job.folder) / "products")
    title = plain(job.name)
    capture = Path(job.capture) if job.capture else None
    return tuple(ResultPlace(folder, title, job.id, capture, wall_s) for folder in folders)


def _best(places: Sequence[ResultPlace], presence: Mapping[Path, Presence]) -> ResultPlace:
    there = (place for place in places if presence.get(place.path) is Presence.THERE)
    return next(there, places[0])


def _of_job(job: Job, presence: Mapping[Path, Presence]) -> ResultEntry:
    place = _best(places_of(job), presence)
    found = presence.get(place.path, Presence.MISSING)
    return ResultEntry(place, place.title, ResultSource.JOB, found, job.finished or job.submitted, job.preset)


def _of_recent(recent: RecentResult, presence: Mapping[Path, Presence]) -> ResultEntry:
    found = presence.get(recent.path, Presence.THERE)
    return ResultEntry(ResultPlace(recent.path), _title(recent.path), ResultSource.OPENED, found, recent.opened)


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))


def _title(path: Path) -> str:
    return plain(path.name or str(path))


def _moment(entry: ResultEntry) -> float:
    return entry.when.timestamp() if entry.when is not None else 0.0
