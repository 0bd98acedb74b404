"""What a listing of the place says is to come down, and under which path each goes. Pure; any thread."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from tiepoint.domain.blob_names import local_names
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import is_id
from tiepoint.protocol.capture_document import MANIFEST_NAME, PHOTOS_FOLDER
from tiepoint.transfer.blob.facts import BlobFacts
from tiepoint.transfer.listed import ListedBlob, listed_blob

_FOLDER_MARK: Final = "hdi_isfolder"
"""Metadata of the empty blobs that stand for folders in accounts with a hierarchical namespace."""


@dataclass(frozen=True, slots=True)
class Found:
    """A blob that is to come down.

    Args:
        blob: The blob.
        path: Path below the target; of a refused one the name as it is, for people only.
        refusal: Why it does not come down; None when it does.
    """

    blob: ListedBlob
    path: str
    refusal: Failure | None = None


def is_file(facts: BlobFacts) -> bool:
    """Whether a blob is a file, not the mark of a folder."""
    if facts.size > 0:
        return True
    marked = any(key.lower() == _FOLDER_MARK and value.lower() == "true" for key, value in facts.metadata.items())
    return not marked and not facts.name.endswith("/")


def is_product(path: str) -> bool:
    """Whether a path below a capture, or below a place that holds captures, is neither photo nor manifest."""
    first, _, rest = path.partition("/")
    if is_id(first) and rest:
        return is_product(rest)
    return first != PHOTOS_FOLDER and path != MANIFEST_NAME


def found_below(
    blobs: Iterable[BlobFacts], prefix: str, *, tag: str, folder_bytes: int, is_products_only: bool
) -> list[Found]:
    """Decide what comes down of a folder.

    Args:
        blobs: All blobs whose names begin with the prefix and a slash, or all when it is empty.
        prefix: The folder, without a slash at its end.
        tag: Of the transfer, see `domain.blob_names.part_name`.
        folder_bytes: Length of the target's path.
        is_products_only: Leave photos and manifest out.
    """
    skipped = len(prefix) + 1 if prefix else 0
    kept = [each for each in blobs if is_file(each) and _is_wanted(each.name[skipped:], is_products_only)]
    return _found(kept, [each.name[skipped:] for each in kept], tag, folder_bytes)


def found_alone(blob: BlobFacts, *, tag: str, folder_bytes: int) -> list[Found]:
    """Decide the same for a single blob: it goes right into the target."""
    return _found([blob], [blob.name.rpartition("/")[2]], tag, folder_bytes)


def _is_wanted(path: str, is_products_only: bool) -> bool:
    return not is_products_only or is_product(path)


def _found(blobs: Sequence[BlobFacts], names: Sequence[str], tag: str, folder_bytes: int) -> list[Found]:
    placed = local_names(names, tag=tag, folder_bytes=folder_bytes)
    return [
        Found(listed_blob(blob), local.path if local.path is not None else local.name, local.refusal)
        for blob, local in zip(blobs, placed, strict=True)
    ]
