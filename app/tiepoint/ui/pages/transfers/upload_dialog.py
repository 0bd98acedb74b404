"""*Upload to…*: a capture's name, where to, and the right to do so. The GUI thread; opened, never run modally."""

from __future__ import annotations

from collections.abc import Coroutine
from datetime import UTC, datetime
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget

from tiepoint.domain.left_out import LeftOut, left_out_of
from tiepoint.domain.photo_set import PhotoSet, upload_of
from tiepoint.domain.transfer import Transfer
from tiepoint.ports.token_source import TokenSource
from tiepoint.ui.pages.transfers.form_dialog import FormDialog, labelled
from tiepoint.ui.panel import Panel
from tiepoint.ui.text import tr, tr_count
from tiepoint.ui.viewmodels.transfers_form import Judged, judge_upload
from tiepoint.ui.viewmodels.transfers_recent import recent_addresses, remember_address
from tiepoint.ui.viewmodels.transfers_words import amount_text
from tiepoint.ui.widgets.cards import Well
from tiepoint.ui.widgets.check_box import CheckBox
from tiepoint.ui.widgets.labels import Glyph, Label
from tiepoint.ui.widgets.layouts import column, row


class UploadDialog(FormDialog):
    """Asks where a set's included photos shall go.

    Args:
        panel: The services and background work.
        photo_set: The photos, as they are now.
        parent: Over which it opens.
    """

    def __init__(self, panel: Panel, photo_set: PhotoSet, parent: QWidget) -> None:
        count = len(photo_set.included)
        super().__init__(
            panel,
            parent,
            title=tr("Upload", "Upload photos"),
            address_name=tr("Upload", "Destination"),
            verb=tr_count("Upload", "Upload 1 photo", "Upload {count} photos", count),
        )
        self._set = photo_set
        self.name = QLineEdit(photo_set.name)
        self.name.setMaxLength(120)
        self.name.setAcceptDrops(False)
        self.name.setAccessibleName(tr("Upload", "Name of the capture"))
        self.first = CheckBox(tr("Upload", "Upload this before everything else"))
        self.name.textChanged.connect(lambda _text: self.refresh())
        self._setup_ui()
        recent = recent_addresses(panel.program.panel_state)
        places = self._places
        usual = places[0][0] if places and not recent else ""
        self.address.set_text(recent[0] if recent else usual)

    def judge(self) -> Judged:
        """Judge what was typed."""
        return judge_upload(
            self.name.text(),
            self.address.text,
            self.signature.text,
            photos=len(self._set.included),
            now=datetime.now(UTC),
            can_use=self.can_use,
        )

    def send(self, source: TokenSource | None) -> Coroutine[Any, Any, Transfer]:
        """Let the photos go up."""
        return self._send(source)

    async def _send(self, source: TokenSource | None) -> Transfer:
        place = self.judge().place
        assert place is not None  # the button is enabled only with one
        name = self.name.text().strip()
        transfers = self._panel.program.transfers
        made = await transfers.upload_drop(
            upload_of(self._set),
            name,
            place,
            source,
            capture=self._set.capture if name == self._set.name else None,
            is_first=self.first.isChecked(),
        )
        remember_address(self._panel.program.panel_state, place)
        return made

    def _setup_ui(self) -> None:
        how = Label(
            tr(
                "Upload",
                "No signature yet? In the Azure portal: your storage account, Containers, the container, “Shared "
                "access tokens”. Tick Read, Create, Write and List, press Generate, and copy the Blob SAS URL into "
                "the destination.",
            ),
            "sub",
            wrap=True,
        )
        how.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        help_line = row(column(Glyph("circle-help", "text2", 16), None), how, spacing=8)
        help_line.setStretch(1, 1)
        self.setLayout(
            column(
                Label(tr("Upload", "Upload photos"), "h1"),
                self._summary(),
                4,
                labelled(tr("Upload", "Name of the capture"), self.name),
                self.cluster_part,
                labelled(tr("Upload", "Destination: the address of a container in Azure Blob storage"), self.address),
                self.signature_part(labelled(tr("Upload", "Shared access signature (SAS)"), self.signature), help_line),
                self.first,
                *self.foot(),
                spacing=12,
                margins=(24, 20, 24, 20),
            )
        )

    def _summary(self) -> Well:
        included = self._set.included
        size = amount_text(sum(photo.size for photo in included))
        words = tr_count("Upload", "{count} photo", "{count} photos", len(included))
        line = f"{words} · {size}"
        behind = left_out_of(upload_of(self._set).skipped)
        told = tr("Upload", "Each one is checked there by its MD5. The originals stay where they are.")
        if behind:
            told = f"{told} {_behind_words(behind)}"
        then = Label(told, "sub", wrap=True)
        text = column(Label(line, "title"), then, spacing=2)
        inside = row(Glyph("images", "text2", 20), text, spacing=12)
        inside.setStretch(1, 1)
        return Well(inside)


def _behind_words(behind: LeftOut) -> str:
    """Say before anything is sent what will keep the card from being safe to format."""
    groups = (
        (behind.unread, "{count} that cannot be read", "{count} that cannot be read"),
        (behind.excluded, "{count} photo left out", "{count} photos left out"),
        (behind.files, "{count} other file", "{count} other files"),
    )
    what = ", ".join(tr_count("Upload", one, many, count) for count, one, many in groups if count)
    return tr("Upload", "Not sent: {what}.", what=what)
