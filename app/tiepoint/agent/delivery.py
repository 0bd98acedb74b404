"""Putting whole products where the person wants them, and clearing away what only the stages needed.

Blocks on the disk: call it from a thread. A product appears under its name whole or not at all.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Final

from tiepoint.agent.disk_watch import free_bytes, is_disk_full, no_space
from tiepoint.domain.errors import OperationFailed

# Facts, manifests, the sparse model and the small JSON files stay: they say how a product came to be.
_HEAVY: Final = (
    "photos",
    "features",
    "matching",
    "undistorted",
    "depth_maps",
    "mesh",
    "texture",
    "fused.ply",
)
# Metashape calls the texture as the model.
_COMPANIONS: Final = {"model.obj": ("model.mtl", "model_texture", "model.png", "model.jpg")}


def deliver(products: Path, output: Path | None, wanted: Collection[str], told: Callable[[Path, int], None]) -> None:
    """Copy products into the output folder.

    Args:
        products: Where the engine put them.
        output: Where they go; None leaves them where they are.
        wanted: Names of those wanted; empty = all. Texture and material follow their model.
        told: Called with the path and bytes of each one that is whole.

    Raises:
        NoSpace: The disk is full.
        OperationFailed: The output folder cannot be written.
    """
    for name in wanted_names(products, wanted):
        source = products / name
        target = source if output is None else _copied(source, output)
        told(target, _size_bytes(target))


def wanted_names(products: Path, wanted: Collection[str]) -> list[str]:
    """Name the files and folders of the products that are wanted; none = all. Companions follow their owner."""
    return [name for name in sorted(os.listdir(products)) if not wanted or _is_wanted(name, wanted)]


def clear_work(work: Path) -> None:
    """Remove the large files of the stages; what cannot be removed stays."""
    for name in _HEAVY:
        path = work / name
        _removed(path)


def _is_wanted(name: str, wanted: Collection[str]) -> bool:
    return name in wanted or any(
        name.startswith(prefix) for owner, prefixes in _COMPANIONS.items() if owner in wanted for prefix in prefixes
    )


def _copied(source: Path, output: Path) -> Path:
    target = output / source.name
    # Short, because the target's own name may already be as long as names can be.
    temporary = output / f".tiepoint-{secrets.token_hex(4)}"
    try:
        output.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, temporary)
        else:
            shutil.copyfile(source, temporary)
        _replace(temporary, target)
    except (OSError, shutil.Error) as error:
        raise _failure(error, output) from error
    finally:
        _removed(temporary)
    return target


def _replace(temporary: Path, target: Path) -> None:
    """Put a finished copy in the place of an older one; a folder cannot replace a folder in one step.

    Raises:
        OSError: It cannot be replaced; a folder at the place of a file is somebody else's and stays.
    """
    if target.is_dir() and not target.is_symlink() and temporary.is_dir():
        old = temporary.with_name(f"{temporary.name}-old")
        target.replace(old)
        temporary.replace(target)
        shutil.rmtree(old, ignore_errors=True)
    else:
        temporary.replace(target)


def _failure(error: OSError, output: Path) -> OperationFailed:
    if is_disk_full(error):
        return no_space(output, free_bytes(output))
    return OperationFailed(
        f"The products cannot be written into {output}.",
        remedy="Make the folder writable and resume the job; nothing is computed again.",
        retryable=True,
        detail=str(error),
    )


def _removed(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
        return
    with contextlib.suppress(OSError):
        path.unlink()


def _size_bytes(path: Path) -> int:
    if path.is_dir():
        return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())
    return path.stat().st_size
