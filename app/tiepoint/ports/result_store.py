"""What a person adds to results: the list of results opened by hand, and measurements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from tiepoint.domain.measurement import Measurement


@dataclass(frozen=True, slots=True)
class RecentResult:
    """A file or folder that somebody opened by hand, and when last, UTC."""

    path: Path
    opened: datetime


class ResultStore(Protocol):
    """Keeps small lists outside the products. Broken files are set aside, never overwritten; nothing stored = empty.

    All calls are cancel safe (a write is whole or not at all), writes are idempotent.
    """

    async def recent(self) -> Sequence[RecentResult]:
        """Return what was opened by hand, newest first.

        Raises:
            SetupError: The file is there but cannot be opened.
        """

    async def keep_recent(self, recent: Sequence[RecentResult]) -> None:
        """Replace the list.

        Raises:
            SetupError: The folder cannot be written.
            NoSpace: The disk is full.
        """

    async def measurements(self, key: str) -> Sequence[Measurement]:
        """Return the measurements of a result (`ModelFacts.key`) in the order in which they were made.

        Raises:
            SetupError: The file is there but cannot be opened.
        """

    async def keep_measurements(self, key: str, measurements: Sequence[Measurement]) -> None:
        """Replace the measurements of a result.

        Raises:
            SetupError: The folder cannot be written.
            NoSpace: The disk is full.
        """

    async def write_text(self, path: Path, text: str, *, overwrite: bool) -> None:
        """Write a text file that a person asked for, under a temporary name first.

        Raises:
            InputError: The folder cannot be written, or the file is there and `overwrite` is not set.
            NoSpace: The disk is full.
        """
