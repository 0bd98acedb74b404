"""Lets the render thread step back behind the GUI thread. Called in the thread itself; never in the GUI thread.

Drawing without a graphics card keeps every core busy. On Linux each thread has a niceness of its own, which threads
that it starts inherit (so do the software renderer's); elsewhere this does nothing. Only
for threads that hardly ever hold Python's lock: one that waits for a core with the lock in hand stops the GUI thread.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import Final

_NICENESS: Final = 5


def step_back() -> None:
    """Give this thread a lower priority for good."""
    if sys.platform != "linux":
        return
    thread = threading.get_native_id()
    try:
        os.setpriority(os.PRIO_PROCESS, thread, max(_NICENESS, os.getpriority(os.PRIO_PROCESS, thread)))
    except OSError:
        return  # not allowed here; it is a courtesy only
