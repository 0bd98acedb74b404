"""The line: one thread's connection to one server at a time, kept open between requests.

Must not know Blob storage. Belongs to one thread; `drop` alone may be called by others.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LineSettings:
    """How a line behaves; tests make it impatient.

    Args:
        progress_s: A connection on which no byte moved for so long is given up.
        connect_s: As long may it take to come about.
        context: For https; None = the certificates of the system.
    """

    progress_s: float = 30.0
    connect_s: float = 15.0
    context: ssl.SSLContext | None = None


class Line:
    """A connection that is kept, closed when another server is asked, and dialled anew when it broke."""

    def __init__(self, settings: LineSettings | None = None) -> None:
        raise NotImplementedError

    def drop(self) -> None:
        """Cut the connection, from any thread: a request under way ends with Unreachable, the next one dials anew."""

    def close(self) -> None:
        """Close it; the next request dials anew. Idempotent."""
