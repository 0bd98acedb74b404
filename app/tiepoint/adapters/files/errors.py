"""The one place where what the operating system says about files becomes a sentence with a remedy."""

from __future__ import annotations

import errno
from pathlib import Path

from tiepoint.domain.errors import InputError, NoSpace, SetupError, TiepointError

_FULL = {errno.ENOSPC, errno.EDQUOT}


def writing_failed(folder: Path, error: OSError, *, kind: type[SetupError] | type[InputError]) -> TiepointError:
    """Say why something could not be written.

    Args:
        folder: Where.
        error: What the system said.
        kind: `InputError` for a folder the person named, `SetupError` for one of the program's own.
    """
    if error.errno in _FULL:
        return NoSpace(
            f"The disk of {folder} is full.", remedy="Free some space and try again.", retryable=True, detail=str(error)
        )
    reason = (error.strerror or str(error)).lower()
    return kind(
        f"The folder {folder} cannot be written: {reason}.",
        remedy="Choose another folder, or give yourself the right to write there.",
        detail=str(error),
    )


def reading_failed(title: str, path: Path, error: OSError) -> SetupError:
    """Say why a file of the program's own could not be read; nothing may be written in its place.

    Args:
        title: What the file is, as a sentence begins.
        path: The file.
        error: What the system said.
    """
    return SetupError(
        f"{title} in {path} cannot be read: {(error.strerror or str(error)).lower()}.",
        remedy="Give yourself the right to read the file. Nothing is kept there before that, so that nothing is lost.",
        detail=str(error),
    )


def photo_gone(path: Path, error: OSError) -> InputError:
    """Say that a photo could not be read (any more)."""
    if isinstance(error, FileNotFoundError):
        summary = f"The photo {path} is no longer there."
    else:
        summary = f"The photo {path} cannot be read: {(error.strerror or str(error)).lower()}."
    return InputError(summary, remedy="Put it back and try again.", retryable=True, detail=str(error))
