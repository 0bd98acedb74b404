"""Every fault a network or a server knows, on files sent whole and in blocks, up and down: the content stays the same.

The real worker process, a real Blob server, and a proxy between them that does the harm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import blob_rights
from blob_server import Container
from fault_proxy import FaultProxy, Request
from faults import (
    BlackHole,
    CorruptReply,
    CorruptRequest,
    CutReply,
    CutRequest,
    Fault,
    LoseReply,
    Stall,
    StallReply,
    busy,
)
from flights import BLOCKS, SMALL, assert_is_down, assert_is_up, contents, write_flight
from tiepoint.domain.transfer import FileState, TransferState
from tls_papers import TlsPapers
from workstation import HASTY, STANDS_STILL_S, Workstation, assert_completed, assert_quiet

AT = 100_000
UP = {
    "cut": CutRequest(AT),
    "stall": Stall(STANDS_STILL_S, AT),
    "503": busy(503),
    "503 come again": busy(503, 1),
    "429": busy(429),
    "429 come again": busy(429, 1),
    "500": busy(500),
    "corrupt": CorruptRequest(AT),
    "lost reply": LoseReply(),
    "black hole": BlackHole(STANDS_STILL_S),
}
DOWN = {
    "cut": CutReply(AT),
    "stall": StallReply(STANDS_STILL_S, AT),
    "503": busy(503),
    "503 come again": busy(503, 1),
    "429": busy(429),
    "429 come again": busy(429, 1),
    "500": busy(500),
    "corrupt": CorruptReply(AT),
    "lost reply": LoseReply(),
    "black hole": BlackHole(STANDS_STILL_S),
}
SHAPES = {"small": SMALL, "blocks": BLOCKS}
PIECE = 600 * 1024
"""Most that is sent again for one fault."""


SILENT = ("stall", "black hole")


@pytest.fixture(scope="module")
def patient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workstation]:
    """One worker for all of them: it has to come through all this without a restart."""
    with Workstation(tmp_path_factory.mktemp("w")) as station:
        station.start()
        yield station
    assert_quiet(station)


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workstation]:
    """One worker for all that is about silence."""
    with Workstation(tmp_path_factory.mktemp("h"), tuning=HASTY) as station:
        station.start()
        yield station
    assert_quiet(station)


@pytest.fixture
def station(patient: Workstation, hasty: Workstation, request: pytest.FixtureRequest) -> Workstation:
    """The worker for the fault, which the test has as a parameter."""
    parameters = request.node.callspec.params if hasattr(request.node, "callspec") else {}
    return hasty if parameters.get("fault", "") in SILENT else patient


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("fault", UP)
def test_an_upload_comes_through(
    shape: str, fault: str, station: Workstation, container: Container, fault_proxy: FaultProxy, tmp_path: Path
) -> None:
    photos = write_flight(tmp_path / "photos", SHAPES[shape])
    url = fault_proxy.url(container.url)
    fault_proxy.add(UP[fault], lambda request: request.kind in ("put", "block") and request.size > AT, times=2, skip=1)
    station.authorize(url)

    done = station.wait(station.upload(photos, url, fault).id)

    assert_completed(station, done)
    assert len(fault_proxy.befallen) == 2
    assert done.tally(FileState.VERIFIED).files == len(SHAPES[shape])
    assert_is_up(container, done, photos)
    most = sum(SHAPES[shape]) + (10 if isinstance(UP[fault], BlackHole) else 2) * PIECE
    assert fault_proxy.sent("put", "block") <= most + 20_000  # the manifest is a put, too


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("fault", DOWN)
def test_a_download_comes_through(
    shape: str, fault: str, station: Workstation, container: Container, fault_proxy: FaultProxy, tmp_path: Path
) -> None:
    photos = write_flight(tmp_path / "photos", SHAPES[shape])
    station.authorize(container.url)
    up = station.wait(station.upload(photos, container.url, fault).id)
    url = fault_proxy.url(container.url)
    station.authorize(url)
    fault_proxy.add(DOWN[fault], first_ask_of_each_range(), times=2, skip=1)

    down = station.download(f"{url}/{up.place.prefix}/photos", tmp_path / "target")
    done = station.wait(down.id)

    assert_completed(station, done)
    assert len(fault_proxy.befallen) == 2
    assert_is_down(tmp_path / "target", contents(photos))


def first_ask_of_each_range() -> Callable[[Request], bool]:
    """Take what asks for a range of a photo the first time: a range that arrives damaged twice is given up, rightly."""
    seen = set()

    def takes(request: Request) -> bool:
        asked = (request.path, request.headers.get("x-ms-range", ""))
        is_first = request.kind == "get" and "photos" in request.path and asked not in seen
        seen.add(asked)
        return is_first

    return takes


ANSWERS: dict[str, Fault] = {
    "503": busy(503),
    "429": busy(429, 1),
    "lost reply": LoseReply(),
    "black hole": BlackHole(STANDS_STILL_S),
}


@pytest.mark.parametrize("kind", ["list", "commit", "head"])
@pytest.mark.parametrize("fault", ANSWERS)
def test_questions_and_commits_come_through(
    kind: str, fault: str, station: Workstation, container: Container, fault_proxy: FaultProxy, tmp_path: Path
) -> None:
    photos = write_flight(tmp_path / "photos", BLOCKS)
    url = fault_proxy.url(container.url)
    if kind == "head":  # asked only when a reply of the server said nothing of use
        fault_proxy.add(LoseReply(), "commit")
    fault_proxy.add(ANSWERS[fault], kind)
    station.authorize(url)

    done = station.wait(station.upload(photos, url, fault).id)

    assert_completed(station, done)
    assert_is_up(container, done, photos)
    on_the_way = 10 * PIECE if isinstance(ANSWERS[fault], BlackHole) else 0  # it swallows what others were sending
    assert fault_proxy.sent("block") <= sum(BLOCKS) + on_the_way


ENCRYPTED = ["cut", "stall", "503", "corrupt", "lost reply", "black hole"]


@pytest.mark.parametrize("fault", ENCRYPTED)
def test_encrypted_transfers_come_through(
    fault: str,
    make_station: Callable[..., Workstation],
    container_https: Container,
    trusts_papers: TlsPapers,
    tmp_path: Path,
) -> None:
    photos = write_flight(tmp_path / "photos", [*SMALL, *BLOCKS])
    station = make_station(tuning=HASTY if fault in SILENT else None)
    with FaultProxy(container_https.server.port, trusts_papers) as proxy:
        url = proxy.url(container_https.url)
        station.authorize(url, blob_rights.bearer(), "bearer")
        proxy.add(UP[fault], lambda request: request.kind in ("put", "block") and request.size > AT, times=4, skip=1)
        up = station.wait(station.upload(photos, url, fault).id)
        assert_completed(station, up)
        assert len(proxy.befallen) == 4
        assert_is_up(container_https, up, photos)
        proxy.add(DOWN[fault], lambda request: request.kind == "get" and "photos" in request.path, times=4, skip=1)
        down = station.wait(station.download(f"{url}/{up.place.prefix}/photos", tmp_path / "target").id)
        assert_completed(station, down)
        assert len(proxy.befallen) == 8
    assert_is_down(tmp_path / "target", contents(photos))


def test_everything_at_once(hasty: Workstation, container: Container, fault_proxy: FaultProxy, tmp_path: Path) -> None:
    photos = write_flight(tmp_path / "photos", [*SMALL, *BLOCKS] * 3)
    url = fault_proxy.url(container.url)
    for skip, fault in enumerate([*UP.values(), *DOWN.values()]):
        fault_proxy.add(fault, "put block commit list", skip=2 * skip)
    hasty.authorize(url)

    done = hasty.wait(hasty.upload(photos, url, "storm").id)

    assert_completed(hasty, done)
    assert_is_up(container, done, photos)


def test_bytes_that_are_always_damaged_fail_their_file_and_no_other(
    station: Workstation, container: Container, fault_proxy: FaultProxy, tmp_path: Path
) -> None:
    photos = write_flight(tmp_path / "photos")
    url = fault_proxy.url(container.url)
    fault_proxy.add(CorruptRequest(10), lambda request: "DJI_0002" in request.path and request.size > 10, times=1000)
    station.authorize(url)

    done = station.wait(station.upload(photos, url).id)

    assert done.state is TransferState.FAILED
    (failed,) = station.files(done.id, ("failed",))
    assert failed.path == "DJI_0002.JPG"
    assert failed.trouble is not None
    assert done.tally(FileState.VERIFIED).files == len(SMALL) - 1
    fault_proxy.calm()
    station.retry(done.id)
    assert_is_up(container, station.wait(done.id), photos)
