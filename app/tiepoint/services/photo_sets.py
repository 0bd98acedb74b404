"""Photo sets: what people dropped and look at before a job; the working state of the Photos page.

Must not read or decode files (`ports.photo_gallery`, `ports.capture_store`) nor keep them (`ports.photo_set_store`).
On the loop's thread; every public method that is not `async` returns at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from tiepoint.domain.capture import Drop
from tiepoint.domain.identifiers import CaptureId
from tiepoint.domain.photo_set import PhotoSetId, PhotoSetsSnapshot
from tiepoint.services.event import Event


class PhotoSets:
    """All photo sets; `changed` tells every new `snapshot`, at most ten times a second.

    `pictures` delivers thumbnails and previews of the photos of the current set.
    """

    def __init__(self, *, sample: Callable[[], Path]) -> None:
        self.changed: Event[PhotoSetsSnapshot] = Event()
        self._snapshot = PhotoSetsSnapshot()

    @property
    def snapshot(self) -> PhotoSetsSnapshot:
        """All sets as they are now."""
        return self._snapshot

    async def load(self) -> None:
        """Read what was kept, choose what was chosen, and go on with checks that were not finished. Call it once."""

    def add(self, paths: Sequence[Path], *, into_new: bool = False) -> None:
        """Take dropped files and folders into the current set; without one, or when asked, into a new one.

        Returns at once; `snapshot.current.progress` tells scan, heads and check. Adding while it works is fine.
        What cannot be taken is named in `skipped`; nothing that is wrong with one file stops the others.

        Args:
            paths: Files and folders.
            into_new: Make a new set and choose it.
        """

    def choose(self, set_id: PhotoSetId) -> None:
        """Make a set the current one; nothing happens for an unknown id."""

    def rename(self, name: str) -> None:
        """Call the current set something else; an empty name changes nothing."""

    def forget(self, set_id: PhotoSetId) -> None:
        """Remove a set from the list; its photos are not touched. The newest one left becomes current."""

    def exclude(self, paths: Iterable[str]) -> None:
        """Leave photos of the current set out, by path."""

    def include(self, paths: Iterable[str]) -> None:
        """Put photos in; those that cannot be used stay out."""

    def decide_by_checks(self, paths: Iterable[str]) -> None:
        """Forget what was said about photos, so that the checks decide again."""

    def accept_suggestions(self) -> None:
        """Leave out every photo whose leaving out is suggested."""

    def remove(self, paths: Iterable[str]) -> None:
        """Take photos out of the current set altogether; the files are not touched."""

    def undo(self) -> None:
        """Take back the last exclude, include or remove of the current set."""

    def redo(self) -> None:
        """Do again what undo took back."""

    def refresh(self) -> None:
        """Look whether the files of the current set are still there and as they were; call it when the page shows."""

    def check_first(self, paths: Sequence[str]) -> None:
        """Check these photos before the others, because they are looked at."""

    def cancel(self) -> None:
        """Stop the work on the current set; what is known stays. `resume` goes on."""

    def resume(self) -> None:
        """Go on with what is left to read and check."""

    def drop_for_job(self) -> Drop:
        """Return the included photos of the current set as what a job is made of.

        Raises:
            InputError: There is no set, or too few photos are included.
        """

    async def open_capture(self, capture_id: CaptureId) -> None:
        """Open a capture's photos as a set and choose it; one that is open already is chosen.

        Raises:
            UsageError: There is no capture of that id.
            InputError: Its manifest is broken.
        """

    def open_sample(self) -> None:
        """Open the sample capture that comes with the program.

        Raises:
            SetupError: The installation lacks it.
        """

    async def close(self) -> None:
        """Stop all work and keep what has changed."""
