"""The worker is killed as a power cut would kill it, and what had arrived is not sent again."""

from __future__ import annotations

from pathlib import Path

from blob_server import Container
from fault_proxy import FaultProxy
from flights import BLOCKS, KIB, SMALL, assert_is_down, assert_is_up, contents, write_flight
from program import wait_until
from tiepoint.domain.transfer import FileState, Limits, TransferState
from tiepoint.protocol.transfers import SET_LIMITS, LimitsParams
from workstation import IMPATIENT, Workstation, assert_completed

BIG = 64 * 1024 * KIB


def test_killed_at_half_of_a_big_file_little_is_sent_again(
    station: Workstation, container: Container, fault_proxy: FaultProxy, tmp_path: Path
) -> None:
    photos = write_flight(tmp_path / "photos", [BIG])
    url = fault_proxy.url(container.url)
    station.authorize(url)
    fault_proxy.pace(2 << 20)
    upload = station.upload(photos, url)
    wait_until(lambda: fault_proxy.sent("block") > BIG / 2, what="half of the file")
    station.kill()
    fault_proxy.pace(0)

    station.start()
    interrupted = station.transfer(upload.id)
    assert interrupted.state is TransferState.NEEDS_SIGN_IN
    assert interrupted.done_bytes > BIG / 4
    station.authorize(url)
    done = station.wait(upload.id)

    assert_completed(station, done)
    # What was on its way in up to 32 connections is lost, pieces of 256 KiB; of a real 4 GB file that is 2 % at most.
    on_the_way = 32 * int(IMPATIENT["block_bytes"])
    assert fault_proxy.sent("block") <= BIG + on_the_way
    assert_is_up(container, done, photos)


def test_killed_between_photos_none_is_sent_twice(
    station: Workstation, container: Container, fault_proxy: FaultProxy, tmp_path: Path
) -> None:
    photos = write_flight(tmp_path / "photos", [100 * KIB] * 120)
    url = fault_proxy.url(container.url)
    station.authorize(url)
    fault_proxy.pace(400 * KIB)
    upload = station.upload(photos, url)
    wait_until(lambda: fault_proxy.counts["put"] > 60, what="half of the photos")
    station.kill()
    fault_proxy.pace(0)
    there = set(container.names())
    fault_proxy.forget()

    station.start()
    station.authorize(url)
    done = station.wait(upload.id)

    assert_completed(station, done)
    sent = {request.path for request in fault_proxy.requests if request.kind == "put"}
    assert not {path for path in sent for name in there if path.endswith(name.replace(" ", "%20"))}
    assert_is_up(container, done, photos)


def test_a_paused_transfer_is_paused_after_a_kill(
    station: Workstation, container: Container, fault_proxy: FaultProxy, tmp_path: Path
) -> None:
    photos = write_flight(tmp_path / "photos", BLOCKS)
    url = fault_proxy.url(container.url)
    station.authorize(url)
    fault_proxy.pace(200 * KIB)
    upload = station.upload(photos, url)
    wait_until(lambda: fault_proxy.counts["block"], what="a block")
    station.pause(upload.id)
    station.wait(upload.id, TransferState.PAUSED)
    station.kill()
    fault_proxy.pace(0)
    fault_proxy.forget()

    station.start()
    station.authorize(url)
    assert station.transfer(upload.id).state is TransferState.PAUSED
    assert fault_proxy.sent() == 0
    station.resume(upload.id)
    assert_is_up(container, station.wait(upload.id), photos)


def test_a_download_killed_at_half_goes_on_there(
    station: Workstation, container: Container, fault_proxy: FaultProxy, tmp_path: Path
) -> None:
    photos = write_flight(tmp_path / "photos", [BIG // 4, *SMALL])
    station.authorize(container.url)
    up = station.wait(station.upload(photos, container.url).id)
    url = fault_proxy.url(container.url)
    station.authorize(url)
    total = sum(len(each) for each in contents(photos).values())
    # Else all of it is here within the fifth of a second that the journal may lose.
    station.ask(SET_LIMITS, LimitsParams(Limits(8_000_000)))
    down = station.download(f"{url}/{up.place.prefix}/photos", tmp_path / "target")
    half = station.wait(down.id, until=lambda transfer: transfer.done_bytes > total / 2 or transfer.state.is_over)
    station.kill()
    fault_proxy.forget()

    station.start()
    station.authorize(url)
    done = station.wait(down.id)

    assert_completed(station, done)
    # What was received in the journal's last fifth of a second is fetched again.
    assert fault_proxy.got("get") <= total - half.done_bytes + 32 * int(IMPATIENT["range_bytes"])
    assert_is_down(tmp_path / "target", contents(photos))


def test_a_worker_killed_every_moment_gets_there(
    station: Workstation, container: Container, fault_proxy: FaultProxy, tmp_path: Path
) -> None:
    photos = write_flight(tmp_path / "photos", [*SMALL, *BLOCKS] * 2)
    url = fault_proxy.url(container.url)
    station.authorize(url)
    upload = station.upload(photos, url)
    for kill in range(5):
        wait_until(lambda kill=kill: len(fault_proxy.requests) > kill * 5, what="requests")
        station.kill()
        station.start()
        station.authorize(url)
    done = station.wait(upload.id)
    assert_completed(station, done)
    assert done.tally(*(state for state in FileState if state.is_there)).files == len(SMALL + BLOCKS) * 2
    assert_is_up(container, done, photos)
