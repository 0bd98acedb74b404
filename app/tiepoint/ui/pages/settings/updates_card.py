"""The card about updates: what is known, whether and where to look. It shows `UpdatesModel`. The GUI thread only."""

from __future__ import annotations

from PySide6.QtCore import Signal

from tiepoint.domain.settings import Settings
from tiepoint.ui.pages.settings.fields import ValueField
from tiepoint.ui.pages.settings.setting_row import SettingRow
from tiepoint.ui.panel import Panel
from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewmodels.updates import UpdatesModel
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.cards import Card, hairline
from tiepoint.ui.widgets.labels import Glyph, Label
from tiepoint.ui.widgets.layouts import column, row
from tiepoint.ui.widgets.toggle import Toggle

_WIDEST = 16_777_215


class UpdatesCard(Card):
    """Updates.

    Signals:
        put(name, value): A setting was chosen.
        typed(name, text): A setting was typed.

    Args:
        panel: The services.
    """

    put = Signal(str, object)
    typed = Signal(str, str)

    def __init__(self, panel: Panel) -> None:
        super().__init__(tr("Settings", "Updates"), tr("Settings", "never installed by themselves"))
        self._panel = panel
        self.model = UpdatesModel(panel.program, panel.background, self)
        self._glyph = Glyph("circle-dashed", "text2", 18)
        self._title, self._text = Label("", "title", wrap=True), Label("", "sub", wrap=True)
        self.look = Button(tr("Settings", "Look now"), "refresh-cw", size="small")
        self.news = Button(tr("Settings", "What’s new…"), "file-text", size="small")
        self.toggle = Toggle(tr("Settings", "Look for updates"))
        self.address = ValueField("")
        self.address.setMaximumWidth(_WIDEST)
        self.rows = self._made_rows()
        self._setup_ui()
        self.look.clicked.connect(self.model.look)
        self.news.clicked.connect(self._on_news)
        self.toggle.toggled.connect(lambda is_on: self.put.emit("updates", is_on))
        self.address.taken.connect(lambda text: self.typed.emit("update_address", text))
        self.model.changed.connect(self._show)
        self.destroyed.connect(self.model.shut)
        self._show()

    @property
    def words(self) -> str:
        """What it says of updates now."""
        return f"{self._title.text()} {self._text.text()}".strip()

    def hold(self, settings: Settings) -> None:
        """Show the settings."""
        was = self.toggle.blockSignals(True)
        self.toggle.setChecked(settings.updates)
        self.toggle.blockSignals(was)
        usual = self.model.built_in_address
        nothing = tr("Settings", "None: this program came without one")
        self.address.hold(settings.update_address, plain(usual) if usual else nothing)
        self._show()

    def _made_rows(self) -> dict[str, SettingRow]:
        return {
            "updates": SettingRow(
                tr("Settings", "Look for updates"),
                tr("Settings", "Once a day. Nothing about you or this computer is sent, nothing is downloaded."),
                self.toggle,
            ),
            "update_address": SettingRow(
                tr("Settings", "Address for updates"),
                tr("Settings", "Where your studio offers them, over https; empty means as this program came."),
                self.address,
                is_wide=True,
            ),
        }

    def _setup_ui(self) -> None:
        words = column(self._title, self._text, spacing=3)
        line = row(self._glyph, words, self.news, self.look, spacing=10, margins=(16, 12, 16, 12))
        line.setStretch(1, 1)
        self.content.addWidget(hairline())
        self.content.addLayout(line)
        for each in self.rows.values():
            self.content.addWidget(hairline())
            self.content.addWidget(each)

    def _show(self) -> None:
        said = self.model.said
        self._glyph.set_glyph(said.icon, "text2" if said.tone == "neutral" else f"{said.tone}.text")
        self._title.setText(said.title)
        self._text.setText(said.text)
        self._text.setVisible(bool(said.text))
        # Stays enabled while it looks: the keyboard's focus would go on to the switch below.
        self.look.setEnabled(self.model.may_look or self.model.is_looking)
        self.news.setVisible(self.model.snapshot.newest is not None)

    def _on_news(self) -> None:
        from tiepoint.ui.shell.update_dialog import UpdateDialog

        UpdateDialog(self._panel, self.window()).open()
