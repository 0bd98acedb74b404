"""Where captures live: looking at a drop of files, and keeping one as a capture."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from tiepoint.domain.capture import Capture, Drop
from tiepoint.domain.identifiers import CaptureId
from tiepoint.domain.operation import OperationProgress
from tiepoint.domain.photo import PhotoFacts

Report = Callable[[OperationProgress], None]


class CaptureStore(Protocol):
    """Keeps captures. Methods may be called at once from several tasks of one loop; `report` is called on that loop."""

    async def scan(self, paths: Sequence[Path], *, output: Path | None = None) -> Drop:
        """Find the photos in files and folders; folders are searched to any depth.

        Pictures that an earlier job put into `output` are no photos, wherever that folder lies.

        A single folder gives paths relative to itself; of several, each path begins with its folder's name. Links are
        followed, a loop of them is skipped. Changes nothing; cancel safe.

        Raises:
            InputError: A path does not exist or cannot be read, or two photos differ in case or Unicode form only.
        """

    async def survey(self, paths: Sequence[Path]) -> Drop:
        """Find the photos in files and folders as `scan` does, but name and pass over whatever is bad.

        Two photos may come under one path, or under paths that differ in case or Unicode form only. Changes nothing;
        cancel safe. Raises nothing.
        """

    async def sendable(self, drop: Drop, given: Sequence[Path] = ()) -> Drop:
        """Leave out of a drop what only a link that leads out of its folder reaches; that is counted as skipped.

        Changes nothing; cancel safe. Raises nothing.

        Args:
            drop: The photos.
            given: Files that a person named one by one, links or not; those are taken.
        """

    async def has_others_beside(self, drop: Drop) -> bool:
        """Whether the folders of the photos hold photos that the drop neither has nor names as skipped.

        Changes nothing; cancel safe. Raises nothing.
        """

    async def find(self, name: str, drop: Drop) -> Capture | None:
        """Return the capture of this name that holds exactly these photos, if there is one.

        Content is compared only where a file's time differs. Changes nothing; cancel safe.

        Raises:
            InputError: A photo of the drop is gone or cannot be read.
        """

    async def create(self, name: str, drop: Drop, facts: Mapping[str, PhotoFacts], report: Report) -> Capture:
        """Keep the photos of a drop as a new capture, by hard link where possible, else by copy.

        The capture appears whole or not at all: its manifest is written last. Cancel safe: what was begun is removed.
        Not idempotent: each call makes a capture.

        Args:
            name: What people call it.
            drop: What to keep.
            facts: What is known about the photos, by path inside the capture; may lack any.
            report: Hears phase `copy` in bytes.

        Raises:
            InputError: A photo is gone or cannot be read.
            NoSpace: The disk is full.
            SetupError: The folder of the captures cannot be written.
        """

    async def get(self, capture_id: CaptureId) -> Capture:
        """Read a capture.

        Raises:
            UsageError: There is none of that id.
            InputError: Its manifest is broken.
        """

    async def captures(self) -> tuple[Capture, ...]:
        """List all captures, newest first; those with a broken manifest are passed over."""

    def free_bytes(self) -> int:
        """Bytes free where captures and their jobs are kept."""
