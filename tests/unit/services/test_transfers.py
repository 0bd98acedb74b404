"""The transfers service on fakes: nothing before it is asked, rows that follow, credentials given again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from fakes.captures import FakeCaptureStore, a_drop
from fakes.transfers import PLACE, FakeTransferWorker, a_transfer, completed, files_midway, midway, needs_sign_in
from tiepoint.domain.capture import Capture
from tiepoint.domain.errors import AgentUnavailable, InputError, SignInNeeded, UsageError
from tiepoint.domain.identifiers import CaptureId
from tiepoint.domain.photo import PhotoEntry
from tiepoint.domain.transfer import FileState, Limits, TransferId, TransferState
from tiepoint.ports.token_source import Credential
from tiepoint.services.credentials import PastedSignature
from tiepoint.services.transfer_files import FilesChange
from tiepoint.services.transfers import TransferService, receipt_paths

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
SIGNATURE = PastedSignature("se=2026-11-23&sig=secret", lambda: NOW)


class Stage:
    def __init__(self) -> None:
        self.worker = FakeTransferWorker()
        self.has_journal = True
        self.store = FakeCaptureStore()
        self.service = TransferService(
            self.worker, self.store, lambda: self.has_journal, sleep=lambda _: asyncio.sleep(0)
        )

    async def until(self, claim: Callable[[], object]) -> None:
        async with asyncio.timeout(5):
            news = asyncio.Event()
            unsubscribe = self.service.changed.subscribe(lambda _: news.set())
            unsubscribe_files = self.service.files_changed.subscribe(lambda _: news.set())
            while not claim():
                news.clear()
                await news.wait()
            unsubscribe()
            unsubscribe_files()


@pytest_asyncio.fixture
async def stage() -> AsyncIterator[Stage]:
    made = Stage()
    yield made
    await made.service.stop()


async def test_nothing_is_followed_where_there_never_was_a_transfer(stage: Stage) -> None:
    stage.has_journal = False
    stage.service.load()
    assert not stage.service.snapshot.is_following
    assert await stage.service.transfers() == ()
    stage.has_journal = True
    stage.service.load()
    assert stage.service.snapshot.is_following
    await stage.until(lambda: stage.service.snapshot.is_connected)


async def test_a_drop_goes_up_and_is_known_at_once(stage: Stage) -> None:
    transfer = await stage.service.upload_drop(a_drop(), "brighton", PLACE, SIGNATURE, is_first=True)
    assert stage.service.snapshot.transfer(transfer.id) == transfer
    assert transfer.priority == 1
    assert stage.worker.begins[0].name == "brighton"
    assert stage.worker.begins[0].place == PLACE
    assert stage.worker.given[0][1].secret == "se=2026-11-23&sig=secret"
    assert stage.service.can_use(PLACE)
    again = await stage.service.upload_drop(a_drop(), "", PLACE)
    assert again.name == a_drop().name


async def test_files_named_one_by_one_say_nothing_of_the_rest_of_the_card(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").touch()
    for given, is_part in (([tmp_path], False), ([tmp_path / "a.jpg"], True)):
        await stage.service.upload_drop(a_drop(), "brighton", PLACE, SIGNATURE, given=given)
        assert stage.worker.begins[-1].left_out.is_part is is_part


async def test_photos_taken_from_among_others_say_nothing_of_the_rest_of_the_card(stage: Stage) -> None:
    stage.store.others_beside = True
    await stage.service.upload_drop(a_drop(), "brighton", PLACE, SIGNATURE)
    assert stage.worker.begins[-1].left_out.is_part


async def test_a_kept_capture_goes_up_under_its_id_and_with_what_is_known(stage: Stage) -> None:
    drop = a_drop()
    entries = tuple(PhotoEntry(photo.path, photo.size, "0" * 32) for photo in drop.photos)
    capture = Capture(CaptureId("20261122-demo-0a1b2c"), "demo", NOW, entries, Path("/kept/demo"))
    stage.store.kept.append(capture)
    await stage.service.upload_drop(drop, "demo", PLACE, SIGNATURE, capture=capture.id)
    assert stage.worker.begins[0].capture == capture.id
    assert [file.entry for file in stage.worker.sources] == list(entries)


async def test_photos_that_are_not_all_of_the_kept_capture_go_up_by_its_name(stage: Stage) -> None:
    drop = a_drop()
    entries = tuple(PhotoEntry(photo.path, photo.size, "0" * 32) for photo in drop.photos[1:])
    stage.store.kept.append(Capture(CaptureId("20261122-demo-0a1b2c"), "demo", NOW, entries, Path("/kept/demo")))
    for capture in ("20261122-demo-0a1b2c", "20261122-gone-0a1b2c"):
        await stage.service.upload_drop(drop, "demo", PLACE, SIGNATURE, capture=CaptureId(capture))
        assert stage.worker.begins[-1].capture is None
    assert {file.entry for file in stage.worker.sources} == {None}


async def test_a_source_with_nothing_begins_nothing(stage: Stage) -> None:
    ended = PastedSignature("se=2026-11-20&sig=secret", lambda: NOW)
    with pytest.raises(SignInNeeded):
        await stage.service.upload_drop(a_drop(), "brighton", PLACE, ended)
    assert stage.worker.begins == []


async def test_a_name_that_cannot_be_told_is_refused(stage: Stage) -> None:
    drop = a_drop()
    bad = drop.photos[0].__class__(Path("/photos/\udcff.jpg"), "\udcff.jpg", 10, 5)
    with pytest.raises(InputError, match="cannot be sent"):
        await stage.service.upload_drop(drop.__class__("x", (bad,)), "x", PLACE)
    with pytest.raises(InputError, match="no photo"):
        await stage.service.upload_drop(drop.__class__("x", ()), "x", PLACE)


async def test_a_transfer_is_followed_to_its_end(stage: Stage) -> None:
    midway(stage.worker)
    states = []
    async with aclosing(stage.service.follow(TransferId("transfer-1"))) as followed:
        async for transfer in followed:
            states.append(transfer.state)
            if transfer.state is TransferState.RUNNING:
                stage.worker.set("transfer-1", state=TransferState.COMPLETED)
    assert states == [TransferState.RUNNING, TransferState.COMPLETED]


async def test_following_a_removed_one_ends(stage: Stage) -> None:
    with pytest.raises(UsageError, match="removed"):
        async with aclosing(stage.service.follow(TransferId("nothing"))) as followed:
            await anext(followed)


async def test_following_without_a_worker_says_so(stage: Stage) -> None:
    stage.worker.is_reachable = False
    with pytest.raises(AgentUnavailable):
        async with aclosing(stage.service.follow(TransferId("transfer-1"))) as followed:
            await anext(followed)


async def test_rows_follow_what_the_worker_tells(stage: Stage) -> None:
    midway(stage.worker, 2500, failed=[7])
    changes: list[FilesChange] = []
    stage.service.files_changed.subscribe(changes.append)
    stage.service.start()
    await stage.until(lambda: stage.service.snapshot.is_connected)
    await stage.service.watch(TransferId("transfer-1"))
    assert len(stage.service.rows) == 2500
    assert changes[-1].is_reset
    stage.worker.set_file("transfer-1", 1300, state=FileState.VERIFIED)
    await stage.until(lambda: 1300 in changes[-1].indices)
    assert stage.service.rows[1300].state is FileState.VERIFIED
    await stage.service.watch(None)
    assert (stage.service.watched, len(stage.service.rows)) == (None, 0)


async def test_rows_that_come_later_are_joined_or_fetched(stage: Stage) -> None:
    rows = files_midway(10)
    stage.worker.put(a_transfer(files_total=3), rows[:3])
    stage.service.start()
    await stage.until(lambda: stage.service.snapshot.is_connected)
    await stage.service.watch(TransferId("transfer-1"))
    assert len(stage.service.rows) == 3
    stage.worker.all_files[TransferId("transfer-1")].append(rows[3])
    stage.worker.set_file("transfer-1", 3, attempts=1)
    await stage.until(lambda: len(stage.service.rows) == 4)
    stage.worker.all_files[TransferId("transfer-1")].extend(rows[4:])
    stage.worker.set_file("transfer-1", 9, attempts=2)
    await stage.until(lambda: len(stage.service.rows) == 10)
    assert [row.index for row in stage.service.rows] == list(range(10))
    assert stage.service.rows[9].attempts == 2


async def test_rows_are_fetched_again_after_a_lost_connection(stage: Stage) -> None:
    midway(stage.worker, 100)
    stage.service.start()
    await stage.until(lambda: stage.service.snapshot.is_connected)
    await stage.service.watch(TransferId("transfer-1"))
    stage.worker.lose()
    await stage.until(lambda: not stage.service.snapshot.is_connected)
    assert stage.service.snapshot.problem is not None
    rows = stage.worker.all_files[TransferId("transfer-1")]
    rows[99] = files_midway(100, failed=[99])[99]
    stage.worker.come_back()
    await stage.until(lambda: stage.service.rows[99].state is FileState.FAILED)


async def test_a_worker_that_wants_a_credential_gets_the_one_given_before(stage: Stage) -> None:
    await stage.service.sign_in(PLACE, SIGNATURE)
    stage.worker.given.clear()
    needs_sign_in(stage.worker)
    stage.service.start()
    await stage.until(lambda: [each.state for each in stage.service.snapshot.transfers] == [TransferState.RUNNING])
    assert len(stage.worker.given) == 1
    assert stage.service.snapshot.wanted == ()


async def test_without_a_source_a_person_is_asked(stage: Stage) -> None:
    transfer = needs_sign_in(stage.worker)
    stage.service.start()
    await stage.until(lambda: stage.service.snapshot.wanted)
    assert stage.service.snapshot.wanted == (PLACE,)
    await stage.service.sign_in(PLACE, SIGNATURE)
    await stage.until(lambda: not stage.service.snapshot.wanted)
    known = stage.service.snapshot.transfer(transfer.id)
    assert known is not None
    assert known.state is TransferState.RUNNING


async def test_transfers_are_steered_and_found(stage: Stage) -> None:
    transfer = midway(stage.worker)
    completed(stage.worker)
    service = stage.service
    assert (await service.find("transfer-1")).id == transfer.id
    assert (await service.find("brighton")).id == "transfer-2"
    assert (await service.find(str(transfer.capture))).id == transfer.id
    with pytest.raises(UsageError, match="no transfer"):
        await service.find("harbour")
    assert (await service.pause(transfer.id)).state is TransferState.PAUSED
    assert (await service.resume(transfer.id)).state is TransferState.RUNNING
    assert (await service.prioritise(transfer.id)).priority == 1
    assert (await service.prioritise(transfer.id, is_first=False)).priority == 0
    assert (await service.cancel(transfer.id)).state is TransferState.CANCELED
    await service.remove(transfer.id)
    assert service.snapshot.transfer(transfer.id) is None
    await service.set_limits(Limits(5))
    assert (service.snapshot.limits, stage.worker.limits) == (Limits(5), Limits(5))
    assert await service.limits() == Limits(5)


async def test_failed_files_and_their_csv(stage: Stage) -> None:
    midway(stage.worker, 3000, failed=range(0, 3000, 2))
    failed = await stage.service.failed_files(TransferId("transfer-1"))
    assert len(failed) == 1500
    text = await stage.service.failed_csv(TransferId("transfer-1"))
    assert text.count("\n") == 1501
    await stage.service.retry(TransferId("transfer-1"), [0, 2])
    assert stage.worker.retries == [("transfer-1", (0, 2), False)]


async def test_a_capture_is_verified_where_it_lies(stage: Stage) -> None:
    midway(stage.worker)
    verdict = await stage.service.verify(place=PLACE.below("x"), source=SIGNATURE)
    assert verdict.is_whole
    assert stage.worker.given[0][0] == PLACE


async def test_receipts_lie_where_they_were_put(stage: Stage) -> None:
    assert receipt_paths(midway(stage.worker)) is None
    assert receipt_paths(completed(stage.worker)) == (
        Path("/receipts/brighton.pdf"),
        Path("/receipts/brighton.json"),
    )


async def test_what_came_from_the_sign_in_is_taken_back_from_the_worker(stage: Stage) -> None:
    stage.worker.given = [
        (PLACE, Credential("sas", "sig=pasted", None)),
        (PLACE, Credential("bearer", "planted", None, is_by_sign_in=True)),
    ]
    await stage.service.forget_sign_in()
    assert [each.kind for _, each in stage.worker.given] == ["sas"]
    stage.worker.is_reachable = False
    await stage.service.forget_sign_in()  # signing out goes on all the same


async def test_a_worker_that_cannot_be_told_of_another_proxy_stops_nobody(stage: Stage) -> None:
    await stage.service.renew_proxy()
    assert stage.worker.proxy_renewals == 1
    stage.worker.is_reachable = False
    await stage.service.renew_proxy()


async def test_the_worker_is_ended(stage: Stage) -> None:
    stage.service.start()
    assert await stage.service.stop_worker()
    assert stage.worker.stops == 1
    assert not stage.service.snapshot.is_following
