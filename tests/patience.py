"""Two ways to bear a busy computer: wait long for what surely comes, and count only the time a promise is about.

A limit of some seconds on what another process does tests the computer, not the program. Where the time itself is what
is promised, the watch leaves out what nobody could have used.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

PATIENCE_S: Final = 60.0
"""How long a test waits for what comes within a second where nothing else runs."""
_PRESSURE: Final = tuple(Path("/proc/pressure") / resource for resource in ("cpu", "io"))


async def until(claim: Callable[[], object]) -> None:
    """Wait until turns of the loop have made something so.

    Raises:
        TimeoutError: They did not.
    """
    async with asyncio.timeout(PATIENCE_S):
        while not claim():  # noqa: ASYNC110  turns of the loop are what is waited for
            await asyncio.sleep(0.001)


class Watch:
    """The seconds since it was made, without those in which something on this computer waited for processors or disks.

    Where the system does not tell those (not Linux), all seconds count.
    """

    def __init__(self) -> None:
        self._began_s, self._stalled_s = time.monotonic(), _stalled_s()

    def took_s(self) -> float:
        """Return the time that counts."""
        return max(0.0, time.monotonic() - self._began_s - self.lost_s())

    def lost_s(self) -> float:
        """Return the time that does not."""
        return _stalled_s() - self._stalled_s


def _stalled_s() -> float:
    return sum(map(_read_s, _PRESSURE))


def _read_s(path: Path) -> float:
    """Return the microseconds of the line `some avg10=… total=…` in seconds."""
    try:
        return int(path.read_text().splitlines()[0].rpartition("total=")[2]) / 1e6
    except (OSError, ValueError, IndexError):
        return 0.0
