"""The card about Azure: which cloud, which organisation, which application, and where a sign-in may be kept."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from tiepoint.domain.cloud import CLOUDS, CUSTOM
from tiepoint.domain.settings import Settings
from tiepoint.ui.pages.settings.fields import ChoiceBox, ValueField
from tiepoint.ui.pages.settings.setting_row import SettingRow
from tiepoint.ui.text import plain, said_below, tr
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.cards import Card, Well, hairline
from tiepoint.ui.widgets.labels import ElidedLabel, Glyph
from tiepoint.ui.widgets.layouts import row
from tiepoint.ui.widgets.question import Question, ask
from tiepoint.ui.widgets.toggle import Toggle

_LONG_PX: Final = 300


class AzureCard(Card):
    """How to sign in.

    Signals:
        cloud_chosen(name): Another cloud.
        file_chosen(path): A file with the endpoints of a custom cloud.
        typed(name, text): Something was typed for a setting.
        plain_text_chosen(is_on): Whether tokens may be kept in a file.
    """

    cloud_chosen = Signal(str)
    file_chosen = Signal(str)
    typed = Signal(str, str)
    plain_text_chosen = Signal(bool)

    def __init__(self) -> None:
        super().__init__(tr("Settings", "Azure"), tr("Settings", "counts from the next sign-in on"))
        self.cloud = ChoiceBox(
            (*((name, said_below(cloud.label)) for name, cloud in CLOUDS.items()), (CUSTOM, _custom_name()))
        )
        self.custom = _CustomCloud()
        self.tenant = ValueField(tr("Settings", "Your own"))
        self.client_id = ValueField(tr("Settings", "The Azure CLI’s"))
        self.plain_text = Toggle(tr("Settings", "Keep sign-in in a file"))
        for field in (self.tenant, self.client_id):
            field.setFixedWidth(_LONG_PX)
        self.rows = self._made_rows()
        self._is_custom = False
        self._connect()
        for name, each in self.rows.items():
            line = hairline()
            self.content.addWidget(line)
            self.content.addWidget(each)
            if name == "custom_cloud":
                self._custom_line = line

    def hold(self, settings: Settings) -> None:
        """Show the settings."""
        self._is_custom = settings.custom_cloud is not None
        self.cloud.hold(settings.cloud)
        self.custom.hold(settings.custom_cloud)
        has_custom = settings.cloud == CUSTOM or self._is_custom
        self.rows["custom_cloud"].setVisible(has_custom)
        self._custom_line.setVisible(has_custom)
        self.tenant.hold(settings.tenant, tr("Settings", "Your own"))
        self.client_id.hold(settings.client_id, tr("Settings", "The Azure CLI’s"))
        was = self.plain_text.blockSignals(True)
        self.plain_text.setChecked(settings.are_tokens_in_plain_text)
        self.plain_text.blockSignals(was)

    def _made_rows(self) -> dict[str, SettingRow]:
        return {
            "cloud": SettingRow(
                tr("Settings", "Cloud"),
                tr("Settings", "Where your organisation has its subscriptions. Another one needs another sign-in."),
                self.cloud,
            ),
            "custom_cloud": SettingRow(
                tr("Settings", "Custom cloud"),
                tr("Settings", "A TOML file with authority and management, and with ca_file where it needs one."),
                self.custom,
                is_wide=True,
            ),
            "tenant": SettingRow(
                tr("Settings", "Organisation"),
                tr("Settings", "Domain or id of the tenant to sign in to; empty means your own."),
                self.tenant,
            ),
            "client_id": SettingRow(
                tr("Settings", "Application"),
                tr("Settings", "Client id of your studio’s own application, where its rules ask for one."),
                self.client_id,
            ),
            "are_tokens_in_plain_text": SettingRow(
                tr("Settings", "Keep sign-in in a file"),
                tr(
                    "Settings",
                    "Only used where this system has no store for secrets. Whoever can read your files can then use "
                    "your sign-in. Off, it ends with this window there.",
                ),
                self.plain_text,
            ),
        }

    def _connect(self) -> None:
        self.cloud.chosen.connect(self._on_cloud)
        self.custom.chosen.connect(self.file_chosen)
        self.tenant.taken.connect(lambda text: self.typed.emit("tenant", text))
        self.client_id.taken.connect(lambda text: self.typed.emit("client_id", text))
        self.plain_text.toggled.connect(self._on_plain_text)

    def _on_cloud(self, name: str) -> None:
        if name == CUSTOM and not self._is_custom:
            self.custom.ask()
        else:
            self.cloud_chosen.emit(name)

    def _on_plain_text(self, is_on: bool) -> None:
        if not is_on:
            self.plain_text_chosen.emit(False)
            return
        was = self.plain_text.blockSignals(True)
        self.plain_text.setChecked(False)
        self.plain_text.blockSignals(was)
        question = Question(
            tr("Settings", "Keep sign-in in a file"),
            tr("Settings", "Keep your sign-in in a file that is not encrypted?"),
            tr(
                "Settings",
                "Only you may read the file, but a backup or another program of yours can. It is used only where this "
                "system has no store for secrets.",
            ),
            tr("Settings", "Keep it in a file"),
            tr("Settings", "Leave it off"),
        )
        ask(self, question, lambda: self.plain_text_chosen.emit(True))


class _CustomCloud(QWidget):
    """The endpoints that are known, and a button to read others.

    Signals:
        chosen(path): A file was chosen.
    """

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._shown = ElidedLabel("", "value", middle=True)
        self.choose = Button(tr("Settings", "Read a file…"), "folder-open", size="small")
        place = Well(row(Glyph("cloud", "text2", 16), self._shown, spacing=10), margins=(12, 6, 12, 6))
        line = row(place, self.choose, spacing=8)
        line.setStretch(0, 1)
        self.setLayout(line)
        self.choose.clicked.connect(self.ask)

    def hold(self, values: dict[str, str] | None) -> None:
        """Show what is known."""
        none = tr("Settings", "None described yet")
        self._shown.setText(plain(f"{values.get('label', _custom_name())}: {values['management']}") if values else none)

    def ask(self) -> QFileDialog:
        """Let a person choose a file."""
        dialog = QFileDialog(self.window(), tr("Settings", "Endpoints of a custom cloud"), str(Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(tr("Settings", "TOML files (*.toml)"))
        dialog.fileSelected.connect(self.chosen)
        dialog.finished.connect(lambda _code: dialog.deleteLater())
        dialog.open()
        return dialog


def _custom_name() -> str:
    return tr("Settings", "Custom cloud")
