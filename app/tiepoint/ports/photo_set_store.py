"""Where photo sets are kept between one start of the program and the next."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tiepoint.domain.photo_set import PhotoSet, PhotoSetId, SetSummary


@dataclass(frozen=True, slots=True)
class StoredSets:
    """What is kept.

    Args:
        sets: Newest first.
        current: The chosen one.
        set_aside: Where a broken file was moved to; None when it was fine.
    """

    sets: tuple[SetSummary, ...] = ()
    current: PhotoSetId | None = None
    set_aside: Path | None = None


class PhotoSetStore(Protocol):
    """Keeps photo sets. One program writes at a time; calls may overlap and are done one after the other."""

    async def load(self) -> StoredSets:
        """Read the list of sets; a broken file is moved aside, said, and the list is empty then.

        Raises:
            SetupError: The folder cannot be read or written.
        """

    async def read(self, set_id: PhotoSetId) -> PhotoSet | None:
        """Read a set with all that is known of its photos; None when there is none of that id.

        Raises:
            SetupError: The folder cannot be read.
        """

    async def save(self, photo_set: PhotoSet) -> None:
        """Keep a set. Writes only what changed since the last save or read of it. Idempotent; whole or not at all.

        Raises:
            SetupError: The folder cannot be written.
            NoSpace: The disk is full.
        """

    async def choose(self, set_id: PhotoSetId | None) -> None:
        """Keep which set is the current one. Raises as `save`."""

    async def remove(self, set_id: PhotoSetId) -> None:
        """Forget a set; its photos are not touched. Idempotent. Raises as `save`."""

    async def close(self) -> None:
        """Let go of the file."""
