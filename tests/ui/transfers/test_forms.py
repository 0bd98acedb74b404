"""Asking for an upload or a download: judged as one types, signatures out of sight, failures told in place."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QLabel, QLineEdit, QWidget

from fakes.azure_scenes import a_cluster
from fakes.program import FakeProgram
from fakes.transfers import PLACE, FakeTransferWorker, completed
from page_stand import FakePanel, standing, until
from photo_set_factory import MISSING, a_photo, a_set, photos
from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.errors import InputError
from tiepoint.domain.transfer import Transfer
from tiepoint.ports.token_source import Credential
from tiepoint.services.credentials import PastedSignature
from tiepoint.ui.pages.transfers.download_dialog import DownloadDialog
from tiepoint.ui.pages.transfers.page import TransfersPage
from tiepoint.ui.pages.transfers.upload_dialog import UploadDialog
from tiepoint.ui.viewmodels.signature_words import Need, signature_problem, split_address
from tiepoint.ui.viewmodels.transfers_recent import recent_addresses

InQt = Callable[[Any], Any]
LEFT = Qt.MouseButton.LeftButton
URL = "https://ourphotos.blob.core.windows.net/captures"
SAS = "sv=2021-12-02&se=2099-01-01T00:00:00Z&sr=c&sp=racwl&sig=top%2Fsecret"
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@contextlib.asynccontextmanager
async def an_upload(
    *, count: int = 4, parts: FakePanel | None = None
) -> AsyncIterator[tuple[UploadDialog, FakePanel, list[Transfer]]]:
    parts, window, begun = parts or FakePanel(), QWidget(), []
    window.show()
    dialog = UploadDialog(parts.panel, a_set((a_photo("bad.jpg", 9, issues=(MISSING,)), *photos(count))), window)
    dialog.begun.connect(begun.append)
    dialog.open()
    try:
        yield dialog, parts, begun
    finally:
        dialog.close()
        dialog.deleteLater()
        window.close()
        window.deleteLater()
        await parts.stop()


def visible_texts(dialog: QDialog) -> str:
    return " ".join(
        each.text() for each in dialog.findChildren(QLineEdit) if each.echoMode() is QLineEdit.EchoMode.Normal
    )


def test_photos_go_up_with_a_pasted_url_and_its_signature_is_never_in_sight(in_qt: InQt) -> None:
    async def scene() -> None:
        async with an_upload() as (dialog, parts, begun):
            worker = parts.fake.transfer_worker
            assert dialog.go_button.text() == "Upload 4 photos"
            assert not dialog.go_button.isEnabled()
            assert any("Not sent: 1 photo left out." in label.text() for label in dialog.findChildren(QLabel))
            assert dialog.focusWidget() is dialog.address.line
            dialog.address.line.setText(f"{URL}?{SAS}")
            assert dialog.address.text == URL
            assert dialog.signature.text == SAS
            assert "secret" not in visible_texts(dialog)
            assert "Good until" in dialog.words
            QTest.mouseClick(dialog.first, LEFT)
            dialog.name.setText("chorin B")
            QTest.mouseClick(dialog.go_button, LEFT)
            await until(lambda: begun)
            [params] = worker.begins
            assert (params.name, params.place) == ("chorin B", PLACE)
            assert worker.given[0][1].secret == SAS
            assert len(worker.sources) == 4
            assert begun[0].priority == 1
            assert not dialog.isVisible()
            assert dialog.signature.text == ""
            assert recent_addresses(parts.panel.program.panel_state) == (URL,)
            assert "secret" not in str(parts.panel.program.panel_state.state)

    in_qt(scene())


def test_a_signature_typed_letter_by_letter_is_taken_out_when_the_field_is_left(in_qt: InQt) -> None:
    async def scene() -> None:
        async with an_upload() as (dialog, _parts, _begun):
            QTest.keyClicks(dialog.address.line, f"{URL}?{SAS}")
            assert dialog.address.text == f"{URL}?{SAS}"
            dialog.address.line.editingFinished.emit()
            assert (dialog.address.text, dialog.signature.text) == (URL, SAS)
            assert dialog.go_button.isEnabled()

    in_qt(scene())


def test_a_signature_is_shown_only_while_a_person_wants_to_see_it(in_qt: InQt) -> None:
    async def scene() -> None:
        async with an_upload() as (dialog, _parts, _begun):
            dialog.signature.set_text(SAS)
            assert dialog.signature.line.displayText() != SAS
            QTest.mouseClick(dialog.signature.reveal_button, LEFT)
            assert dialog.signature.line.displayText() == SAS
            QTest.mouseClick(dialog.signature.reveal_button, LEFT)
            assert "secret" not in dialog.signature.line.displayText()

    in_qt(scene())


def test_what_is_wrong_is_said_as_one_types(in_qt: InQt) -> None:
    async def scene() -> None:
        async with an_upload() as (dialog, _parts, _begun):
            QTest.keyClicks(dialog.address.line, "captures")
            assert "no address of a container" in dialog.words
            dialog.address.line.setText(URL)
            assert dialog.words == ""
            assert not dialog.go_button.isEnabled()
            dialog.signature.set_text(SAS)
            assert dialog.go_button.isEnabled()
            dialog.name.clear()
            assert dialog.words == "Give the capture a name."
            assert not dialog.go_button.isEnabled()

    in_qt(scene())


def test_a_refusal_is_told_in_the_dialog_which_stays(in_qt: InQt) -> None:
    async def scene() -> None:
        async with an_upload() as (dialog, parts, begun):
            dialog.address.line.setText(f"{URL}?{SAS}")
            await parts.panel.program.transfers.sign_in(PLACE, PastedSignature(SAS))
            parts.fake.transfer_worker.refusal = InputError("a.jpg and A.JPG are one name.", remedy="Rename one.")
            QTest.keyClick(dialog.signature.line, Qt.Key.Key_Return)
            await until(lambda: "a.jpg and A.JPG are one name. Rename one." in dialog.words)
            assert dialog.isVisible()
            assert dialog.go_button.isEnabled()
            assert not begun
            assert not parts.said

    in_qt(scene())


def test_the_signature_given_before_is_used_again(in_qt: InQt) -> None:
    async def scene() -> None:
        async with an_upload() as (dialog, parts, begun):
            await parts.panel.program.transfers.sign_in(PLACE, PastedSignature(SAS))
            dialog.address.line.setText(URL)
            assert "given before" in dialog.words
            QTest.mouseClick(dialog.go_button, LEFT)
            await until(lambda: begun)
            assert len(parts.fake.transfer_worker.given) == 1

    in_qt(scene())


class _ByToken:
    """The right of a sign-in."""

    async def credential(self, place: BlobPlace) -> Credential:
        return Credential("bearer", "a-token", datetime(2099, 1, 1, tzinfo=UTC))


def _signed_in() -> FakePanel:
    fake = FakeProgram()
    fake.azure.sign_in.put_signed_in()
    fake.azure.sign_in.source = _ByToken()
    fake.azure.clusters.put(a_cluster("harbour"))
    return FakePanel(fake)


def test_photos_go_up_to_a_cluster_by_the_sign_in(in_qt: InQt) -> None:
    async def scene() -> None:
        async with an_upload(parts=_signed_in()) as (dialog, parts, begun):
            assert dialog.cluster.isVisible()
            assert dialog.cluster.currentText() == "Cluster harbour, captures"
            assert dialog.address.text == "https://tpharbour.blob.core.windows.net/captures"
            assert not dialog.signature.isVisible()
            assert dialog.words == "By your sign-in to Azure, ada@atelier.example."
            QTest.mouseClick(dialog.go_button, LEFT)
            await until(lambda: begun)
            given = parts.fake.transfer_worker.given
            assert [(place.container, credential.kind) for place, credential in given] == [("captures", "bearer")]

    in_qt(scene())


def test_another_container_asks_for_a_signature_again(in_qt: InQt) -> None:
    async def scene() -> None:
        async with an_upload(parts=_signed_in()) as (dialog, _, _begun):
            dialog.cluster.setFocus()
            QTest.keyClick(dialog.cluster, Qt.Key.Key_Down)
            await until(lambda: dialog.signature.isVisible())
            assert dialog.address.text == ""
            dialog.address.set_text(URL)
            assert not dialog.go_button.isEnabled()

    in_qt(scene())


def test_a_set_without_an_included_photo_sends_nothing(in_qt: InQt) -> None:
    async def scene() -> None:
        async with an_upload(count=0) as (dialog, _parts, _begun):
            dialog.address.line.setText(f"{URL}?{SAS}")
            assert not dialog.go_button.isEnabled()
            assert "nothing to send" in dialog.words

    in_qt(scene())


def test_the_addresses_used_lately_are_offered(in_qt: InQt) -> None:
    async def scene() -> None:
        async with an_upload() as (first, parts, begun):
            first.address.line.setText(f"{URL}?{SAS}")
            QTest.mouseClick(first.go_button, LEFT)
            await until(lambda: begun)
            second = UploadDialog(parts.panel, a_set(photos(2)), first.parentWidget())
            assert second.address.text == URL
            assert second.signature.text == ""
            second.address.line.clear()
            menu = second.address.recent_menu()
            assert [entry.text() for entry in menu.actions()] == ["ourphotos / captures"]
            menu.actions()[0].trigger()
            assert second.address.text == URL
            menu.deleteLater()
            second.deleteLater()

    in_qt(scene())


def test_a_capture_comes_down_into_a_folder_of_its_own(in_qt: InQt) -> None:
    async def scene() -> None:
        async with standing(TransfersPage) as stand:
            worker: FakeTransferWorker = stand.fake.transfer_worker
            transfer = completed(worker)
            await until(lambda: stand.page.viewmodel.transfers)
            dialog = DownloadDialog(stand.parts.panel, stand.page, transfer)
            dialog.begun.connect(lambda begun: stand.page.show_target(transfer=begun.id))
            dialog.open()
            assert dialog.address.text == transfer.place.url
            dialog.signature.set_text(SAS)
            dialog.folder.setText("here")
            assert dialog.words == "Choose a folder on this computer."
            dialog.folder.setText("/data/captures")
            QTest.mouseClick(dialog.go_button, LEFT)
            await until(lambda: worker.downloads)
            [params] = worker.downloads
            assert params.place == transfer.place
            assert params.folder == f"/data/captures/{transfer.capture}"
            assert params.is_products_only
            await until(lambda: stand.page.viewmodel.transfer.direction.value == "down")  # type: ignore[union-attr]
            assert not dialog.isVisible()
            dialog.deleteLater()

    in_qt(scene())


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (SAS, ""),
        (f"?{SAS}", ""),
        (f"{URL}?{SAS}", ""),
        (f"https://ourphotos.blob.core.windows.net/others?{SAS}", "for another container: others"),
        ("sig only", "no shared access signature"),
        (SAS.replace("2099", "2020"), "This signature ended at"),
        (f"{SAS}&st=2027-01-01T00:00:00Z", "begins only at"),
        (SAS.replace("racwl", "rl"), "lacks a right: Create, Write"),
        (SAS.replace("racwl", "rwl"), ""),
        (SAS.replace("sr=c", "sr=b"), "for one file"),
        (f"ss=qt&srt=sco&{SAS}", "not for Blob storage"),
        (f"ss=b&srt=o&{SAS}", "resource types Container and Object"),
        ("si=policy&sr=c&sig=x", ""),
    ],
)
def test_signatures_are_judged_before_anything_is_sent(text: str, problem: str) -> None:
    said = signature_problem(text, PLACE, Need.UPLOAD, NOW)
    assert problem in said
    assert bool(said) == bool(problem)
    assert "secret" not in said


def test_a_signature_for_https_does_not_go_to_http() -> None:
    place = BlobPlace("http://127.0.0.1:10000/devstoreaccount1", "captures")
    assert "allows https only" in signature_problem(f"{SAS}&spr=https", place, Need.DOWNLOAD, NOW)


def test_an_address_is_split_only_where_there_is_a_signature() -> None:
    assert split_address(f"{URL}?{SAS}") == (URL, SAS)
    assert split_address(f"{URL}?restype=container") == (f"{URL}?restype=container", "")
    assert split_address(URL) == (URL, "")
