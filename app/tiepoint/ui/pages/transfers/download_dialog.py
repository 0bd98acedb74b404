"""*Download*: what shall come down, where to, and the right to do so. The GUI thread; opened, never run modally."""

from __future__ import annotations

from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from tiepoint.domain.transfer import Direction, Transfer
from tiepoint.ports.token_source import TokenSource
from tiepoint.ui.pages.transfers.form_dialog import FormDialog, labelled
from tiepoint.ui.panel import Panel
from tiepoint.ui.text import tr
from tiepoint.ui.viewmodels.transfers_clusters import PRODUCTS
from tiepoint.ui.viewmodels.transfers_form import Judged, judge_download
from tiepoint.ui.viewmodels.transfers_words import place_of_address
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.check_box import CheckBox
from tiepoint.ui.widgets.labels import Label
from tiepoint.ui.widgets.layouts import column, row

_FOLDER: Final = "transfers.download_folder"


class DownloadDialog(FormDialog):
    """Asks for a place in Blob storage and a folder here.

    Args:
        panel: The services and background work.
        parent: Over which it opens.
        transfer: Whose capture is proposed; None = none.
    """

    def __init__(self, panel: Panel, parent: QWidget, transfer: Transfer | None = None) -> None:
        super().__init__(
            panel,
            parent,
            title=tr("Download", "Download"),
            address_name=tr("Download", "What to download"),
            verb=tr("Download", "Download"),
            known=_captures_of(panel),
            container=PRODUCTS,
        )
        self.folder = QLineEdit(str(_usual_folder(panel)))
        self.folder.setAccessibleName(tr("Download", "Folder on this computer"))
        self.folder.setAcceptDrops(False)
        self.choose_button = Button(tr("Download", "Choose"), "folder-open")
        self.products = CheckBox(tr("Download", "Products only, without the photos"), is_on=True)
        self.folder.textChanged.connect(lambda _text: self.refresh())
        self.choose_button.clicked.connect(self._on_choose)
        self._setup_ui()
        if transfer is not None:
            self.address.set_text(transfer.place.url)

    def judge(self) -> Judged:
        """Judge what was typed."""
        return judge_download(
            self.address.text,
            self.signature.text,
            self.folder.text(),
            now=datetime.now(UTC),
            can_use=self.can_use,
        )

    def send(self, source: TokenSource | None) -> Coroutine[Any, Any, Transfer]:
        """Let it come down."""
        return self._send(source, Path(self.folder.text().strip()).expanduser())

    async def _send(self, source: TokenSource | None, above: Path) -> Transfer:
        place = self.judge().place
        assert place is not None  # the button is enabled only with one
        target = above / (place.prefix.rpartition("/")[2] or place.container)
        transfers = self._panel.program.transfers
        made = await transfers.download(place, target, source, is_products_only=self.products.isChecked())
        self._panel.program.panel_state.remember(**{_FOLDER: str(above)})
        return made

    def _setup_ui(self) -> None:
        folder = row(self.folder, self.choose_button, spacing=8)
        folder.setStretch(0, 1)
        note = Label(
            tr(
                "Download",
                "It goes into a folder of its own inside this one. What is there already is not moved again.",
            ),
            "sub",
            wrap=True,
        )
        self.setLayout(
            column(
                Label(tr("Download", "Download"), "h1"),
                self.cluster_part,
                labelled(
                    tr("Download", "Address of a capture, a folder in it, or one file in Azure Blob storage"),
                    self.address,
                ),
                self.signature_part(
                    labelled(
                        tr("Download", "Shared access signature (SAS), with the rights Read and List"), self.signature
                    )
                ),
                labelled(tr("Download", "Into the folder"), folder, note),
                self.products,
                *self.foot(),
                spacing=12,
                margins=(24, 20, 24, 20),
            )
        )

    def _on_choose(self) -> None:
        dialog = QFileDialog(self, tr("Download", "Choose a folder"), self.folder.text())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.folder.setText)
        dialog.finished.connect(lambda _: dialog.deleteLater())
        dialog.open()


def _captures_of(panel: Panel) -> list[tuple[str, str]]:
    """Captures that went up from here, to choose from."""
    up = (each for each in panel.program.transfers.snapshot.transfers if each.direction is Direction.UP)
    return [(each.place.url, f"{each.name}  ({place_of_address(each.place.url)})") for each in up][:12]


def _usual_folder(panel: Panel) -> Path:
    """The folder used last, or where this computer puts downloads."""
    kept = panel.program.panel_state.state.extras.get(_FOLDER)
    usual = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DownloadLocation)
    return Path(str(kept)) if kept else Path(usual or str(Path.home()))
