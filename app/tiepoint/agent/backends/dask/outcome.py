"""How a task ended, as plain values that cross process borders. Pure; any thread."""

from __future__ import annotations

import errno
import traceback
from typing import Any, Final

from tiepoint.domain.errors import EngineFailure, NoSpace, OutOfMemory, TiepointError, WorkerLost
from tiepoint.runtime.terminate import signal_name

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
# SQLite's and the C library's words for a full disk, as pycolmap passes them on.
_SPACE_WORDS: Final = ("disk is full", "no space left")
# pycolmap and OpenCV raise their own types for a failed allocation; their texts name it.
_MEMORY_WORDS: Final = ("bad_alloc", "bad allocation", "insufficient memory", "cannot allocate memory")


def as_error(problem: BaseException, stage: str) -> TiepointError:
    """Return what a task raised as an error for people.

    Args:
        problem: What it raised.
        stage: The stage's name.
    """
    if isinstance(problem, TiepointError):
        return problem
    detail = "".join(traceback.format_exception(problem))
    if isinstance(problem, MemoryError) or _says(problem, _MEMORY_WORDS):
        return out_of_memory(stage, detail)
    if (isinstance(problem, OSError) and problem.errno in _FULL) or _says(problem, _SPACE_WORDS):
        return NoSpace(
            "The disk is full.",
            remedy="Free some space and resume the job; it continues at the last whole task.",
            retryable=True,
            detail=detail,
        )
    return EngineFailure(
        f"The stage {stage} failed.",
        remedy="Resume the job to try again; if it fails again, report it with the log.",
        retryable=True,
        detail=detail,
    )


def out_of_memory(stage: str, detail: str = "", *, node: str = "") -> OutOfMemory:
    """Return the sentence for a task that needed more memory than there is.

    Args:
        stage: The stage's name.
        detail: Technical text.
        node: The cluster's node it ran on; empty = this computer.
    """
    if node:
        return OutOfMemory(
            f"The stage {stage} needed more memory than {node} has.",
            remedy="Choose a lower preset or smaller sizes, or nodes with more memory, then run the job again.",
            retryable=True,
            detail=detail,
        )
    return OutOfMemory(
        f"The stage {stage} needed more memory than this computer has free.",
        remedy="Close other programs, or choose a lower preset or smaller sizes, then run the job again.",
        retryable=True,
        detail=detail,
    )


def worker_lost(task: str, status: int | None, times: int, detail: str = "") -> WorkerLost:
    """Return the sentence for a task that ended its process too often.

    Args:
        task: The task's key.
        status: How the last process ended.
        times: How often it happened.
        detail: The end of the process's log.
    """
    return WorkerLost(
        f"The task {task} ended its process {times} times, the last time by {signal_name(status)}.",
        remedy="Resume the job to try again; if it ends the same way, report it with the log.",
        retryable=True,
        detail=detail,
    )


def nodes_lost(task: str, node: str, times: int) -> WorkerLost:
    """Return the sentence for a task that lost its node too often.

    Args:
        task: The task's key.
        node: The last one.
        times: How often it happened.
    """
    return WorkerLost(
        f"The task {task} lost its node {times} times, the last time {node}.",
        remedy="See on the Nodes page why nodes go (eviction, memory, network), then resume the job.",
        retryable=True,
    )


def failed(problem: BaseException, stage: str) -> dict[str, Any]:
    """Return the outcome of a task that raised."""
    return {"error": as_error(problem, stage).to_dict()}


def _says(problem: BaseException, words: tuple[str, ...]) -> bool:
    text = str(problem).lower()
    return any(each in text for each in words)
