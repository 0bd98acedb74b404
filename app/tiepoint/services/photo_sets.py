"""Photo sets: what people dropped and look at before a job; the working state of the Photos page.

Must not read or decode files (`ports.photo_gallery`, `ports.capture_store`) nor keep them (`ports.photo_set_store`).
On the loop's thread; every public method that is not `async` returns at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from tiepoint.domain.capture import Capture, Drop, require_enough
from tiepoint.domain.errors import InputError, TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import CaptureId, new_id, random_suffix
from tiepoint.domain.photo import is_photo_name
from tiepoint.domain.photo_set import (
    PhotoChoice,
    PhotoSet,
    PhotoSetId,
    PhotoSetsSnapshot,
    SetPhoto,
    SetSummary,
    drop_of,
)
from tiepoint.domain.photo_updates import likely_name
from tiepoint.ports.capture_store import CaptureStore
from tiepoint.ports.photo_gallery import PhotoGallery
from tiepoint.ports.photo_set_store import PhotoSetStore
from tiepoint.services.event import Event
from tiepoint.services.pace import Pace
from tiepoint.services.photo_pictures import PhotoPictures
from tiepoint.services.photo_set_keeping import SetKeeping
from tiepoint.services.photo_set_work import SetWork
from tiepoint.services.photo_working_set import WorkingSet

SAMPLE_NAME: Final = "Sample capture"


class PhotoSets:
    """All photo sets; `changed` tells every new `snapshot`, at most ten times a second.

    `pictures` delivers thumbnails and previews of the photos of the current set.

    Args:
        store: Keeps the sets.
        captures: Finds photos in folders, and opens captures again.
        gallery: Looks into photos; closed with this service.
        sample: Returns the folder of the sample's photos; may raise SetupError.
        now: The clock, aware.
        suffix: Makes the last part of ids; a test gives its own.
    """

    def __init__(
        self,
        store: PhotoSetStore,
        captures: CaptureStore,
        gallery: PhotoGallery,
        *,
        sample: Callable[[], Path],
        now: Callable[[], datetime],
        suffix: Callable[[], str] = random_suffix,
    ) -> None:
        self.changed: Event[PhotoSetsSnapshot] = Event()
        self.pictures = PhotoPictures(gallery)
        self._store = store
        self._captures = captures
        self._gallery = gallery
        self._sample = sample
        self._now = now
        self._suffix = suffix
        self._keeping = SetKeeping(store, self._note)
        self._pace = Pace(self._tell)
        self._listed: dict[PhotoSetId, SetSummary] = {}
        self._opened: dict[PhotoSetId, tuple[WorkingSet, SetWork]] = {}
        self._current: PhotoSetId | None = None
        self._is_loaded = False
        self._troubles: tuple[Failure, ...] = ()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def snapshot(self) -> PhotoSetsSnapshot:
        """All sets as they are now."""
        summaries = {**self._listed, **{set_id: working.summary for set_id, (working, _) in self._opened.items()}}
        newest = sorted(summaries.values(), key=lambda each: (each.created, each.id), reverse=True)
        working = self._working
        current = working.snapshot if working else None
        return PhotoSetsSnapshot(tuple(newest), current, self._is_loaded, self._troubles)

    async def load(self) -> None:
        """Read what was kept, choose what was chosen, and go on with checks that were not finished. Call it once."""
        try:
            stored = await self._store.load()
        except TiepointError as error:
            self._note(Failure.of(error))
        else:
            self._listed.update((each.id, each) for each in stored.sets)
            if stored.set_aside is not None:
                self._note(_set_aside(stored.set_aside))
            chosen = stored.current if stored.current in self._listed else None
            if self._current is None and (chosen or stored.sets):
                await self._open(chosen or stored.sets[0].id)
        self._is_loaded = True
        self._pace.touch()

    def add(self, paths: Sequence[Path], *, into_new: bool = False) -> None:
        """Take dropped files and folders into the current set; without one, or when asked, into a new one.

        Returns at once; `snapshot.current.progress` tells scan, heads and check. Adding while it works is fine.
        What cannot be taken is named in `skipped`; nothing that is wrong with one file stops the others.

        Args:
            paths: Files and folders.
            into_new: Make a new set and choose it.
        """
        if not paths:
            return
        if into_new or self._current not in self._opened:
            self._make(likely_name(paths, is_photo_name(paths[0].name)))
        self._work_on_current(lambda work: work.take(paths))

    def choose(self, set_id: PhotoSetId) -> None:
        """Make a set the current one; nothing happens for an unknown id."""
        if set_id != self._current and (set_id in self._listed or set_id in self._opened):
            self._soon(self._open(set_id))

    def rename(self, name: str) -> None:
        """Call the current set something else; an empty name changes nothing."""
        if self._working:
            self._working.rename(" ".join(name.split()))

    def forget(self, set_id: PhotoSetId) -> None:
        """Remove a set from the list; its photos are not touched. The newest one left becomes current."""
        opened = self._opened.pop(set_id, None)
        self._listed.pop(set_id, None)
        if opened:
            opened[1].cancel()
        self._keeping.forget(set_id)
        if set_id == self._current:
            self._current = None
            self._keeping.choose(None)
            left = self.snapshot.sets
            if left:
                self.choose(left[0].id)
        self._pace.touch()

    def exclude(self, paths: Iterable[str]) -> None:
        """Leave photos of the current set out, by path."""
        self._edit(lambda working: working.choose(paths, PhotoChoice.EXCLUDE))

    def include(self, paths: Iterable[str]) -> None:
        """Put photos in; those that cannot be used stay out."""
        self._edit(lambda working: working.choose(paths, PhotoChoice.INCLUDE))

    def decide_by_checks(self, paths: Iterable[str]) -> None:
        """Forget what was said about photos, so that the checks decide again."""
        self._edit(lambda working: working.choose(paths, None))

    def accept_suggestions(self) -> None:
        """Leave out every photo whose leaving out is suggested."""
        working = self._working
        if working:
            self.exclude([photo.path for photo in working.photos if photo.is_suggested_out])

    def remove(self, paths: Iterable[str]) -> None:
        """Take photos out of the current set altogether; the files are not touched."""
        self._edit(lambda working: working.remove(paths))

    def relocate(self, paths: Iterable[str], folder: Path) -> None:
        """Take photos of the current set from another folder; whether they are in or left out stays as it was."""
        working = self._working
        gone = [photo for path in paths if working and (photo := working.get(path))]
        self.remove([photo.path for photo in gone])
        self._work_on_current(lambda work: work.take([folder], gone))

    def undo(self) -> None:
        """Take back the last exclude, include or remove of the current set."""
        self._edit(WorkingSet.undo)

    def redo(self) -> None:
        """Do again what undo took back."""
        self._edit(WorkingSet.redo)

    def refresh(self) -> None:
        """Look whether the files of the current set are still there and as they were; call it when the page shows."""
        self._work_on_current(SetWork.look_again)

    def check_first(self, paths: Sequence[str]) -> None:
        """Check these photos before the others, because they are looked at."""
        self._work_on_current(lambda work: work.check_first(paths))

    def cancel(self) -> None:
        """Stop the work on the current set; what is known stays. `resume` goes on."""
        self._work_on_current(SetWork.cancel)

    def resume(self) -> None:
        """Go on with what is left to read and check."""
        self._work_on_current(SetWork.start)

    async def settled(self) -> None:
        """Wait until nothing is left to do with the current set, or its work was stopped."""
        while self._tasks:
            await asyncio.wait(self._tasks)
        opened = self._opened.get(self._current) if self._current else None
        if opened:
            await opened[1].finished()

    def drop_for_job(self) -> Drop:
        """Return the included photos of the current set as what a job is made of.

        Raises:
            InputError: There is no set, or too few photos are included.
        """
        working = self._working
        if working is None:
            raise InputError("There are no photos yet.", remedy="Drop photos or a folder of photos on the window.")
        drop = drop_of(working.snapshot)
        require_enough(drop.photos)
        return drop

    async def open_capture(self, capture_id: CaptureId) -> None:
        """Open a capture's photos as a set and choose it; one that is open already is chosen.

        Raises:
            UsageError: There is no capture of that id.
            InputError: Its manifest is broken.
        """
        known = next((each.id for each in self.snapshot.sets if each.capture == capture_id), None)
        if known is not None:
            await self._open(known)
            return
        capture = await self._captures.get(capture_id)
        working = self._make(capture.name, capture=capture_id)
        await working.fill(_photos_of(capture))
        self._work_on_current(SetWork.start)

    async def captures_alone(self) -> tuple[SetSummary, ...]:
        """List the captures that no set stands for, such as those of the command line; newest first."""
        captures = await self._captures.captures()
        sets = self.snapshot.sets
        opened = {each.capture for each in sets}
        kept = {(each.name, each.included) for each in sets}  # dropped here, and kept as a capture for a job
        return tuple(
            SetSummary(PhotoSetId(each.id), each.name, each.created, len(each.photos), len(each.photos), each.id)
            for each in captures
            if each.id not in opened and (each.name, len(each.photos)) not in kept
        )

    def open_sample(self) -> None:
        """Open the sample capture that comes with the program.

        Raises:
            SetupError: The installation lacks it.
        """
        known = next((each.id for each in self.snapshot.sets if each.is_sample), None)
        if known is not None:
            self.choose(known)
            return
        folder = self._sample()
        self._make(SAMPLE_NAME, is_sample=True)
        self._work_on_current(lambda work: work.take([folder]))

    async def close(self) -> None:
        """Stop all work and keep what has changed."""
        self.pictures.stop()
        for task in tuple(self._tasks):
            task.cancel()
        for _, work in self._opened.values():
            work.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for _, work in self._opened.values():
            await work.finished()
        await self._keeping.flush()
        self._pace.stop()
        await self._gallery.close()
        await self._store.close()

    @property
    def _working(self) -> WorkingSet | None:
        opened = self._opened.get(self._current) if self._current else None
        return opened[0] if opened else None

    def _make(self, name: str, *, capture: CaptureId | None = None, is_sample: bool = False) -> WorkingSet:
        """Make an empty set and choose it."""
        now = self._now()
        set_id = PhotoSetId(new_id(name, now, self._suffix()))
        working, _ = self._opened_from(PhotoSet(set_id, name, now, capture=capture, is_sample=is_sample))
        self._keeping.changed(working)
        self._become_current(set_id)
        return working

    async def _open(self, set_id: PhotoSetId) -> None:
        """Make a set the current one, read from the store if need be."""
        if set_id not in self._opened:
            try:
                kept = await self._store.read(set_id)
            except TiepointError as error:
                self._note(Failure.of(error))
                return
            if kept is None or set_id in self._opened:
                return
            working, work = self._opened_from(kept)
            await working.fill(kept.photos)
            self._become_current(set_id)
            work.look_again()
        self._become_current(set_id)

    def _opened_from(self, start: PhotoSet) -> tuple[WorkingSet, SetWork]:
        def changed() -> None:
            self._keeping.changed(working)
            self._pace.touch()

        working = WorkingSet(start, changed)
        self._opened[start.id] = working, SetWork(working, self._captures, self._gallery)
        return self._opened[start.id]

    def _become_current(self, set_id: PhotoSetId) -> None:
        if set_id == self._current:
            return
        before = self._opened.get(self._current) if self._current else None
        if before:
            before[1].cancel()
        self._current = set_id
        self._keeping.choose(set_id)
        self._opened[set_id][1].start()
        self._pace.touch()

    def _edit(self, edit: Callable[[WorkingSet], bool]) -> None:
        working = self._working
        if working and edit(working):
            self._work_on_current(SetWork.judge_again)

    def _work_on_current(self, do: Callable[[SetWork], None]) -> None:
        opened = self._opened.get(self._current) if self._current else None
        if opened:
            do(opened[1])

    def _soon(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _note(self, trouble: Failure) -> None:
        self._troubles = (*self._troubles, trouble)
        self._pace.touch()

    def _tell(self) -> None:
        self.changed.emit(self.snapshot)


def _photos_of(capture: Capture) -> list[SetPhoto]:
    folder = capture.folder / "photos"
    found = (SetPhoto(each.path, folder / each.path, each.size, each.mtime_ns) for each in capture.photos)
    return sorted(found, key=lambda photo: photo.path)


def _set_aside(file: Path) -> Failure:
    summary = f"The file of the photo sets was broken; it is kept as {file}."
    return Failure("photo-sets", summary, "Drop the photos again, or open their captures.")
