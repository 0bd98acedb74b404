"""Photo sets in one SQLite file, a row for each photo, so that a change writes only what changed.

Must not touch photos. All work is done in one thread of its own, one call after the other; a broken file is moved
aside, never overwritten.
"""

from __future__ import annotations

import asyncio
import errno
import json
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from tiepoint.adapters.files.photo_set_rows import PHOTO_COLUMNS, photo_of, photo_values, set_of, set_values, summary_of
from tiepoint.adapters.files.whole_file import set_aside
from tiepoint.domain.errors import NoSpace, SetupError, TiepointError
from tiepoint.domain.photo_set import PhotoSet, PhotoSetId, SetPhoto
from tiepoint.ports.photo_set_store import StoredSets

T = TypeVar("T")
SCHEMA_VERSION: Final = 1
_WAIT_S: Final = 5.0
_SCHEMA: Final = (
    "CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS sets (id TEXT PRIMARY KEY, name TEXT, created TEXT, capture TEXT, is_sample INTEGER,"
    " photos INTEGER, included INTEGER, skipped TEXT) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS photos (set_id TEXT, path TEXT, source TEXT, size INTEGER, mtime_ns INTEGER,"
    " choice TEXT, is_checked INTEGER, head TEXT, quality TEXT, issues TEXT, PRIMARY KEY (set_id, path)) WITHOUT ROWID",
)


class SqlitePhotoSetStore:
    """Implements `ports.photo_set_store.PhotoSetStore`.

    Args:
        path: The file; it and its folder are made when needed.
        now: The clock, for the name of a file set aside.
    """

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        self._path = path
        self._now = now
        self._thread = ThreadPoolExecutor(1, "photo-sets")
        self._opened: sqlite3.Connection | None = None
        self._aside: Path | None = None
        self._kept: dict[PhotoSetId, dict[str, SetPhoto]] = {}

    async def load(self) -> StoredSets:
        """Read the list of sets."""
        return await self._run(self._load)

    async def read(self, set_id: PhotoSetId) -> PhotoSet | None:
        """Read a set with all that is known of its photos."""
        return await self._run(lambda: self._read(set_id))

    async def save(self, photo_set: PhotoSet) -> None:
        """Keep a set."""
        await self._run(lambda: self._save(photo_set))

    async def choose(self, set_id: PhotoSetId | None) -> None:
        """Keep which set is the current one."""
        await self._run(lambda: self._write("INSERT OR REPLACE INTO meta VALUES ('current', ?)", (set_id or "",)))

    async def remove(self, set_id: PhotoSetId) -> None:
        """Forget a set."""
        await self._run(lambda: self._remove(set_id))

    async def close(self) -> None:
        """Let go of the file."""
        if self._opened is not None:
            await self._run(self._close)
        self._thread.shutdown(wait=False)

    async def _run(self, work: Callable[[], T]) -> T:
        """Do blocking work in the one thread; a caller that is cancelled leaves it to end by itself."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._translated, work)

    def _translated(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except (sqlite3.Error, OSError, ValueError, TypeError) as error:
            raise self._failure(error) from error

    def _load(self) -> StoredSets:
        try:
            return self._listed()
        except (sqlite3.DatabaseError, ValueError, TypeError) as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
            self._set_aside()
            return self._listed()

    def _listed(self) -> StoredSets:
        file = self._file()
        rows = file.execute("SELECT id, name, created, capture, is_sample, photos, included FROM sets").fetchall()
        current = file.execute("SELECT value FROM meta WHERE key = 'current'").fetchone()
        sets = sorted((summary_of(row) for row in rows), key=lambda each: (each.created, each.id), reverse=True)
        chosen = PhotoSetId(current[0]) if current and current[0] else None
        return StoredSets(tuple(sets), chosen, self._aside)

    def _read(self, set_id: PhotoSetId) -> PhotoSet | None:
        file = self._file()
        query = "SELECT id, name, created, capture, is_sample, skipped FROM sets WHERE id = ?"
        row = file.execute(query, (set_id,)).fetchone()
        if row is None:
            return None
        rows = file.execute(f"SELECT {PHOTO_COLUMNS} FROM photos WHERE set_id = ?", (set_id,))
        photos = sorted((photo for each in rows if (photo := photo_of(each)) is not None), key=lambda each: each.path)
        self._kept[set_id] = {photo.path: photo for photo in photos}
        return set_of(row, tuple(photos))

    def _save(self, photo_set: PhotoSet) -> None:
        kept = self._kept.get(photo_set.id, {})
        now = {photo.path: photo for photo in photo_set.photos}
        gone = [(photo_set.id, json.dumps(path)) for path in kept if path not in now]
        with self._file() as file:
            file.execute("INSERT OR REPLACE INTO sets VALUES (?, ?, ?, ?, ?, ?, ?, ?)", set_values(photo_set))
            file.executemany("DELETE FROM photos WHERE set_id = ? AND path = ?", gone)
            file.executemany(
                "INSERT OR REPLACE INTO photos VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", _changed(photo_set, kept)
            )
        self._kept[photo_set.id] = now

    def _remove(self, set_id: PhotoSetId) -> None:
        self._kept.pop(set_id, None)
        with self._file() as file:
            file.execute("DELETE FROM photos WHERE set_id = ?", (set_id,))
            file.execute("DELETE FROM sets WHERE id = ?", (set_id,))

    def _write(self, statement: str, values: tuple[Any, ...]) -> None:
        with self._file() as file:
            file.execute(statement, values)

    def _file(self) -> sqlite3.Connection:
        """Open the file, or return it opened.

        Raises:
            sqlite3.DatabaseError: It is no file of ours.
        """
        if self._opened is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            file = sqlite3.connect(self._path, timeout=_WAIT_S, check_same_thread=False)
            try:
                _prepare(file)
            except BaseException:
                file.close()
                raise
            self._opened = file
        return self._opened

    def _set_aside(self) -> None:
        """Move a broken file out of the way, with what SQLite keeps beside it."""
        self._close()
        for suffix in ("-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        self._aside = set_aside(self._path, self._now())

    def _close(self) -> None:
        opened, self._opened = self._opened, None
        if opened is not None:
            opened.close()

    def _failure(self, error: Exception) -> TiepointError:
        if "is full" in str(error) or getattr(error, "errno", None) == errno.ENOSPC:
            summary = f"The disk of {self._path.parent} is full, so the photo sets are not kept."
            return NoSpace(summary, remedy="Free some space.", retryable=True, detail=str(error))
        return SetupError(
            f"The photo sets cannot be kept in {self._path}: {str(error).lower()}.",
            remedy="Give yourself the right to read and write that file; until then they last as long as the window.",
            detail=str(error),
        )


def _prepare(file: sqlite3.Connection) -> None:
    file.execute("PRAGMA journal_mode = WAL")
    file.execute("PRAGMA synchronous = NORMAL")
    with file:
        for statement in _SCHEMA:
            file.execute(statement)
        file.execute("INSERT OR IGNORE INTO meta VALUES ('schema_version', ?)", (str(SCHEMA_VERSION),))
    version = file.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchone()[0]
    if version != str(SCHEMA_VERSION):
        raise sqlite3.DatabaseError(f"schema_version {version!r}; this program knows {SCHEMA_VERSION}")
    if file.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
        raise sqlite3.DatabaseError("quick_check failed")


def _changed(photo_set: PhotoSet, kept: dict[str, SetPhoto]) -> Iterator[tuple[Any, ...]]:
    return ((photo_set.id, *photo_values(each)) for each in photo_set.photos if kept.get(each.path) is not each)
