"""The Transfers page: what is on its way, file by file, and what can be done about it, by clicks and keys."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMessageBox

from fakes.program import FakeProgram
from fakes.transfers import RECEIPT, FakeTransferWorker, a_transfer, completed, midway, needs_sign_in
from page_stand import Stand, standing, until
from tiepoint.domain.failure import Failure
from tiepoint.domain.left_out import LeftOut
from tiepoint.domain.transfer import Difference as Diff
from tiepoint.domain.transfer import Limits, Tally, TransferState, Verdict
from tiepoint.ui.pages.transfers.page import TransfersPage

InQt = Callable[[Any], Any]
LEFT = Qt.MouseButton.LeftButton
HOUR = timedelta(hours=1)


@contextlib.asynccontextmanager
async def page_with(*scenes: Callable[[FakeTransferWorker], object]) -> AsyncIterator[Stand[TransfersPage]]:
    """Show the page with these scenes on their way."""
    fake = FakeProgram()
    for scene in scenes:
        scene(fake.transfer_worker)
    async with standing(TransfersPage, fake) as stand:
        await until(lambda: fake.program.transfers.snapshot.is_connected)
        await until(lambda: len(stand.page.viewmodel.transfers) == len(fake.transfer_worker.all_transfers))
        await until(lambda: "Looking for transfers" not in texts(stand.page))
        yield stand


def texts(page: TransfersPage) -> str:
    return " ".join(each.text() for each in page.findChildren(QLabel) if each.isVisible())


def click_button_of(page: TransfersPage, key: str) -> None:
    """Click the button of an entry in the list."""
    QTest.mouseClick(page.captures.list.viewport(), LEFT, pos=page.captures.list.button_centre(key))


def test_with_nothing_on_its_way_it_says_how_to_begin(in_qt: InQt) -> None:
    async def scene() -> None:
        async with page_with() as stand:
            assert "Nothing is on its way" in texts(stand.page)
            assert "Upload to…" in texts(stand.page)
            stand.page.focus_first()
            QTest.keyClick(stand.page.window().focusWidget(), Qt.Key.Key_Space)
            assert stand.parts.navigator.gone == [("photos", {})]

    in_qt(scene())


def test_the_first_transfer_of_the_command_line_is_noticed(in_qt: InQt) -> None:
    async def scene() -> None:
        fake = FakeProgram()
        fake.has_transfers = False
        async with standing(TransfersPage, fake) as stand:
            await until(lambda: "Nothing is on its way" in texts(stand.page))
            assert not fake.program.transfers.snapshot.is_following
            fake.has_transfers = True
            midway(fake.transfer_worker)
            await until(lambda: stand.page.viewmodel.transfer)

    in_qt(scene())


def test_files_and_bytes_are_counted_apart_and_failed_files_come_first(in_qt: InQt) -> None:
    async def scene() -> None:
        async with page_with(midway) as stand:
            files = stand.page.detail.files
            await until(lambda: files.model.rowCount() == 412)
            row = stand.page.captures.list.rows_model.rows[0]
            assert "204 of 412 files" in row.cells[0].said
            assert "1.6 of 3.3" in row.cells[0].said
            assert "2 files need you" in texts(stand.page)
            first = files.model.row_at(0)
            assert [cell.text for cell in first.cells[:2]] == ["Failed", "IMG_00007.JPG"]
            assert first.cells[-1].text == "The file cannot be read."
            assert first.cells[-1].sub.startswith("Allow your user")

    in_qt(scene())


def test_an_entrys_button_pauses_and_lets_go_on(in_qt: InQt) -> None:
    async def scene() -> None:
        async with page_with(midway) as stand:
            worker = stand.fake.transfer_worker
            click_button_of(stand.page, "transfer-1")
            await until(lambda: worker.all_transfers["transfer-1"].state is TransferState.PAUSED)  # type: ignore[index]
            await until(lambda: stand.page.detail.main_button.text() == "Go on")
            QTest.mouseClick(stand.page.detail.main_button, LEFT)
            await until(lambda: worker.all_transfers["transfer-1"].state is TransferState.RUNNING)  # type: ignore[index]

    in_qt(scene())


def test_one_that_waits_behind_another_is_sent_first(in_qt: InQt) -> None:
    async def scene() -> None:
        def two(worker: FakeTransferWorker) -> None:
            midway(worker)
            worker.put(a_transfer(2, name="second", state=TransferState.QUEUED, rate_bytes_per_s=0.0, left_s=None))

        async with page_with(two) as stand:
            entries = stand.page.captures.list.rows_model
            await until(lambda: entries.rowCount() == 2)
            assert "after brighton" in entries.row_at(1).cells[0].said
            click_button_of(stand.page, "transfer-2")
            await until(lambda: entries.row_at(0).key == "transfer-2")
            assert stand.fake.transfer_worker.all_transfers["transfer-2"].priority == 1  # type: ignore[index]

    in_qt(scene())


def test_failed_files_are_filtered_and_retried_all_or_some(in_qt: InQt) -> None:
    async def scene() -> None:
        async with page_with(midway) as stand:
            files, worker = stand.page.detail.files, stand.fake.transfer_worker
            await until(lambda: files.model.rowCount() == 412)
            QTest.mouseClick(files.chips.chip("failed"), LEFT)
            assert files.model.rowCount() == 2
            files.table.selectRow(1)
            menu = files.file_menu()
            menu.actions()[0].trigger()
            menu.deleteLater()
            await until(lambda: worker.retries == [("transfer-1", (11,), False)])
            await until(lambda: files.model.rowCount() == 1)
            QTest.mouseClick(files.retry_button, LEFT)
            await until(lambda: len(worker.retries) == 2)
            await until(lambda: files.model.rowCount() == 0)
            assert "No file is like that." in texts(stand.page)

    in_qt(scene())


def test_a_new_signature_is_pasted_in_place_and_never_shown(in_qt: InQt) -> None:
    async def scene() -> None:
        async with page_with(needs_sign_in) as stand:
            panel, worker = stand.page.detail.sign_in, stand.fake.transfer_worker
            assert "A signature is needed" in texts(stand.page)
            click_button_of(stand.page, "transfer-3")
            assert panel.field.line.hasFocus()
            QTest.keyClicks(panel.field.line, "nonsense")
            assert not panel.use_button.isEnabled()
            assert "no shared access signature" in texts(stand.page)
            panel.field.set_text("sv=2021-12-02&se=2099-01-01&sr=c&sp=rl&sig=secret")
            assert "lacks a right: Create, Write" in texts(stand.page)
            panel.field.set_text("sv=2021-12-02&se=2099-01-01&sr=c&sp=rcwl&sig=secret")
            assert "Good until" in texts(stand.page)
            assert "secret" not in texts(stand.page)
            QTest.keyClick(panel.field.line, Qt.Key.Key_Return)
            await until(lambda: worker.given)
            assert worker.given[0][1].secret.endswith("sig=secret")
            await until(lambda: not panel.isVisible())
            assert panel.field.text == ""

    in_qt(scene())


def test_the_card_may_be_formatted_only_with_a_whole_receipt(in_qt: InQt) -> None:
    async def scene() -> None:
        async with page_with(midway, completed) as stand:
            card = stand.page.detail.card
            assert "Do not format the card yet" in card.words
            assert not card.pdf_button.isVisible()
            stand.page.show_target(transfer="transfer-2")
            assert "412 of 412 photos verified in Blob: safe to format the card" in card.words
            assert card.pdf_button.isVisible()

    in_qt(scene())


def test_with_something_left_out_the_card_is_not_said_to_be_safe(in_qt: InQt) -> None:
    async def scene() -> None:
        def with_film(worker: FakeTransferWorker) -> None:
            completed(worker)
            left_out = LeftOut(files=2, excluded=1, named=("blurred.jpg", "film.mp4"))
            worker.set("transfer-2", receipt=dataclasses.replace(RECEIPT, left_out=left_out))

        async with page_with(with_film) as stand:
            words = stand.page.detail.card.words
            assert "412 of 412 photos verified in Blob, but the card may hold more" in words
            assert "copy 1 photo that was left out and 2 files that are no photos" in words
            assert "blurred.jpg, film.mp4 and others" in words
            assert "safe to format" not in words + stand.page.captures.list.rows_model.row_at(0).cells[0].said

    in_qt(scene())


def test_of_single_files_nothing_is_said_of_the_card(in_qt: InQt) -> None:
    async def scene() -> None:
        def of_single_files(worker: FakeTransferWorker) -> None:
            completed(worker)
            worker.set("transfer-2", receipt=dataclasses.replace(RECEIPT, left_out=LeftOut(is_part=True)))

        async with page_with(of_single_files) as stand:
            words = stand.page.detail.card.words
            assert "look what else the card holds" in words
            assert "safe to format" not in words

    in_qt(scene())


def test_a_check_that_finds_something_missing_takes_the_word_back(in_qt: InQt) -> None:
    async def scene() -> None:
        async with page_with(completed) as stand:
            card, worker = stand.page.detail.card, stand.fake.transfer_worker
            QTest.mouseClick(card.check_button, LEFT)
            await until(lambda: "all 412 photos are there" in card.words)
            gone = (Diff("a.jpg", "missing"), Diff("b.jpg", "different"))
            when = RECEIPT.made + HOUR
            worker.verdict = Verdict("brighton", worker.verdict.place, when, 412, 410, gone, 2)
            QTest.mouseClick(card.check_button, LEFT)
            await until(lambda: "Do not format the card" in card.words)
            assert card.listed == "a.jpg: missing\nb.jpg: different"
            assert "safe to format" not in card.words
            entries = stand.page.captures.list.rows_model
            assert "Not all there, 412 files verified" in entries.row_at(0).cells[0].said
            again = TransfersPage(stand.parts.panel)
            again.show()
            await until(lambda: "The last check found photos missing" in again.detail.card.words)
            worker.set("transfer-2", receipt=dataclasses.replace(RECEIPT, made=worker.verdict.checked + HOUR))
            await until(lambda: "safe to format the card" in again.detail.card.words)
            again.shut()
            again.close()
            again.deleteLater()

    in_qt(scene())


def test_stopping_asks_first(in_qt: InQt) -> None:
    async def scene() -> None:
        async with page_with(midway) as stand:
            page, worker = stand.page, stand.fake.transfer_worker
            page.focus_first()
            QTest.keyClick(page.captures.list, Qt.Key.Key_Delete)
            await until(lambda: page.commands.question is not None)
            box = page.commands.question
            assert isinstance(box, QMessageBox)
            assert "nothing is moved twice" in box.informativeText()
            next(each for each in box.buttons() if each.text() == "Stop it").click()
            await until(lambda: worker.all_transfers["transfer-1"].state is TransferState.CANCELED)  # type: ignore[index]
            await until(lambda: page.commands.question is None)

    in_qt(scene())


def test_the_limit_is_set_with_the_switch_and_the_figure(in_qt: InQt) -> None:
    async def scene() -> None:
        async with page_with(midway) as stand:
            card, worker = stand.page.bandwidth, stand.fake.transfer_worker
            QTest.mouseClick(card.switch, LEFT)
            await until(lambda: worker.limits == Limits(12_500_000))
            card.figure.setValue(40)
            await until(lambda: worker.limits == Limits(5_000_000))
            QTest.mouseClick(card.switch, LEFT)
            await until(lambda: worker.limits == Limits(None))
            worker.limits = Limits(1_250_000)
            worker.set("transfer-1", connections=3)
            await until(lambda: card.switch.isChecked() and card.figure.value() == 10)

    in_qt(scene())


def test_a_lost_worker_greys_everything_and_offers_nothing_it_cannot_do(in_qt: InQt) -> None:
    async def scene() -> None:
        async with page_with(midway) as stand:
            page = stand.page
            stand.fake.transfer_worker.lose()
            await until(page.banner.isVisible)
            assert page.strip().state == "lost"
            assert not page.detail.main_button.isVisible()
            assert not page.detail.files.retry_button.isVisible()
            assert "as last known" in page.captures.list.rows_model.rows[0].cells[0].said
            stand.fake.transfer_worker.come_back()
            await until(lambda: not page.banner.isVisible())
            assert page.detail.main_button.isVisible()

    in_qt(scene())


def test_a_transfer_that_failed_as_a_whole_says_why_and_is_tried_again(in_qt: InQt) -> None:
    async def scene() -> None:
        def refused(worker: FakeTransferWorker) -> None:
            why = Failure("input", "There is no container “captres”.", "Make it in the Azure portal.", retryable=True)
            worker.put(
                a_transfer(4, state=TransferState.FAILED, trouble=why, tallies={"waiting": Tally(412, 1)}, done_bytes=0)
            )

        async with page_with(refused) as stand:
            assert "There is no container “captres”." in texts(stand.page)
            assert "Make it in the Azure portal." in texts(stand.page)
            QTest.mouseClick(stand.page.detail.trouble.retry_button, LEFT)
            await until(lambda: stand.fake.transfer_worker.retries == [("transfer-4", None, False)])

    in_qt(scene())
