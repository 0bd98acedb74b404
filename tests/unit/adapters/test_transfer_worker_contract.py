"""The contract of `ports.transfer_worker.TransferWorker`, on the fake and on the client with the worker's server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from fakes.desk import FakeDesk
from fakes.transfer_worker_process import ServedDesk
from fakes.transfers import PLACE, T0, FakeTransferWorker
from patience import PATIENCE_S
from tiepoint.domain.errors import UsageError
from tiepoint.domain.transfer import FileState, Limits, TransferId, TransferState, Verdict
from tiepoint.ports.token_source import Credential
from tiepoint.ports.transfer_worker import TransferWorker
from tiepoint.protocol.transfers import BeginParams, DownloadParams, UploadFile

BEGIN = BeginParams("brighton", PLACE, "/photos")
FILES = [UploadFile(f"/photos/{number}.jpg", f"{number}.jpg", 1000 + number, T0.second) for number in range(5)]
VERDICT = Verdict("brighton", PLACE, T0, 5, 5)


@dataclass
class Stage:
    """A worker, and what lets things happen behind it."""

    worker: TransferWorker
    behind: FakeTransferWorker | FakeDesk


@pytest_asyncio.fixture(params=["fake", "protocol"])
async def stage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stage]:
    if request.param == "fake":
        fake = FakeTransferWorker()
        fake.verdict = VERDICT
        yield Stage(fake, fake)
        return
    served = ServedDesk(tmp_path)
    served.desk.verdict = lambda: VERDICT
    await served.start()
    client = served.client()
    yield Stage(client, served.desk)
    await client.close()
    await served.stop()


async def test_a_capture_is_told_and_its_files_are_listed(stage: Stage) -> None:
    transfer = await stage.worker.upload(BEGIN, FILES)
    assert (transfer.name, transfer.files_total, transfer.bytes_total) == ("brighton", 5, 5010)
    assert not transfer.state.is_over
    page = await stage.worker.files(transfer.id, offset=1, limit=2)
    assert ([file.path for file in page.files], page.total) == (["1.jpg", "2.jpg"], 5)
    assert [each.id for each in await stage.worker.transfers()] == [transfer.id]


async def test_files_are_asked_for_by_state(stage: Stage) -> None:
    transfer = await stage.worker.upload(BEGIN, FILES)
    stage.behind.set_file(transfer.id, 3, state=FileState.FAILED)
    page = await stage.worker.files(transfer.id, states=["failed"])
    assert ([file.index for file in page.files], page.total) == ([3], 1)


async def test_a_transfer_is_steered(stage: Stage) -> None:
    transfer = await stage.worker.upload(BEGIN, FILES)
    assert (await stage.worker.pause(transfer.id)).state is TransferState.PAUSED
    assert (await stage.worker.pause(transfer.id)).state is TransferState.PAUSED
    assert (await stage.worker.resume(transfer.id)).state is TransferState.RUNNING
    assert (await stage.worker.set_priority(transfer.id, 1)).priority == 1
    with pytest.raises(UsageError):
        await stage.worker.remove(transfer.id)
    assert (await stage.worker.cancel(transfer.id)).state is TransferState.CANCELED
    assert (await stage.worker.cancel(transfer.id)).state is TransferState.CANCELED
    with pytest.raises(UsageError):
        await stage.worker.pause(transfer.id)
    assert (await stage.worker.retry(transfer.id)).state is TransferState.RUNNING
    await stage.worker.cancel(transfer.id)
    await stage.worker.remove(transfer.id)
    assert await stage.worker.transfers() == ()


async def test_nobody_knows_of_it(stage: Stage) -> None:
    nothing = TransferId("nothing")
    with pytest.raises(UsageError, match="There is no transfer"):
        await stage.worker.pause(nothing)
    with pytest.raises(UsageError, match="There is no transfer"):
        await stage.worker.files(nothing)


async def test_a_download_is_begun(stage: Stage) -> None:
    transfer = await stage.worker.download(DownloadParams(PLACE, "/out", "products"))
    assert (transfer.name, transfer.direction.value, transfer.folder) == ("products", "down", "/out")


async def test_a_capture_is_verified(stage: Stage) -> None:
    verdict = await stage.worker.verify(place=PLACE)
    assert verdict.is_whole


async def test_following_tells_states_limits_and_watched_rows(stage: Stage) -> None:
    transfer = await stage.worker.upload(BEGIN, FILES)
    rows: dict[int, FileState] = {}
    async with aclosing(stage.worker.follow()) as snapshots:
        first = await anext(snapshots)
        assert (first.is_connected, first.is_fresh) == (True, True)
        assert [each.id for each in first.transfers] == [transfer.id]
        await stage.worker.watch(transfer.id)
        await stage.worker.set_limits(Limits(1_000_000))
        stage.behind.set_file(transfer.id, 2, state=FileState.MOVING)
        stage.behind.set_file(transfer.id, 2, state=FileState.VERIFIED)
        stage.behind.set(transfer.id, state=TransferState.COMPLETED)
        async for snapshot in snapshots:
            assert not snapshot.is_fresh
            if snapshot.watched == transfer.id:
                rows |= {file.index: file.state for file in snapshot.files}
            is_over = snapshot.transfers[0].state is TransferState.COMPLETED
            if is_over and rows and snapshot.limits.bytes_per_s == 1_000_000:
                break
    assert rows == {2: FileState.VERIFIED}


async def test_a_removed_transfer_is_told(stage: Stage) -> None:
    transfer = await stage.worker.upload(BEGIN, FILES)
    async with aclosing(stage.worker.follow()) as snapshots:
        await anext(snapshots)
        await stage.worker.cancel(transfer.id)
        await stage.worker.remove(transfer.id)
        async for snapshot in snapshots:
            if not snapshot.transfers:
                break


async def test_what_is_wanted_is_told_until_it_is_given(stage: Stage) -> None:
    stage.behind.wanted = (PLACE,)
    async with aclosing(stage.worker.follow()) as snapshots:
        assert (await anext(snapshots)).wanted == (PLACE,)
        await stage.worker.authorize(PLACE, Credential("sas", "sig=secret"))
        async for snapshot in snapshots:
            if not snapshot.wanted:
                break


async def test_facts_are_told(stage: Stage) -> None:
    facts = await stage.worker.diagnostics()
    assert facts is not None
    assert facts.pid
    assert facts.log_path is not None
    assert facts.log_path.endswith("transfers.log")


async def test_two_follow_at_once(stage: Stage) -> None:
    transfer = await stage.worker.upload(BEGIN, FILES)

    async def until_over() -> None:
        async with aclosing(stage.worker.follow()) as snapshots:
            async for snapshot in snapshots:
                if snapshot.transfers[0].state.is_over:
                    return

    following = [asyncio.create_task(until_over()) for _ in range(2)]
    await asyncio.sleep(0)
    await stage.worker.cancel(transfer.id)
    await asyncio.wait_for(asyncio.gather(*following), PATIENCE_S)
