"""What a new job may ask for. Blocks on the disk for a moment only."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tiepoint.agent.jobs import photos_of
from tiepoint.agent.refusal import not_capable
from tiepoint.agent.room import require_room
from tiepoint.agent.round.address import blob_folder
from tiepoint.domain.errors import UsageError
from tiepoint.domain.identifiers import is_id
from tiepoint.domain.presets import parameters_for
from tiepoint.protocol import methods as table

PRIORITIES: Final = range(-2, 3)


def check_request(params: table.SubmitParams, work: str) -> None:
    """Refuse what cannot work before anything is made.

    Args:
        params: What is asked.
        work: Shared folder of the cluster; empty = this computer alone.

    Raises:
        UsageError: The request makes no sense.
        InputError: The capture cannot be read.
        NoSpace: The disk would be full.
        Refusal: The agent has no way to Blob.
    """
    if not params.key:
        raise UsageError("A job needs a key.")
    if params.priority not in PRIORITIES:
        raise UsageError(f"{params.priority} is no priority.", remedy="Choose one from -2 to 2.")
    capture = Path(params.capture)
    if not capture.is_absolute():
        raise UsageError(f"The capture {capture} must be given as a full path.")
    parameters_for(params.preset, params.parameters)
    if (params.source or params.publish) and not work:
        raise not_capable("take photos from Blob storage or put products there")
    if params.source:
        source = blob_folder(params.source)
        if source.prefix.rpartition("/")[2] != capture.name:
            raise UsageError(f"{source.url} is not the capture {capture.name}.")
        _require_below(capture, Path(work) / "captures")
    else:
        require_room(params, photos_of(capture))
    if params.publish:
        blob_folder(params.publish)


def _require_below(capture: Path, captures: Path) -> None:
    """A capture from Blob goes into the cluster's folder of captures, and nowhere else.

    Raises:
        UsageError: It would not.
    """
    if capture.parent != captures or not is_id(capture.name):
        raise UsageError(
            f"{capture} is no place for a capture from Blob storage.",
            remedy=f"Name a folder {captures}/ID, ID being the capture's.",
        )
