"""Never twice: a capture run again, on this computer and another, and the same photo in a second capture."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from blob_server import Container
from fault_proxy import FaultProxy
from faults import Answer
from flights import BLOCKS, KIB, SMALL, assert_is_up, contents, write_flight
from tiepoint.domain.transfer import FileState, TransferState
from workstation import Workstation, assert_completed


def test_two_thousand_photos_again_are_three_lists_and_no_bytes(
    station: Workstation, container: Container, fault_proxy: FaultProxy, tmp_path: Path
) -> None:
    photos = write_flight(tmp_path / "photos", [2 * KIB] * 2000)
    url = fault_proxy.url(container.url)
    station.authorize(url)
    first = station.wait(station.upload(photos, url).id)
    assert_completed(station, first)
    station.stop()
    fault_proxy.forget()

    station.start()
    station.authorize(url)
    again = station.wait(station.upload(photos, url).id)

    assert_completed(station, again)
    assert again.place == first.place
    assert again.tally(FileState.SKIPPED).files == 2000
    assert fault_proxy.counts["list"] <= 3
    assert sum(request.sent for request in fault_proxy.requests) == 0
    assert again.receipt is not None
    assert again.receipt.is_whole


@pytest.mark.parametrize("sizes", [SMALL, BLOCKS])
def test_another_computer_sends_nothing_that_is_there(
    sizes: tuple[int, ...],
    make_station: Callable[[], Workstation],
    container: Container,
    fault_proxy: FaultProxy,
    tmp_path: Path,
) -> None:
    photos = write_flight(tmp_path / "photos", sizes)
    url = fault_proxy.url(container.url)
    first, second = make_station(), make_station()
    for station in (first, second):
        station.authorize(url)
    one = first.wait(first.upload(photos, url).id)
    fault_proxy.forget()
    other = second.wait(second.upload(photos, url).id)
    assert other.tally(FileState.SKIPPED).files == len(sizes)
    assert other.place == one.place
    assert fault_proxy.sent("put", "block") < 20_000
    assert_is_up(container, other, photos)


def test_two_computers_at_once_never_mix(
    make_station: Callable[[], Workstation], container: Container, fault_proxy: FaultProxy, tmp_path: Path
) -> None:
    photos = write_flight(tmp_path / "photos", [*SMALL, *BLOCKS])
    url = fault_proxy.url(container.url)
    stations = [make_station(), make_station()]
    fault_proxy.pace(2 << 20)
    uploads = []
    for station in stations:
        station.authorize(url)
        uploads.append(station.upload(photos, url))
    done = [station.wait(upload.id) for station, upload in zip(stations, uploads, strict=True)]
    assert [each.state for each in done] == [TransferState.COMPLETED] * 2
    assert done[0].place == done[1].place
    for each in done:
        assert_is_up(container, each, photos)


def test_two_computers_with_other_content_under_one_name_never_mix(
    make_station: Callable[[], Workstation], container: Container, fault_proxy: FaultProxy, tmp_path: Path
) -> None:
    stations = [make_station(), make_station()]
    folders = [write_flight(tmp_path / f"photos{seed}", [300 * KIB, *BLOCKS], seed) for seed in range(2)]
    url = fault_proxy.url(container.url)
    fault_proxy.pace(2 << 20)
    uploads = []
    for station, folder in zip(stations, folders, strict=True):
        station.authorize(url)
        uploads.append(station.upload(folder, url))
    done = [station.wait(upload.id) for station, upload in zip(stations, uploads, strict=True)]
    # Each blob is one's or the other's, whole; whoever came second is told.
    claims = [contents(folder) for folder in folders]
    prefix = done[0].place.prefix
    for path in claims[0]:
        there = container.content(f"{prefix}/photos/{path}")
        assert there in [claim[path] for claim in claims]
    conflicts = [station.files(each.id, ("conflict",)) for station, each in zip(stations, done, strict=True)]
    assert sum(len(each) for each in conflicts) == len(claims[0])


def test_a_photo_of_another_capture_is_copied_by_the_server(
    station: Workstation, container: Container, fault_proxy: FaultProxy, tmp_path: Path
) -> None:
    photos = write_flight(tmp_path / "photos")
    url = fault_proxy.url(container.url)
    station.authorize(url)
    station.wait(station.upload(photos, url, "one").id)
    fault_proxy.forget()
    other = station.wait(station.upload(photos, url, "two").id)
    assert other.tally(FileState.COPIED).files >= len(SMALL) - 1  # one byte may be sent as quickly
    assert fault_proxy.sent() < 20_000
    assert_is_up(container, other, photos)


def test_a_copy_that_is_refused_is_sent(
    station: Workstation, container: Container, fault_proxy: FaultProxy, tmp_path: Path
) -> None:
    photos = write_flight(tmp_path / "photos")
    url = fault_proxy.url(container.url)
    station.authorize(url)
    station.wait(station.upload(photos, url, "one").id)
    fault_proxy.add(Answer(409, "CannotVerifyCopySource"), "copy", times=1000)
    other = station.wait(station.upload(photos, url, "two").id)
    assert_completed(station, other)
    assert other.tally(FileState.VERIFIED).files == len(SMALL)
    assert_is_up(container, other, photos)


def test_what_somebody_else_put_there_is_not_overwritten_unasked(
    station: Workstation, container: Container, tmp_path: Path
) -> None:
    photos = write_flight(tmp_path / "photos")
    station.authorize(container.url)
    first = station.wait(station.upload(photos, container.url).id)
    name = f"{first.place.prefix}/photos/DJI_0000.JPG"
    container.put(name, b"somebody else's")
    second = station.wait(station.upload(photos, container.url).id)
    assert [file.path for file in station.files(second.id, ("conflict",))] == ["DJI_0000.JPG"]
    assert container.content(name) == b"somebody else's"
    station.retry(second.id, replaces=True)
    assert_is_up(container, station.wait(second.id), photos)


def test_a_claimed_digest_alone_proves_nothing(station: Workstation, container: Container, tmp_path: Path) -> None:
    """Blocks of other content under a Content-MD5 that somebody set and no server checked."""
    photos = write_flight(tmp_path / "photos", [300 * KIB])
    station.authorize(container.url)
    first = station.wait(station.upload(photos, container.url).id)
    name = f"{first.place.prefix}/photos/DJI_0000.JPG"
    md5 = bytes(container.properties(name).content_settings.content_md5)
    blob = container.client.get_blob_client(name)
    blob.stage_block("AAAA", bytes(300 * KIB))
    from azure.storage.blob import BlobBlock, ContentSettings

    blob.commit_block_list([BlobBlock("AAAA")], content_settings=ContentSettings(content_md5=bytearray(md5)))
    second = station.wait(station.upload(photos, container.url).id)
    assert [file.path for file in station.files(second.id, ("conflict",))] == ["DJI_0000.JPG"]
