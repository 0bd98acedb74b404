"""What was typed for an upload or a download, judged: the place, what is wrong with it in a sentence. Pure; any thread.

A signature is only looked at here, never kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tiepoint.domain.blob_place import BlobPlace, read_place
from tiepoint.domain.errors import UsageError
from tiepoint.ui.text import said_below, tr
from tiepoint.ui.viewmodels.signature_words import Need, signature_note, signature_problem


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of judging.

    Args:
        place: Where to or from; None while it cannot be read.
        problem: What is wrong, to be said; empty when nothing is.
        note: What is worth knowing though nothing is wrong.
        is_ready: Whether it can begin.
    """

    place: BlobPlace | None = None
    problem: str = ""
    note: str = ""
    is_ready: bool = False


def judge_upload(
    name: str, address: str, signature: str, *, photos: int, now: datetime, can_use: Callable[[BlobPlace], bool]
) -> Judged:
    """Judge what was typed for an upload.

    Args:
        name: Of the capture.
        address: Of the container.
        signature: As pasted; empty = the one given before.
        photos: How many would go.
        now: The time.
        can_use: Whether a right to use a container was given before.
    """
    if not photos:
        return Judged(problem=tr("Upload", "No photo is included, so there is nothing to send."))
    if not name.strip():
        return Judged(problem=tr("Upload", "Give the capture a name."))
    return _with_place(address, signature, Need.UPLOAD, now, can_use)


def judge_download(
    address: str, signature: str, folder: str, *, now: datetime, can_use: Callable[[BlobPlace], bool]
) -> Judged:
    """Judge what was typed for a download; arguments as for an upload.

    Args:
        address: Of a capture, a folder in it, or one file.
        signature: As pasted; empty = the one given before.
        folder: Where to put it.
        now: The time.
        can_use: Whether a right to use a container was given before.
    """
    judged = _with_place(address, signature, Need.DOWNLOAD, now, can_use)
    if not judged.is_ready or judged.place is None:
        return judged
    if not folder.strip() or not Path(folder).expanduser().is_absolute():
        return Judged(judged.place, problem=tr("Download", "Choose a folder on this computer."))
    if not judged.place.prefix:
        note = tr("Download", "This is a whole container: everything in it comes down.")
        return Judged(judged.place, note=note, is_ready=True)
    return judged


def _with_place(
    address: str, signature: str, need: Need, now: datetime, can_use: Callable[[BlobPlace], bool]
) -> Judged:
    if not address.strip():
        return Judged()
    try:
        place, _ = read_place(address)
    except UsageError as error:
        words = " ".join(said_below(part) for part in (error.summary, error.remedy) if part)
        return Judged(problem=words)
    if not signature:
        if can_use(place):
            note = tr("Upload", "The signature given before for this container is used.")
            return Judged(place, note=note, is_ready=True)
        return Judged(place)
    problem = signature_problem(signature, place, need, now)
    note = "" if problem else signature_note(signature, now)
    return Judged(place, problem, note, is_ready=not problem)
