"""The order in which jobs are listed: newest first. Pure; any thread."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import Job

_BEGINNING: Final = datetime.min.replace(tzinfo=UTC)


class NewestFirst:
    """Lists jobs newest first; they are sorted anew only when one came, went or was submitted again."""

    def __init__(self) -> None:
        self._ids: tuple[JobId, ...] = ()
        self._submitted: dict[JobId, datetime | None] = {}

    def put(self, jobs: Mapping[JobId, Job]) -> tuple[Job, ...]:
        """Return the jobs in order."""
        submitted = {job_id: job.submitted for job_id, job in jobs.items()}
        if submitted != self._submitted:
            self._submitted = submitted
            self._ids = tuple(sorted(submitted, key=lambda each: (submitted[each] or _BEGINNING, each), reverse=True))
        return tuple(jobs[job_id] for job_id in self._ids)
