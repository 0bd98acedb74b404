"""Captures and photos in memory: real citizens of their ports, without a disk and without an engine."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from pathlib import Path

from fakes.clock import FakeClock
from tiepoint.domain.capture import Capture, Drop, DroppedPhoto, SkippedFile
from tiepoint.domain.errors import InputError, UsageError
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import CaptureId, new_id
from tiepoint.domain.operation import OperationProgress
from tiepoint.domain.photo import PhotoEntry, PhotoFacts, SetFinding
from tiepoint.ports.capture_store import Report


def a_drop(count: int = 3, *, name: str = "statue") -> Drop:
    photos = (DroppedPhoto(Path(f"/photos/{i}.jpg"), f"{i}.jpg", 1000, i) for i in range(count))
    return Drop(name, tuple(photos))


def _kept_photo(capture: Capture, photo: PhotoEntry) -> DroppedPhoto:
    return DroppedPhoto(capture.folder / "photos" / photo.path, photo.path, photo.size, photo.mtime_ns)


class FakeCaptureStore:
    """Implements `ports.capture_store.CaptureStore` for drops that a test lays out."""

    def __init__(self, drops: Mapping[Path, Drop] | None = None, free_bytes: int = 10**12) -> None:
        self.drops = dict(drops or {})
        self.kept: list[Capture] = []
        self.others_beside = False
        self.free = free_bytes
        self._clock = FakeClock()

    async def scan(self, paths: Sequence[Path], *, output: Path | None = None) -> Drop:
        for capture in self.kept:
            if list(paths) == [capture.folder / "photos"]:
                return Drop(capture.name, tuple(_kept_photo(capture, photo) for photo in capture.photos))
        unknown = [path for path in paths if path not in self.drops]
        if unknown:
            raise InputError(f"There is no file or folder {unknown[0]}.", remedy="Check the name.")
        photos = tuple(photo for path in paths for photo in self.drops[path].photos)
        return Drop(self.drops[paths[0]].name, photos, self.drops[paths[0]].skipped)

    async def survey(self, paths: Sequence[Path]) -> Drop:
        unknown = [
            SkippedFile(str(path), "there is no such file or folder") for path in paths if path not in self.drops
        ]
        known = [self.drops[path] for path in paths if path in self.drops]
        photos = tuple(photo for drop in known for photo in drop.photos)
        skipped = tuple(each for drop in known for each in drop.skipped)
        return Drop(known[0].name if known else "capture", photos, (*skipped, *unknown))

    async def sendable(self, drop: Drop, given: Sequence[Path] = ()) -> Drop:
        return drop

    async def has_others_beside(self, drop: Drop) -> bool:
        return self.others_beside

    async def find(self, name: str, drop: Drop) -> Capture | None:
        for capture in reversed(self.kept):
            same = [(photo.path, photo.size) for photo in capture.photos] == [(p.path, p.size) for p in drop.photos]
            if capture.name == name and same:
                return capture
        return None

    async def create(self, name: str, drop: Drop, facts: Mapping[str, PhotoFacts], report: Report) -> Capture:
        self._clock.advance(1)
        capture_id = CaptureId(new_id(name, self._clock(), f"{len(self.kept):06x}"))
        photos = tuple(
            PhotoEntry(p.path, p.size, "0" * 32, width=facts[p.path].width if p.path in facts else None)
            for p in drop.photos
        )
        report(OperationProgress("copy", drop.size_bytes, drop.size_bytes, "bytes"))
        self.kept.append(Capture(capture_id, name, self._clock(), photos, Path("/captures") / capture_id))
        return self.kept[-1]

    async def get(self, capture_id: CaptureId) -> Capture:
        for capture in self.kept:
            if capture.id == capture_id:
                return capture
        raise UsageError(f"There is no capture {capture_id}.", remedy="Make it again from its photos.")

    async def captures(self) -> tuple[Capture, ...]:
        return tuple(reversed(self.kept))

    def free_bytes(self) -> int:
        return self.free


class FakePhotoInspector:
    """Implements `ports.photo_inspector.PhotoInspector`; paths in `broken` have a problem."""

    def __init__(self, broken: Sequence[str] = (), findings: Sequence[SetFinding] = ()) -> None:
        self.broken = set(broken)
        self.findings = list(findings)
        self.asked: list[tuple[int, bool]] = []

    async def inspect(
        self, photos: Sequence[tuple[Path, str]], *, decode: bool
    ) -> AsyncGenerator[PhotoFacts | SetFinding, None]:
        self.asked.append((len(photos), decode))
        for _, path in photos:
            problem = Failure("truncated", "The photo is cut short.", "Copy it again.") if path in self.broken else None
            yield PhotoFacts(path, None if problem else 400, None if problem else 300, problem=problem)
        for finding in self.findings:
            yield finding
