"""One photo of a capture checked and prepared, as the entry of a report. Runs in workers."""

from __future__ import annotations

import errno
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tiepoint.domain.errors import EngineFailure, NoSpace, OperationFailed
from tiepoint.engine.photos.inspection import prepare_photo
from tiepoint.engine.photos.problems import PhotoProblem

logger = logging.getLogger("tiepoint.engine.check")

_FULL_DISK: Final = frozenset({errno.ENOSPC, errno.EDQUOT} if hasattr(errno, "EDQUOT") else {errno.ENOSPC})


def check_photo(originals: Path, prepared: Path, photo: Mapping[str, Any], *, work_size_px: int) -> dict[str, Any]:
    """Return a photo's entry: what is known of it, or why it is left out.

    Args:
        originals: Folder of the capture's photos.
        prepared: Folder of the prepared photos.
        photo: "path", "image", "md5", "stamp", "problem" as planned.
        work_size_px: Longest side of the prepared photo; 0 keeps its own size.

    Raises:
        NoSpace: The disk is full.
        EngineFailure: The work folder cannot be written.
    """
    try:
        return _prepared_entry(originals, prepared, photo, work_size_px)
    except PhotoProblem as problem:
        logger.info("%s is left out: %s (%s)", photo["path"], problem.summary, problem.detail)
        return exclusion(str(photo["path"]), problem)
    except OSError as error:
        raise writing_failure(error) from error


def exclusion(path: str, problem: PhotoProblem) -> dict[str, Any]:
    """Return the entry of a photo that is left out."""
    return {"path": path, "kind": problem.kind, "summary": problem.summary, "remedy": problem.remedy}


def _prepared_entry(originals: Path, prepared: Path, photo: Mapping[str, Any], work_size_px: int) -> dict[str, Any]:
    if photo["problem"]:
        raise PhotoProblem(str(photo["problem"]))
    path, image = str(photo["path"]), str(photo["image"])
    try:
        ready = prepare_photo(originals / path, path, prepared / image, work_size_px=work_size_px)
    except MemoryError as error:
        raise PhotoProblem("memory") from error
    has_changed = photo["md5"] not in {None, "", ready.record.md5}
    record = ready.record.with_notes("changed") if has_changed else ready.record
    return {
        **record.to_dict(),
        "image": image,
        "work_width": ready.width,
        "work_height": ready.height,
        "work_bytes": ready.size,
        "stamp": photo["stamp"],
    }


def writing_failure(error: OSError) -> OperationFailed:
    """Return what a failure to write into the work folder means for the job."""
    if error.errno in _FULL_DISK:
        return NoSpace(
            "The disk is full: the prepared photos do not fit.",
            remedy="Free some space and resume the job; nothing done so far is lost.",
            retryable=True,
            detail=str(error),
        )
    return EngineFailure(
        "The job's work folder cannot be written.",
        remedy="Check that the folder exists and that you may write to it, then resume the job.",
        retryable=True,
        detail=str(error),
    )
