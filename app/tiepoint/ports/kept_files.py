"""What keeping a small file of the program's own takes, where a window and a command may write it side by side.

A broken file is set aside under another name and told; one that cannot be read, or that a newer release wrote, is left
as it is and told, and nothing is written in its place.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tiepoint.domain.failure import Failure


def _tell_nobody(failure: Failure) -> None:
    """What is told otherwise needs no second word."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """How files are kept.

    Args:
        now: The clock; names what is set aside.
        lock: Keeps other processes and threads away from a file while it is held. Raises TimeoutError where another
            one does not let go, OSError where there can be no lock.
        tell: Hears of files that are broken or cannot be read. Called from any thread, again and again.
    """

    now: Callable[[], datetime]
    lock: Callable[[Path], AbstractContextManager[object]]
    tell: Callable[[Failure], None] = _tell_nobody
