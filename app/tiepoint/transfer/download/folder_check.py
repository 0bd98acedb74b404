"""Whether a folder can take a download, before there is one. Blocking."""

from __future__ import annotations

import os
import tempfile

from tiepoint.domain.errors import InputError
from tiepoint.domain.plain_text import plain
from tiepoint.protocol.transfers import DownloadParams


def check_target(params: DownloadParams) -> None:
    """Make the folder and see whether it can be written.

    Raises:
        InputError: It cannot be made or written, or is no full path.
    """
    folder = params.folder
    if not os.path.isabs(folder):
        raise InputError(f"'{plain(folder)}' is not the full path of a folder.", remedy="Give a full path.")
    try:
        os.makedirs(folder, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except (OSError, ValueError) as error:
        why = (error.strerror if isinstance(error, OSError) else "") or "the system does not allow it"
        raise InputError(
            f"The folder '{plain(folder)}' cannot be written: {why}.",
            remedy="Choose another folder, or give yourself the right to write there.",
            retryable=True,
            detail=str(error),
        ) from error
