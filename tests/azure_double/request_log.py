"""What was asked: methods, paths and answers, never a header, a body or a query's secret."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass


@dataclass(frozen=True)
class LogEntry:
    """One request.

    Args:
        at: Azure's seconds since the start.
        method: Upper case.
        path: Without its query.
        status: HTTP's; 0 = the connection was dropped.
        who: Name of the caller; empty = nobody.
        query: Names of its parameters that are Azure's own (`api-version`, `$filter`, `statusOnly`, `$expand`).
    """

    at: float
    method: str
    path: str
    status: int
    who: str = ""
    query: tuple[tuple[str, str], ...] = ()


_PLAIN = ("api-version", "$filter", "statusonly", "$expand", "$top")


class RequestLog:
    """All requests since the start or the last `clear`. Any thread."""

    def __init__(self) -> None:
        self._entries: list[LogEntry] = []
        self._lock = threading.Lock()

    @property
    def entries(self) -> list[LogEntry]:
        """Oldest first."""
        with self._lock:
            return list(self._entries)

    def add(self, at: float, method: str, path: str, status: int, *, who: str = "", query: dict[str, str]) -> None:
        """Write one down."""
        plain = tuple((key, value) for key, value in query.items() if key in _PLAIN)
        with self._lock:
            self._entries.append(LogEntry(at, method, path, status, who, plain))

    def clear(self) -> None:
        """Begin anew."""
        with self._lock:
            self._entries.clear()

    def found(self, method: str = "", path: str = "", *, who: str = "") -> list[LogEntry]:
        """Requests of a method (empty = any) whose path holds a regular expression."""
        pattern = re.compile(path, re.IGNORECASE)
        return [
            each
            for each in self.entries
            if (not method or each.method == method.upper())
            and pattern.search(each.path)
            and (not who or each.who == who)
        ]

    def count(self, method: str = "", path: str = "") -> int:
        """How many."""
        return len(self.found(method, path))
