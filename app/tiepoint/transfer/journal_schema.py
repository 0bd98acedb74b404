"""The tables of the transfer journal, and opening the file they are in. Blocking; the thread that opens it."""

from __future__ import annotations

import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

SCHEMA_VERSION: Final = 1
# The last is what questions meet whose tables are others than ours.
_BROKEN: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR})
# A piece is a block (upload) or a range (download) that the other side acknowledged; a row of an older generation of
# its file is of no use. Paths that are no valid text are blobs of bytes.
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS transfers (id TEXT PRIMARY KEY, created TEXT NOT NULL, record TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS files (
    transfer TEXT NOT NULL, number INTEGER NOT NULL, path NOT NULL, source NOT NULL, size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL, ctime_ns INTEGER NOT NULL, state TEXT NOT NULL, done_bytes INTEGER NOT NULL,
    attempts INTEGER NOT NULL, digest TEXT NOT NULL, etag TEXT NOT NULL, block_size INTEGER NOT NULL,
    generation INTEGER NOT NULL, trouble TEXT, entry TEXT, PRIMARY KEY (transfer, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pieces (
    transfer TEXT NOT NULL, file INTEGER NOT NULL, number INTEGER NOT NULL, generation INTEGER NOT NULL,
    digest BLOB NOT NULL, PRIMARY KEY (transfer, file, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS hashcache (
    path NOT NULL PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, ctime_ns INTEGER NOT NULL,
    device TEXT NOT NULL, inode TEXT NOT NULL, md5 TEXT NOT NULL, composite TEXT NOT NULL, block_size INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS seen (
    endpoint TEXT NOT NULL, container TEXT NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL, digest TEXT NOT NULL,
    block_size INTEGER NOT NULL, etag TEXT NOT NULL, UNIQUE (endpoint, container, name)
);
CREATE INDEX IF NOT EXISTS seen_by_digest ON seen (digest, endpoint);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


def opened(path: Path) -> tuple[sqlite3.Connection, Path | None]:
    """Open the journal, made when there is none.

    Args:
        path: The file. One that is broken or none of ours, or was written by a newer program, is set aside under
            another name, as is a folder in its place.

    Returns:
        The connection, and where the unusable file is now; None when there was none.

    Raises:
        sqlite3.Error: It cannot be opened: the disk is full or may not be written.
        OSError: As above.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = set_aside(path, "broken") if path.is_dir() else None
    try:
        connection = _connected(path)
        if connection.execute("PRAGMA user_version").fetchone()[0] > SCHEMA_VERSION:
            connection.close()
            aside = set_aside(path, "newer")
            connection = _connected(path)
    except sqlite3.DatabaseError as error:
        # A full or read-only disk is no fault of the file, and what it holds must not be lost with it.
        if not is_broken(error):
            raise
        aside = set_aside(path, "broken")
        connection = _connected(path)
    return connection, aside


def is_broken(error: sqlite3.Error) -> bool:
    """Say whether the file itself is at fault."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and (code & 0xFF) in _BROKEN


def set_aside(path: Path, why: str) -> Path:
    """Give a journal another name, and what belongs to it too, so that the next one begins empty."""
    aside = path.with_name(f"{path.name}.{why}-{datetime.now(UTC):%Y%m%d%H%M%S%f}")
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.replace(aside.with_name(aside.name + suffix))
    return aside


def reader(path: Path) -> sqlite3.Connection:
    """Open the journal a second time, for questions alone."""
    connection = sqlite3.connect(path, timeout=10.0, check_same_thread=False, isolation_level=None)
    connection.execute("PRAGMA query_only = 1")
    return connection


def _connected(path: Path) -> sqlite3.Connection:
    # Paths of photos tell much about a person: nobody else may read them.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = sqlite3.connect(path, timeout=10.0, check_same_thread=False, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version <= SCHEMA_VERSION:
            connection.executescript(_SCHEMA)
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection
