"""Whether the disk has room for a job, said before it begins. Blocks on the disk for a moment."""

from __future__ import annotations

from pathlib import Path

from tiepoint.agent.disk_watch import free_bytes
from tiepoint.agent.jobs import Photos
from tiepoint.domain.errors import NoSpace
from tiepoint.domain.presets import parameters_for
from tiepoint.domain.space import size_text, work_bytes
from tiepoint.protocol.methods import SubmitParams


def require_room(request: SubmitParams, photos: Photos) -> None:
    """Refuse a job that would fill the disk.

    Raises:
        NoSpace: It would.
        UsageError: Preset or parameter make no sense.
    """
    capture = Path(request.capture)
    needed = work_bytes(photos.count, photos.size_bytes, parameters_for(request.preset, request.parameters))
    free = free_bytes(capture)
    if free is not None and free < needed:
        raise NoSpace(
            f"The job needs about {size_text(needed)} and {size_text(free)} are free on the disk of {capture}.",
            remedy="Free some space, or choose a lower preset.",
            retryable=True,
        )
