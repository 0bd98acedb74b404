"""The part file of a large blob: opened for one task at a time, and only if it is still the one that was begun.

Opened anew for every task, because what a transfer leaves open nobody would close. Blocking; on a sender's thread.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from tiepoint.transfer.download.kit import Kit
from tiepoint.transfer.download.target import Folder

_IDENTITY = 2**63 - 1
"""The journal's whole numbers are signed."""


class PartLost(Exception):
    """The part file was removed, or is another one: nothing of it can be trusted."""


def identity(facts: os.stat_result) -> int:
    """Return what tells a part file from another one of the same name; never 0."""
    return (facts.st_ino & _IDENTITY) or 1


def prepare(folder: Folder, part: str, size: int, known: int) -> tuple[int, bool]:
    """See that there is a part file of the right size.

    Args:
        folder: Where the file goes.
        part: Name of the part file.
        size: Bytes it must have.
        known: Identity of the one whose ranges are known; 0 = none is.

    Returns:
        Its identity, and whether it is the known one.

    Raises:
        OSError: It cannot be made.
    """
    if known and _reopened(folder, part, size) == known:
        return known, True
    folder.remove(part)
    fd = folder.open_file(part, os.O_RDWR | os.O_CREAT | os.O_EXCL)
    try:
        os.ftruncate(fd, size)
        return identity(os.fstat(fd)), False
    finally:
        os.close(fd)


@contextlib.contextmanager
def opened(kit: Kit, path: str, size: int, known: int) -> Iterator[tuple[Folder, int]]:
    """Open the folder of a file and its part file.

    Raises:
        PartLost: It is not there, or not the known one.
        FileFault: The way to it leads elsewhere now.
        OSError: It cannot be opened.
    """
    try:
        with kit.target.folder_of(path, makes=False) as folder:
            fd = folder.open_file(kit.part(path), os.O_RDWR)
            try:
                facts = os.fstat(fd)
                if identity(facts) != known or facts.st_size != size:
                    raise PartLost
                yield folder, fd
            finally:
                os.close(fd)
    except FileNotFoundError as error:
        raise PartLost from error


def _reopened(folder: Folder, part: str, size: int) -> int:
    try:
        fd = folder.open_file(part, os.O_RDWR)
    except OSError:
        return 0
    try:
        facts = os.fstat(fd)
        return identity(facts) if facts.st_size == size else 0
    finally:
        os.close(fd)
