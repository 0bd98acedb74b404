"""What happens four times a second."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.floor_bench import FloorBench, floor_bench
from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.transfer import TransferState
from tiepoint.transfer.ears import Ear, News
from tiepoint.transfer.herald import Herald
from tiepoint.transfer.records import FileRecord


class Stand:
    """A herald whose thread does not run, and a client that keeps what it hears."""

    def __init__(self, bench: FloorBench) -> None:
        self.bench = bench
        self.slept_s = 0.0
        self.woken = 0
        self.heard: list[News] = []
        self.herald = Herald(
            bench.floor, bench.ears, bench.credentials, self._wake, lambda: 1e9 + bench.now_s + self.slept_s
        )
        self.ear = Ear(self.heard.append)
        bench.ears.add(self.ear)

    def _wake(self) -> None:
        self.woken += 1

    def tick(self, seconds: float = 0.25) -> None:
        self.bench.now_s += seconds
        self.herald.tick()


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    with floor_bench(tmp_path) as bench:
        yield Stand(bench)


def test_nothing_new_is_no_news(stand: Stand) -> None:
    stand.tick()
    assert stand.heard == []


def test_what_moves_is_told_with_its_rate(stand: Stand) -> None:
    lane, _ = stand.bench.lane("one", "a")
    lane.record.set_files([FileRecord(0, "0.jpg", "/0.jpg", 9000)])
    taken = stand.bench.take()
    assert taken is not None
    for _ in range(20):
        taken[0].file = lane.record.files[0]
        taken[0].moving += 250
        stand.tick()
    (told,) = stand.heard[-1].transfers
    assert told.moving_bytes == 5000
    assert told.rate_bytes_per_s == pytest.approx(1000, rel=0.05)
    assert told.connections == 1


def test_requests_still_under_way_a_second_after_a_pause_are_cut(stand: Stand) -> None:
    lane, _ = stand.bench.lane("one", "a")
    stand.bench.take()
    with stand.bench.floor.lock:
        stand.bench.floor.halt(lane, TransferState.PAUSED)
    stand.tick(0.9)
    assert not lane.stop.is_set
    stand.tick(0.2)
    assert lane.stop.is_set


def test_after_sleep_connections_are_dropped_and_nothing_is_held_back(stand: Stand) -> None:
    lane, _ = stand.bench.lane("one", "a")
    with stand.bench.floor.lock:
        lane._hold_until_s = stand.bench.now_s + 50
    stand.tick()
    assert stand.woken == 0
    stand.slept_s += 3600
    stand.tick()
    assert stand.woken == 1
    assert stand.bench.take() is not None
    stand.tick()
    assert stand.woken == 1


def test_a_want_is_told_once(stand: Stand) -> None:
    place = BlobPlace("http://127.0.0.1:1/account", "box")
    stand.herald.want(place, "It has expired.")
    stand.tick()
    stand.tick()
    assert [each.place for news in stand.heard for each in news.wanted] == [place]


def test_a_client_that_fails_does_not_still_the_others(stand: Stand, expected_logs: list[str]) -> None:
    def fail(news: News) -> None:
        raise ValueError("oops")

    expected_logs.append("a listener failed")
    stand.bench.ears.drop(stand.ear)
    stand.bench.ears.add(Ear(fail))
    stand.bench.ears.add(stand.ear)
    lane, _ = stand.bench.lane("one", "a")
    with stand.bench.floor.lock:
        stand.bench.ears.transfer(lane.record)
    stand.tick()
    assert len(stand.heard) == 1


def test_a_request_of_an_earlier_round_has_no_row_any_more(stand: Stand) -> None:
    lane, _ = stand.bench.lane("one", "a")
    taken = stand.bench.take()
    assert taken is not None
    taken[0].file = FileRecord(7, "7.jpg", "/7.jpg", 100)
    taken[0].moving = 50
    stand.tick()
    assert stand.heard[-1].transfers[0].moving_bytes == 0
