"""The desk with its threads against a real Blob server: what only several threads, desks or clients can show."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

import blob_rights
from blob_server import Container
from fault_proxy import FaultProxy
from patience import Watch
from tiepoint.domain.blob_place import BlobPlace, read_place
from tiepoint.domain.errors import InputError, UsageError
from tiepoint.domain.transfer import FileState, Limits, Transfer, TransferId, TransferState
from tiepoint.protocol import transfers as messages
from tiepoint.transfer.desk import Desk, News
from tiepoint.transfer.tuning import Tuning

KIB = 1024
QUICK = Tuning(whole_bytes=256 * KIB, block_bytes=64 * KIB, progress_s=2.0, backoff_first_s=0.02, backoff_most_s=0.2)


@contextmanager
def open_desk(folder: Path, tuning: Tuning = QUICK) -> Iterator[Desk]:
    desk = Desk(folder, tuning)
    desk.open()
    try:
        yield desk
    finally:
        desk.close()


def place_of(container: Container, proxy: FaultProxy | None = None) -> BlobPlace:
    return read_place(proxy.url(container.url) if proxy else container.url)[0]


def authorize(desk: Desk, place: BlobPlace) -> None:
    desk.authorize(messages.AuthorizeParams(place, "sas", blob_rights.sas(place.container)))


def write_photos(folder: Path, count: int = 12, *, seed: int = 1) -> dict[str, bytes]:
    chance = random.Random(seed)
    content = {f"{index:03}.jpg": chance.randbytes(chance.randrange(1, 200 * KIB)) for index in range(count)}
    content["big.tif"] = chance.randbytes(1000 * KIB)
    folder.mkdir(parents=True, exist_ok=True)
    for path, data in content.items():
        (folder / path).write_bytes(data)
    return content


def tell(desk: Desk, place: BlobPlace, folder: Path, name: str = "demo", *, replaces: bool = False) -> TransferId:
    teller = object()
    begun = desk.begin(messages.BeginParams(name, place, str(folder), replaces=replaces), teller)
    files = []
    for file in sorted(folder.iterdir()):
        found = file.stat()
        files.append(messages.UploadFile(str(file), file.name, found.st_size, found.st_mtime_ns))
    desk.add(messages.AddParams(begun.id, tuple(files)), teller)
    return desk.start(begun.id, teller).id


def now(desk: Desk, transfer: TransferId) -> Transfer:
    return next(each for each in desk.transfers() if each.id == transfer)


def wait(desk: Desk, transfer: TransferId, until: Callable[[Transfer], bool], timeout_s: float = 60) -> Transfer:
    deadline = time.monotonic() + timeout_s
    heard = threading.Event()
    ear = desk.subscribe(lambda news: heard.set())
    try:
        while not until(found := now(desk, transfer)):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{found}")
            heard.wait(0.5)
            heard.clear()
    finally:
        ear.close()
    return found


def over(desk: Desk, transfer: TransferId) -> Transfer:
    return wait(desk, transfer, lambda found: found.state.is_over)


def photos_in(container: Container) -> dict[str, bytes]:
    return {name.partition("/photos/")[2]: container.content(name) for name in container.names() if "/photos/" in name}


def test_two_workstations_with_the_same_capture_never_corrupt_it(container: Container, tmp_path: Path) -> None:
    place = place_of(container)
    content = write_photos(tmp_path / "photos")
    with open_desk(tmp_path / "one") as one, open_desk(tmp_path / "two") as two:
        for desk in (one, two):
            authorize(desk, place)
        first, second = tell(one, place, tmp_path / "photos"), tell(two, place, tmp_path / "photos")
        ended = over(one, first), over(two, second)
        assert [each.state for each in ended] == [TransferState.COMPLETED] * 2, ended
        assert ended[0].capture == ended[1].capture
        assert all(each.receipt is not None and each.receipt.is_whole for each in ended)
    assert photos_in(container) == content


def test_two_workstations_with_different_photos_of_one_name_tell_the_conflict(
    container: Container, tmp_path: Path
) -> None:
    place = place_of(container)
    here, there = write_photos(tmp_path / "here"), write_photos(tmp_path / "there", seed=2)
    with open_desk(tmp_path / "one") as one, open_desk(tmp_path / "two") as two:
        for desk in (one, two):
            authorize(desk, place)
        first, second = tell(one, place, tmp_path / "here"), tell(two, place, tmp_path / "there")
        over(one, first)
        over(two, second)
        found = photos_in(container)
        for desk, transfer, mine in ((one, first, here), (two, second, there)):
            for row in desk.files(messages.FilesParams(transfer)).files:
                is_mine = found[row.path] == mine[row.path]
                assert row.state is (FileState.VERIFIED if is_mine else FileState.CONFLICT)
    assert all(data in (here[path], there[path]) for path, data in found.items())


def test_news_are_told_at_most_four_times_a_second_and_end_with_the_truth(
    container: Container, fault_proxy: FaultProxy, tmp_path: Path
) -> None:
    place = place_of(container, fault_proxy)
    write_photos(tmp_path / "photos", 40)
    heard: list[tuple[float, News]] = []
    with open_desk(tmp_path / "desk") as desk:
        ear = desk.subscribe(lambda news: heard.append((time.monotonic(), news)))
        authorize(desk, place)
        fault_proxy.pace(300 * KIB)
        transfer = tell(desk, place, tmp_path / "photos")
        ear.watch(transfer)
        over(desk, transfer)
    times = [when for when, _ in heard]
    assert all(later - earlier > 0.2 for earlier, later in zip(times, times[1:-1], strict=False))
    assert heard[-1][1].transfers[0].state is TransferState.COMPLETED
    rows = {row.index: row for _, news in heard for row in news.files}
    assert all(row.state is FileState.VERIFIED for row in rows.values())
    assert any(each.transfers[0].rate_bytes_per_s > 0 for _, each in heard if each.transfers)


def test_a_network_that_goes_and_comes_is_waited_for(
    container: Container, fault_proxy: FaultProxy, tmp_path: Path
) -> None:
    place = place_of(container, fault_proxy)
    content = write_photos(tmp_path / "photos")
    with open_desk(tmp_path / "desk") as desk:
        authorize(desk, place)
        fault_proxy.offline()
        transfer = tell(desk, place, tmp_path / "photos")
        waiting = wait(desk, transfer, lambda found: found.state is TransferState.WAITING)
        assert waiting.trouble is not None
        assert desk.is_busy
        fault_proxy.online()
        assert over(desk, transfer).state is TransferState.COMPLETED
        assert all(row.attempts == 1 for row in desk.files(messages.FilesParams(transfer)).files)
    assert photos_in(container) == content


def test_a_transfer_that_waits_does_not_hold_up_another(
    container: Container, fault_proxy: FaultProxy, tmp_path: Path
) -> None:
    away, here = place_of(container, fault_proxy), place_of(container)
    write_photos(tmp_path / "photos")
    with open_desk(tmp_path / "desk") as desk:
        authorize(desk, away)
        authorize(desk, here)
        fault_proxy.offline()
        waiting = tell(desk, away, tmp_path / "photos")
        desk.set_priority(messages.TransferPriorityParams(waiting, 1))
        assert over(desk, tell(desk, here, tmp_path / "photos")).state is TransferState.COMPLETED
        assert now(desk, waiting).state is TransferState.WAITING
        assert desk.cancel(waiting).state is TransferState.CANCELED
        fault_proxy.online()


def test_failed_photos_are_retried_alone(container: Container, tmp_path: Path) -> None:
    place = place_of(container)
    content = write_photos(tmp_path / "photos")
    with open_desk(tmp_path / "desk") as desk:
        teller = object()
        begun = desk.begin(messages.BeginParams("demo", place, "/photos"), teller)
        files = tuple(
            messages.UploadFile(str(tmp_path / "photos" / path), path, len(data), 1) for path, data in content.items()
        )
        desk.add(messages.AddParams(begun.id, files), teller)
        hidden = (tmp_path / "photos" / "003.jpg").rename(tmp_path / "003.jpg")
        authorize(desk, place)
        desk.start(begun.id, teller)
        ended = over(desk, begun.id)
        assert ended.state is TransferState.FAILED
        assert ended.receipt is not None
        assert (ended.receipt.photos, ended.receipt.photos_total) == (len(content) - 1, len(content))
        assert not [name for name in container.names() if name.endswith("capture.json")]
        hidden.rename(tmp_path / "photos" / "003.jpg")
        desk.retry(messages.RetryParams(begun.id))
        ended = over(desk, begun.id)
        assert ended.state is TransferState.COMPLETED
        assert ended.receipt is not None
        assert ended.receipt.is_whole
    assert photos_in(container) == content


def test_a_conflict_is_settled_by_replacing(container: Container, tmp_path: Path) -> None:
    place = place_of(container)
    content = write_photos(tmp_path / "photos")
    with open_desk(tmp_path / "desk") as desk:
        authorize(desk, place)
        over(desk, tell(desk, place, tmp_path / "photos"))
        (tmp_path / "photos" / "000.jpg").write_bytes(b"another")
        transfer = tell(desk, place, tmp_path / "photos")
        assert over(desk, transfer).state is TransferState.FAILED
        conflicts = desk.files(messages.FilesParams(transfer, states=(FileState.CONFLICT.value,)))
        assert [row.path for row in conflicts.files] == ["000.jpg"]
        desk.retry(messages.RetryParams(transfer, replaces=True))
        assert over(desk, transfer).state is TransferState.COMPLETED
    assert photos_in(container) == {**content, "000.jpg": b"another"}


def test_a_missing_container_fails_the_transfer_at_once(container: Container, tmp_path: Path) -> None:
    place = replace(place_of(container), container="nowhere-at-all")
    write_photos(tmp_path / "photos")
    with open_desk(tmp_path / "desk") as desk:
        desk.authorize(messages.AuthorizeParams(place, "sas", blob_rights.sas("nowhere-at-all")))
        ended = over(desk, tell(desk, place, tmp_path / "photos"))
        assert ended.state is TransferState.FAILED
        assert ended.trouble is not None
        assert "nowhere-at-all" in ended.trouble.summary
        assert ended.tally(FileState.WAITING).files == ended.files_total


def test_verifying_names_what_is_missing_and_what_is_different(container: Container, tmp_path: Path) -> None:
    place = place_of(container)
    write_photos(tmp_path / "photos")
    with open_desk(tmp_path / "desk") as desk:
        authorize(desk, place)
        ended = over(desk, tell(desk, place, tmp_path / "photos"))
        assert desk.verify(messages.VerifyParams(ended.id), desk.new_stop()).is_whole
        prefix = f"{ended.place.prefix}/photos"
        container.delete(f"{prefix}/001.jpg")
        container.put(f"{prefix}/002.jpg", b"something else")
        verdict = desk.verify(messages.VerifyParams(ended.id), desk.new_stop())
        assert {(each.path, each.why) for each in verdict.differences} == {
            ("001.jpg", "missing"),
            ("002.jpg", "different"),
        }
    with open_desk(tmp_path / "another") as desk:
        authorize(desk, place)
        verdict = desk.verify(messages.VerifyParams(place=ended.place), desk.new_stop())
        assert verdict.receipt is None
        assert verdict.differences_total == 2
        with pytest.raises(InputError):
            desk.verify(messages.VerifyParams(place=place.below("20261122-none-0a1b2c")), desk.new_stop())


def test_limits_hold_while_running_and_for_the_next_start(container: Container, tmp_path: Path) -> None:
    place = place_of(container)
    content = write_photos(tmp_path / "photos")
    total = sum(map(len, content.values()))
    with open_desk(tmp_path / "desk") as desk:
        desk.set_limits(Limits(total // 2))
        authorize(desk, place)
        began = time.monotonic()
        over(desk, tell(desk, place, tmp_path / "photos"))
        assert time.monotonic() - began > 1.2
        with pytest.raises(UsageError):
            desk.set_limits(Limits(0))
    with open_desk(tmp_path / "desk") as desk:
        assert desk.state().limits == Limits(total // 2)


def test_a_draft_is_dropped_with_its_teller_and_unknown_transfers_are_said(
    container: Container, tmp_path: Path
) -> None:
    place = place_of(container)
    with open_desk(tmp_path / "desk") as desk:
        teller = object()
        begun = desk.begin(messages.BeginParams("demo", place, "/photos"), teller)
        assert begun.state is TransferState.DRAFT
        with pytest.raises(UsageError):
            desk.pause(begun.id)
        desk.forget_teller(teller)
        assert desk.transfers() == ()
        with pytest.raises(UsageError):
            desk.pause(begun.id)


def test_names_that_collide_are_refused_before_the_first_byte(container: Container, tmp_path: Path) -> None:
    with open_desk(tmp_path / "desk") as desk:
        teller = object()
        begun = desk.begin(messages.BeginParams("demo", place_of(container), "/photos"), teller)
        files = tuple(messages.UploadFile(f"/photos/{name}", name, 1, 1) for name in ("a.jpg", "A.jpg"))
        desk.add(messages.AddParams(begun.id, files), teller)
        with pytest.raises(InputError, match=r"a\.jpg"):
            desk.start(begun.id, teller)
        assert desk.transfers() == ()


def test_after_a_restart_everything_is_as_it_was(container: Container, fault_proxy: FaultProxy, tmp_path: Path) -> None:
    place = place_of(container, fault_proxy)
    content = write_photos(tmp_path / "photos")
    with open_desk(tmp_path / "desk") as desk:
        authorize(desk, place)
        fault_proxy.pace(100 * KIB)
        transfer = tell(desk, place, tmp_path / "photos")
        wait(desk, transfer, lambda found: found.done_bytes > 0)
        watch = Watch()
    assert watch.took_s() < 3.5
    fault_proxy.pace(0)
    with open_desk(tmp_path / "desk") as desk:
        found = now(desk, transfer)
        assert found.state is TransferState.NEEDS_SIGN_IN
        assert place in [replace(each, prefix=place.prefix) for each in desk.state().wanted]
        authorize(desk, place)
        assert over(desk, transfer).state is TransferState.COMPLETED
        desk.remove(transfer)
        assert desk.transfers() == ()
    with open_desk(tmp_path / "desk") as desk:
        assert desk.transfers() == ()
    assert photos_in(container) == content
