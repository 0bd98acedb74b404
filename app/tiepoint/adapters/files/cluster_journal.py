"""The journal of operations on clusters: one small JSON file, replaced atomically. Blocks; any thread."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from tiepoint.adapters.files.errors import writing_failed
from tiepoint.adapters.files.json_file import read_object, replace_json, set_aside
from tiepoint.domain.cluster import ClusterId
from tiepoint.domain.errors import SetupError
from tiepoint.ports.cluster_journal import OperationRecord
from tiepoint.protocol.codec import MalformedMessage, from_json, to_json

_SCHEMA_VERSION: Final = 1


class FileClusterJournal:
    """See `ports.cluster_journal.ClusterJournal`.

    Args:
        path: The file.
        now: The clock; names what is set aside.
    """

    def __init__(self, path: Path, now: Callable[[], datetime]) -> None:
        self._path, self._now = path, now
        self._lock = threading.Lock()

    def records(self) -> tuple[OperationRecord, ...]:
        """All records; see the port."""
        try:
            listed: Any = read_object(self._path)["operations"]
            return tuple(from_json(OperationRecord, each) for each in listed)
        except OSError:
            return ()
        except (ValueError, KeyError, TypeError, RecursionError, MalformedMessage):
            with contextlib.suppress(OSError):
                set_aside(self._path, self._now())
            return ()

    def keep(self, record: OperationRecord) -> None:
        """Remember a record; see the port."""
        with self._lock:
            self._write([each for each in self.records() if each.cluster != record.cluster] + [record])

    def forget(self, cluster: ClusterId) -> None:
        """Forget a cluster's record; see the port."""
        with self._lock:
            known = self.records()
            left = [each for each in known if each.cluster != cluster]
            if len(left) != len(known):
                self._write(left)

    def _write(self, records: list[OperationRecord]) -> None:
        content = {"schema_version": _SCHEMA_VERSION, "operations": [to_json(each) for each in records]}
        try:
            replace_json(self._path, content)
        except OSError as error:
            raise writing_failed(self._path.parent, error, kind=SetupError) from error
