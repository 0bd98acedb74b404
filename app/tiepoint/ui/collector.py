"""Python's garbage collector in a program with a window: what lives as long as the program is not searched again.

A search through everything (ten thousand photos, all of Qt's classes) takes 30 to 60 ms, and the window stands still
meanwhile. Reference counts free nearly everything of ours at once, so searches may be rarer. Any thread.
"""

from __future__ import annotations

import gc
from typing import Final

_THRESHOLDS: Final = (20_000, 20, 100)
"""Objects made before the young are searched, and how many such searches before the older ones are (gc docs)."""


def calm_collector() -> None:
    """Set everything that exists now aside, and search more rarely from now on."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
