"""The names of prepared photos, safe for every later stage. Standard library only; pure; any thread.

COLMAP uses the name as a key, in lists with one name a line, and appends suffixes to it. So a name has no control
characters, no part near the 255 bytes a file system takes, and differs from all others by more than case or
Unicode form: the work folder may lie on a file system that cannot tell those apart.
"""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath, PureWindowsPath
from typing import Final

_LONGEST_PART_BYTES: Final = 180
# What Windows does not take in a name.
_RESERVED: Final = frozenset('<>:"|?*\\')
_KEPT_SUFFIXES: Final = frozenset({".jpg", ".jpeg"})


def image_names(paths: Iterable[str]) -> dict[str, str]:
    """Return the prepared name of every photo; the same list always gives the same names.

    Args:
        paths: Paths in the capture, POSIX.
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for path in paths:
        wanted = _safe(path)
        name, copy = wanted, 2
        while _folded(name) in taken:
            stem, dot, suffix = wanted.rpartition(".")
            name, copy = f"{stem}~{copy}{dot}{suffix}", copy + 1
        taken.add(_folded(name))
        found[path] = name
    return found


def is_inside(path: str) -> bool:
    """Return whether a path stays below the folder it is relative to."""
    parts = PurePosixPath(path.replace("\\", "/")).parts
    has_drive = os.name == "nt" and bool(PureWindowsPath(path).drive)
    return bool(parts) and parts[0] != "/" and ".." not in parts and not has_drive


def is_text(path: str) -> bool:
    """Return whether a path can be written as UTF-8; a name in another encoding cannot."""
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _safe(path: str) -> str:
    parts = [_safe_part(part) for part in PurePosixPath(path).parts if part not in {"/", ".."}]
    name = "/".join(parts) or "photo"
    return name if PurePosixPath(name).suffix.lower() in _KEPT_SUFFIXES else f"{name}.jpg"


def _is_unsafe(letter: str) -> bool:
    return letter in _RESERVED or unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"}


def _safe_part(part: str) -> str:
    clean = "".join("_" if _is_unsafe(letter) else letter for letter in part).lstrip(" ").rstrip(" .") or "_"
    encoded = clean.encode("utf-8")
    if len(encoded) <= _LONGEST_PART_BYTES:
        return clean
    suffix = PurePosixPath(clean).suffix[:8]
    mark = hashlib.md5(part.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()[:8]
    head = encoded[: _LONGEST_PART_BYTES - 30].decode("utf-8", "ignore").rstrip(" .")
    return f"{head}~{mark}{suffix}"
