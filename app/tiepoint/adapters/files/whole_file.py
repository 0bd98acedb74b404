"""Small files read whole, replaced in one step, and set aside when broken. Blocks; any thread.

Windows refuses to replace a file, or to open one, in the moment in which another program has it in its hands: there
both are tried again for a while.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar

T = TypeVar("T")
_MOST_BYTES: Final = 4_000_000
_PATIENCE_S: Final = 2.0
_RETRY_S: Final = 0.02
_MOST_ASIDE: Final = 100
_ARE_BUSY_FILES_REFUSED: Final = os.name == "nt"


def read_whole(path: Path) -> bytes:
    """Read a small file.

    Raises:
        ValueError: It is far too long.
        OSError: It cannot be read.
    """
    return _patiently(lambda: _content(path))


def replace_text(path: Path, text: str) -> None:
    """Write a text beside its place and move it there, so that a reader sees the old or the new one.

    The folder must be there. Whoever may read the old file may read the new one, and nobody else.

    Raises:
        OSError: It cannot be written.
    """
    part = path.with_name(f".{path.name[:80]}.{os.getpid()}-{secrets.token_hex(4)}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(OSError):
            shutil.copymode(path, part)
        _patiently(lambda: part.replace(path))
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def set_aside(path: Path, now: datetime) -> Path:
    """Give a broken file another name, which says when it was found; what was set aside before stays.

    Raises:
        OSError: It cannot be renamed.
    """
    stem = f"{path.stem}.broken-{now:%Y%m%d-%H%M%S}"
    names = [stem, *(f"{stem}-{number}" for number in range(2, _MOST_ASIDE))]
    free = next((name for name in names if not os.path.lexists(path.with_name(name + path.suffix))), stem)
    aside = path.with_name(free + path.suffix)
    _patiently(lambda: path.replace(aside))
    return aside


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise ValueError("too long")
    return content


def _patiently(action: Callable[[], T]) -> T:
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        try:
            return action()
        except PermissionError:
            if not _ARE_BUSY_FILES_REFUSED or time.monotonic() > deadline:
                raise
        time.sleep(_RETRY_S)
