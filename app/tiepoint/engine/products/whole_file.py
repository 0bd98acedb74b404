"""Writing a product so that nobody ever sees half of it. Any thread."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tiepoint.domain.errors import EngineFailure, NoSpace


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`, a file or folder to be made, and move it there when the block ends well.

    Args:
        path: The product; what is there is replaced.

    Yields:
        A path that does not exist yet, in the same folder.

    Raises:
        NoSpace: The disk is full.
        EngineFailure: The product cannot be written.
    """
    temporary = path.with_name(f".{path.name[:40]}-{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove(temporary)
        yield temporary
        if path.is_dir():
            shutil.rmtree(path)
        temporary.replace(path)
    except OSError as error:
        raise _translated(error, path) from error
    finally:
        _remove(temporary)


def write_document(path: Path, content: Any) -> None:
    """Write a JSON product, readable by everybody who may read the folder.

    Args:
        path: The file to replace.
        content: Plain JSON values.

    Raises:
        NoSpace: The disk is full.
        EngineFailure: The file cannot be written.
        ValueError: The content holds NaN or infinity.
    """
    text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _translated(error: OSError, path: Path) -> Exception:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return NoSpace(
            f"There is no space left for {path.name}.",
            remedy="Free some space and resume the job; what is done is kept.",
            retryable=True,
            detail=str(error),
        )
    return EngineFailure(
        f"The product {path.name} cannot be written.",
        remedy="Check that you may write to the job's folder, then resume the job.",
        retryable=True,
        detail=str(error),
    )
