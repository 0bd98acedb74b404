"""Writing below a folder of the cluster: names that could leave it are refused, failures become sentences. Blocks."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tiepoint.agent.disk_watch import free_bytes, is_disk_full, no_space
from tiepoint.domain.blob_names import fault_of
from tiepoint.domain.digest import composite
from tiepoint.domain.errors import InputError, OperationFailed, TiepointError
from tiepoint.domain.plain_text import plain
from tiepoint.runtime.stop import Stop

_PIECE: Final = 1 << 20


def require_names(paths: Iterator[str] | list[str]) -> None:
    """Refuse paths that could leave their folder, or that no file system of a node would keep.

    Raises:
        InputError: One of them is such.
    """
    for path in paths:
        fault = fault_of(path)
        if fault is not None:
            raise InputError(
                f"The capture in Blob storage names a photo {plain(path)[:200]!r}, which {fault}. Nothing was fetched.",
                remedy="Send the photos again from Tiepoint, under names that every system takes.",
            )


def place_below(folder: Path, path: str) -> Path:
    """Return where a path goes below a folder, its own folders made.

    Raises:
        InputError: A link there leads out of the folder.
        TiepointError: It cannot be made.
    """
    target = folder / path
    with writing(folder):
        target.parent.mkdir(parents=True, exist_ok=True)
        inside = os.path.realpath(target.parent)
        root = os.path.realpath(folder)
    if inside != root and not inside.startswith(root.rstrip(os.sep) + os.sep):
        raise InputError(
            f"A link below {folder} leads out of it, to {inside}; nothing is written there.",
            remedy="Remove the link and resume the job.",
        )
    return target


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn what goes wrong on a disk into a sentence.

    Raises:
        TiepointError: In the place of any OSError.
    """
    try:
        yield
    except OSError as error:
        raise failure(error, folder) from error


def failure(error: OSError, folder: Path) -> TiepointError:
    """Return the sentence for something that could not be read or written."""
    if is_disk_full(error):
        return no_space(folder, free_bytes(folder))
    return OperationFailed(
        f"The scheduler's machine cannot read or write {folder}.",
        remedy="Look with Path Doctor who sees the folder and may write it, then resume the job.",
        retryable=True,
        detail=str(error),
    )


def replaced(path: Path, data: bytes) -> None:
    """Put a small file in one step.

    Raises:
        OSError: It cannot be written.
    """
    beside = path.with_name(f".{path.name}.new")
    beside.write_bytes(data)
    beside.replace(path)


def md5_of(path: Path, stop: Stop, block_size: int = 0) -> str:
    """Return the MD5 of a file, or with a block size the composite digest of its blocks (`domain.digest`).

    Raises:
        OSError: It cannot be read.
        Stopped: It was stopped.
    """
    whole = hashlib.md5(usedforsecurity=False)
    blocks: list[bytes] = []
    with path.open("rb", buffering=0) as file:
        while True:
            stop.check()
            piece = file.read(block_size or _PIECE)
            if not piece:
                break
            if block_size:
                blocks.append(hashlib.md5(piece, usedforsecurity=False).digest())
            else:
                whole.update(piece)
    return composite(blocks) if block_size else whole.hexdigest()
