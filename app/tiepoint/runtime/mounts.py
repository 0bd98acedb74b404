"""Which file system a path lies on, told from the system's list alone: the path itself, which may hang, is not touched.

Linux; elsewhere nothing is known. Any thread.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

TABLE: Final = Path("/proc/self/mounts")
_OCTAL: Final = re.compile(r"\\([0-7]{3})")
"""How blanks, tabs, line ends, backslashes and # stand in the table."""


def mount_of(path: str, table: Path = TABLE) -> tuple[str, str]:
    """Return where the file system of a path is mounted, and its kind (`ext4`, `nfs4`, `lustre`); empty = unknown.

    Args:
        path: A full path; links in it are taken as they are spelled.
        table: The system's list (proc(5), `mounts`).
    """
    best, kind = "", ""
    try:
        lines = table.read_text(encoding="utf-8", errors="surrogateescape").split("\n")
    except OSError:
        return best, kind
    path = os.path.normpath(path)
    for line in lines:
        _, place, found, *_ = (*line.split(" "), "", "")
        place = _OCTAL.sub(lambda sign: chr(int(sign[1], 8)), place)
        if len(place) >= len(best) and (path == place or path.startswith(place.rstrip("/") + "/")):
            best, kind = place, found
    return best, kind
