"""Transfers outside of their page: the chip in the strip, what is told when they end, and the question on closing."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from fakes.job_scenes import a_job
from fakes.program import FakeProgram
from fakes.transfers import PLACE, RECEIPT, SIGN_IN, FakeTransferWorker, a_transfer, completed, midway
from page_stand import FakePanel, until
from tiepoint.domain.failure import Failure
from tiepoint.domain.transfer import Direction, Tally, TransferState
from tiepoint.ui.pages.page import StripContent
from tiepoint.ui.shell.activity_tab import ActivityTab
from tiepoint.ui.shell.closing import ClosingChoice, ClosingDialog
from tiepoint.ui.shell.leaving import leave
from tiepoint.ui.shell.notifications import JobNotifications, Notification
from tiepoint.ui.shell.strip import Strip
from tiepoint.ui.shell.transfer_chip import TransferChip
from tiepoint.ui.shell.transfer_notices import TransferNotices

InQt = Callable[[Any], Any]
Scene = Callable[[FakeTransferWorker], object]


class FakeDesktop:
    """Implements `ui.shell.notifications.Desktop`."""

    def __init__(self) -> None:
        self.shown: list[Notification] = []

    def show(self, notification: Notification) -> bool:
        self.shown.append(notification)
        return True

    def clear(self) -> None:
        """Nothing to take away."""


@contextlib.asynccontextmanager
async def _panel(
    *scenes: Callable[[FakeTransferWorker], object],
) -> AsyncIterator[tuple[FakePanel, FakeTransferWorker]]:
    fake = FakeProgram()
    for scene in scenes:
        scene(fake.transfer_worker)
    parts = FakePanel(fake)
    fake.program.transfers.start()
    await until(lambda: fake.program.transfers.snapshot.is_connected)
    try:
        yield parts, fake.transfer_worker
    finally:
        await parts.stop()


@contextlib.asynccontextmanager
async def _chip(
    *scenes: Callable[[FakeTransferWorker], object],
) -> AsyncIterator[tuple[TransferChip, Strip, FakePanel]]:
    async with _panel(*scenes) as (parts, _worker):
        strip, chip = Strip(), TransferChip(parts.panel)
        strip.resize(1200, 64)
        strip.set_transfer_chip(chip)
        chip.wanted_changed.connect(strip.set_transfer_chip_wanted)
        strip.set_transfer_chip_wanted(chip.is_wanted)
        strip.show_content(StripContent("Photos"))
        strip.show()
        try:
            yield chip, strip, parts
        finally:
            strip.close()
            strip.deleteLater()


def test_the_chip_says_how_far_and_how_fast_and_leads_there(in_qt: InQt) -> None:
    async def scene() -> None:
        async with _chip(midway) as (chip, _strip, parts):
            await until(chip.isVisible)
            assert chip.words.replace("\u00a0", " ").startswith("Sending 49 %, 24.0 MB/s · ")
            assert chip.words.endswith("left")
            QTest.mouseClick(chip, Qt.MouseButton.LeftButton)
            assert parts.navigator.gone == [("transfers", {"transfer": "transfer-1"})]
            chip.setFocus()
            QTest.keyClick(chip, Qt.Key.Key_Return)
            assert len(parts.navigator.gone) == 2

    in_qt(scene())


def test_the_chip_goes_when_nothing_is_on_its_way_and_on_the_transfers_page(in_qt: InQt) -> None:
    async def scene() -> None:
        async with _chip(midway) as (chip, strip, parts):
            await until(chip.isVisible)
            strip.show_content(StripContent("Transfers", is_about_transfers=True))
            assert not chip.isVisible()
            strip.show_content(StripContent("Photos"))
            assert chip.isVisible()
            parts.fake.transfer_worker.set("transfer-1", state=TransferState.COMPLETED)
            await until(lambda: not chip.isVisible())

    in_qt(scene())


def test_the_chip_shows_first_what_needs_somebody(in_qt: InQt) -> None:
    async def scene() -> None:
        def waits(worker: FakeTransferWorker) -> None:
            worker.put(a_transfer(9, name="moor", state=TransferState.NEEDS_SIGN_IN, trouble=SIGN_IN))

        async with _chip(midway, waits) as (chip, _strip, _parts):
            await until(chip.isVisible)
            assert chip.words == "moor, Needs a signature"

    in_qt(scene())


@contextlib.asynccontextmanager
async def _noticing(*scenes: Scene) -> AsyncIterator[tuple[FakePanel, FakeTransferWorker, FakeDesktop]]:
    async with _panel(*scenes) as (parts, worker):
        window, desktop = QWidget(), FakeDesktop()
        notifications = JobNotifications(window, parts.panel, desktop)
        notices = TransferNotices(window, parts.panel, notifications.tell)
        await until(lambda: parts.fake.program.transfers.snapshot.transfers)
        try:
            yield parts, worker, desktop
        finally:
            notices.shut()
            notifications.shut()
            window.deleteLater()


def test_a_whole_upload_is_told_once_with_the_word_about_the_card(in_qt: InQt) -> None:
    async def scene() -> None:
        async with _noticing(midway, completed) as (parts, worker, desktop):
            assert not parts.said
            worker.set("transfer-1", state=TransferState.COMPLETED, receipt=RECEIPT)
            await until(lambda: parts.said)
            worker.set("transfer-1", connections=0)
            await until(lambda: desktop.shown)
            [told] = parts.said
            assert (told.state, told.title) == ("ok", "brighton is up: safe to format the card")
            assert told.text == "412 of 412 photos verified in Blob."
            assert told.on_action is not None
            told.on_action()
            assert parts.navigator.gone == [("transfers", {"transfer": "transfer-1"})]
            assert [each.title for each in desktop.shown] == [told.title]

    in_qt(scene())


def test_without_a_whole_receipt_nothing_is_said_to_be_safe(in_qt: InQt) -> None:
    async def scene() -> None:
        async with _noticing(midway) as (parts, worker, _desktop):
            worker.set("transfer-1", state=TransferState.COMPLETED)
            await until(lambda: parts.said)
            assert parts.said[0].state == "warning"
            assert "do not format the card" in parts.said[0].text

    in_qt(scene())


def test_failures_and_waiting_for_a_signature_are_told(in_qt: InQt) -> None:
    async def scene() -> None:
        async with _noticing(midway) as (parts, worker, _desktop):
            worker.set("transfer-1", state=TransferState.NEEDS_SIGN_IN, trouble=SIGN_IN)
            await until(lambda: parts.fake.program.transfers.snapshot.transfers[0].trouble)
            assert not parts.said  # it may be answered by itself
            worker.want(PLACE)
            await until(lambda: len(parts.said) == 1)
            worker.set("transfer-1", state=TransferState.FAILED, trouble=None)
            await until(lambda: len(parts.said) == 2)
            assert parts.said[-1].text == "Others were not begun. See why, and retry them."  # it ended midway
            why = Failure("input", "There is no container “captres”.")
            worker.set("transfer-1", state=TransferState.RUNNING)
            await until(lambda: parts.fake.program.transfers.snapshot.unfinished)
            worker.set("transfer-1", state=TransferState.FAILED, trouble=why, tallies={"waiting": Tally(412, 1)})
            await until(lambda: len(parts.said) == 3)
            assert parts.said[-1].text == why.summary
            assert [each.title for each in parts.said[:2]] == ["brighton needs a signature", "brighton: 2 files failed"]

    in_qt(scene())


def test_the_dock_tells_what_happened_and_a_click_leads_there(in_qt: InQt) -> None:
    async def scene() -> None:
        async with _panel(midway) as (parts, worker):
            tab = ActivityTab(parts.panel)
            await until(lambda: parts.fake.program.transfers.snapshot.transfers)
            worker.put(a_transfer(2, name="quarry", files_total=3, bytes_total=12_000_000, state=TransferState.QUEUED))
            worker.set("transfer-1", state=TransferState.COMPLETED, receipt=RECEIPT)
            model = tab.list.model_of_lines
            await until(lambda: len(model.lines) == 2)
            said = {line.source: line.text.replace("\u00a0", " ") for line in model.lines}
            assert said["quarry"] == "Upload of 3 files begun, 12.0 MB"
            assert said["brighton"] == "204 files verified in Blob; safe to format the card"
            tab.list.opened.emit(model.lines[0].key)
            assert parts.navigator.gone[0][0] == "transfers"
            tab.viewmodel.past_known.emit()
            assert len(model.lines) == 2
            tab.close()
            tab.deleteLater()

    in_qt(scene())


def _closing_words(*, with_job: bool, with_transfer: bool) -> tuple[str, ClosingDialog]:
    moving = (a_transfer(1), a_transfer(2, name="quarry", direction=Direction.DOWN)) if with_transfer else ()
    dialog = ClosingDialog([a_job()] if with_job else [], moving=moving)
    words = [label.text() for label in dialog.findChildren(QLabel)] + [row.line for row in dialog.rows.values()]
    return " ".join(words).replace("\u00a0", " "), dialog


def test_closing_says_that_transfers_go_on(qapp: object) -> None:
    words, dialog = _closing_words(with_job=False, with_transfer=True)
    assert "2 transfers are on their way" in words
    assert "upload of brighton (48 %), download of quarry (48 %)" in words
    assert "go on moving while this computer is on" in words
    assert "Transfers are paused; what arrived stays." in words
    dialog.deleteLater()
    words, dialog = _closing_words(with_job=True, with_transfer=True)
    assert "A job is running; 2 transfers are on their way" in words
    dialog.deleteLater()


def test_closing_with_stop_pauses_what_moves(in_qt: InQt) -> None:
    async def scene() -> None:
        def others(worker: FakeTransferWorker) -> None:
            worker.put(a_transfer(2, state=TransferState.PAUSED, tallies={"waiting": Tally(1, 1)}))

        async with _panel(midway, others) as (parts, worker):
            window, ended = QWidget(), []
            window.show()
            await until(lambda: len(parts.fake.program.transfers.snapshot.transfers) == 2)
            leaving = parts.background.start(leave(window, parts.panel, lambda: ended.append(1)))
            await until(lambda: window.findChildren(ClosingDialog))
            dialog = window.findChildren(ClosingDialog)[0]
            assert "A transfer is on its way" in [label.text() for label in dialog.findChildren(QLabel)]
            dialog.rows[ClosingChoice.STOP].click()
            await leaving
            assert worker.all_transfers["transfer-1"].state is TransferState.PAUSED  # type: ignore[index]
            assert ended == [1]
            window.close()
            window.deleteLater()

    in_qt(scene())
