"""What a Python process holds of memory, from inside: objects, and what the C library lends and keeps. Any thread."""

from __future__ import annotations

import ctypes
import gc
import sys

_NAMES = ("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost")


class _MallInfo(ctypes.Structure):
    """Of glibc's `mallinfo2`, since 2.33 (its manual page)."""

    _fields_ = [(name, ctypes.c_size_t) for name in _NAMES]  # noqa: RUF012  ctypes wants it so


def heap_facts() -> dict[str, int]:
    """Return how many objects and blocks Python has, and bytes that malloc lends (`used`) and keeps (`free`).

    Only `used`, `blocks` and `objects` show a leak: what is `free` comes from a peak, and serves the next one. Where
    the C library cannot tell, `used` and `free` are 0.
    """
    seen = {"blocks": sys.getallocatedblocks(), "objects": len(gc.get_objects()), "used": 0, "free": 0}
    tell = getattr(ctypes.CDLL(None), "mallinfo2", None) if sys.platform == "linux" else None
    if tell is not None:
        tell.restype = _MallInfo
        told = tell()
        seen |= {"used": told.uordblks + told.hblkhd, "free": told.fordblks}
    return seen
