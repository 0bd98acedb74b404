"""From Agisoft's words to our failures: what happened and what to do. Pure; any thread.

The texts are those people report from PhotoScan and Metashape; the raw one is always kept as the detail.
"""

from __future__ import annotations

import re
from typing import Final

from tiepoint.domain.errors import (
    EngineFailure,
    NoLicence,
    NoSpace,
    NoTiePoints,
    OutOfMemory,
    PathMissing,
    TiepointError,
)

_GPU_MEMORY: Final = re.compile(r"cuda.{0,40}(out.?of.?memory|memory.?allocation)|cl_mem_object_allocation|"
                                r"cl_out_of_(resources|host_memory)", re.I)  # fmt: skip
_MEMORY: Final = re.compile(r"bad.?alloc|not enough memory|out of memory|cannot allocate memory", re.I)
_SPACE: Final = re.compile(r"no space left|not enough space|disk (is )?full|quota exceeded", re.I)
_LICENCE: Final = re.compile(r"licen[cs]e|not activated|activation|professional edition|\brlm\b", re.I)
_PATH: Final = re.compile(
    r"can'?t (open|find|create|read|load|write)|no such file|cannot find the (file|path)|path not found|"
    r"permission denied|file not found|stale file handle", re.I,
)  # fmt: skip
_TIE_POINTS: Final = re.compile(
    r"zero resolution|no tie ?points|empty tie ?points|null (tie ?points|point cloud|sparse)|no (aligned )?cameras|"
    r"not enough (matches|tie ?points)|empty (point cloud|depth maps|camera list)|no matches", re.I,
)  # fmt: skip


def failure_of(text: str, *, where: str = "", node: str = "") -> TiepointError:
    """Return the error that Agisoft's text means.

    Args:
        text: What it said.
        where: Name of Agisoft's task; empty = while the job was handed in.
        node: Host it happened on; empty = unknown.
    """
    task = _spaced(where)
    on = f" on {node}" if node else ""
    detail = ": ".join(part for part in (node, where, text.strip()) if part)
    if _GPU_MEMORY.search(text):
        return OutOfMemory(
            f"{task} needed more memory than the graphics card{on} has.",
            remedy="Choose a smaller preset, or nodes with larger graphics cards, then try again.",
            retryable=True,
            detail=detail,
        )
    if _MEMORY.search(text):
        return OutOfMemory(
            f"{task} needed more memory than there is{on}.",
            remedy="Choose a smaller preset, or nodes with more memory, then try again.",
            retryable=True,
            detail=detail,
        )
    if _SPACE.search(text):
        return NoSpace(
            f"The disk is full{on}: {task} could not write.",
            remedy="Free some space in the shared folder and try again; finished stages are kept.",
            retryable=True,
            detail=detail,
        )
    if _LICENCE.search(text):
        return NoLicence(
            f"Agisoft has no licence{on or ' on the scheduler node'}.",
            remedy="Activate Metashape there, or free a seat of the licence server, then try again.",
            retryable=True,
            detail=detail,
        )
    if _TIE_POINTS.search(text):
        return NoTiePoints(
            f"{task} found too little that the photos have in common.",
            remedy="Check that the photos overlap and are sharp; add some or exclude bad ones, and start a new job.",
            detail=detail,
        )
    if _PATH.search(text):
        return PathMissing(
            f"{task} could not read or write a file{on}.",
            remedy="Check that every node has the shared folder at the path that Agisoft's --root names.",
            retryable=True,
            detail=detail,
        )
    said = text.strip().splitlines()[-1][:200] if text.strip() else "no reason"
    return EngineFailure(
        f"{task} failed{on}: {said.rstrip('.')}.",
        remedy="Try again; if it fails at the same place, look at the log of that node.",
        retryable=True,
        detail=detail,
    )


def _spaced(name: str) -> str:
    """Return `BuildDepthMaps` as `Build Depth Maps`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name) or "Agisoft's program"
