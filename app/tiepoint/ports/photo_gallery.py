"""Looking into photos for a person who waits: heads, checks, verdicts and small pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tiepoint.domain.photo import SetFinding
from tiepoint.domain.photo_issue import PhotoIssue
from tiepoint.domain.photo_picture import PhotoPicture
from tiepoint.domain.photo_reading import PhotoFile, PhotoReading
from tiepoint.domain.photo_set import SetFacts, SetPhoto


@dataclass(frozen=True, slots=True)
class SetVerdict:
    """What the rules say about a set.

    Args:
        issues: All issues of each photo that has any, by path, the gravest first.
        findings: What to know about all of them together.
        facts: What they have in common.
    """

    issues: dict[str, tuple[PhotoIssue, ...]]
    findings: tuple[SetFinding, ...]
    facts: SetFacts


class PhotoGallery(Protocol):
    """Reads photos in processes of its own: a photo that ends one is named, and the process is started again.

    All methods change nothing, are idempotent, and may be called at once from several tasks of one loop. Cancel safe:
    what waits is not begun; what a process is doing already is done and thrown away.
    """

    @property
    def parallel(self) -> int:
        """How many calls of one kind make progress at the same time."""

    async def heads(self, files: Sequence[PhotoFile], *, known: bool = False) -> tuple[PhotoReading, ...]:
        """Read what files say of themselves, without decoding.

        Args:
            files: At most a few hundred; one call is answered as a whole.
            known: Only look whether they are as they were: an unchanged file gives a reading without head or problem.

        Returns:
            One reading per file, in order; a broken file is one with a problem.

        Raises:
            SetupError: The engine cannot be started.
        """

    async def check(self, file: PhotoFile) -> PhotoReading:
        """Decode a photo to its end, at the lowest priority of the system.

        Raises:
            SetupError: The engine cannot be started.
        """

    async def judge(self, photos: Sequence[SetPhoto]) -> SetVerdict:
        """Apply all rules to what is known of the photos of a set.

        Raises:
            SetupError: The engine cannot be started.
            EngineFailure: It ended too early.
        """

    async def picture(self, file: PhotoFile, longest_px: int, *, rough: bool = False) -> PhotoPicture:
        """Return a photo's picture; a photo that has none gives one with a problem.

        Args:
            file: The photo.
            longest_px: Longest side wanted.
            rough: The camera's own small picture will do, or a finer one if that was made before; when there is
                neither, the answer is an empty picture without a problem, at once.

        Raises:
            SetupError: The engine cannot be started.
        """

    async def close(self) -> None:
        """End the processes. Calls under way are cancelled."""
