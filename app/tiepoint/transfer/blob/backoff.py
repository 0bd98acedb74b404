"""How long to wait before asking again: full jitter, and never earlier than the server said.

Must not sleep: the caller waits on its `Stop`. One per retried thing; not shared by threads.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from tiepoint.transfer.blob.errors import Busy

FIRST_S: Final = 0.5
MOST_S: Final = 60.0
MOST_ASKED_S: Final = 600.0
"""No server may send us to sleep for longer."""


class Backoff:
    """Counts failures and says the next delay: random between 0 and min(60, 0.5 * 2^n) seconds.

    Args:
        chance: Source of the jitter; tests give a seeded one.
        first_s: Longest delay after the first failure.
        most_s: Longest delay after many.
    """

    def __init__(
        self, chance: random.Random | None = None, *, first_s: float = FIRST_S, most_s: float = MOST_S
    ) -> None:
        self._chance = chance or random.Random()
        self._first_s = first_s
        self._most_s = most_s
        self.failures = 0

    def next_s(self, error: BaseException | None = None) -> float:
        """Count one more failure and return the seconds to wait.

        Args:
            error: What happened; a `Busy` that says how long is believed.
        """
        most = min(self._most_s, self._first_s * 2.0 ** min(self.failures, 16))
        self.failures += 1
        jitter = self._chance.uniform(0.0, most)
        asked = error.retry_after_s if isinstance(error, Busy) else None
        if asked is None:
            return jitter
        # A little later than asked, and not all at the same moment.
        return asked + min(jitter, asked * 0.1, 1.0)

    def reset(self) -> None:
        """Forget failures: something succeeded."""
        self.failures = 0


def read_retry_after(text: str | None, now: datetime | None = None) -> float | None:
    """Read the header Retry-After, in seconds or as a date (RFC 9110, 10.2.3).

    Args:
        text: Its value; None or nonsense gives None.
        now: The present, for tests.
    """
    if text is None:
        return None
    try:
        seconds = float(text) if text.strip().isdigit() else _until(text, now)
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(0.0, seconds), MOST_ASKED_S)


def _until(text: str, now: datetime | None) -> float:
    moment = parsedate_to_datetime(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - (now or datetime.now(UTC))).total_seconds()
