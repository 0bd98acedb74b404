"""A folder that hangs when told, as one of a network file system does whose server is gone; then it goes on.

A small FUSE file system in a process of its own that passes everything to another folder; while it hangs it takes no
request from the kernel, so whoever asks waits in the system. Needs the right to mount; `can_mount` says if it is there.

    python tests/sticky_folder.py PLACE BACKING    reads "hang" and "go" from standard input, answers each with a line
"""

from __future__ import annotations

import ctypes
import errno
import functools
import os
import select
import stat
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

_HEAD: Final = struct.Struct("<IIQQIIII")
_REPLY: Final = struct.Struct("<IiQ")
_ATTRIBUTES: Final = struct.Struct("<6Q10I")
_MOST: Final = 1 << 17
_DIRECT_IO: Final = 1
_SILENT: Final = (2, 36, 42)
"""FORGET, INTERRUPT and BATCH_FORGET are not answered (linux/fuse.h)."""


class StickyFolder:
    """The folder, for a `with` statement.

    Args:
        folder: An empty folder for it and what is behind it.
    """

    def __init__(self, folder: Path) -> None:
        self.path, self.behind = folder / "shared", folder / "behind"

    def __enter__(self) -> StickyFolder:
        self.path.mkdir(parents=True)
        self.behind.mkdir()
        command = [sys.executable, __file__, str(self.path), str(self.behind)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()
        _libc().umount2(os.fsencode(self.path), 2)

    def hang(self) -> None:
        """Answer nobody any more."""
        self._say("hang")

    def go(self) -> None:
        """Answer again, first those who wait."""
        self._say("go")

    def _say(self, word: str) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == f"{word}\n"


@functools.cache
def can_mount() -> bool:
    """Return whether this process may mount such a folder."""
    if sys.platform != "linux" or os.geteuid() != 0 or not os.access("/dev/fuse", os.R_OK | os.W_OK):
        return False
    script = "import sys; sys.path.insert(0, sys.argv[1]); import sticky_folder; sticky_folder.try_mount()"
    return subprocess.run([sys.executable, "-c", script, str(Path(__file__).parent)], check=False).returncode == 0


def try_mount() -> None:
    """Mount one over a folder in a name space of its own, which ends with this process."""
    if _libc().unshare(0x00020000) != 0:  # CLONE_NEWNS
        sys.exit(1)
    sys.exit(0 if _mounted("/mnt") >= 0 else 1)


class _Served:
    def __init__(self, handle: int, behind: str) -> None:
        self._handle = handle
        self._paths: dict[int, str] = {1: behind}
        self._numbers: dict[str, int] = {behind: 1}
        self._next = 2
        self._listed: dict[int, list[str]] = {}
        self._answers: dict[int, Callable[[str, bytes], bytes]] = {
            1: self._look_up, 3: self._attributes, 4: self._change, 9: self._make_folder, 10: self._unlink,
            11: self._remove_folder, 12: self._rename, 14: self._open, 15: self._read, 16: self._write,
            17: self._statfs, 18: self._release, 20: lambda _path, _data: b"", 25: lambda _path, _data: b"",
            26: self._init, 27: self._open_folder, 28: self._list, 29: self._release_folder,
            30: lambda _path, _data: b"", 35: self._create, 45: self._rename_2,
        }  # fmt: skip

    def answer_one(self) -> None:
        try:
            request = os.read(self._handle, _MOST + 4096)
        except OSError as error:  # whoever asked has been killed meanwhile
            if error.errno in (errno.ENOENT, errno.EINTR, errno.EAGAIN):
                return
            raise
        _length, operation, unique, node, *_ = _HEAD.unpack_from(request)
        if operation in _SILENT:
            return
        try:
            answer = self._answers.get(operation, _unknown)
            body, problem = answer(self._paths.get(node, ""), request[_HEAD.size :]), 0
        except OSError as error:
            body, problem = b"", -(error.errno or errno.EIO)
        try:
            os.write(self._handle, _REPLY.pack(_REPLY.size + len(body), problem, unique) + body)
        except OSError as error:
            if error.errno != errno.ENOENT:
                raise

    def _init(self, _path: str, data: bytes) -> bytes:
        major, _minor, readahead = struct.unpack_from("<III", data)
        return struct.pack("<IIIIHHIIHHII24x", major, 31, readahead, 0, 16, 12, _MOST, 1, 0, 0, 0, 0)

    def _entry(self, path: str) -> bytes:
        found = os.lstat(path)
        number = self._numbers.get(path)
        if number is None:
            number = self._numbers[path] = self._next
            self._paths[number] = path
            self._next += 1
        return struct.pack("<QQQQII", number, 0, 0, 0, 0, 0) + _packed(found)

    def _look_up(self, path: str, data: bytes) -> bytes:
        return self._entry(_below(path, data))

    def _attributes(self, path: str, _data: bytes) -> bytes:
        return struct.pack("<QII", 0, 0, 0) + _packed(os.lstat(path))

    def _change(self, path: str, data: bytes) -> bytes:
        valid, _, _fh, size, _, atime, mtime, _, atime_ns, mtime_ns, _, mode = struct.unpack_from("<IIQQQQQQIIII", data)
        if valid & 1:
            os.chmod(path, stat.S_IMODE(mode))
        if valid & 8:
            os.truncate(path, size)
        if valid & (16 | 32):
            found = os.lstat(path)
            times = (
                atime * 10**9 + atime_ns if valid & 16 and not valid & 128 else found.st_atime_ns,
                mtime * 10**9 + mtime_ns if valid & 32 and not valid & 256 else found.st_mtime_ns,
            )
            os.utime(path, ns=times)
        return self._attributes(path, data)

    def _make_folder(self, path: str, data: bytes) -> bytes:
        target = _below(path, data[8:])
        os.mkdir(target)
        return self._entry(target)

    def _unlink(self, path: str, data: bytes) -> bytes:
        os.unlink(_below(path, data))
        self._numbers.pop(_below(path, data), None)
        return b""

    def _remove_folder(self, path: str, data: bytes) -> bytes:
        os.rmdir(_below(path, data))
        self._numbers.pop(_below(path, data), None)
        return b""

    def _rename(self, path: str, data: bytes, head: int = 8) -> bytes:
        folder = self._paths[struct.unpack_from("<Q", data)[0]]
        old, new = data[head:].split(b"\0")[:2]
        source, target = os.path.join(path, os.fsdecode(old)), os.path.join(folder, os.fsdecode(new))
        os.rename(source, target)
        self._numbers.pop(target, None)
        for number, each in list(self._paths.items()):
            if self._numbers.get(each) == number and (each == source or each.startswith(f"{source}/")):
                del self._numbers[each]
                self._paths[number] = target + each[len(source) :]
                self._numbers[self._paths[number]] = number
        return b""

    def _rename_2(self, path: str, data: bytes) -> bytes:
        return self._rename(path, data, 16)

    def _open(self, path: str, data: bytes) -> bytes:
        flags = struct.unpack_from("<I", data)[0] & ~(os.O_NOFOLLOW | os.O_EXCL | os.O_CREAT)
        return struct.pack("<QII", os.open(path, flags), _DIRECT_IO, 0)

    def _create(self, path: str, data: bytes) -> bytes:
        flags, mode = struct.unpack_from("<II", data)
        target = _below(path, data[16:])
        handle = os.open(target, flags | os.O_CREAT, stat.S_IMODE(mode))
        return self._entry(target) + struct.pack("<QII", handle, _DIRECT_IO, 0)

    def _read(self, _path: str, data: bytes) -> bytes:
        handle, offset, size = struct.unpack_from("<QQI", data)
        return os.pread(handle, size, offset)

    def _write(self, _path: str, data: bytes) -> bytes:
        handle, offset, size = struct.unpack_from("<QQI", data)
        return struct.pack("<II", os.pwrite(handle, data[40 : 40 + size], offset), 0)

    def _release(self, _path: str, data: bytes) -> bytes:
        os.close(struct.unpack_from("<Q", data)[0])
        return b""

    def _statfs(self, path: str, _data: bytes) -> bytes:
        found = os.statvfs(path)
        counts = (found.f_blocks, found.f_bfree, found.f_bavail, found.f_files, found.f_ffree)
        return struct.pack("<5QIII4x24x", *counts, found.f_bsize, found.f_namemax, found.f_frsize)

    def _open_folder(self, path: str, _data: bytes) -> bytes:
        number = self._next
        self._next += 1
        self._listed[number] = sorted(os.listdir(path))
        return struct.pack("<QII", number, 0, 0)

    def _list(self, _path: str, data: bytes) -> bytes:
        number, offset, size = struct.unpack_from("<QQI", data)
        found = b""
        for place, name in enumerate(self._listed[number][offset:], start=offset + 1):
            raw = os.fsencode(name)
            entry = struct.pack("<QQII", place, place, len(raw), 0) + raw
            entry += bytes(-len(entry) % 8)
            if len(found) + len(entry) > size:
                break
            found += entry
        return found

    def _release_folder(self, _path: str, data: bytes) -> bytes:
        self._listed.pop(struct.unpack_from("<Q", data)[0], None)
        return b""


def _unknown(_path: str, _data: bytes) -> bytes:
    raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))


def _below(path: str, data: bytes) -> str:
    return os.path.join(path, os.fsdecode(data.split(b"\0")[0]))


def _packed(found: os.stat_result) -> bytes:
    times = (found.st_atime_ns, found.st_mtime_ns, found.st_ctime_ns)
    return _ATTRIBUTES.pack(
        found.st_ino, found.st_size, found.st_blocks, *(each // 10**9 for each in times),
        *(each % 10**9 for each in times), found.st_mode, found.st_nlink, found.st_uid, found.st_gid, 0, 4096, 0,
    )  # fmt: skip


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _mounted(place: str) -> int:
    handle = os.open("/dev/fuse", os.O_RDWR | os.O_CLOEXEC)
    options = f"fd={handle},rootmode=40000,user_id=0,group_id=0,allow_other"
    done = _libc().mount(b"sticky", os.fsencode(place), b"fuse.sticky", 6, options.encode())  # no devices, no set-id
    return handle if done == 0 else -1


def _serve(place: str, behind: str) -> int:
    handle = _mounted(place)
    if handle < 0:
        return 1
    served, is_hanging = _Served(handle, behind), False
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        ready, _, _ = select.select([0] if is_hanging else [0, handle], [], [])
        if 0 in ready:
            word = os.read(0, 64).decode()
            if not word:
                return 0
            is_hanging = word == "hang\n"
            sys.stdout.write(word)
            sys.stdout.flush()
        elif ready:
            served.answer_one()


if __name__ == "__main__":
    sys.exit(_serve(*sys.argv[1:]))
