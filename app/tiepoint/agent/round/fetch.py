"""Stage `fetch`: what of a capture in Blob is missing on the cluster's file system comes there, checked. Blocks.

`capture.json` in Blob says which photos there are; it comes last, so that a capture which is there is whole. Whatever
was there with the right size and content stays, whoever put it there: an earlier job, or Lustre's import.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tiepoint.agent.disk_watch import free_bytes
from tiepoint.agent.round import blobs
from tiepoint.agent.round.blobs import Blob
from tiepoint.agent.round.crew import Tally, opened, work_through
from tiepoint.agent.round.disk import failure, md5_of, place_below, replaced, require_names, writing
from tiepoint.agent.round.door import Account, Door
from tiepoint.agent.round.record import FOLDER, FetchRecord
from tiepoint.domain.digest import is_composite
from tiepoint.domain.errors import InputError, NoSpace, NotThere, OperationFailed
from tiepoint.domain.photo import PhotoEntry
from tiepoint.domain.plain_text import plain
from tiepoint.domain.space import size_text
from tiepoint.protocol.capture_document import MANIFEST_NAME, PHOTOS_FOLDER, CaptureDocument, read_document
from tiepoint.protocol.codec import MalformedMessage
from tiepoint.runtime.stop import Stop

THREADS: Final = 8
_LARGEST_MANIFEST: Final = 256 << 20
_MOST_NAMED: Final = 3
_SEND_AGAIN: Final = "Send the photos again, then resume the job."


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came of it: photos, and how many of their bytes had to be moved."""

    photos: int
    size_bytes: int
    moved_bytes: int


@dataclass(frozen=True, slots=True)
class _Wanted:
    photo: PhotoEntry
    blob: Blob


def fetch_capture(account: Account, capture: Path, stop: Stop, told: Callable[[int, int], None]) -> Fetched:
    """Bring a capture.

    Args:
        account: Its folder in Blob.
        capture: Folder to bring it into; made.
        stop: Ends it at once; what has come stays.
        told: Called with bytes there and in all, by any thread.

    Raises:
        InputError: The capture in Blob is not whole, or names a photo no disk should hold.
        NoSpace: The disk is full or would be.
        TiepointError: Blob refuses, or cannot be reached for long.
        Stopped: It was stopped.
    """
    with opened(account, stop) as door:
        manifest = _manifest(door, account.place.prefix)
        document = _read(manifest)
        require_names([photo.path for photo in document.photos])
        wanted = _wanted(door, account.place.prefix, document)
    return _Fetch(account, capture, stop, told).run(wanted, manifest)


class _Fetch:
    def __init__(self, account: Account, capture: Path, stop: Stop, told: Callable[[int, int], None]) -> None:
        self._account, self._capture, self._stop, self._told = account, capture, stop, told
        self._parts = capture / FOLDER
        self._photos = capture / PHOTOS_FOLDER
        with writing(capture):
            self._parts.mkdir(parents=True, exist_ok=True)
            self._photos.mkdir(exist_ok=True)
        self._record = FetchRecord(capture)
        self._moved = 0

    def run(self, wanted: list[_Wanted], manifest: bytes) -> Fetched:
        total = sum(each.blob.size for each in wanted)
        self._require_room(wanted)
        tally = Tally(total, self._told)
        try:
            work_through(
                wanted, lambda each, door: self._bring(each, door, tally), self._account, self._stop, threads=THREADS
            )
        finally:
            self._record.keep()
        with writing(self._capture):
            place = self._capture / MANIFEST_NAME
            if not place.is_file() or place.read_bytes() != manifest:
                replaced(place, manifest)
        self._sweep()
        return Fetched(len(wanted), total, self._moved)

    def _require_room(self, wanted: list[_Wanted]) -> None:
        missing = sum(each.blob.size for each in wanted if not self._is_of_size(each))
        free = free_bytes(self._capture)
        if free is not None and free < missing:
            raise NoSpace(
                f"The photos need {size_text(missing)} and {size_text(free)} are free on the disk of {self._capture}.",
                remedy="Free some space there and resume the job.",
                retryable=True,
            )

    def _is_of_size(self, each: _Wanted) -> bool:
        with contextlib.suppress(OSError):
            return (self._photos / each.photo.path).stat().st_size == each.blob.size
        return False

    def _bring(self, each: _Wanted, door: Door, tally: Tally) -> None:
        target = place_below(self._photos, each.photo.path)
        if self._is_there(target, each):
            tally.add(each.blob.size)
            return
        part = self._parts / f"{hashlib.sha256(f'{each.blob.name} {each.blob.etag}'.encode()).hexdigest()[:32]}.part"
        for _attempt in range(2):
            self._receive(part, each.blob, door, tally)
            with writing(self._capture):
                if _is_right(part, each, self._stop):
                    break
                part.unlink()
            tally.add(-each.blob.size)
        else:
            raise OperationFailed(
                f"{plain(each.photo.path)} came damaged from Blob storage, twice.",
                remedy="Resume the job; if it happens again, look at the disk and the memory of the scheduler.",
                retryable=True,
            )
        with writing(self._capture):
            part.replace(target)
            self._record.add(each.photo.path, target.stat(), each.blob.etag)

    def _is_there(self, target: Path, each: _Wanted) -> bool:
        try:
            found = os.lstat(target)
            if not target.is_file() or found.st_size != each.blob.size:
                return False
            if self._record.holds(each.photo.path, found, each.blob.etag):
                return True
            if not _digest_of(each) or not _is_right(target, each, self._stop):
                return False
        except OSError:
            return False
        self._record.add(each.photo.path, found, each.blob.etag)
        return True

    def _receive(self, part: Path, blob: Blob, door: Door, tally: Tally) -> None:
        with writing(self._capture):
            file = part.open("ab", buffering=0)
        with file:
            there = file.tell()
            if there > blob.size:
                with writing(self._capture):
                    file.truncate(0)
                there = 0
            tally.add(there)

            def write(piece: memoryview) -> None:
                try:
                    done = file.write(piece) or 0
                    while done < len(piece):
                        done += file.write(piece[done:]) or 0
                except OSError as error:
                    raise failure(error, self._capture) from error
                self._moved += len(piece)
                tally.add(len(piece))

            try:
                door.read(blob.name, start=there, size=blob.size, etag=blob.etag, write=write)
            except NotThere as error:
                raise _not_whole([blob.name.rpartition("/")[2]], "is", "no more in Blob storage") from error
            with writing(self._capture):
                os.fsync(file.fileno())

    def _sweep(self) -> None:
        with contextlib.suppress(OSError):
            for part in self._parts.glob("*.part"):
                part.unlink()


def _manifest(door: Door, prefix: str) -> bytes:
    try:
        return blobs.content(door, f"{prefix}/{MANIFEST_NAME}", _LARGEST_MANIFEST)[0]
    except NotThere as error:
        raise InputError(
            f"There is no whole capture at {door.place.url} in Blob storage: its capture.json is missing.",
            remedy=_SEND_AGAIN,
            retryable=True,
            detail=error.detail,
        ) from error


def _read(manifest: bytes) -> CaptureDocument:
    try:
        return read_document(manifest)
    except MalformedMessage as error:
        raise InputError(
            "The capture.json in Blob storage cannot be read.", remedy=_SEND_AGAIN, detail=str(error)
        ) from error


def _wanted(door: Door, prefix: str, document: CaptureDocument) -> list[_Wanted]:
    start = f"{prefix}/{PHOTOS_FOLDER}/"
    there: dict[str, Any] = {blob.name: blob for blob in blobs.listed(door, start)}
    found, missing, changed = [], [], []
    for photo in document.photos:
        blob = there.get(start + photo.path)
        if blob is None:
            missing.append(photo.path)
        elif _differs(photo, blob):
            changed.append(photo.path)
        else:
            found.append(_Wanted(photo, blob))
    if missing:
        raise _not_whole(missing, "is" if len(missing) == 1 else "are", "not in Blob storage (any more)")
    if changed:
        raise _not_whole(changed, "was" if len(changed) == 1 else "were", "changed in Blob storage since it was sent")
    return found


def _differs(photo: PhotoEntry, blob: Blob) -> bool:
    if photo.size != blob.size:
        return True
    known = blob.composite if is_composite(photo.md5) else blob.md5
    return bool(known) and bool(photo.md5) and known != photo.md5


def _digest_of(each: _Wanted) -> str:
    if each.blob.md5:
        return each.blob.md5
    if each.blob.composite:
        return each.blob.composite
    return "" if is_composite(each.photo.md5) else each.photo.md5


def _is_right(path: Path, each: _Wanted, stop: Stop) -> bool:
    """Whether a file holds what Blob says; where Blob and capture say nothing, its size must do."""
    if path.stat().st_size != each.blob.size:
        return False
    digest = _digest_of(each)
    return not digest or md5_of(path, stop, each.blob.block_size if is_composite(digest) else 0) == digest


def _not_whole(paths: list[str], verb: str, what: str) -> InputError:
    named = ", ".join(plain(path) for path in paths[:_MOST_NAMED])
    more = f" and {len(paths) - _MOST_NAMED:,} more" if len(paths) > _MOST_NAMED else ""
    return InputError(f"{named}{more} {verb} {what}.", remedy=_SEND_AGAIN, retryable=True)
