"""Whether a file is in the target already, or something else of its name.

Must not change anything. Blocking: may read a whole file; on a sender's thread.
"""

from __future__ import annotations

import os
import stat

from tiepoint.domain.transfer import FileState
from tiepoint.transfer.download.digester import Digester
from tiepoint.transfer.download.faults import fault
from tiepoint.transfer.download.kit import Kit
from tiepoint.transfer.download.outcome import Outcome, here
from tiepoint.transfer.download.target import Folder
from tiepoint.transfer.hash_cache import FileStamp
from tiepoint.transfer.listed import ListedBlob
from tiepoint.transfer.work import Hand


def standing(kit: Kit, hand: Hand, folder: Folder, path: str, blob: ListedBlob) -> Outcome | None:
    """Look what is there under a file's name.

    Args:
        kit: The download's.
        hand: The thread's; its buffer is used, its stop looked at.
        folder: Where the file goes.
        path: Of the file below the target.
        blob: What is to come down.

    Returns:
        That the same is there already; None when it is to come down.

    Raises:
        FileFault: Something else is there and is not to be replaced.
        Stopped: On request.
    """
    name = path.rpartition("/")[2]
    found = folder.look(name)
    if found is None:
        return None
    if stat.S_ISDIR(found.st_mode):
        raise fault(path, "a folder of its name is in the way", "Move that folder away, then try again.")
    if stat.S_ISREG(found.st_mode) and found.st_size == blob.size and _is_same(kit, hand, folder, name, blob):
        return here(FileState.SKIPPED, blob.digest, found, path)
    if not kit.record.replaces:
        raise fault(
            path,
            "another file of this name is in your folder; it was not overwritten",
            "Replace it, or take another folder.",
            is_conflict=True,
        )
    return None


def _is_same(kit: Kit, hand: Hand, folder: Folder, name: str, blob: ListedBlob) -> bool:
    if not blob.digest:
        return False
    try:
        fd = folder.open_file(name, os.O_RDONLY)
    except OSError:
        return False
    try:
        return _digest(kit, hand, fd, os.path.join(folder.path, name), blob.block_size) == blob.digest
    except OSError:
        return False
    finally:
        os.close(fd)


def _digest(kit: Kit, hand: Hand, fd: int, path: str, block_size: int) -> str:
    stamp = FileStamp.of(os.fstat(fd))
    known = kit.cache.look_up(path, stamp)
    if not block_size and known.md5:
        return known.md5
    if block_size and known.composite and known.block_size == block_size:
        return known.composite
    digest = read_digest(fd, stamp.size, hand, block_size)
    if FileStamp.of(os.fstat(fd)) != stamp:
        return ""
    if block_size:
        kit.cache.keep(path, stamp, composite=digest, block_size=block_size)
    else:
        kit.cache.keep(path, stamp, md5=digest)
    return digest


def read_digest(fd: int, size: int, hand: Hand, block_size: int) -> str:
    """Hash an open file from its beginning.

    Raises:
        Stopped: On request.
        OSError: It cannot be read.
    """
    digester = Digester(block_size)
    read_into(fd, 0, size, hand, digester)
    return digester.text()


def read_into(fd: int, offset: int, length: int, hand: Hand, digester: Digester) -> int:
    """Hash a part of an open file.

    Returns:
        Bytes read: fewer than asked for when the file ends before.

    Raises:
        Stopped: On request.
        OSError: It cannot be read.
    """
    view = memoryview(hand.buffer)
    os.lseek(fd, offset, os.SEEK_SET)
    done = 0
    while done < length:
        hand.stop.check()
        size = _read(fd, view[: min(len(view), length - done)])
        if size == 0:
            break
        digester.update(view[:size])
        done += size
    return done


def _read(fd: int, into: memoryview) -> int:
    if hasattr(os, "readv"):
        return os.readv(fd, [into])
    data = os.read(fd, len(into))
    into[: len(data)] = data
    return len(data)
