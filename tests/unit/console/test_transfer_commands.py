"""The commands about transfers over fakes: exit codes, last words, facts, and no secret in any of them."""

from __future__ import annotations

import asyncio
import dataclasses
import io
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from fakes.outlet import RecordingOutlet
from fakes.program import PHOTOS, FakeProgram
from fakes.transfers import (
    PLACE,
    RECEIPT,
    SIGN_IN,
    T0,
    UNREADABLE,
    FakeTransferWorker,
    a_transfer,
    completed,
    midway,
    needs_sign_in,
)
from patience import PATIENCE_S
from tiepoint.console import transfers as commands
from tiepoint.console.transfer_access import AccessOptions, read_address, source_of
from tiepoint.console.transfer_runs import RunOptions, download, upload
from tiepoint.domain.errors import InputError, UsageError
from tiepoint.domain.failure import Failure
from tiepoint.domain.left_out import LeftOut
from tiepoint.domain.transfer import Difference, FileState, Tally, Transfer, TransferFile, TransferState, Verdict
from tiepoint.protocol.codec import to_json
from tiepoint.services.credentials import PastedSignature, TokenOfVariable

SAS = "sv=2021-12-02&se=2099-11-23&sr=c&sp=rwl&sig=topsecret"
NOTHING = AccessOptions()
WITH_SAS = AccessOptions(sas_env="SAS")
DONE = {"verified": Tally(2, 2000), "skipped": Tally(1, 1000)}


class WatchedOutlet(RecordingOutlet):
    """Says when a transfer was shown first."""

    def __init__(self) -> None:
        super().__init__()
        self.shown = asyncio.Event()

    def transfer(self, transfer: Transfer) -> None:
        super().transfer(transfer)
        self.shown.set()


class Stage:
    """A program whose transfers end as a test wants."""

    def __init__(self) -> None:
        self.world = FakeProgram()
        self.worker = self.world.transfer_worker
        self.outlet = RecordingOutlet()
        self.end = {"state": TransferState.COMPLETED, "tallies": DONE, "receipt": RECEIPT}
        self.worker._begun = self._begun

    def _begun(self, worker: FakeTransferWorker, transfer: Transfer) -> None:
        asyncio.get_running_loop().call_later(0.01, lambda: worker.set(transfer.id, **self.end))

    async def upload(self, access: AccessOptions = WITH_SAS, to: str = PLACE.url, **options: bool) -> int:
        return await upload(self.world.program, self.outlet, [PHOTOS], "demo", to, RunOptions(access, **options))

    @property
    def said(self) -> str:
        """Everything that was told, for people and programs."""
        told = [to_json(each) for each in (*self.outlet.warnings, *self.outlet.errors)]
        return json.dumps([*told, to_json(self.outlet.facts), self.outlet.text])


@pytest_asyncio.fixture
async def stage(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    monkeypatch.setenv("SAS", SAS)
    made = Stage()
    yield made
    await made.world.program.transfers.stop()


async def test_the_receipt_of_an_earlier_round_says_nothing_of_one_that_failed(stage: Stage) -> None:
    stage.end = {"state": TransferState.FAILED, "tallies": DONE, "receipt": RECEIPT}
    await stage.upload()
    assert "safe to format" not in stage.outlet.text


async def test_an_upload_ends_with_its_figures_and_its_receipt(stage: Stage) -> None:
    assert await stage.upload() == 0
    facts = stage.outlet.facts
    assert (facts["state"], facts["exit_code"], facts["failed"]) == ("completed", 0, [])
    assert (facts["files_total"], facts["files_sent"], facts["files_skipped"]) == (3, 2, 1)
    assert (facts["bytes_sent"], facts["bytes_skipped"]) == (2000, 1000)
    assert "412 of 412 photos verified in Blob, safe to format the card." in stage.outlet.text
    assert RECEIPT.pdf in stage.outlet.text
    assert stage.outlet.transfers[-1].state is TransferState.COMPLETED
    assert stage.worker.begins[0].name == "demo"
    assert stage.worker.given[0][1].secret == SAS
    assert "topsecret" not in stage.said


async def test_a_signature_in_the_address_is_taken_with_a_warning_and_goes_nowhere(stage: Stage) -> None:
    assert await stage.upload(NOTHING, f"{PLACE.url}?{SAS}") == 0
    assert stage.outlet.warnings[0].kind == "signature-in-address"
    assert stage.worker.begins[0].place == PLACE
    assert stage.worker.given[0][1].secret == SAS
    assert "topsecret" not in stage.said


async def test_some_failed_files_are_partial_and_named(stage: Stage) -> None:
    stage.end = {"state": TransferState.FAILED, "tallies": {"verified": Tally(2, 2000), "failed": Tally(1, 1000)}}

    def begun(worker: FakeTransferWorker, transfer: Transfer) -> None:
        stage._begun(worker, transfer)
        worker.set_file(transfer.id, 1, state=FileState.FAILED, attempts=3, trouble=UNREADABLE)

    stage.worker._begun = begun
    assert await stage.upload() == 5
    assert [each["path"] for each in stage.outlet.facts["failed"]] == ["1.jpg"]
    assert stage.outlet.facts["failed"][0]["reason"] == UNREADABLE.summary
    assert stage.outlet.warnings[-1].summary == f"1.jpg: {UNREADABLE.summary}"
    assert "tiepoint transfers retry" in stage.outlet.errors[0].remedy
    assert stage.outlet.facts["error"]["kind"] == "partial"


async def test_a_transfer_that_failed_as_a_whole_has_the_code_of_its_trouble(stage: Stage) -> None:
    full = Failure("input", "There is no container captures.", "Make it.")
    stage.end = {"state": TransferState.FAILED, "tallies": {"waiting": Tally(3, 3000)}, "trouble": full}
    assert await stage.upload() == 3
    assert stage.outlet.errors == [full]


async def test_a_transfer_that_needs_sign_in_stays_and_the_command_ends(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tiepoint.console.transfer_runs._SIGN_IN_WAIT_S", 0.05)
    stage.end = {"state": TransferState.NEEDS_SIGN_IN, "trouble": SIGN_IN}
    assert await stage.upload() == 4
    assert stage.outlet.facts["state"] == "needs-sign-in"
    assert stage.outlet.errors[0].summary == SIGN_IN.summary
    assert "--sas-env" in stage.outlet.errors[0].remedy
    (transfer,) = stage.worker.all_transfers.values()
    assert transfer.state is TransferState.NEEDS_SIGN_IN


async def test_a_sign_in_that_is_answered_meanwhile_is_no_end(stage: Stage) -> None:
    loop = asyncio.get_running_loop()

    def begun(worker: FakeTransferWorker, transfer: Transfer) -> None:
        loop.call_later(0.01, lambda: worker.set(transfer.id, state=TransferState.NEEDS_SIGN_IN))
        loop.call_later(0.02, lambda: worker.set(transfer.id, **stage.end))

    stage.worker._begun = begun
    assert await stage.upload() == 0


async def test_a_lost_network_is_told_once_and_waited_for(stage: Stage) -> None:
    away = Failure("connection", "The server cannot be reached.", retryable=True)
    loop = asyncio.get_running_loop()

    def begun(worker: FakeTransferWorker, transfer: Transfer) -> None:
        for after in (0.01, 0.12):
            done = {"state": TransferState.WAITING, "trouble": away, "done_bytes": round(after * 100)}
            loop.call_later(after, lambda done=done: worker.set(transfer.id, **done))
        loop.call_later(0.25, lambda: worker.set(transfer.id, **{**stage.end, "trouble": None}))

    stage.worker._begun = begun
    assert await stage.upload() == 0
    assert stage.outlet.warnings == [away]


async def test_ctrl_c_pauses_and_says_how_to_go_on(stage: Stage) -> None:
    stage.worker._begun = None
    stage.outlet = outlet = WatchedOutlet()
    command = asyncio.create_task(stage.upload())
    await asyncio.wait_for(outlet.shown.wait(), PATIENCE_S)
    command.cancel()
    assert await command == 130
    (transfer,) = stage.worker.all_transfers.values()
    assert transfer.state is TransferState.PAUSED
    assert f"tiepoint transfers resume {transfer.id}" in stage.outlet.errors[0].remedy
    assert (stage.outlet.facts["state"], stage.outlet.facts["exit_code"]) == ("paused", 130)


async def test_the_same_command_goes_on_with_what_was_paused(stage: Stage) -> None:
    stage.worker.put(a_transfer(name="demo", state=TransferState.PAUSED))
    loop = asyncio.get_running_loop()
    loop.call_later(0.05, lambda: stage.worker.set("transfer-1", **stage.end))
    assert await stage.upload() == 0
    assert len(stage.worker.all_transfers) == 1


async def test_a_detached_upload_returns_at_once(stage: Stage) -> None:
    stage.worker._begun = None
    assert await stage.upload(is_detached=True, is_first=True) == 0
    (transfer,) = stage.worker.all_transfers.values()
    assert transfer.priority == 1
    assert stage.outlet.facts["transfer"] == transfer.id
    assert stage.outlet.facts["exit_code"] == 0


@pytest.mark.parametrize(
    ("to", "access", "code"),
    [
        ("nonsense", WITH_SAS, 2),
        ("https://a.blob.core.windows.net", WITH_SAS, 2),
        (PLACE.url, AccessOptions(sas_env="NOT_SET"), 2),
        (PLACE.url, AccessOptions(sas_env="SAS", bearer_env="SAS"), 2),
        (f"{PLACE.url}?{SAS}", WITH_SAS, 2),
        (PLACE.url, AccessOptions(sas_file="/nothing/there"), 3),
    ],
)
async def test_what_makes_no_sense_is_said_and_ends_with_a_result(
    stage: Stage, to: str, access: AccessOptions, code: int
) -> None:
    assert await stage.upload(access, to) == code
    assert stage.outlet.facts["failed"] == []
    assert stage.outlet.facts["files_total"] == 0
    assert stage.outlet.errors[0].remedy
    assert stage.worker.begins == []
    assert "topsecret" not in stage.said


async def test_a_download_is_followed(stage: Stage, tmp_path: Path) -> None:
    options = RunOptions(WITH_SAS)
    where = PLACE.below("20261122-brighton-0a1b2c").url
    code = await download(stage.world.program, stage.outlet, where, tmp_path / "out", "", True, options)
    assert code == 0
    (asked,) = stage.worker.downloads
    assert (asked.folder, asked.is_products_only) == (str(tmp_path / "out"), True)
    assert str(tmp_path / "out") in stage.outlet.text


async def test_a_file_without_a_digest_is_told(stage: Stage, tmp_path: Path) -> None:
    def begun(worker: FakeTransferWorker, transfer: Transfer) -> None:
        done = {"state": FileState.VERIFIED, "digest": "0" * 32}
        worker.put(transfer, [dataclasses.replace(TransferFile(n, f"{n}.jpg", 10), **done) for n in range(3)])
        worker.set_file(transfer.id, 1, digest="", trouble=Failure("unverifiable", "It has no digest."))
        stage._begun(worker, transfer)

    stage.worker._begun = begun
    code = await download(stage.world.program, stage.outlet, PLACE.url, tmp_path, "", False, RunOptions(WITH_SAS))
    assert code == 0
    assert [warning.kind for warning in stage.outlet.warnings] == ["unverifiable"]
    assert "One file has no digest" in stage.outlet.warnings[0].summary
    assert "1.jpg" in stage.outlet.warnings[0].summary


async def test_a_capture_is_fetched_by_its_name_or_from_a_container(stage: Stage, tmp_path: Path) -> None:
    completed(stage.worker)
    program, options = stage.world.program, RunOptions(WITH_SAS)
    assert await download(program, stage.outlet, "brighton", tmp_path, "", False, options) == 0
    assert stage.worker.downloads[0].place == stage.worker.all_transfers["transfer-2"].place  # type: ignore[index]
    assert await download(program, RecordingOutlet(), "20261101-x-00000a", tmp_path, PLACE.url, False, options) == 0
    assert [asked.name for asked in stage.worker.downloads] == ["brighton", ""]
    assert stage.worker.downloads[1].place == PLACE.below("20261101-x-00000a")
    outlet = RecordingOutlet()
    assert await download(program, outlet, "harbour", tmp_path, "", False, options) == 2
    assert "--from" in outlet.errors[0].remedy


async def test_a_capture_is_verified(stage: Stage) -> None:
    completed(stage.worker)
    program = stage.world.program
    assert await commands.verify(program, stage.outlet, "brighton", "", WITH_SAS) == 0
    assert "412 of 412 photos verified in Blob." in stage.outlet.text
    assert "safe" not in stage.outlet.text, "without a receipt nothing is known here of any card"
    stage.worker.verdict = Verdict("brighton", PLACE, T0, 412, 412, receipt=RECEIPT)
    outlet = RecordingOutlet()
    assert await commands.verify(program, outlet, "brighton", "", WITH_SAS) == 0
    assert "safe to format the card" in outlet.text
    left_out = LeftOut(files=1, named=("film.mp4",))
    stage.worker.verdict = Verdict(
        "brighton", PLACE, T0, 412, 412, receipt=dataclasses.replace(RECEIPT, left_out=left_out)
    )
    outlet = RecordingOutlet()
    assert await commands.verify(program, outlet, "brighton", "", WITH_SAS) == 0
    assert "Before you format the card, copy 1 file that is no photo: film.mp4." in outlet.text
    gone = Difference("a.jpg", "missing")
    stage.worker.verdict = Verdict("brighton", PLACE, T0, 3, 2, (gone,), 1)
    outlet = RecordingOutlet()
    assert await commands.verify(program, outlet, PLACE.url, "", WITH_SAS) == 5
    assert "safe" not in outlet.text
    assert "missing      a.jpg" in outlet.text
    assert outlet.facts["exit_code"] == 5


async def test_transfers_are_listed_and_steered(stage: Stage) -> None:
    midway(stage.worker)
    program = stage.world.program
    await commands.list_all(program, stage.outlet, T0)
    assert "204/412" in stage.outlet.text
    assert len(stage.outlet.facts["transfers"]) == 1
    for command, state in (
        (commands.pause, TransferState.PAUSED),
        (lambda p, o, t: commands.resume(p, o, t, WITH_SAS), TransferState.RUNNING),
        (lambda p, o, t: commands.retry(p, o, t, NOTHING, replaces=True), TransferState.RUNNING),
        (commands.cancel, TransferState.CANCELED),
    ):
        outlet = RecordingOutlet()
        assert await command(program, outlet, "brighton") == 0
        assert outlet.facts["transfer"].state is state
        assert "transfer-1" in outlet.text
    assert stage.worker.retries == [("transfer-1", None, True)]
    outlet = RecordingOutlet()
    await commands.cancel(program, outlet, "transfer-1")
    assert await commands.remove(program, RecordingOutlet(), "transfer-1") == 0
    assert stage.worker.all_transfers == {}
    with pytest.raises(UsageError, match="no transfer"):
        await commands.pause(program, RecordingOutlet(), "brighton")


async def test_no_transfers_are_said(stage: Stage) -> None:
    await commands.list_all(stage.world.program, stage.outlet, T0)
    assert stage.outlet.text == "There are no transfers."


async def test_failed_files_are_printed_as_csv(stage: Stage) -> None:
    midway(stage.worker, 20, failed=[3])
    await commands.failed(stage.world.program, stage.outlet, "brighton")
    assert len(stage.outlet.text.splitlines()) == 2
    assert stage.outlet.facts["failed"][0].index == 3


async def test_resuming_without_a_right_says_how_to_give_one(stage: Stage) -> None:
    needs_sign_in(stage.worker)
    outlet = RecordingOutlet()
    await commands.resume(stage.world.program, outlet, "harbour", WITH_SAS)
    assert outlet.facts["transfer"].state is TransferState.RUNNING
    stage.worker.set("transfer-3", state=TransferState.NEEDS_SIGN_IN)


@pytest.mark.parametrize(("typed", "expected"), [("off", None), ("50", 6_250_000), ("0,8", 100_000)])
async def test_a_limit_is_set(stage: Stage, typed: str, expected: int | None) -> None:
    assert await commands.limit(stage.world.program, stage.outlet, typed) == 0
    assert stage.worker.limits.bytes_per_s == expected


@pytest.mark.parametrize("typed", ["fast", "0", "-1", "nan", "1e12"])
async def test_a_limit_that_is_none_is_refused(stage: Stage, typed: str) -> None:
    with pytest.raises(UsageError, match="is no speed"):
        await commands.limit(stage.world.program, stage.outlet, typed)


async def test_the_worker_is_stopped(stage: Stage) -> None:
    await commands.stop(stage.world.program, stage.outlet)
    assert stage.outlet.facts["ran"] is True
    stage.worker.is_reachable = False
    outlet = RecordingOutlet()
    await commands.stop(stage.world.program, outlet)
    assert outlet.text == "No transfer worker is running."


def test_rights_come_from_variables_files_and_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAS", f"?{SAS}\n")
    monkeypatch.setenv("TOKEN", "abc")
    assert isinstance(source_of(AccessOptions(sas_env="SAS")), PastedSignature)
    assert isinstance(source_of(AccessOptions(bearer_env="TOKEN")), TokenOfVariable)
    file = tmp_path / "sas"
    file.write_text(f"https://a.blob.core.windows.net/c?{SAS}\n")
    assert isinstance(source_of(AccessOptions(sas_file=str(file))), PastedSignature)
    for coding in ("utf-8-sig", "utf-16"):  # as PowerShell writes them
        file.write_text(f"{SAS}\r\n", encoding=coding)
        assert isinstance(source_of(AccessOptions(sas_file=str(file))), PastedSignature)
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{SAS}\n"))
    assert isinstance(source_of(AccessOptions(sas_file="-")), PastedSignature)
    assert source_of(NOTHING) is None
    with pytest.raises(UsageError):
        source_of(AccessOptions(sas_file="-"))
    with pytest.raises(InputError):
        source_of(AccessOptions(sas_file=str(tmp_path)))
    place, source = read_address(PLACE.url, NOTHING, RecordingOutlet())
    assert (place, source) == (PLACE, None)


@pytest.mark.parametrize(
    "access", [AccessOptions(sas_env=SAS), AccessOptions(sas_file=SAS), AccessOptions(bearer_env=SAS)]
)
def test_a_right_in_place_of_a_name_is_not_repeated(access: AccessOptions) -> None:
    with pytest.raises(UsageError) as refused:
        source_of(access)
    assert "topsecret" not in json.dumps(refused.value.to_dict())
