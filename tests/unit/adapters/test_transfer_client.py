"""What only the worker's client does: connecting again, replacing an older worker, telling long captures in pieces."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import threading
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
import pytest_asyncio

from fakes.transfer_worker_process import ServedDesk
from fakes.transfers import PLACE, T0
from tiepoint.adapters.transfer.link import is_older
from tiepoint.domain.errors import AgentUnavailable
from tiepoint.domain.transfer import FileState, Transfer, TransferId, TransferState, Verdict
from tiepoint.ports.token_source import Credential
from tiepoint.protocol import transfers as messages
from tiepoint.protocol.transfers import AuthorizeParams, BeginParams, UploadFile
from tiepoint.runtime.stop import Stopped

BEGIN = BeginParams("brighton", PLACE, "/photos")
FILE = UploadFile("/photos/1.jpg", "1.jpg", 1000, 5)


@pytest_asyncio.fixture
async def served(tmp_path: Path) -> AsyncIterator[ServedDesk]:
    made = ServedDesk(tmp_path)
    await made.start()
    yield made
    await made.stop()


async def test_following_survives_a_worker_that_ends_and_comes_back(served: ServedDesk) -> None:
    client = served.client()
    transfer = await client.upload(BEGIN, [FILE])
    async with aclosing(client.follow()) as snapshots:
        assert (await anext(snapshots)).is_connected
        await client.watch(transfer.id)
        await served.stop()
        lost = await anext(snapshots)
        while lost.is_connected:
            lost = await anext(snapshots)
        assert lost.problem is not None
        assert [each.id for each in lost.transfers] == [transfer.id]
        served.desk.set(transfer.id, state=TransferState.NEEDS_SIGN_IN)
        await served.start()
        async for snapshot in snapshots:
            if snapshot.is_connected:
                break
        assert snapshot.is_fresh
        assert snapshot.transfers[0].state is TransferState.NEEDS_SIGN_IN
        served.desk.set_file(transfer.id, 0, state=FileState.VERIFIED)
        async for snapshot in snapshots:
            if snapshot.files:
                break
        assert snapshot.files[0].state is FileState.VERIFIED
    await client.close()


async def test_nobody_there_is_said_at_the_first_attempt(served: ServedDesk) -> None:
    await served.stop()
    client = served.client()
    with pytest.raises(AgentUnavailable):
        await anext(client.follow())
    assert await client.diagnostics() is None
    assert await client.stop() is False


async def test_a_capture_of_long_paths_is_told_in_short_messages(served: ServedDesk) -> None:
    client = served.client()
    files = [UploadFile(f"/{'ü' * 900}/{n}.jpg", f"{'ü' * 400}/{n}.jpg", 10, 5) for n in range(2500)]
    transfer = await client.upload(BEGIN, files)
    assert transfer.files_total == 2500
    assert len(served.desk.added) > 3
    rows = []
    while len(rows) < 2500:
        rows.extend((await client.files(transfer.id, len(rows))).files)
    assert [row.index for row in rows] == list(range(2500))
    await client.close()


async def test_a_draft_goes_with_its_client(served: ServedDesk) -> None:
    client = served.client()
    conversation = await client._link.connected()
    await conversation.request(messages.BEGIN, BEGIN)
    assert len(served.desk.all) == 1
    await client.close()
    await asyncio.wait_for(served.desk.dropped.wait(), 5)
    assert not served.desk.all


async def test_many_transfers_are_told_in_pieces(served: ServedDesk) -> None:
    client = served.client()
    for number in range(900):
        transfer = served.desk.begin(BeginParams(f"{number} {'x' * 300}", PLACE, "/photos" * 100), None)
        served.desk.drafts.clear()
        served.desk.set(transfer.id, state=TransferState.PAUSED)
    async with aclosing(client.follow()) as snapshots:
        async for snapshot in snapshots:
            if len(snapshot.transfers) == 900:
                break
    assert len(await client.transfers()) > 100
    await client.close()


async def test_an_older_worker_is_replaced_and_a_newer_one_kept(served: ServedDesk) -> None:
    newer = served.client("99.0.0")

    async def open_again() -> object:
        if served.starts == 1 and not served.desk.is_open:
            await served.ended()
            await served.start()
        return await served.open_stream()

    newer._link._open_stream = open_again  # type: ignore[assignment]
    assert await newer.transfers() == ()
    assert served.starts == 2
    await newer.close()
    older = served.client("0.0.0")
    assert await older.transfers() == ()
    assert served.starts == 2
    await older.close()


def test_versions_are_compared_by_their_numbers() -> None:
    assert is_older("0.9.0", "0.10.0")
    assert not is_older("0.10.0", "0.9.0")
    assert not is_older("1.0", "1.0")
    assert is_older("", "0.1")


async def test_secrets_do_not_show(served: ServedDesk) -> None:
    client = served.client()
    await client.authorize(PLACE, Credential("sas", "sv=1&sig=verysecret"))
    assert served.desk.authorized[0].secret == "sv=1&sig=verysecret"
    assert "verysecret" not in repr(served.desk.authorized[0])
    assert "verysecret" not in repr(AuthorizeParams(PLACE, "sas", "verysecret"))
    await client.close()


async def test_long_checks_let_others_be_answered(served: ServedDesk) -> None:
    let_go = threading.Event()

    def slow() -> Verdict:
        let_go.wait(10)
        return Verdict("brighton", PLACE, T0, 1, 1)

    served.desk.verdict = slow
    client = served.client()
    transfer = await client.upload(BEGIN, [FILE])
    checking = [asyncio.create_task(client.verify(place=PLACE)) for _ in range(40)]
    await asyncio.sleep(0)
    assert len(await client.transfers()) == 1
    assert (await client.pause(transfer.id)).state is TransferState.PAUSED
    assert not any(each.done() for each in checking)
    let_go.set()
    assert all(each.is_whole for each in await asyncio.gather(*checking))
    await client.close()


async def test_a_check_whose_client_has_gone_is_stopped(served: ServedDesk) -> None:
    begun, ended = threading.Event(), threading.Event()

    def slow() -> Verdict:
        begun.set()
        with contextlib.suppress(Stopped):
            served.desk.stops[-1].wait(10)
        ended.set()
        return Verdict("brighton", PLACE, T0, 1, 1)

    served.desk.verdict = slow
    client = served.client()
    checking = asyncio.create_task(client.verify(place=PLACE))
    assert await asyncio.to_thread(begun.wait, 10)
    checking.cancel()
    await client.close()
    assert await asyncio.to_thread(ended.wait, 5)


async def test_it_ends_when_nobody_needs_it(tmp_path: Path) -> None:
    served = ServedDesk(tmp_path, idle_s=0.05)
    await served.start()
    client = served.client()
    transfer = await client.upload(BEGIN, [FILE])
    served.desk.is_busy = True
    await client.close()
    await asyncio.sleep(0.2)
    assert served.desk.is_open
    served.desk.is_busy = False
    served.desk.set(transfer.id, state=TransferState.COMPLETED)
    await served.ended()
    assert not served.desk.is_open


async def test_an_answer_is_part_of_what_is_followed_at_once(served: ServedDesk) -> None:
    client = served.client()
    assert client.latest() is None
    async with aclosing(client.follow()) as snapshots:
        await anext(snapshots)
        transfer = await client.upload(BEGIN, [FILE])
        latest = client.latest()
        assert latest is not None
        assert [each.id for each in latest] == [transfer.id]
        async for snapshot in snapshots:
            if snapshot.transfers:
                break
    await client.close()


async def test_what_was_told_after_an_answer_wins_over_it(served: ServedDesk) -> None:
    client = served.client()
    async with aclosing(client.follow()) as snapshots:
        await anext(snapshots)
        transfer = await client.upload(BEGIN, [FILE])
        pausing = asyncio.create_task(client.pause(transfer.id))
        resuming = asyncio.create_task(client.resume(transfer.id))
        await asyncio.gather(pausing, resuming)
        latest = client.latest()
        assert latest is not None
        assert latest[0].state is served.desk.all[transfer.id].state is TransferState.RUNNING
    await client.close()


async def test_an_answer_is_as_new_as_what_was_told_before_it(served: ServedDesk) -> None:
    client = served.client()
    transfer = await client.upload(BEGIN, [FILE])
    paused = dataclasses.replace(served.desk.all[transfer.id], state=TransferState.PAUSED)

    def pause(which: TransferId) -> Transfer:
        served.desk.set(which, state=TransferState.COMPLETED)
        return paused

    served.desk.pause = pause  # type: ignore[method-assign]
    assert (await client.pause(transfer.id)).state is TransferState.COMPLETED
    await client.close()


async def test_the_proxy_that_holds_is_told_at_every_connection_and_when_it_changes(served: ServedDesk) -> None:
    holds: list[str | None] = [None]
    client = served.client(proxy=lambda: holds[-1])
    await client.transfers()
    holds.append("http://proxy.example:3128")
    await client.renew_proxy()
    await client.renew_proxy()
    await served.stop()
    holds.append("")
    await client.renew_proxy()  # one that does not run is not started for this
    await served.start()
    await client.transfers()
    assert served.desk.proxies == [None, "http://proxy.example:3128", "http://proxy.example:3128", ""]
    await client.close()


async def test_a_worker_that_knows_no_proxies_is_used_all_the_same(
    served: ServedDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(messages.TRANSFER_METHODS, messages.SET_PROXY.name)
    client = served.client()
    assert await client.transfers() == ()
    await client.renew_proxy()
    assert served.desk.proxies == []
    await client.close()
