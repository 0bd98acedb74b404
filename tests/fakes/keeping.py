"""How stores of files are kept in tests: the clock given, nobody else about, and a list of what was told."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import datetime

from fakes.clock import FakeClock
from tiepoint.domain.failure import Failure
from tiepoint.ports.kept_files import Keeping
from tiepoint.runtime.locks import lock_beside


def keeping(now: Callable[[], datetime] | None = None, told: list[Failure] | None = None) -> Keeping:
    """No lock: the test is alone with the file."""
    return Keeping(now or FakeClock(), lambda _: contextlib.nullcontext(), [].append if told is None else told.append)


def keeping_locked(now: Callable[[], datetime] | None = None, told: list[Failure] | None = None) -> Keeping:
    """With the program's own lock beside the file."""
    return Keeping(now or FakeClock(), lock_beside, [].append if told is None else told.append)
