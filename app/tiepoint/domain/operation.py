"""The one type of every long operation: its state, its progress, its end.

Must not run anything: `services.operations` does. Pure; any thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from tiepoint.domain.failure import Failure

T = TypeVar("T")


class OperationState(StrEnum):
    """Where an operation is in its life."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def is_over(self) -> bool:
        """Whether the operation has ended."""
        return self in (OperationState.COMPLETED, OperationState.FAILED, OperationState.CANCELED)


@dataclass(frozen=True, slots=True)
class OperationProgress:
    """How far an operation is.

    Args:
        phase: What it is doing, as a short word of the field (`hash`, `copy`, `features`).
        done: How much of this phase is done, in `unit`.
        total: All of this phase; None while unknown.
        unit: What is counted (`photos`, `bytes`).
        skipped: How much of `done` needed no work, because it was there already.
        message: One line for people; may be empty.
    """

    phase: str = ""
    done: int = 0
    total: int | None = None
    unit: str = ""
    skipped: int = 0
    message: str = ""


@dataclass(frozen=True, slots=True)
class OperationSnapshot(Generic[T]):
    """An operation at one moment.

    Args:
        key: What it works on; the same key is the same operation.
        state: See `OperationState`.
        progress: The last that was reported.
        result: What it made; only when completed.
        failure: Why it failed; only when failed.
    """

    key: str
    state: OperationState = OperationState.QUEUED
    progress: OperationProgress = OperationProgress()
    result: T | None = None
    failure: Failure | None = None
