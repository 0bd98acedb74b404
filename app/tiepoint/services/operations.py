"""Running long operations: one type for all of them, told apart by key.

Must not know what any operation does. On the loop's thread only; the work itself moves blocking calls elsewhere.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeAlias, TypeVar, cast

from tiepoint.domain.errors import Canceled, TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.domain.operation import OperationProgress, OperationSnapshot, OperationState
from tiepoint.services.event import Event

T = TypeVar("T")
Report: TypeAlias = Callable[[OperationProgress], None]
Work: TypeAlias = Callable[[Report], Awaitable[T]]
_log = logging.getLogger(__name__)


class Operation(Generic[T]):
    """A running or ended operation.

    `changed` tells every new snapshot, `snapshot` is the last one.
    """

    def __init__(self, key: str) -> None:
        self.changed: Event[OperationSnapshot[T]] = Event()
        self._snapshot: OperationSnapshot[T] = OperationSnapshot(key)
        self._task: asyncio.Task[T] | None = None
        self._error: BaseException | None = None
        self._over = asyncio.Event()

    @property
    def snapshot(self) -> OperationSnapshot[T]:
        """The operation as it is now."""
        return self._snapshot

    def cancel(self) -> None:
        """Ask it to stop; what it has done stays and can be resumed. Does nothing once it is over."""
        if self._task is not None:
            self._task.cancel()

    async def wait(self) -> T:
        """Wait for the end. Cancelling the waiter does not cancel the operation.

        Raises:
            Canceled: It was cancelled.
            TiepointError: It failed.
        """
        await self._over.wait()
        if self._snapshot.state is OperationState.COMPLETED:
            return cast("T", self._snapshot.result)
        if self._error is not None:
            raise self._error
        raise Canceled("Stopped as asked.", remedy="Start it again to go on from here.", retryable=True)

    def report(self, progress: OperationProgress) -> None:
        """Tell how far it is; later than its end this is ignored."""
        if not self._snapshot.state.is_over:
            self._replace(progress=progress)

    def start(self, work: Work[T]) -> None:
        """Begin; called once, by `Operations`."""
        self._replace(state=OperationState.RUNNING)
        self._task = asyncio.ensure_future(_awaited(work, self.report))
        # A task cancelled before its first step runs none of its body, so the end is settled here and not in it.
        self._task.add_done_callback(self._settle)

    def _settle(self, task: asyncio.Task[T]) -> None:
        if task.cancelled():
            self._replace(state=OperationState.CANCELED)
        elif (error := task.exception()) is not None:
            self._error = error
            state = OperationState.CANCELED if isinstance(error, Canceled) else OperationState.FAILED
            self._replace(state=state, failure=failure_of(error))
        else:
            self._replace(state=OperationState.COMPLETED, result=task.result())
        self._over.set()

    def _replace(self, **changes: Any) -> None:
        self._snapshot = dataclasses.replace(self._snapshot, **changes)
        self.changed.emit(self._snapshot)


class Operations:
    """All operations of the program that run now."""

    def __init__(self) -> None:
        self.started: Event[Operation[Any]] = Event()
        self._running: dict[str, Operation[Any]] = {}

    def start(self, key: str, work: Work[T]) -> Operation[T]:
        """Start an operation, or join the one of the same key that is running.

        Args:
            key: What it works on. Callers of one key must mean the same work.
            work: Does it; is handed a function to report progress with.
        """
        known = self._running.get(key)
        if known is not None:
            return cast("Operation[T]", known)
        operation: Operation[T] = Operation(key)
        self._running[key] = operation
        operation.changed.subscribe(self._forget_when_over)
        self.started.emit(operation)
        operation.start(work)
        return operation

    @property
    def running(self) -> tuple[Operation[Any], ...]:
        """Those not over yet."""
        return tuple(self._running.values())

    async def stop(self) -> None:
        """Cancel all of them and wait until they have ended."""
        operations = self.running
        for operation in operations:
            operation.cancel()
        await asyncio.gather(*(operation.wait() for operation in operations), return_exceptions=True)

    def _forget_when_over(self, snapshot: OperationSnapshot[Any]) -> None:
        if snapshot.state.is_over:
            self._running.pop(snapshot.key, None)


async def _awaited(work: Work[T], report: Report) -> T:
    return await work(report)


def failure_of(error: BaseException) -> Failure:
    """Return what an error says of itself; one that nobody expected is logged and said in general words."""
    if isinstance(error, TiepointError):
        return Failure.of(error)
    _log.error("unexpected failure of an operation", exc_info=error)
    return Failure(
        "unexpected",
        "Something unexpected went wrong in Tiepoint.",
        "Try again; if it happens again, report it with the log.",
        retryable=True,
        detail=f"{type(error).__name__}: {error}",
    )
