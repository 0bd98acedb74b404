"""The work on one photo set: search folders, read heads, check every photo, judge; in steps that can stop anywhere.

After each step the next is chosen from what is left to do, so files that are added meanwhile, photos that are taken
out and a program that starts again all find their way by themselves. On the loop's thread.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from tiepoint.domain.errors import TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.domain.photo_issue import IssueKind
from tiepoint.domain.photo_joining import as_decided, joined
from tiepoint.domain.photo_reading import PhotoReading
from tiepoint.domain.photo_set import SetFacts, SetPhase, SetPhoto
from tiepoint.domain.photo_updates import missing_finding, with_issues, with_reading
from tiepoint.ports.capture_store import CaptureStore
from tiepoint.ports.photo_gallery import PhotoGallery
from tiepoint.services.operations import failure_of
from tiepoint.services.photo_working_set import WorkingSet

Step = Callable[[], Awaitable[None]]
_BATCH: Final = 64
_AT_ONCE: Final = 500
# Photos checked between two verdicts: often enough to name the blurred ones soon, seldom enough to cost nothing.
_LEAST_ROUND, _ROUND_SHARE = 32, 0.1


class SetWork:
    """Works on a set until nothing is left to do.

    Args:
        working: The set.
        captures: Finds photos in folders.
        gallery: Looks into photos.
    """

    def __init__(self, working: WorkingSet, captures: CaptureStore, gallery: PhotoGallery) -> None:
        self._working = working
        self._captures = captures
        self._gallery = gallery
        self._drops: deque[tuple[tuple[Path, ...], tuple[SetPhoto, ...]]] = deque()
        self._first: deque[str] = deque()
        self._under_way: set[str] = set()
        self._is_stale = True
        self._has_to_look_again = False
        self._task: asyncio.Task[None] | None = None
        self._is_wanted = False

    def take(self, paths: Sequence[Path], instead_of: Sequence[SetPhoto] = ()) -> None:
        """Search dropped files and folders; what was said of photos that these stand for counts on."""
        self._drops.append((tuple(paths), tuple(instead_of)))
        if self._working.phase is SetPhase.IDLE:
            self._working.enter(SetPhase.SCAN)
        self.start()

    def look_again(self) -> None:
        """Look whether all files are as they were."""
        self._has_to_look_again = True
        self.start()

    def judge_again(self) -> None:
        """Apply the rules once more, because the photos that count are others now."""
        self._is_stale = True
        self.start()

    def check_first(self, paths: Iterable[str]) -> None:
        """Check these photos before the others."""
        self._first = deque(paths)

    def start(self) -> None:
        """Go on with whatever is left."""
        self._is_wanted = True
        if self._task is None or self._task.done():
            self._working.trouble = None
            self._task = asyncio.create_task(self._run())
            self._task.add_done_callback(self._ended)

    def cancel(self) -> None:
        """Stop; what is known stays. A later `start` goes on, even one that comes before it has stopped."""
        self._is_wanted = False
        if self._task is not None:
            self._task.cancel()

    async def finished(self) -> None:
        """Wait until nothing is left to do or it was stopped."""
        while self._task is not None and not self._task.done():
            await asyncio.wait([self._task])

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._working.trouble = failure_of(error)
        if task.cancelled() and self._is_wanted:
            self.start()

    async def _run(self) -> None:
        try:
            while (step := self._next()) is not None:
                await step()
        except TiepointError as error:
            self._working.trouble = Failure.of(error)
        finally:
            self._working.enter(SetPhase.IDLE)

    def _next(self) -> Step | None:
        """Choose what to do next."""
        if self._drops:
            return self._scan
        if any(_is_unread(photo) for photo in self._working.photos):
            return self._read
        if self._has_to_look_again:
            return self._look
        if self._is_stale:
            return self._judge
        if any(_is_unchecked(photo) for photo in self._working.photos):
            return self._check
        return None

    @property
    def _is_interrupted(self) -> bool:
        """Whether something more urgent than the checks came."""
        return bool(self._drops) or self._has_to_look_again or self._is_stale

    async def _scan(self) -> None:
        self._working.enter(SetPhase.SCAN)
        paths, instead_of = self._drops[0]
        drop = await self._captures.survey(paths)
        new, again = await asyncio.to_thread(joined, self._working.photos, drop)
        self._working.skip((*drop.skipped, *again))
        await self._working.fill(as_decided(new, instead_of) if instead_of else new)
        self._drops.popleft()
        self._is_stale = True

    async def _read(self) -> None:
        self._working.enter(SetPhase.HEADS)
        todo = [photo for photo in self._working.photos if _is_unread(photo)]
        batches = deque(todo[start : start + _BATCH] for start in range(0, len(todo), _BATCH))

        async def lane() -> None:
            while batches and not self._drops:
                await self._read_heads(batches.popleft(), known=False)

        await _together(lane() for _ in range(self._gallery.parallel))
        self._is_stale = True

    async def _look(self) -> None:
        self._has_to_look_again = False
        photos = self._working.photos
        batches = deque(photos[start : start + _BATCH] for start in range(0, len(photos), _BATCH))

        async def lane() -> None:
            while batches:
                batch = batches.popleft()
                for known in (True, False):
                    alike = [photo for photo in batch if photo.has(IssueKind.UNREADABLE) is not known]
                    await self._read_heads(alike, known=known)

        await _together(lane() for _ in range(self._gallery.parallel))
        self._is_stale = self._is_stale or self._working.photos is not photos

    async def _read_heads(self, photos: Sequence[SetPhoto], *, known: bool) -> None:
        if not photos:
            return
        readings = await self._gallery.heads([photo.file for photo in photos], known=known)
        for photo, reading in zip(photos, readings, strict=True):
            self._put(photo, reading)

    async def _judge(self) -> None:
        self._is_stale = False
        photos = self._working.photos
        if not photos:
            self._working.judge(SetFacts(), ())
            return
        verdict = await self._gallery.judge(photos)
        for start in range(0, len(photos), _AT_ONCE):
            for photo in photos[start : start + _AT_ONCE]:
                current = self._working.get(photo.path)
                if current is not None:
                    self._working.put(current, with_issues(current, verdict.issues.get(photo.path, ())))
            await asyncio.sleep(0)
        missing = missing_finding(photos)
        self._working.judge(verdict.facts, (*([missing] if missing else []), *verdict.findings))

    async def _check(self) -> None:
        """Check some photos, then have all that is known judged."""
        self._working.enter(SetPhase.CHECK)
        todo = [photo.path for photo in self._working.photos if _is_unchecked(photo)]
        waiting = deque(todo[: max(_LEAST_ROUND, round(len(self._working.photos) * _ROUND_SHARE))])

        async def lane() -> None:
            while waiting and not self._is_interrupted:
                photo = self._next_to_check(waiting)
                if photo is not None:
                    await self._check_one(photo)

        await _together(lane() for _ in range(self._gallery.parallel))
        self._is_stale = True

    async def _check_one(self, photo: SetPhoto) -> None:
        self._under_way.add(photo.path)
        try:
            self._put(photo, await self._gallery.check(photo.file))
        finally:
            self._under_way.discard(photo.path)

    def _next_to_check(self, waiting: deque[str]) -> SetPhoto | None:
        """Take a photo that is looked at, else the next in order; None when that one needs no check any more."""
        while self._first:
            photo = self._to_check(self._first.popleft())
            if photo is not None:
                return photo
        return self._to_check(waiting.popleft())

    def _to_check(self, path: str) -> SetPhoto | None:
        photo = self._working.get(path)
        return photo if photo is not None and _is_unchecked(photo) and path not in self._under_way else None

    def _put(self, asked: SetPhoto, reading: PhotoReading) -> None:
        """Take over what was read, unless the photo has left the set or stands for another file now."""
        current = self._working.get(asked.path)
        if current is not None and current.source == asked.source:
            self._working.put(current, with_reading(current, reading))


def _is_unread(photo: SetPhoto) -> bool:
    return photo.head is None and not photo.is_unusable


def _is_unchecked(photo: SetPhoto) -> bool:
    return not photo.is_checked and photo.head is not None and not photo.is_unusable


async def _together(lanes: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Run lanes side by side; when one fails or the caller is cancelled, none goes on."""
    tasks = [asyncio.create_task(lane) for lane in lanes]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
