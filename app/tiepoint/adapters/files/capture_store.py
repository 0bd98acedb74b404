"""Captures as folders: `<captures>/<id>/capture.json` and `photos/<path as dropped>`.

Must not look into photos. Blocking work runs in threads; progress is told on the loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from tiepoint.adapters.files.beside import lie_beside
from tiepoint.adapters.files.drop import scan_drop, survey_drop
from tiepoint.adapters.files.errors import photo_gone, writing_failed
from tiepoint.adapters.files.links import without_links_out
from tiepoint.adapters.files.manifest import PHOTOS_FOLDER, read_manifest, write_manifest
from tiepoint.adapters.files.threads import stoppable
from tiepoint.domain.capture import Capture, Drop, DroppedPhoto
from tiepoint.domain.errors import InputError, SetupError, UsageError
from tiepoint.domain.identifiers import CaptureId, is_id, new_id, random_suffix
from tiepoint.domain.operation import OperationProgress
from tiepoint.domain.photo import PhotoEntry, PhotoFacts
from tiepoint.ports.capture_store import Report

_READ_BYTES = 4 * 1024 * 1024
_PART_SUFFIX = ".part"
_PART_LIFE_S = 24 * 3600.0


class FolderCaptureStore:
    """Implements `ports.capture_store.CaptureStore`.

    Args:
        root: Folder of all captures; made when the first one is.
        now: The clock, aware.
        suffix: Makes the last part of ids; a test gives its own.
    """

    def __init__(self, root: Path, now: Callable[[], datetime], suffix: Callable[[], str] = random_suffix) -> None:
        self._root = root
        self._now = now
        self._suffix = suffix

    async def scan(self, paths: Sequence[Path], *, output: Path | None = None) -> Drop:
        """Find the photos in files and folders."""
        return await asyncio.to_thread(scan_drop, tuple(paths), output)

    async def survey(self, paths: Sequence[Path]) -> Drop:
        """Find the photos in files and folders; what is bad is named and passed over."""
        return await stoppable(lambda stop: survey_drop(tuple(paths), stop))

    async def sendable(self, drop: Drop, given: Sequence[Path] = ()) -> Drop:
        """Leave out what only a link out of its folder reaches."""
        return await asyncio.to_thread(without_links_out, drop, frozenset(path.absolute() for path in given))

    async def has_others_beside(self, drop: Drop) -> bool:
        """Whether there are photos beside those of the drop."""
        return await asyncio.to_thread(lie_beside, drop)

    async def find(self, name: str, drop: Drop) -> Capture | None:
        """Return the capture of this name that holds exactly these photos."""
        return await asyncio.to_thread(self._find, name, drop)

    async def create(self, name: str, drop: Drop, facts: Mapping[str, PhotoFacts], report: Report) -> Capture:
        """Keep the photos of a drop as a new capture."""
        loop = asyncio.get_running_loop()

        def tell(done: int) -> None:
            loop.call_soon_threadsafe(report, OperationProgress("copy", done, drop.size_bytes, "bytes"))

        return await stoppable(lambda stop: self._create(name, drop, facts, tell, stop), undo=_remove)

    async def get(self, capture_id: CaptureId) -> Capture:
        """Read a capture."""
        unknown = UsageError(f"There is no capture {capture_id}.", remedy="Make it again from its photos.")
        if not is_id(capture_id):
            raise unknown
        try:
            return await asyncio.to_thread(read_manifest, self._root / capture_id)
        except FileNotFoundError as error:
            raise unknown from error

    async def captures(self) -> tuple[Capture, ...]:
        """List all captures, newest first."""
        return tuple(await asyncio.to_thread(lambda: sorted(self._all(), key=_age, reverse=True)))

    def free_bytes(self) -> int:
        """Bytes free where captures and their jobs are kept."""
        place = self._root
        while not place.exists() and place != place.parent:
            place = place.parent
        return shutil.disk_usage(place).free

    def _all(self) -> Iterator[Capture]:
        if not self._root.is_dir():
            return
        for folder in self._root.iterdir():
            if is_id(folder.name):
                with contextlib.suppress(FileNotFoundError, InputError):
                    yield read_manifest(folder)

    def _find(self, name: str, drop: Drop) -> Capture | None:
        for capture in sorted(self._all(), key=_age, reverse=True):
            if capture.name == name and _holds(capture, drop):
                return capture
        return None

    def _create(
        self,
        name: str,
        drop: Drop,
        facts: Mapping[str, PhotoFacts],
        tell: Callable[[int], None],
        stop: threading.Event,
    ) -> Capture:
        now = self._now()
        capture_id = CaptureId(new_id(name, now, self._suffix()))
        part = self._root / f".{capture_id}{_PART_SUFFIX}"
        try:
            self._sweep()
            part.mkdir(parents=True)
            photos = _kept_photos(part / PHOTOS_FOLDER, drop, facts, tell, stop)
            write_manifest(Capture(capture_id, name, now, photos, part))
            part.rename(self._root / capture_id)
        except OSError as error:
            raise writing_failed(self._root, error, kind=SetupError) from error
        finally:
            shutil.rmtree(part, ignore_errors=True)
        return Capture(capture_id, name, now, photos, self._root / capture_id)

    def _sweep(self) -> None:
        """Remove what a killed program began a day ago or earlier."""
        if not self._root.is_dir():
            return
        for part in self._root.glob(f".*{_PART_SUFFIX}"):
            if is_id(part.name[1 : -len(_PART_SUFFIX)]) and time.time() - part.stat().st_mtime > _PART_LIFE_S:
                shutil.rmtree(part, ignore_errors=True)


def _remove(capture: Capture) -> None:
    shutil.rmtree(capture.folder, ignore_errors=True)


class _Stopped(Exception):
    """The caller no longer wants it."""


def _kept_photos(
    folder: Path, drop: Drop, facts: Mapping[str, PhotoFacts], tell: Callable[[int], None], stop: threading.Event
) -> tuple[PhotoEntry, ...]:
    entries: list[PhotoEntry] = []
    done = 0
    for photo in drop.photos:
        if stop.is_set():
            raise _Stopped
        entries.append(_kept_photo(photo, folder / photo.path, facts.get(photo.path)))
        done += photo.size
        tell(done)
    return tuple(entries)


def _kept_photo(photo: DroppedPhoto, target: Path, facts: PhotoFacts | None) -> PhotoEntry:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with photo.source.open("rb"):
            pass
    except OSError as error:
        raise photo_gone(photo.source, error) from error
    _link_or_copy(photo, target)
    return _entry(photo, target, facts)


def _link_or_copy(photo: DroppedPhoto, target: Path) -> None:
    # A dropped link is kept as the file it leads to: a link of ours would break when the photos move.
    source = photo.source.resolve()
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _entry(photo: DroppedPhoto, target: Path, facts: PhotoFacts | None) -> PhotoEntry:
    known = facts or PhotoFacts(photo.path)
    return known.entry(path=photo.path, size=target.stat().st_size, md5=_md5(target), mtime_ns=photo.mtime_ns)


def _holds(capture: Capture, drop: Drop) -> bool:
    """Whether a capture has exactly these photos, still as they were when it was made."""
    kept = {photo.path: photo for photo in capture.photos}
    if kept.keys() != {photo.path for photo in drop.photos}:
        return False
    return all(_is_kept(capture, kept[photo.path], photo) for photo in drop.photos)


def _is_kept(capture: Capture, kept: PhotoEntry, photo: DroppedPhoto) -> bool:
    if kept.size != photo.size:
        return False
    try:
        if (capture.folder / PHOTOS_FOLDER / kept.path).stat().st_size != kept.size:
            return False
    except OSError:
        return False
    if kept.mtime_ns == photo.mtime_ns:
        return True
    try:
        return kept.md5 == _md5(photo.source)
    except OSError as error:
        raise photo_gone(photo.source, error) from error


def _md5(path: Path) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb", buffering=0) as file:
        while block := file.read(_READ_BYTES):
            digest.update(block)
    return digest.hexdigest()


def _age(capture: Capture) -> datetime:
    return capture.created
