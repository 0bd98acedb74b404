"""How fast and how soon again: the shared limit of bytes, and the waits after failures."""

from __future__ import annotations

import random
import threading
import time
from datetime import UTC, datetime

import pytest

from tiepoint.runtime.stop import Stop, Stopped
from tiepoint.transfer.blob.backoff import Backoff, read_retry_after
from tiepoint.transfer.blob.bucket import LARGEST_PIECE, SMALLEST_PIECE, TokenBucket
from tiepoint.transfer.blob.errors import Busy, Unreachable


class FakeStop(Stop):
    """Moves the clock instead of sleeping."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.naps: list[float] = []
        self.on_nap = lambda: None

    def wait(self, seconds: float) -> None:
        self.check()
        self.naps.append(seconds)
        self.now += seconds
        self.on_nap()


def test_so_many_bytes_take_so_long() -> None:
    stop = FakeStop()
    bucket = TokenBucket(1_000_000, lambda: stop.now)
    for _ in range(20):
        bucket.take(500_000, stop)
    assert 9.5 <= stop.now <= 10.1
    assert max(stop.naps) <= 0.25


def test_no_limit_never_waits() -> None:
    stop = FakeStop()
    bucket = TokenBucket(None, lambda: stop.now)
    for _ in range(1000):
        bucket.take(2**30, stop)
    assert stop.naps == []
    assert bucket.piece_bytes == LARGEST_PIECE


def test_another_rate_holds_for_those_who_wait_already() -> None:
    stop = FakeStop()
    bucket = TokenBucket(1000, lambda: stop.now)
    stop.on_nap = lambda: bucket.set_rate(1_000_000)
    bucket.take(1_000_000, stop)
    assert stop.now < 1.5
    stop.on_nap = lambda: bucket.set_rate(None)
    bucket.set_rate(1)
    bucket.take(1_000_000, stop)
    assert stop.now < 2.0


def test_idle_time_is_not_saved_up() -> None:
    stop = FakeStop()
    bucket = TokenBucket(1_000_000, lambda: stop.now)
    stop.now = 3600.0
    begun = stop.now
    for _ in range(10):
        bucket.take(500_000, stop)
    assert 4.5 <= stop.now - begun <= 5.1


def test_what_is_stopped_gives_its_turn_back() -> None:
    stop, other = FakeStop(), FakeStop()
    bucket = TokenBucket(1000, lambda: other.now)
    stop.stop()
    with pytest.raises(Stopped):
        bucket.take(10_000_000, stop)
    bucket.take(1000, other)
    assert other.now <= 1.1


@pytest.mark.parametrize(
    ("rate", "piece"), [(None, LARGEST_PIECE), (10**9, LARGEST_PIECE), (2_000_000, 500_000), (10_000, SMALLEST_PIECE)]
)
def test_pieces_suit_the_rate(rate: int | None, piece: int) -> None:
    assert TokenBucket(rate).piece_bytes == piece


def test_threads_share_one_rate() -> None:
    bucket, stop, taken = TokenBucket(2_000_000), Stop(), []

    def taker() -> None:
        while True:
            try:
                bucket.take(20_000, stop)
            except Stopped:
                return
            taken.append(20_000)

    threads = [threading.Thread(target=taker) for _ in range(4)]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    while time.monotonic() - begun < 0.5:
        Stop().wait(0.1)
    stop.stop()
    for thread in threads:
        thread.join()
    most = 2_000_000 * (time.monotonic() - begun + 0.25) + 4 * 20_000
    assert 0 < sum(taken) <= most


def test_waits_grow_and_are_scattered() -> None:
    backoff = Backoff(random.Random(1))
    waits = [backoff.next_s(Unreachable("No.")) for _ in range(40)]
    for number, wait in enumerate(waits):
        assert 0.0 <= wait <= min(60.0, 0.5 * 2**number)
    assert max(waits) > 30.0
    assert len(set(waits)) == 40
    backoff.reset()
    assert backoff.next_s() <= 0.5


def test_what_the_server_asks_for_is_honoured() -> None:
    error = Busy("Busy.")
    error.retry_after_s = 20.0
    for seed in range(20):
        assert 20.0 <= Backoff(random.Random(seed)).next_s(error) <= 21.0


def test_retry_after_is_read_as_seconds_or_as_a_date() -> None:
    now = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
    assert read_retry_after("17") == 17.0
    assert read_retry_after("Wed, 25 Nov 2026 12:00:30 GMT", now) == 30.0
    assert read_retry_after("Wed, 25 Nov 2026 11:00:00 GMT", now) == 0.0
    assert read_retry_after("999999") == 600.0
    for nonsense in (None, "", "-5", "soon"):
        assert read_retry_after(nonsense) is None
