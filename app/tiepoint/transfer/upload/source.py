"""Reading a photo that may change, vanish or fail while it is read, and saying so in a sentence.

Must not send. Belongs to the thread that opened it. Nothing is mapped into memory: a file that becomes shorter while
it is mapped kills the process.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from typing import Final

from tiepoint.domain.digest import composite
from tiepoint.domain.failure import Failure
from tiepoint.transfer.journal_rows import FileStamp
from tiepoint.transfer.work import Hand

_GONE: Final = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ESTALE})
# A pipe in a photo's place must not make us wait for its writer; on files the flag means nothing.
_FLAGS: Final = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)


class SourceFault(Exception):
    """The file here cannot be sent as it is.

    Args:
        failure: What a person is told.
        is_passing: Whether it is worth another attempt after a quiet moment.
    """

    def __init__(self, failure: Failure, *, is_passing: bool = False) -> None:
        super().__init__(failure.summary)
        self.failure = failure
        self.is_passing = is_passing


class Source:
    """An open file. A context manager.

    Args:
        path: Where it lies.
        name: What to call it in sentences.
        hand: Of the thread; its buffer is used, its stop is looked at.

    Raises:
        SourceFault: It is not there, cannot be read, or is no file.
    """

    def __init__(self, path: str, name: str, hand: Hand) -> None:
        self._name = name
        self._hand = hand
        self._view = memoryview(hand.buffer)
        try:
            self._fd = os.open(path, _FLAGS)
        except OSError as error:
            raise fault_of(name, error) from error
        try:
            self.stamp = self._stamp()
        except SourceFault:
            os.close(self._fd)
            raise

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *exc: object) -> None:
        os.close(self._fd)

    def check_unchanged(self, since: FileStamp | None = None) -> None:
        """Look whether it is as it was.

        Args:
            since: What it must be; None = what it was when it was opened.

        Raises:
            SourceFault: It changed.
        """
        if self._stamp() != (since or self.stamp):
            raise changed(self._name)

    def md5(self, offset: int = 0, length: int | None = None) -> bytes:
        """Hash a part, or all.

        Raises:
            SourceFault: It cannot be read, or is shorter than it was.
            Stopped: On request.
        """
        digest = hashlib.md5(usedforsecurity=False)
        for piece in self.pieces(offset, self.stamp.size if length is None else length):
            self._hand.stop.check()
            digest.update(piece)
        return digest.digest()

    def composite(self, block_size: int) -> str:
        """Hash all of it in blocks; see `domain.digest`.

        Raises:
            SourceFault: As `md5`.
            Stopped: On request.
        """
        size = self.stamp.size
        return composite(self.md5(offset, min(block_size, size - offset)) for offset in range(0, size, block_size))

    def pieces(self, offset: int, length: int) -> Iterator[memoryview]:
        """Read a part, piece by piece, each valid until the next is asked for.

        Raises:
            SourceFault: It cannot be read, or is shorter than it was.
        """
        end = offset + length
        while offset < end:
            size = self._read(self._view[: min(len(self._view), end - offset)], offset)
            if size == 0:
                raise changed(self._name)
            yield self._view[:size]
            offset += size

    def _read(self, into: memoryview, offset: int) -> int:
        try:
            if hasattr(os, "preadv"):
                return os.preadv(self._fd, [into], offset)
            os.lseek(self._fd, offset, os.SEEK_SET)
            data = os.read(self._fd, len(into))
        except OSError as error:
            raise fault_of(self._name, error) from error
        into[: len(data)] = data
        return len(data)

    def _stamp(self) -> FileStamp:
        try:
            found = os.fstat(self._fd)
        except OSError as error:
            raise fault_of(self._name, error) from error
        if not stat.S_ISREG(found.st_mode):
            raise no_file(self._name)
        return FileStamp.of(found)


class Part:
    """A part of a source as the body of a request; can be gone through again. Counts what the network has taken.

    Args:
        source: Where it comes from.
        hand: Whose `moving` is counted up.
        offset: First byte.
        length: Bytes.
        held: The bytes themselves when they are in memory already.
    """

    def __init__(self, source: Source, hand: Hand, offset: int, length: int, held: memoryview | None = None) -> None:
        self._source = source
        self._hand = hand
        self._offset = offset
        self._length = length
        self._held = held

    def __iter__(self) -> Iterator[memoryview]:
        hand = self._hand
        hand.moving = 0
        pieces = iter((self._held,)) if self._held else self._source.pieces(self._offset, self._length)
        for piece in pieces:
            size = len(piece)
            yield piece
            hand.moving += size
            hand.moved += size


def stamp_of(path: str, name: str) -> FileStamp:
    """Return what a file is now.

    Raises:
        SourceFault: It is not there or is no file.
    """
    try:
        found = os.stat(path)
    except (OSError, ValueError) as error:
        raise fault_of(name, error) from error
    if not stat.S_ISREG(found.st_mode):
        raise no_file(name)
    return FileStamp.of(found)


def changed(name: str) -> SourceFault:
    """Say that a file changed while it was read."""
    failure = Failure(
        "input",
        f"{name} changed while it was being sent.",
        "Wait until no other program writes it, then retry it.",
        retryable=True,
    )
    return SourceFault(failure, is_passing=True)


def no_file(name: str) -> SourceFault:
    """Say that something in a file's place is none."""
    return SourceFault(Failure("input", f"{name} is no file any more.", "Choose the photos again.", retryable=True))


def fault_of(name: str, error: OSError | ValueError) -> SourceFault:
    """Say why a file cannot be read."""
    number = error.errno if isinstance(error, OSError) else errno.ENOENT
    detail = error.strerror or "" if isinstance(error, OSError) else str(error)
    if number in _GONE:
        said = Failure("input", f"{name} is not there any more.", "Put it back, then retry it.", True, detail)
    elif number in (errno.EACCES, errno.EPERM):
        said = Failure("input", f"{name} may not be read.", "Give yourself the right to read it.", True, detail)
    else:
        remedy = "Look whether its disk or card is all right, then retry it."
        said = Failure("input", f"{name} cannot be read: {detail or 'the disk fails'}.", remedy, True, detail)
    return SourceFault(said)
