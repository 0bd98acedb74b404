"""Files that only an administrator can have written: everything else in their place is told and not believed.

Blocks on a small file. Any thread.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_MOST_BYTES: Final = 256 * 1024
_OF_OTHERS: Final = stat.S_IWGRP | stat.S_IWOTH
ROOT: Final = frozenset({0})


class Doubt(Exception):  # noqa: N818  it names what there is about the file
    """Why a file cannot be believed or read, and what its administrator can do."""

    def __init__(self, summary: str, remedy: str) -> None:
        super().__init__(summary)
        self.summary, self.remedy = summary, remedy


def read_trusted(path: Path, owners: frozenset[int]) -> bytes | None:
    """Read a file.

    Args:
        path: Which.
        owners: Whose it may be, user ids; nobody else may be able to write to it or to put another one in its place.

    Returns:
        Its content; None = there is none.

    Raises:
        Doubt: It cannot be read, or others than the owners could have written it.
    """
    try:
        with _opened(path) as file:
            found = os.fstat(file)
            if not stat.S_ISREG(found.st_mode):
                raise Doubt("It is no file.", "Put a file in its place.")
            if hasattr(os, "getuid"):
                _check_owner(path, found, owners)
            content = os.read(file, _MOST_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        remedy = f"Let everybody read it: chmod 644 {path}"
        raise Doubt(f"It cannot be read: {error.strerror or error}.", remedy) from error
    if len(content) > _MOST_BYTES:
        raise Doubt("It is far too long for a policy.", "Keep the values of this program in it, and nothing else.")
    return content


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    # Not blocking: a pipe in its place would keep the program from starting.
    file = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    try:
        yield file
    finally:
        os.close(file)


def _check_owner(path: Path, found: os.stat_result, owners: frozenset[int]) -> None:
    remedy = f"As root: chown root {path} && chmod 644 {path}"
    if found.st_uid not in owners:
        raise Doubt("It does not belong to root, so anybody may have written it.", remedy)
    if found.st_mode & _OF_OTHERS:
        raise Doubt("Others than its owner can write to it.", remedy)
    for folder in {path.parent, Path(os.path.realpath(path)).parent}:
        about = folder.stat()
        is_open = about.st_mode & _OF_OTHERS and not about.st_mode & stat.S_ISVTX
        if about.st_uid not in owners | ROOT or is_open:
            remedy = f"As root: chown root {folder} && chmod 755 {folder}"
            raise Doubt(f"Others than root can write to its folder {folder}.", remedy)
