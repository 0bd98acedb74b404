"""Rounds on clusters: photos up, job there, products back; each step visible, resumable, begun by one call.

Every step is found again by its own key (transfer, submission, download), so a round goes on after a crash of this
program at the next `start`, wherever it was. On the loop's thread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.capture import Drop
from tiepoint.domain.identifiers import CaptureId
from tiepoint.domain.remote_round import Round, RoundId
from tiepoint.services.event import Event


@dataclass(frozen=True, slots=True)
class RoundRequest:
    """What a person wants made on a cluster.

    Args:
        site: Id of the site.
        preset: One of `PRESET_NAMES`.
        changes: Parameters that differ from the preset.
        name: What people call it; empty = the drop's name.
        products: Products wanted; empty = all.
        priority: -2 (runs last) to 2 (runs first).
        output: Folder for the products beside the job's own; None = none.
    """

    site: str
    preset: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    products: tuple[str, ...] = ()
    priority: int = 0
    output: Path | None = None


class Rounds:
    """All rounds."""

    def __init__(self) -> None:
        self.changed: Event[tuple[Round, ...]] = Event()
        """All rounds, newest first; at most ten times a second."""

    @property
    def all(self) -> tuple[Round, ...]:
        """Newest first."""
        return ()

    def of_job(self, site: str, job: str) -> Round | None:
        """The round a job belongs to."""
        return next((each for each in self.all if each.site == site and each.job == job), None)

    def start(self) -> None:
        """Go on with what was left in the middle; idempotent."""
        raise NotImplementedError

    async def stop(self) -> None:
        """Follow no more; transfers and clusters go on."""
        raise NotImplementedError

    def places(self, site: str) -> tuple[BlobPlace, BlobPlace] | None:
        """Containers for captures and products of a site; None = none, photos cannot be sent there."""
        raise NotImplementedError

    async def begin(
        self, drop: Drop, request: RoundRequest, *, given: Sequence[Path] = (), capture: CaptureId | None = None
    ) -> Round:
        """Begin a round; returns once the worker has taken the photos' names.

        Args:
            drop: The photos.
            request: What is wanted.
            given: See `TransferService.sendable`.
            capture: The capture kept here that the photos may be.

        Raises:
            InputError: Too few photos, or names that Blob would not take.
            UsageError: The site has no place for photos, or preset or parameter make no sense.
            SignInNeeded: The container's right is missing.
        """
        raise NotImplementedError

    async def cancel(self, round_id: RoundId) -> None:
        """Stop it for good: transfer and job are stopped, too; what is there stays there."""
        raise NotImplementedError

    async def retry(self, round_id: RoundId) -> None:
        """Go on with one that failed or waits, at the step where it stands."""
        raise NotImplementedError

    def remove(self, round_id: RoundId) -> None:
        """Forget one that is over; job and products stay."""
        raise NotImplementedError
