"""Looking into photos through lasting children of the engine. On the loop's thread.

Two children read heads, pictures and verdicts for who waits; two more decode every photo at low priority. A photo that
ends a child is asked for once more by itself, and then named as the one that cannot be read.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from tiepoint.adapters.engine.child_pool import ChildEnded, ChildPool, Frames
from tiepoint.adapters.engine.children import Launch
from tiepoint.domain.errors import EngineFailure
from tiepoint.domain.failure import Failure
from tiepoint.domain.photo_issue import PhotoIssue
from tiepoint.domain.photo_map import MapPhoto
from tiepoint.domain.photo_picture import PhotoPicture
from tiepoint.domain.photo_reading import PhotoFile, PhotoReading
from tiepoint.domain.photo_rows import (
    BROKEN_ROW_ERRORS,
    finding_of,
    head_row,
    issues_of,
    map_of_row,
    map_photo_of,
    quality_row,
    reading_of,
)
from tiepoint.domain.photo_set import PhotoChoice, SetFacts, SetPhoto
from tiepoint.ports.photo_gallery import SetVerdict

_CHILDREN: Final = 2
_CACHE_BYTES: Final = 256 * 1024 * 1024
_PREVIEW, _ROUGH, _FINE, _HEADS, _JUDGE, _CHECK = range(6)
# From here on a picture is not one of many thumbnails but the one that a person looks at.
_PREVIEW_FROM_PX: Final = 1024
_PICTURE_S, _CHECK_S, _JUDGE_S, _HEADS_S = 60.0, 180.0, 300.0, 120.0
_ROWS_A_LINE: Final = 100


class ChildPhotoGallery:
    """Implements `ports.photo_gallery.PhotoGallery`.

    Args:
        launch: Starts children.
        cache: Folder for small pictures.
        cache_bytes: Most bytes of them.
    """

    def __init__(self, launch: Launch, cache: Path, cache_bytes: int = _CACHE_BYTES) -> None:
        args = ["--cache", str(cache), "--cache-bytes", str(cache_bytes)]
        self._readers = ChildPool(launch, "photos", args, _CHILDREN)
        self._checkers = ChildPool(launch, "photo-checks", args, _CHILDREN)

    @property
    def parallel(self) -> int:
        """How many calls of one kind make progress at the same time."""
        return _CHILDREN

    async def heads(self, files: Sequence[PhotoFile], *, known: bool = False) -> tuple[PhotoReading, ...]:
        """Read what files say of themselves."""
        request = {"do": "heads", "known": known, "files": [_file_row(file) for file in files]}
        try:
            return _readings(await self._readers.ask(request, urgency=_HEADS, limit_s=_HEADS_S))
        except ChildEnded as error:
            if len(files) == 1:
                return (_fatal(files[0], error),)
        middle = len(files) // 2
        return (*await self.heads(files[:middle], known=known), *await self.heads(files[middle:], known=known))

    async def check(self, file: PhotoFile) -> PhotoReading:
        """Decode a photo to its end."""
        request = {"do": "check", "files": [_file_row(file)]}
        for is_last in (False, True):
            try:
                return _readings(await self._checkers.ask(request, urgency=_CHECK, limit_s=_CHECK_S))[0]
            except ChildEnded as error:
                if is_last:
                    return _fatal(file, error)
        raise AssertionError("unreachable")

    async def judge(self, photos: Sequence[SetPhoto]) -> SetVerdict:
        """Apply all rules to what is known of the photos of a set."""
        lines = [line async for line in _judge_lines(photos)]
        request = {"do": "judge", "lines": len(lines)}
        frames = await self._readers.ask(request, urgency=_JUDGE, limit_s=_JUDGE_S, more=lines)
        try:
            return await _verdict(frames)
        except BROKEN_ROW_ERRORS as error:
            raise EngineFailure("The engine's answer cannot be read.", detail=str(error)) from error

    async def picture(self, file: PhotoFile, longest_px: int, *, rough: bool = False) -> PhotoPicture:
        """Return a photo's picture."""
        request = {"do": "picture", "file": _file_row(file), "longest_px": longest_px, "rough": rough}
        urgency = _ROUGH if rough else _PREVIEW if longest_px >= _PREVIEW_FROM_PX else _FINE
        try:
            [(head, rgb)] = await self._readers.ask(request, urgency=urgency, limit_s=_PICTURE_S)
        except ChildEnded as error:
            return PhotoPicture(file.path, longest_px=longest_px, problem=_fatal_problem(error).summary)
        width, height = int(head.get("width", 0)), int(head.get("height", 0))
        if len(rgb) != 3 * width * height:
            return PhotoPicture(file.path, longest_px=longest_px, problem="The picture arrived damaged.")
        is_rough, problem = bool(head.get("rough")), head.get("problem")
        return PhotoPicture(file.path, width, height, rgb, longest_px, is_rough, problem)

    async def close(self) -> None:
        """End the processes."""
        await asyncio.gather(self._readers.close(), self._checkers.close())


def _file_row(file: PhotoFile) -> list[Any]:
    return [file.path, str(file.source), file.size, file.mtime_ns]


def _readings(frames: Frames) -> tuple[PhotoReading, ...]:
    try:
        return tuple(reading_of(row) for row in json.loads(frames[0][1]))
    except BROKEN_ROW_ERRORS as error:
        raise EngineFailure("The engine's answer cannot be read.", detail=str(error)) from error


def _fatal(file: PhotoFile, error: ChildEnded) -> PhotoReading:
    return PhotoReading(file.path, problem=_fatal_problem(error), size=file.size, mtime_ns=file.mtime_ns)


def _fatal_problem(error: ChildEnded) -> Failure:
    summary = "The photo cannot be read: the reader ended, or hung, over it."
    return Failure("damaged", summary, "Copy it from the camera again, or export it anew.", detail=error.detail)


async def _judge_lines(photos: Sequence[SetPhoto]) -> AsyncIterator[bytes]:
    """Write what is known of the photos, a piece at a time so that a window stays alive."""
    for part in _parts(photos):
        rows = [_judged_row(photo) for photo in part]
        yield json.dumps(rows, separators=(",", ":")).encode("ascii") + b"\n"
        await asyncio.sleep(0)


def _judged_row(photo: SetPhoto) -> list[Any]:
    problem = next((issue.kind.value for issue in photo.issues if issue.is_unusable), "")
    known = "not-an-image" if problem == "unreadable" else problem
    is_wanted = photo.choice is not PhotoChoice.EXCLUDE
    return [photo.path, photo.size, is_wanted, head_row(photo.head), quality_row(photo.quality), known]


async def _verdict(frames: Frames) -> SetVerdict:
    issues: dict[str, tuple[PhotoIssue, ...]] = {}
    places: list[MapPhoto] = []
    for head, body in frames:
        found = json.loads(body)
        if head["kind"] == "issues":
            issues.update((path, issues_of(rows)) for path, rows in found)
        elif head["kind"] == "map":
            places += [map_photo_of(row) for row in found]
        await asyncio.sleep(0)
    cameras, first, last, usual = found["facts"]
    ground = map_of_row(found["map"], tuple(places)) if found["map"] else None
    facts = SetFacts(tuple((body, count) for body, count in cameras), first, last, usual, ground)
    return SetVerdict(issues, tuple(finding_of(row) for row in found["findings"]), facts)


def _parts(photos: Sequence[SetPhoto]) -> Iterator[Sequence[SetPhoto]]:
    return (photos[start : start + _ROWS_A_LINE] for start in range(0, len(photos), _ROWS_A_LINE))
