"""What a scheduler said that makes no sense: counted, logged now and then, and told in one sentence.

On the loop's thread.
"""

from __future__ import annotations

import logging

from tiepoint.domain.failure import Failure

_log = logging.getLogger(__name__)


class Doubts:
    """Counts what was passed over.

    Args:
        who: Who said it, as in the middle of a sentence.
    """

    def __init__(self, who: str) -> None:
        self._who = who
        self._count = 0
        self._first = ""

    def add(self, what: str) -> None:
        """Something was passed over; the log has the 1st, the 2nd, the 4th, the 8th, ..."""
        self._count += 1
        self._first = self._first or what
        if self._count & (self._count - 1) == 0:
            _log.warning("passed over for the %d. time, from %s: %s", self._count, self._who, what)

    @property
    def count(self) -> int:
        """How many there were."""
        return self._count

    def clear(self) -> None:
        """Begin anew, with another connection."""
        self._count, self._first = 0, ""

    @property
    def failure(self) -> Failure | None:
        """What there is to say; None = nothing."""
        if not self._count:
            return None
        many = self._count > 1
        times, they_say = (f"{self._count} messages", "they say") if many else ("one message", "it says")
        return Failure(
            "protocol",
            f"The {self._who} sent {times} that cannot be right; what {they_say} is not shown.",
            "Update its agent and this program to the same version; if it stays so, look at its log.",
            detail=self._first,
        )
