"""What is next, and what an outcome means for a transfer and for others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.floor_bench import SIGNATURE, FakeWork, FloorBench, floor_bench
from tiepoint.domain.errors import InputError
from tiepoint.domain.transfer import TransferState
from tiepoint.runtime.stop import Stopped
from tiepoint.transfer.blob.errors import Busy, Refused, Unreachable
from tiepoint.transfer.pace import FEWEST
from tiepoint.transfer.work import Task


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[FloorBench]:
    with floor_bench(tmp_path) as made:
        yield made


def offline() -> Unreachable:
    error = Unreachable("Nobody answers.", retryable=True)
    error.is_offline = True
    return error


def busy(retry_after_s: float | None) -> Busy:
    error = Busy("The server is busy.", retryable=True)
    error.retry_after_s = retry_after_s
    return error


def take(bench: FloorBench):  # type: ignore[no-untyped-def]
    taken = bench.take()
    assert taken is not None
    return taken


def test_the_first_of_all_goes_first_and_the_rest_of_the_threads_to_the_next(bench: FloorBench) -> None:
    bench.lane("old", "old 1")
    bench.lane("young", "young 1")
    bench.lane("first", "first 1", "first 2", priority=1)
    assert [bench.name(bench.take()) for _ in range(5)] == ["first 1", "first 2", "old 1", "young 1", ""]


def test_no_more_threads_work_than_are_allowed(bench: FloorBench) -> None:
    bench.lane("one", *map(str, range(20)))
    taken = [bench.take() for _ in range(20)]
    assert sum(each is not None for each in taken) == FEWEST


def test_a_transfer_is_seen_running_while_its_first_task_runs(bench: FloorBench) -> None:
    lane, _ = bench.lane("one", "task")
    bench.take()
    assert lane.record.state is TransferState.RUNNING


def test_all_done_is_over(bench: FloorBench) -> None:
    lane, work = bench.lane("one", "task")
    bench.bring(take(bench))
    assert lane.record.state is TransferState.COMPLETED
    assert lane.record.finished is not None
    assert work.settled == ["task"]


def test_one_broken_connection_holds_back_a_moment_and_is_no_news(bench: FloorBench) -> None:
    lane, work = bench.lane("one", "task", "other")
    bench.bring(take(bench), Unreachable("It broke."))
    assert lane.record.state is TransferState.RUNNING
    assert work.given_back == ["task"]
    bench.now_s += 1.1
    assert bench.name(bench.take()) == "task"


def test_a_network_that_is_away_lets_the_transfer_wait_and_one_request_try(bench: FloorBench) -> None:
    lane, _ = bench.lane("one", "a", "b", "c")
    first, second = take(bench), take(bench)
    bench.bring(first, offline())
    bench.bring(second, offline())
    assert lane.record.state is TransferState.WAITING
    assert lane.record.trouble is not None
    bench.now_s += 1.1
    tried = take(bench)
    assert bench.take() is None
    bench.bring(tried)
    assert lane.record.state is TransferState.RUNNING
    assert lane.record.trouble is None
    assert bench.take() is not None
    assert bench.take() is not None


def test_a_transfer_that_waits_blocks_nobody(bench: FloorBench) -> None:
    bench.lane("down", "a", priority=1)
    bench.lane("up", "b", container="elsewhere")
    bench.bring(take(bench), offline())
    assert bench.name(bench.take()) == "b"


def test_a_busy_server_is_left_alone_as_long_as_it_asks_and_gets_half_the_connections(bench: FloorBench) -> None:
    bench.lane("one", *map(str, range(20)))
    first, second = take(bench), take(bench)
    bench.bring(first, Unreachable("It broke."))
    bench.bring(second, busy(30.0))
    bench.now_s += 29.0
    assert bench.take() is None
    bench.now_s += 2.5
    assert bench.take() is not None
    assert bench.floor.pace.allowed == FEWEST // 2


def test_a_refused_credential_holds_every_transfer_of_the_container(bench: FloorBench) -> None:
    one, _ = bench.lane("one", "a")
    two, _ = bench.lane("two", "b")
    other, _ = bench.lane("other", "c", container="elsewhere")
    bench.bring(take(bench), Refused("It has expired."))
    assert one.record.state is TransferState.NEEDS_SIGN_IN
    assert two.record.state is TransferState.NEEDS_SIGN_IN
    assert two.record.trouble is not None
    assert other.record.state is TransferState.QUEUED
    assert bench.name(bench.take()) == "c"


def test_a_refusal_of_a_credential_that_was_replaced_meanwhile_holds_nothing(bench: FloorBench) -> None:
    lane, _ = bench.lane("one", "a")
    taken = take(bench)
    bench.credentials.give(lane.record.base, "sas", SIGNATURE)
    bench.bring(taken, Refused("It has expired."))
    assert lane.record.state is TransferState.RUNNING
    assert bench.name(bench.take()) == "a"


def test_any_other_failure_ends_the_transfer(bench: FloorBench) -> None:
    lane, _ = bench.lane("one", "a", "b")
    bench.bring(take(bench), InputError("There is no such container."))
    assert lane.record.state is TransferState.FAILED
    assert lane.record.trouble is not None
    assert lane.record.trouble.summary == "There is no such container."
    assert bench.take() is None


def test_a_fault_of_ours_ends_the_transfer_and_nothing_else(bench: FloorBench, expected_logs: list[str]) -> None:
    expected_logs.append("failed unexpectedly")
    lane, _ = bench.lane("one", "a")
    bench.lane("two", "b")
    bench.bring(take(bench), ZeroDivisionError("oops"))
    assert lane.record.state is TransferState.FAILED
    assert lane.record.trouble is not None
    assert "ZeroDivisionError" in lane.record.trouble.detail
    assert bench.name(bench.take()) == "b"


def test_what_comes_back_after_a_cancel_is_dropped(bench: FloorBench) -> None:
    lane, work = bench.lane("one", "a", "b")
    taken = take(bench)
    with bench.floor.lock:
        bench.floor.end(lane, TransferState.CANCELED)
    bench.bring(taken, Stopped())
    assert lane.record.state is TransferState.CANCELED
    assert not work.given_back


def test_what_is_under_way_at_a_pause_still_counts(bench: FloorBench) -> None:
    lane, work = bench.lane("one", "a", "b")
    taken = take(bench)
    with bench.floor.lock:
        bench.floor.halt(lane, TransferState.PAUSED)
    assert lane.cut_at_s == bench.now_s + 1.0
    bench.bring(taken)
    assert work.settled == ["a"]
    assert lane.record.state is TransferState.PAUSED
    assert bench.take() is None


@pytest.mark.parametrize("rest", [TransferState.PAUSED, TransferState.NEEDS_SIGN_IN])
def test_one_whose_last_task_ends_while_it_comes_to_rest_is_over(bench: FloorBench, rest: TransferState) -> None:
    lane, _ = bench.lane("one", "last")
    taken = take(bench)
    with bench.floor.lock:
        bench.floor.halt(lane, rest)
    bench.bring(taken)
    assert lane.record.state is TransferState.COMPLETED
    assert lane.record.finished is not None


def test_bytes_that_crossed_the_network_are_counted_for_failures_too(bench: FloorBench) -> None:
    lane, _ = bench.lane("one", "a")
    hand, given = take(bench)
    hand.moved = 500
    bench.bring((hand, given), Unreachable("It broke."))
    assert lane.record.bytes_moved == 500


class BrokenWork(FakeWork):
    def next_task(self, now_s: float) -> Task | None:
        raise KeyError("oops")


def test_a_broken_work_holds_up_nobody(bench: FloorBench, expected_logs: list[str]) -> None:
    expected_logs.append("failed unexpectedly")
    lane, _ = bench.lane("one", "a", priority=1)
    lane.work = BrokenWork("a")
    bench.lane("two", "b")
    assert bench.name(bench.take()) == "b"
    assert lane.record.state is TransferState.FAILED
