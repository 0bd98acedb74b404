"""Where a capture's things lie in Blob storage, and which capture an upload is part of. Pure; any thread.

    <base>/<capture-id>/photos/<path as dropped>
    <base>/<capture-id>/capture.json               written last: with it a capture is whole

Must not list: the names of folders are passed in, manifests are asked for through a function.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.identifiers import CaptureId, is_id, new_id, slug
from tiepoint.protocol.capture_document import MANIFEST_NAME, PHOTOS_FOLDER

_DATE_LENGTH: Final = 8
_SUFFIX_LENGTH: Final = 6


def photos_place(capture: BlobPlace) -> BlobPlace:
    """Return the folder of a capture's photos."""
    return capture.below(PHOTOS_FOLDER)


def photo_path(capture: BlobPlace, blob: str) -> str:
    """Return the path inside the capture of a photo's blob; empty when the blob is no photo of it."""
    before = photos_place(capture).prefix + "/"
    return blob[len(before) :] if blob.startswith(before) else ""


def manifest_blob(capture: BlobPlace) -> str:
    """Return the whole name of a capture's manifest in its container."""
    return capture.below(MANIFEST_NAME).prefix


def listed_capture(
    name: str, folders: Iterable[str], manifest_name: Callable[[CaptureId], str | None]
) -> CaptureId | None:
    """Find the capture of a name among the folders at a place.

    A folder whose manifest says the same name is it. One without a manifest is a capture on its way: it is ours when
    its id is the one that `new_capture_id` gives the name, whatever the day; names that differ may have the same slug.

    Args:
        name: As people call it.
        folders: Names of the folders, with or without a slash at the end.
        manifest_name: Returns the name in the manifest of a capture; None when it has none that can be read.

    Returns:
        The newest that fits; None when a new one is to be made.
    """
    for capture in _candidates(name, folders):
        said = manifest_name(capture)
        if said == name or (said is None and capture.endswith("-" + _suffix(name))):
            return capture
    return None


def new_capture_id(name: str, now: datetime) -> CaptureId:
    """Return the id of a capture that begins today: the same on every computer that is asked this day (UTC)."""
    return CaptureId(new_id(name, now.astimezone(UTC), _suffix(name)))


def _candidates(name: str, folders: Iterable[str]) -> Sequence[CaptureId]:
    wanted = slug(name)
    ids = {folder.rstrip("/").rpartition("/")[2] for folder in folders}
    fitting = [each for each in ids if is_id(each) and each[_DATE_LENGTH + 1 : -_SUFFIX_LENGTH - 1] == wanted]
    return [CaptureId(each) for each in sorted(fitting, key=lambda each: (each[:_DATE_LENGTH], each), reverse=True)]


def _suffix(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_SUFFIX_LENGTH]
