"""Pausing, canceling, going offline and coming back, limits and priorities, on a transfer that is under way."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from blob_server import Container
from fault_proxy import FaultProxy
from faults import Stall
from flights import BLOCKS, KIB, SMALL, assert_is_down, assert_is_up, contents, write_flight
from patience import Watch
from program import wait_until
from tiepoint.domain.transfer import Direction, FileState, Limits, Transfer, TransferState
from tiepoint.protocol import transfers as messages
from workstation import IMPATIENT, Workstation, assert_completed

PATIENT = {**IMPATIENT, "progress_s": 30.0}
STALL_S = 4.0


@pytest.fixture
def station(make_station: object) -> Workstation:
    """One that would wait half a minute for a stalled connection: pausing must not."""
    return make_station(tuning=PATIENT)  # type: ignore[operator,no-any-return]


def started(
    direction: Direction, station: Workstation, container: Container, proxy: FaultProxy, tmp_path: Path
) -> tuple[Transfer, Path]:
    """A transfer that is under way at some 100 KiB a second and connection."""
    photos = write_flight(tmp_path / "photos", [*SMALL, *BLOCKS])
    url = proxy.url(container.url)
    station.authorize(url)
    if direction is Direction.UP:
        proxy.pace(100 * KIB)
        upload = station.upload(photos, url)
        wait_until(lambda: proxy.sent() > 100 * KIB, what="some bytes")
        return upload, photos
    station.authorize(container.url)
    up = station.wait(station.upload(photos, container.url).id)
    from faults import StallReply

    proxy.add(StallReply(20.0, 10_000), "get", times=1000, skip=2)
    down = station.download(f"{url}/{up.place.prefix}/photos", tmp_path / "target")
    wait_until(lambda: len(proxy.befallen) > 2, what="some requests")
    return down, photos


@pytest.mark.parametrize("direction", Direction)
def test_pause_takes_two_seconds_at_most_and_resume_loses_nothing(
    direction: Direction, station: Workstation, container: Container, fault_proxy: FaultProxy, tmp_path: Path
) -> None:
    transfer, photos = started(direction, station, container, fault_proxy, tmp_path)
    watch = Watch()
    station.pause(transfer.id)
    station.wait(transfer.id, until=lambda each: each.state is TransferState.PAUSED and each.connections == 0)
    assert watch.took_s() <= 2.0
    before = len(fault_proxy.requests)
    time.sleep(0.5)  # long enough for a thread that did not stop to ask for something
    assert len(fault_proxy.requests) == before
    fault_proxy.pace(0)
    fault_proxy.calm()
    station.resume(transfer.id)
    done = station.wait(transfer.id)
    assert_completed(station, done)
    if direction is Direction.UP:
        assert_is_up(container, done, photos)
    else:
        assert_is_down(tmp_path / "target", contents(photos))


@pytest.mark.parametrize("direction", Direction)
def test_cancel_takes_two_seconds_at_most_even_when_nothing_moves(
    direction: Direction, station: Workstation, container: Container, fault_proxy: FaultProxy, tmp_path: Path
) -> None:
    transfer, photos = started(direction, station, container, fault_proxy, tmp_path)
    fault_proxy.black_hole(60)
    watch = Watch()
    station.cancel(transfer.id)
    station.wait(transfer.id, until=lambda each: each.state is TransferState.CANCELED and each.connections == 0)
    assert watch.took_s() <= 2.0
    fault_proxy.calm()
    fault_proxy.pace(0)
    if direction is Direction.DOWN:
        return
    again = station.wait(station.upload(photos, fault_proxy.url(container.url)).id)
    assert_completed(station, again)
    assert_is_up(container, again, photos)


def test_offline_it_waits_and_goes_on_by_itself(
    station: Workstation, container: Container, fault_proxy: FaultProxy, tmp_path: Path
) -> None:
    transfer, photos = started(Direction.UP, station, container, fault_proxy, tmp_path)
    fault_proxy.offline()
    waiting = station.wait(transfer.id, TransferState.WAITING)
    assert waiting.trouble is not None
    assert waiting.tally(FileState.FAILED).files == 0
    fault_proxy.pace(0)
    fault_proxy.online()
    done = station.wait(transfer.id)
    assert_completed(station, done)
    assert all(file.attempts <= 1 for file in station.files(done.id))
    assert_is_up(container, done, photos)


def test_a_server_that_is_not_there_at_first_is_waited_for(
    station: Workstation, container: Container, fault_proxy: FaultProxy, tmp_path: Path
) -> None:
    photos = write_flight(tmp_path / "photos")
    url = fault_proxy.url(container.url)
    fault_proxy.offline()
    station.authorize(url)
    upload = station.upload(photos, url)
    station.wait(upload.id, TransferState.WAITING)
    fault_proxy.online()
    assert_is_up(container, station.wait(upload.id), photos)


def test_a_limit_holds_while_things_move_and_can_be_lifted(
    station: Workstation, container: Container, fault_proxy: FaultProxy, tmp_path: Path
) -> None:
    photos = write_flight(tmp_path / "photos", [1000 * KIB] * 6)
    url = fault_proxy.url(container.url)
    station.authorize(url)
    station.ask(messages.SET_LIMITS, messages.LimitsParams(Limits(1000 * KIB)))
    began = time.monotonic()
    upload = station.upload(photos, url)
    wait_until(fault_proxy.sent, what="some bytes")
    time.sleep(2)  # what is measured
    # From the begin on: what a busy computer held up for a while may come faster afterwards.
    sent = fault_proxy.sent()
    assert sent <= 1.1 * 1000 * KIB * (time.monotonic() - began) + 300 * KIB
    station.ask(messages.SET_LIMITS, messages.LimitsParams(Limits(None)))
    watch = Watch()
    done = station.wait(upload.id)
    assert watch.took_s() < 3
    assert_is_up(container, done, photos)


def test_this_one_first(station: Workstation, container: Container, fault_proxy: FaultProxy, tmp_path: Path) -> None:
    url = fault_proxy.url(container.url)
    station.authorize(url)
    fault_proxy.pace(200 * KIB)
    folders = [write_flight(tmp_path / name, [200 * KIB] * 30, seed) for seed, name in enumerate(("one", "two"))]
    first, second = (station.upload(folder, url, folder.name) for folder in folders)
    station.ask(messages.SET_PRIORITY, messages.TransferPriorityParams(second.id, 1))
    station.wait(second.id)
    assert not station.transfer(first.id).state.is_over
    fault_proxy.pace(0)
    for transfer, folder in ((first, folders[0]), (second, folders[1])):
        assert_is_up(container, station.wait(transfer.id), folder)


def test_a_stalled_connection_does_not_hold_up_the_others(
    station: Workstation, container: Container, fault_proxy: FaultProxy, tmp_path: Path
) -> None:
    photos = write_flight(tmp_path / "photos", [100 * KIB] * 40)
    url = fault_proxy.url(container.url)
    fault_proxy.add(Stall(STALL_S), "put", times=2)
    station.authorize(url)
    watch = Watch()
    upload = station.upload(photos, url)
    station.wait(upload.id, until=lambda each: each.tally(FileState.VERIFIED).files >= 38)
    assert watch.took_s() < STALL_S
    assert_is_up(container, station.wait(upload.id), photos)
