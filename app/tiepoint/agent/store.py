"""Jobs and how long their stages took, in SQLite. The agent is the only writer; the loop's thread, short calls."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tiepoint.domain.job import Job
from tiepoint.protocol.codec import MalformedMessage, from_json, to_json
from tiepoint.protocol.methods import SubmitParams

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE, submitted TEXT NOT NULL, job TEXT NOT NULL, request TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS timings (
    stage TEXT NOT NULL, preset TEXT NOT NULL, photos INTEGER NOT NULL, seconds REAL NOT NULL, finished TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS timings_by_stage ON timings (stage, preset, finished);
"""
_SCHEMA_VERSION: Final = 1
_BROKEN: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


@dataclass(frozen=True, slots=True)
class StoredJob:
    """A job together with what was asked."""

    job: Job
    request: SubmitParams


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a stage took: wall seconds for so many photos."""

    stage: str
    photos: int
    seconds: float


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

    def add_timing(self, timing: Timing, preset: str) -> None:
        """Remember how long a stage took."""
        values = (timing.stage, preset, timing.photos, timing.seconds, datetime.now(UTC).isoformat())
        with self._connection:
            self._connection.execute("INSERT INTO timings VALUES (?, ?, ?, ?, ?)", values)

    def timings(self, stage: str, preset: str, most: int = 8) -> Sequence[Timing]:
        """Return the latest times of a stage with a preset, newest first."""
        rows = self._connection.execute(
            "SELECT stage, photos, seconds FROM timings WHERE stage = ? AND preset = ? ORDER BY finished DESC LIMIT ?",
            (stage, preset, most),
        )
        return [Timing(*row) for row in rows.fetchall()]

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
