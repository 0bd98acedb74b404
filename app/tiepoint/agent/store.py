"""Jobs and what they took, in SQLite. The agent is the only writer; the loop's thread, short calls."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tiepoint.domain.estimate import PastRun
from tiepoint.domain.job import Job
from tiepoint.protocol.codec import MalformedMessage, from_json, to_json
from tiepoint.protocol.methods import SubmitParams

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE, submitted TEXT NOT NULL, job TEXT NOT NULL, request TEXT NOT NULL
);
DROP TABLE IF EXISTS timings;
CREATE TABLE IF NOT EXISTS runs (job TEXT PRIMARY KEY, finished TEXT NOT NULL, run TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS runs_by_time ON runs (finished);
"""
# Version 1 kept the times of stages in a table of their own, without the job and the size of its photos.
_SCHEMA_VERSION: Final = 2
_MOST_RUNS: Final = 300
_BROKEN: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


@dataclass(frozen=True, slots=True)
class StoredJob:
    """A job together with what was asked."""

    job: Job
    request: SubmitParams


class JobStore:
    """The agent's database.

    Args:
        path: The file; a broken one is set aside under another name.

    Raises:
        sqlite3.Error: It cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.set_aside: Path | None = None
        try:
            self._connection = _opened(path)
        except sqlite3.DatabaseError as error:
            # A full or read-only disk is no fault of the file, and its jobs must not be lost with it.
            if error.sqlite_errorcode not in _BROKEN:
                raise
            self.set_aside = path.with_name(f"{path.name}.broken-{datetime.now(UTC):%Y%m%d%H%M%S}")
            path.replace(self.set_aside)
            self._connection = _opened(path)

    def jobs(self) -> list[StoredJob]:
        """Return every readable job, oldest first."""
        rows = self._connection.execute("SELECT job, request FROM jobs ORDER BY submitted, rowid").fetchall()
        found = []
        for job, request in rows:
            try:
                found.append(StoredJob(from_json(Job, json.loads(job)), from_json(SubmitParams, json.loads(request))))
            except (MalformedMessage, ValueError):
                continue
        return found

    def put(self, job: Job, request: SubmitParams) -> None:
        """Keep a job as it is now.

        Raises:
            sqlite3.Error: The disk is full or the file is gone.
        """
        submitted = (job.submitted or datetime.now(UTC)).isoformat()
        values = (job.id, request.key, submitted, json.dumps(to_json(job)), json.dumps(to_json(request)))
        with self._connection:
            self._connection.execute(
                "INSERT INTO jobs (id, key, submitted, job, request) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET job = excluded.job, request = excluded.request",
                values,
            )

    def put_run(self, run: PastRun) -> None:
        """Keep what a job took as far as it is; it stays when the job is deleted, and the oldest go in time.

        Raises:
            sqlite3.Error: The disk is full or the file is gone.
        """
        finished = (run.finished or datetime.now(UTC)).isoformat()
        with self._connection:
            self._connection.execute(
                "INSERT INTO runs VALUES (?, ?, ?) ON CONFLICT (job)"
                " DO UPDATE SET finished = excluded.finished, run = excluded.run",
                (run.job, finished, json.dumps(to_json(run))),
            )
            self._connection.execute(
                "DELETE FROM runs WHERE job NOT IN (SELECT job FROM runs ORDER BY finished DESC LIMIT ?)", (_MOST_RUNS,)
            )

    def runs(self) -> list[PastRun]:
        """Return what jobs took, newest first; unreadable ones are passed over."""
        found = []
        for (run,) in self._connection.execute("SELECT run FROM runs ORDER BY finished DESC, rowid DESC").fetchall():
            try:
                found.append(from_json(PastRun, json.loads(run)))
            except (MalformedMessage, ValueError):
                continue
        return found

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=10.0)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.executescript(_SCHEMA)
        connection.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection
