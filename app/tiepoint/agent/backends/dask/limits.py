"""This process's memory: what it may claim, giving back what it freed, going first when the system runs out of it."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import Final

_FIRST_TO_GO: Final = "600"


def limit_memory(limit_bytes: int) -> None:
    """Let claims beyond a limit fail with MemoryError, where the system can do that.

    Args:
        limit_bytes: Most private memory of this process; 0 = no limit.
    """
    if sys.platform == "win32" or limit_bytes <= 0:
        return
    import resource

    with contextlib.suppress(ValueError, OSError):
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        most = limit_bytes if hard == resource.RLIM_INFINITY else min(limit_bytes, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (most, hard))


def offer_to_oom_killer() -> None:
    """Let the kernel end this process before the user's other programs (proc(5), oom_score_adj)."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_GO, encoding="ascii")


def return_freed_memory() -> None:
    """Give freed memory back to the system; the C library would keep it for this process (malloc_trim(3))."""
    if sys.platform == "linux":
        import ctypes

        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).malloc_trim(0)
