"""A photo gallery and a store of photo sets in memory: real citizens of their ports, without children and files."""

from __future__ import annotations

import asyncio
import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from tiepoint.domain.errors import TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.domain.photo_issue import IssueKind, PhotoIssue
from tiepoint.domain.photo_mapping import map_of
from tiepoint.domain.photo_picture import PhotoPicture
from tiepoint.domain.photo_positions import position_issues
from tiepoint.domain.photo_reading import PhotoFile, PhotoHead, PhotoQuality, PhotoReading
from tiepoint.domain.photo_set import PhotoSet, PhotoSetId, SetFacts, SetPhoto, SetSummary
from tiepoint.ports.photo_gallery import SetVerdict
from tiepoint.ports.photo_set_store import StoredSets


def a_head(**changes: object) -> PhotoHead:
    """Return the head of a drone's photo."""
    head = PhotoHead("JPEG", 4000, 3000, camera="DJI FC300S@4000x3000", body="DJI FC300S", focal_px=2311.0)
    return dataclasses.replace(head, **{"focal_source": "exif35", **changes})  # type: ignore[arg-type]


class FakePhotoGallery:
    """Implements `ports.photo_gallery.PhotoGallery`.

    Attributes:
        heads_of: Heads by file name; others get `a_head`.
        problems: Problems by file name, found by a check.
        gone: File names that are no longer there.
        same: File names whose pixels are the same, by name of the original.
        failure: Raised by every call when set.
        asked: Every call, as its name and what it was about.
        gate: Calls wait until it is set.
    """

    def __init__(self, heads: Mapping[str, PhotoHead] | None = None) -> None:
        self.heads_of = dict(heads or {})
        self.problems: dict[str, Failure] = {}
        self.gone: set[str] = set()
        self.same: dict[str, str] = {}
        self.failure: TiepointError | None = None
        self.asked: list[tuple[str, str]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.is_closed = False

    @property
    def parallel(self) -> int:
        return 2

    async def heads(self, files: Sequence[PhotoFile], *, known: bool = False) -> tuple[PhotoReading, ...]:
        await self._asked("known" if known else "heads", files)
        return tuple(self._head(file, known=known) for file in files)

    async def check(self, file: PhotoFile) -> PhotoReading:
        await self._asked("check", [file])
        problem = self._missing(file) or self.problems.get(file.source.name)
        if problem:
            return PhotoReading(file.path, problem=problem, size=file.size, mtime_ns=file.mtime_ns)
        name = self.same.get(file.source.name, file.source.name)
        quality = PhotoQuality(name.encode().hex(), "00" * 32, 1.0, 120.0, 10.0, 240.0, bytes(192))
        return PhotoReading(file.path, self._head_of(file), quality, None, file.size, file.mtime_ns)

    async def judge(self, photos: Sequence[SetPhoto]) -> SetVerdict:
        await self._asked("judge", [])
        heads = {photo.path: photo.head for photo in photos if photo.head and not photo.is_unusable}
        issues = {path: list(found) for path, found in position_issues(heads).items()}
        first: dict[str, str] = {}
        for photo in photos:
            if photo.quality and first.setdefault(photo.quality.md5, photo.path) != photo.path:
                issues.setdefault(photo.path, []).append(PhotoIssue(IssueKind.DUPLICATE, "It is a copy."))
        bodies = Counter(head.body for head in heads.values() if head.body)
        included = frozenset(photo.path for photo in photos if photo.is_included)
        facts = SetFacts(tuple(bodies.most_common()), map=map_of(heads, included))
        return SetVerdict({path: tuple(found) for path, found in issues.items()}, (), facts)

    async def picture(self, file: PhotoFile, longest_px: int, *, rough: bool = False) -> PhotoPicture:
        await self._asked("rough" if rough else "picture", [file])
        problem = self._missing(file)
        if problem:
            return PhotoPicture(file.path, longest_px=longest_px, problem=problem.summary)
        return PhotoPicture(file.path, 2, 1, b"abcdef", longest_px, is_rough=rough)

    async def close(self) -> None:
        self.is_closed = True

    def _head(self, file: PhotoFile, *, known: bool) -> PhotoReading:
        problem = self._missing(file)
        head = None if problem or known else self._head_of(file)
        return PhotoReading(file.path, head, None, problem, file.size, file.mtime_ns)

    def _head_of(self, file: PhotoFile) -> PhotoHead:
        return self.heads_of.get(file.source.name) or a_head()

    def _missing(self, file: PhotoFile) -> Failure | None:
        is_gone = file.source.name in self.gone
        return Failure("missing", "The photo is no longer where it was.", "Put it back.") if is_gone else None

    async def _asked(self, what: str, files: Sequence[PhotoFile]) -> None:
        self.asked += [(what, file.path) for file in files] or [(what, "")]
        await asyncio.sleep(0)
        await self.gate.wait()
        if self.failure:
            raise self.failure


class FakePhotoSetStore:
    """Implements `ports.photo_set_store.PhotoSetStore`; `failure` is raised by every write when set."""

    def __init__(self) -> None:
        self.kept: dict[PhotoSetId, PhotoSet] = {}
        self.current: PhotoSetId | None = None
        self.set_aside: Path | None = None
        self.failure: TiepointError | None = None
        self.saves = 0

    async def load(self) -> StoredSets:
        newest = sorted(self.kept.values(), key=lambda each: (each.created, each.id), reverse=True)
        return StoredSets(tuple(_summary(each) for each in newest), self.current, self.set_aside)

    async def read(self, set_id: PhotoSetId) -> PhotoSet | None:
        return self.kept.get(set_id)

    async def save(self, photo_set: PhotoSet) -> None:
        self._write()
        self.saves += 1
        skipped, before = photo_set.skipped, photo_set.skipped_before
        plain = PhotoSet(photo_set.id, photo_set.name, photo_set.created, photo_set.photos, skipped=skipped)
        marks = {
            "skipped_before": before,
            "capture": photo_set.capture,
            "is_sample": photo_set.is_sample,
        }
        self.kept[photo_set.id] = dataclasses.replace(plain, **marks)  # type: ignore[arg-type]

    async def choose(self, set_id: PhotoSetId | None) -> None:
        self._write()
        self.current = set_id

    async def remove(self, set_id: PhotoSetId) -> None:
        self._write()
        self.kept.pop(set_id, None)

    async def close(self) -> None:
        return

    def _write(self) -> None:
        if self.failure:
            raise self.failure


def _summary(each: PhotoSet) -> SetSummary:
    included = sum(photo.is_included for photo in each.photos)
    return SetSummary(each.id, each.name, each.created, len(each.photos), included, each.capture, each.is_sample)
