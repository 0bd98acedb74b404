"""The one operation type: joining by key, progress, every way to end."""

from __future__ import annotations

import asyncio

import pytest

from tiepoint.domain.errors import Canceled, NoSpace
from tiepoint.domain.operation import OperationProgress, OperationSnapshot, OperationState
from tiepoint.services.event import Event
from tiepoint.services.operations import Operation, Operations, Report


async def test_it_runs_reports_and_completes() -> None:
    seen: list[OperationSnapshot[int]] = []

    async def work(report: Report) -> int:
        report(OperationProgress("copy", 1, 2, "photos"))
        await asyncio.sleep(0)
        return 7

    operations = Operations()
    operation = operations.start("k", work)
    operation.changed.subscribe(seen.append)
    assert operations.running == (operation,)
    assert await operation.wait() == 7
    assert [snapshot.state for snapshot in seen] == [OperationState.RUNNING, OperationState.COMPLETED]
    assert seen[0].progress.phase == "copy"
    assert seen[-1].result == 7
    assert operations.running == ()
    operation.report(OperationProgress("late"))
    assert operation.snapshot.progress.phase == "copy"


async def test_the_same_key_joins_and_another_does_not() -> None:
    calls: list[str] = []
    started: list[Operation[object]] = []

    async def work(report: Report) -> int:
        calls.append("once")
        await asyncio.sleep(0)
        return 1

    operations = Operations()
    operations.started.subscribe(started.append)
    one, same, other = (operations.start(key, work) for key in ("a", "a", "b"))
    assert one is same
    assert one is not other
    await asyncio.gather(one.wait(), same.wait(), other.wait())
    assert len(calls) == 2
    assert started == [one, other]
    assert operations.start("a", work) is not one
    await operations.stop()


async def test_a_failure_says_what_and_what_to_do() -> None:
    async def work(report: Report) -> int:
        raise NoSpace("The disk is full.", remedy="Free some space.", retryable=True)

    operation = Operations().start("k", work)
    with pytest.raises(NoSpace):
        await operation.wait()
    failure = operation.snapshot.failure
    assert operation.snapshot.state is OperationState.FAILED
    assert failure is not None
    assert (failure.summary, failure.remedy, failure.retryable) == ("The disk is full.", "Free some space.", True)


async def test_what_nobody_expected_becomes_a_sentence(expected_logs: list[str]) -> None:
    expected_logs.append("unexpected failure")

    async def work(report: Report) -> int:
        raise RuntimeError("a bug")

    operation = Operations().start("k", work)
    with pytest.raises(RuntimeError):
        await operation.wait()
    assert operation.snapshot.failure is not None
    assert operation.snapshot.failure.kind == "unexpected"
    assert "a bug" in operation.snapshot.failure.detail


@pytest.mark.parametrize("steps_before", [0, 1, 3])
async def test_cancelling_settles_whenever_it_comes(steps_before: int) -> None:
    async def work(report: Report) -> int:
        await asyncio.sleep(60)
        return 1

    operation = Operations().start("k", work)
    for _ in range(steps_before):
        await asyncio.sleep(0)
    operation.cancel()
    with pytest.raises(Canceled):
        await operation.wait()
    assert operation.snapshot.state is OperationState.CANCELED
    assert operation.snapshot.state.is_over
    operation.cancel()


async def test_a_cancelled_waiter_leaves_it_running() -> None:
    release = asyncio.Event()

    async def work(report: Report) -> int:
        await release.wait()
        return 1

    operation = Operations().start("k", work)
    waiter = asyncio.ensure_future(operation.wait())
    await asyncio.sleep(0)
    waiter.cancel()
    await asyncio.sleep(0)
    release.set()
    assert await operation.wait() == 1


async def test_stopping_all_waits_for_all() -> None:
    ended: list[str] = []

    async def work(report: Report) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("ended")

    operations = Operations()
    for key in "abc":
        operations.start(key, work)
    await asyncio.sleep(0)
    await operations.stop()
    assert ended == ["ended"] * 3


async def test_work_that_ends_as_canceled_is_canceled() -> None:
    async def work(report: Report) -> int:
        raise Canceled("Stopped as asked.")

    operation = Operations().start("k", work)
    with pytest.raises(Canceled):
        await operation.wait()
    assert operation.snapshot.state is OperationState.CANCELED


def test_listeners_come_and_go() -> None:
    event, heard = Event[int](), list[int]()
    leave = event.subscribe(heard.append)
    event.emit(1)
    leave()
    leave()
    event.emit(2)
    assert heard == [1]
