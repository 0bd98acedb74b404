"""Kill the transfer worker at random moments of uploads of a mixed capture, two hundred times. Some minutes.

One capture is killed and gone on with until it is up; then the next begins, until all kills are spent. Every one is
compared byte by byte, and what passed on the network is looked through for anything that was there already.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from pathlib import Path

import pytest

from blob_server import BlobServer, Container
from fault_proxy import FaultProxy, Request
from flights import KIB, assert_is_up, write_flight
from tiepoint.domain.transfer import FileState, Transfer, TransferState
from workstation import Workstation, assert_quiet

KILLS = int(os.environ.get("SOAK_KILLS", "200"))
PACE = 400 * KIB
"""Bytes a second and connection: a capture takes some seconds."""
LONGEST_LIFE_S = 2.0


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_two_hundred_kills_change_nothing(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    seed = int(os.environ.get("SOAK_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    server = BlobServer()
    kills, captures, began = 0, 0, time.monotonic()
    try:
        with (
            FaultProxy(server.port) as proxy,
            Workstation(tmp_path_factory.mktemp("w")) as station,
            server.witness() as service,
        ):
            proxy.pace(PACE)
            while kills < KILLS:
                captures += 1
                container = Container(server, service.create_container(f"soak-{captures}"))
                photos = write_flight(tmp_path / f"photos-{captures}", _sizes(chance), chance.randrange(10**9))
                spent, done = _one_capture(station, proxy, container, photos, chance, KILLS - kills)
                kills += spent
                assert_is_up(container, done, photos)
                again = _check_traffic(proxy.requests)
                print(
                    f"capture {captures}: {spent} kills, {kills} in all, {time.monotonic() - began:.0f} s; "
                    f"{again} blocks of {proxy.counts['block']} sent again",
                    flush=True,
                )
                container.client.delete_container()
            assert_quiet(station)
    finally:
        server.close()


def _sizes(chance: random.Random) -> list[int]:
    """Sixty photos, some empty or tiny, and a few files that go in blocks of 256 KiB; shuffled."""
    sizes = [chance.randrange(400 * KIB) for _ in range(56)] + [0, 1, 1024 * KIB, 1024 * KIB + 1]
    sizes += [chance.randrange(1100 * KIB, 4000 * KIB) for _ in range(8)]
    chance.shuffle(sizes)
    return sizes


def _one_capture(
    station: Workstation, proxy: FaultProxy, container: Container, photos: Path, chance: random.Random, most_kills: int
) -> tuple[int, Transfer]:
    """Bring one capture up through at most so many kills; return how many there were, and the finished transfer."""
    url = proxy.url(container.url)
    proxy.forget()
    station.start()
    station.authorize(url)
    upload = station.upload(photos, url, photos.name)
    kills = 0
    while True:
        dies = time.monotonic() + chance.uniform(0.0, LONGEST_LIFE_S)
        if kills == most_kills:
            dies += 600
        found = station.wait(
            upload.id, until=lambda each, dies=dies: each.state.is_over or time.monotonic() > dies, timeout_s=700
        )
        if found.state.is_over:
            assert found.state is TransferState.COMPLETED, (found, station.files(found.id, ("failed", "conflict")))
            assert found.there.files == found.files_total
            assert found.tally(FileState.COPIED).files == 0
            return kills, found
        station.kill()
        kills += 1
        station.start()
        station.authorize(url)


def _check_traffic(requests: list[Request]) -> int:
    """Look that nothing was sent that was there; return how many acknowledged blocks were sent again.

    A worker knows what was there when it listed, and what it sent itself since. What a dead one had given to the
    network may arrive after that: it is not known, refused by the server when it is sent again, and no fault.
    """
    there: dict[str, Request] = {}
    blocks: Counter[str] = Counter()
    listing = requests[0]
    for request in requests:
        if request.kind == "list":
            listing = request
        if request.path.endswith("/capture.json"):
            continue
        if request.kind in ("put", "block") and (before := there.get(request.path)):
            is_known = before.done_s <= listing.came_s or before.came_s >= listing.done_s
            assert not is_known, f"{request.path} was there already and was sent again"
        if request.status != 201:
            continue
        if request.kind in ("put", "commit"):
            there[request.path] = request
        elif request.kind == "block":
            blocks[request.path + request.query.partition("blockid=")[2].partition("&")[0]] += 1
    return sum(count - 1 for count in blocks.values())
