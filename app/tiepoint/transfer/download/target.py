"""The folder a download goes into, and the one gate through which anything is written there.

Nothing below it is ever reached through a symbolic link or a junction: where the system can, every folder is opened
from the one above it without following links, and files are made and renamed by these open folders, so that nobody can
change the way in between; elsewhere each step is looked at before and after. The folder itself may be a link: its
user named it. Must not know of blobs. Any thread; an open `Folder` is of one thread.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tiepoint.transfer.download.faults import fault, folder_gone

WORKS_BY_FOLDER: Final = {os.open, os.stat, os.mkdir, os.unlink, os.link, os.rename} <= os.supports_dir_fd
_NO_LINKS: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_FOLDER: Final = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | _NO_LINKS
_NO_HARD_LINKS: Final = frozenset({errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV})
_JUNCTION: Final = getattr(stat, "FILE_ATTRIBUTE_REPARSE_POINT", 0x400)


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder in or below the target, for as long as `Target.folder_of` holds it open.

    Args:
        path: For people, and for systems that cannot work from an open folder.
        fd: The open folder; None on such systems.
    """

    path: str
    fd: int | None

    def look(self, name: str) -> os.stat_result | None:
        """Return what is there under a name, links not followed; None when nothing is."""
        try:
            return os.stat(self._named(name), dir_fd=self.fd, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def open_file(self, name: str, flags: int, mode: int = 0o666) -> int:
        """Open a regular file of this folder, never through a link; one to write to must have no other name.

        Raises:
            OSError: It cannot be opened, or is no such file (EISDIR, or ELOOP for everything else).
        """
        # Without blocking, as a pipe that lies in the way would do.
        fd = os.open(self._named(name), flags | _NO_LINKS | getattr(os, "O_NONBLOCK", 0), mode, dir_fd=self.fd)
        try:
            self._check_file(os.fstat(fd), name, is_written=flags & (os.O_WRONLY | os.O_RDWR) != 0)
        except OSError:
            os.close(fd)
            raise
        return fd

    def remove(self, name: str) -> None:
        """Remove a file or link, not what a link leads to. Idempotent."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._named(name), dir_fd=self.fd)

    def rename(self, old: str, new: str, *, replaces: bool) -> None:
        """Give a file its final name, in one step.

        Raises:
            FileExistsError: Something of this name is there and is not to be replaced.
        """
        if replaces:
            os.replace(self._named(old), self._named(new), src_dir_fd=self.fd, dst_dir_fd=self.fd)
        elif sys.platform == "win32":
            os.rename(self._named(old), self._named(new))
        else:
            self._rename_to_free_name(old, new)

    def sync(self) -> None:
        """Let the folder itself reach the disk, where the system can."""
        if self.fd is not None:
            with contextlib.suppress(OSError):
                os.fsync(self.fd)

    def _rename_to_free_name(self, old: str, new: str) -> None:
        """Rename without ever replacing: a second name can only be made where none is, a rename would overwrite."""
        try:
            os.link(self._named(old), self._named(new), src_dir_fd=self.fd, dst_dir_fd=self.fd, follow_symlinks=False)
        except OSError as error:
            if error.errno not in _NO_HARD_LINKS:
                raise
            if self.look(new) is not None:
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), new) from error
            os.replace(self._named(old), self._named(new), src_dir_fd=self.fd, dst_dir_fd=self.fd)
        else:
            self.remove(old)

    def _named(self, name: str) -> str:
        return name if self.fd is not None else os.path.join(self.path, name)

    def _check_file(self, facts: os.stat_result, name: str, *, is_written: bool) -> None:
        if stat.S_ISDIR(facts.st_mode):
            raise OSError(errno.EISDIR, os.strerror(errno.EISDIR), name)
        if not stat.S_ISREG(facts.st_mode) or (is_written and facts.st_nlink > 1):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), name)
        if self.fd is None and _resolved(os.path.join(self.path, name)) != os.path.join(_resolved(self.path), name):
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), name)


class Target:
    """The folder somebody asked a download into.

    Args:
        folder: Full path.
        works_by_folder: Whether to work from open folders; None = where the system can.
    """

    def __init__(self, folder: str, *, works_by_folder: bool | None = None) -> None:
        self.folder = folder
        self._works_by_folder = WORKS_BY_FOLDER if works_by_folder is None else works_by_folder

    @contextlib.contextmanager
    def folder_of(self, path: str, *, makes: bool) -> Iterator[Folder]:
        """Open the folder in which a file lies or will lie.

        Args:
            path: Of the file below the target, with forward slashes; its name was found harmless.
            makes: Make folders that are missing.

        Raises:
            FileFault: The way leads through a link, or through something that is no folder.
            InputError: The target itself is gone.
            FileNotFoundError: A folder is missing and is not to be made.
            OSError: A folder cannot be made or opened.
        """
        here = self._root()
        try:
            for segment in path.split("/")[:-1]:
                further = self._step(here, segment, path, makes)
                _close(here)
                here = further
            yield here
        finally:
            _close(here)

    def _root(self) -> Folder:
        try:
            if self._works_by_folder:
                return Folder(self.folder, os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))
            os.stat(self.folder)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise folder_gone(self.folder, error) from error
        return Folder(_extended(os.path.realpath(self.folder)), None)

    def _step(self, here: Folder, segment: str, path: str, makes: bool) -> Folder:
        found = here.look(segment)
        if found is None and makes:
            with contextlib.suppress(FileExistsError):
                os.mkdir(here._named(segment), dir_fd=here.fd)
            found = here.look(segment)
        if found is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), segment)
        if _is_link(found):
            raise fault(path, f"the way to it leads through a link, '{segment}', in your folder", "Remove the link.")
        further = os.path.join(here.path, segment)
        if here.fd is None:
            return self._checked(further, path)
        try:
            return Folder(further, os.open(segment, _FOLDER, dir_fd=here.fd))
        except OSError as error:  # ELOOP: it became a link a moment ago
            if error.errno not in (errno.ELOOP, errno.ENOTDIR):
                raise
            raise fault(path, f"'{segment}' in your folder is a file or a link", "Move it away.") from error

    def _checked(self, further: str, path: str) -> Folder:
        if not os.path.isdir(further) or _resolved(further) != further:
            raise fault(path, f"'{os.path.basename(further)}' in your folder is a file or a link", "Move it away.")
        return Folder(further, None)


def _is_link(found: os.stat_result) -> bool:
    return stat.S_ISLNK(found.st_mode) or bool(getattr(found, "st_file_attributes", 0) & _JUNCTION)


def _close(folder: Folder) -> None:
    if folder.fd is not None:
        os.close(folder.fd)


def _resolved(path: str) -> str:
    return _extended(os.path.realpath(path))


def _extended(path: str) -> str:
    r"""Return a full path that Windows takes at any length (`\\?\`); elsewhere the path itself."""
    if sys.platform == "win32" and not path.startswith("\\\\?\\"):
        return f"\\\\?\\UNC\\{path[2:]}" if path.startswith("\\\\") else f"\\\\?\\{path}"
    return path
