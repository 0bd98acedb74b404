"""How a child dies with its parent, whatever ended the parent.

Three nets: the kernel's parent-death signal (Linux), a pipe whose other end only the parent holds (every system), a
job object (Windows). The signal fires when the *thread* that started the child ends, so children are started from
threads that live on. Runs in the child's main thread, first thing.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from typing import Final

PARENT_VARIABLE: Final = "TIEPOINT_PARENT"
_PR_SET_PDEATHSIG: Final = 1  # prctl(2)

_pipe: tuple[int, int] | None = None
_pipe_lock = threading.Lock()


def watch_handle() -> int:
    """Return the read end of this process's life pipe, for a child to inherit; the write end stays here for good."""
    global _pipe
    with _pipe_lock:
        if _pipe is None:
            _pipe = os.pipe()
        return _pipe[0]


def parent_variable(handle: int) -> str:
    """Return what a child is told about its parent."""
    return f"{os.getpid()}:{handle}"


def die_with_parent() -> None:
    """Tie this process's life to its parent's, if the parent asked for it."""
    told = os.environ.pop(PARENT_VARIABLE, "")
    if not told:
        return
    pid, _, handle = told.partition(":")
    _ask_kernel()
    # A parent that died before the signal was asked for; a frozen program may have a loader in between.
    if sys.platform != "win32" and not getattr(sys, "frozen", False) and os.getppid() != int(pid):
        os._exit(1)
    if handle:
        os.set_inheritable(int(handle), False)
        threading.Thread(target=_wait_for_end, args=(int(handle),), name="parent-watch", daemon=True).start()


def _ask_kernel() -> None:
    if sys.platform != "linux":
        return
    import ctypes

    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)


def _wait_for_end(handle: int) -> None:
    with contextlib.suppress(OSError):
        os.read(handle, 1)
    if sys.platform == "win32":
        os._exit(1)
    if os.getpgid(0) == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)
