"""How long to wait before asking again: full jitter, never earlier than the server said, and not for ever.

Must not sleep. One per retried thing; not shared by threads.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

MOST_ASKED_S: Final = 300.0
"""No server may send us to sleep for longer."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How patient to be.

    Args:
        first_s: Longest delay after the first failure.
        most_s: Longest delay after many.
        gives_up_s: After so long without any success the failure is told.
        progress_s: A connection on which no byte moved for so long is given up.
        connect_s: As long may it take to come about.
    """

    first_s: float = 0.5
    most_s: float = 30.0
    gives_up_s: float = 600.0
    progress_s: float = 30.0
    connect_s: float = 15.0


@dataclass(slots=True)
class Attempts:
    """Counts failures of one thing.

    Args:
        patience: How patient.
        now: Seconds of a clock that only goes forward.
        chance: Gives a number from 0 to 1.
    """

    patience: Patience
    now: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = random.random
    _failures: int = 0
    _since_s: float = field(default=-1.0)

    def next_s(self, asked_s: float | None = None) -> float | None:
        """Count one more failure and say how long to wait; None = it has been tried for long enough.

        Args:
            asked_s: What the server asked for.
        """
        now = self.now()
        if self._failures == 0:
            self._since_s = now
        most = min(self.patience.most_s, self.patience.first_s * 2.0 ** min(self._failures, 16))
        self._failures += 1
        wait_s = self.chance() * most
        if asked_s is not None:
            wait_s = min(asked_s, MOST_ASKED_S) + min(wait_s, 1.0)
        return None if now + wait_s - self._since_s > self.patience.gives_up_s else wait_s

    def reset(self) -> None:
        """Forget failures: something succeeded."""
        self._failures = 0


def read_retry_after(text: str | None, now: datetime | None = None) -> float | None:
    """Read the header Retry-After, in seconds or as a date (RFC 9110, 10.2.3); nonsense gives None."""
    if text is None:
        return None
    try:
        if text.strip().isdigit():
            return float(text)
        moment = parsedate_to_datetime(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None
