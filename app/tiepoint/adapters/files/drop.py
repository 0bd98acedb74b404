"""What a drop of files and folders holds: found by walking, judged by name alone.

Must not open photos or change anything. Blocking: call it in a thread.
"""

from __future__ import annotations

import errno
import os
import stat
import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from tiepoint.domain.capture import CANNOT_BE_READ, NO_PHOTO, Drop, DroppedPhoto, SkippedFile
from tiepoint.domain.errors import InputError
from tiepoint.domain.photo import colliding_pair, is_photo_name, is_system_name
from tiepoint.domain.product import REPORT, RESULT, is_product_name

_NOT_THERE = {errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG}


@dataclass
class _Findings:
    photos: list[DroppedPhoto] = field(default_factory=list)
    skipped: list[SkippedFile] = field(default_factory=list)
    files: set[tuple[int, int]] = field(default_factory=set)
    """Device and inode of every photo taken, so that one named twice counts once."""
    output: Path | None = None
    stop: threading.Event = field(default_factory=threading.Event)


def survey_drop(paths: Sequence[Path], stop: threading.Event) -> Drop:
    """Find the photos in files and folders as `scan_drop` does; whatever is bad is named and passed over.

    Two photos may come under one path or under paths that differ in case only.

    Args:
        paths: What was dropped, in order.
        stop: Once set, the search ends early with what was found.
    """
    findings = _Findings(stop=stop)
    folders = sum(os.path.isdir(path) for path in paths)
    for path in paths:
        try:
            _take_dropped(findings, path, keep_name=folders > 1)
        except InputError as error:
            findings.skipped.append(SkippedFile(str(path), _why_passed_over(error)))
        except ValueError:  # a name with a NUL in it
            findings.skipped.append(SkippedFile(str(path), "its name is none"))
    return _drop(findings, paths)


def scan_drop(paths: Sequence[Path], output: Path | None = None) -> Drop:
    """Find the photos in files and folders.

    Args:
        paths: What was dropped, in order.
        output: Folder for the products: pictures of an earlier job in it are passed over.

    Raises:
        InputError: A path does not exist or cannot be read, or two photos differ in case or Unicode form only.
    """
    findings = _Findings(output=None if output is None else output.resolve())
    folders = sum(os.path.isdir(path) for path in paths)
    for path in paths:
        _take_dropped(findings, path, keep_name=folders > 1)
    drop = _drop(findings, paths)
    collision = colliding_pair(photo.path for photo in drop.photos)
    if collision is not None:
        raise InputError(
            f"Two photos have names that not every computer can tell apart: {collision[0]} and {collision[1]}.",
            remedy="Rename one of them, or put them into folders of different names.",
        )
    return drop


def _drop(findings: _Findings, paths: Sequence[Path]) -> Drop:
    photos = tuple(sorted(findings.photos, key=lambda photo: photo.path))
    return Drop(_name(paths), photos, tuple(sorted(findings.skipped, key=lambda skipped: skipped.path)))


def _why_passed_over(error: InputError) -> str:
    cause = error.__cause__
    if isinstance(cause, OSError) and cause.errno in _NOT_THERE:
        return "there is no such file or folder"
    return f"it {CANNOT_BE_READ} ({_reason(cause)})" if isinstance(cause, OSError) else error.summary


def _take_dropped(findings: _Findings, path: Path, *, keep_name: bool) -> None:
    try:
        found = path.stat()
    except OSError as error:
        if error.errno in _NOT_THERE:
            raise InputError(f"There is no file or folder {path}.", remedy="Check the name.") from error
        raise _unreadable(path, error) from error
    if stat.S_ISDIR(found.st_mode):
        prefix = PurePosixPath(path.resolve().name) if keep_name else PurePosixPath()
        _walk(findings, path, prefix)
    else:
        _take_file(findings, path, PurePosixPath(path.name))


def _walk(findings: _Findings, root: Path, prefix: PurePosixPath) -> None:
    """Search a folder to any depth; a folder that contains itself through a link is entered once per way in."""
    pending: list[tuple[Path, PurePosixPath, frozenset[tuple[int, int]]]] = [(root, prefix, frozenset())]
    while pending and not findings.stop.is_set():
        folder, shown, above = pending.pop()
        try:
            identity = _identity(folder.stat())
            names = sorted(os.listdir(folder))
        except OSError as error:
            if folder == root:
                raise _unreadable(folder, error) from error
            findings.skipped.append(SkippedFile(str(shown), f"the folder {CANNOT_BE_READ} ({_reason(error)})"))
            continue
        if identity in above:
            findings.skipped.append(SkippedFile(str(shown), "a link leads back to a folder above it"))
            continue
        is_output = _holds_products(names) or folder.resolve() == findings.output
        for name in names:
            if is_system_name(name) or (is_output and is_product_name(name)):
                continue
            if os.path.isdir(folder / name):  # Path.is_dir raises where a folder may be listed but not entered
                pending.append((folder / name, shown / name, above | {identity}))
            else:
                _take_file(findings, folder / name, shown / name)


def _holds_products(names: Sequence[str]) -> bool:
    """Whether an earlier job put its products here: their pictures would be taken for photos."""
    return RESULT in names and REPORT in names


def _take_file(findings: _Findings, source: Path, shown: PurePosixPath) -> None:
    if not is_photo_name(source.name):
        findings.skipped.append(SkippedFile(str(shown), NO_PHOTO))
        return
    try:
        found = source.stat()
    except OSError as error:
        findings.skipped.append(SkippedFile(str(shown), f"it {CANNOT_BE_READ} ({_reason(error)})"))
        return
    if not stat.S_ISREG(found.st_mode):
        findings.skipped.append(SkippedFile(str(shown), "it is no ordinary file"))
        return
    if _identity(found) in findings.files and any(_is_same(photo.source, source) for photo in findings.photos):
        return
    findings.files.add(_identity(found))
    findings.photos.append(DroppedPhoto(source.absolute(), str(shown), found.st_size, found.st_mtime_ns))


def _is_same(one: Path, other: Path) -> bool:
    """Whether two paths lead to one file by one name; two hard links are two photos."""
    return one.resolve() == other.resolve()


def _identity(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino


def _name(paths: Sequence[Path]) -> str:
    if not paths:
        return "capture"
    try:
        first = paths[0].resolve()
    except (OSError, RuntimeError, ValueError):  # links that lead in a circle, a name that is none
        return "capture"
    return unicodedata.normalize("NFC", first.name if first.is_dir() else first.parent.name) or "capture"


def _unreadable(path: Path, error: OSError) -> InputError:
    kind = "folder" if os.path.isdir(path) else "file"
    return InputError(
        f"The {kind} {path} cannot be read: {_reason(error)}.",
        remedy="Give yourself the right to read it, or copy the photos somewhere else.",
        detail=str(error),
    )


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
