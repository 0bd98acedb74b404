"""The cards of the Settings page, one a subject; they hold controls and no rules."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from PySide6.QtCore import Signal

from tiepoint.ui.pages.settings.fields import ChoiceBox, OptionLine, ValueField
from tiepoint.ui.pages.settings.folder_control import FolderControl
from tiepoint.ui.pages.settings.setting_row import SettingRow
from tiepoint.ui.text import plain, tr
from tiepoint.ui.widgets.cards import Card, hairline
from tiepoint.ui.widgets.toggle import Toggle

_LONG_PX: Final = 300


class AppearanceCard(Card):
    """System, dark or light."""

    def __init__(self) -> None:
        super().__init__(tr("Settings", "Appearance"))
        self.theme = OptionLine(
            (
                ("system", "monitor", tr("Settings", "System"), tr("Settings", "As the desktop is")),
                ("dark", "moon", tr("Settings", "Dark"), tr("Settings", "Easy on the eyes")),
                ("light", "sun", tr("Settings", "Light"), tr("Settings", "For bright rooms")),
            )
        )
        text = tr("Settings", "Colours of the window; they change at once.")
        self.row = SettingRow(tr("Settings", "Theme"), text, self.theme, is_wide=True)
        _fill(self, self.row)


class NotificationsCard(Card):
    """Whether the desktop is told."""

    def __init__(self) -> None:
        super().__init__(tr("Settings", "Notifications"))
        self.toggle = Toggle(tr("Settings", "Desktop notifications"))
        text = tr("Settings", "When a job is done, failed or stands still, and this window is not in front.")
        self.row = SettingRow(tr("Settings", "Desktop notifications"), text, self.toggle)
        _fill(self, self.row)


class CapturesCard(Card):
    """What new captures begin with, and where they go."""

    def __init__(self) -> None:
        super().__init__(tr("Settings", "New captures"))
        self.preset = ChoiceBox(
            (
                ("draft", tr("Settings", "Draft")),
                ("standard", tr("Settings", "Standard")),
                ("high", tr("Settings", "High")),
            )
        )
        self.folder = FolderControl()
        text = tr("Settings", "Chosen when a reconstruction begins; it can be changed for each.")
        self.preset_row = SettingRow(tr("Settings", "Preset"), text, self.preset)
        self.folder_row = SettingRow(tr("Settings", "Captures folder"), "", self.folder, is_wide=True)
        _fill(self, self.preset_row, self.folder_row)

    def hold(self, chosen: str | None, now: Path | None) -> None:
        """Show the chosen folder, and what holds until the next start."""
        folder = Path(chosen).expanduser() if chosen else now
        self.folder.hold(folder, is_usual=chosen is None)
        if chosen and now is not None and folder != now:
            text = tr(
                "Settings",
                "From the next start on. This run still uses {folder}; what is there stays there, and is listed "
                "again when you choose that folder.",
                folder=plain(str(now)),
            )
        else:
            text = tr("Settings", "Photos, jobs and results of new captures. Moving it leaves earlier captures alone.")
        self.folder_row.explain(text)


class LimitsCard(Card):
    """What jobs may take of this computer.

    Signals:
        typed(name, text): Something was typed for a setting.
    """

    typed = Signal(str, str)

    def __init__(self) -> None:
        super().__init__(tr("Settings", "This computer as a cluster"), tr("Settings", "counts from the next job on"))
        self.rows = {
            "workers": self._row(
                "workers",
                tr("Settings", "Workers"),
                tr("Settings", "Tasks that run side by side. Fewer leave more for other programs."),
            ),
            "memory_limit_bytes": self._row(
                "memory_limit_bytes",
                tr("Settings", "Memory"),
                tr("Settings", "Most of all workers together; a worker that takes more is stopped and tried again."),
            ),
            "disk_floor_bytes": self._row(
                "disk_floor_bytes",
                tr("Settings", "Keep free on disk"),
                tr("Settings", "A job pauses, resumable, before less than this is free."),
            ),
        }
        _fill(self, *self.rows.values())

    def hold(self, texts: Mapping[str, str], automatic: Mapping[str, str]) -> None:
        """Show the values, and what an empty field comes to."""
        for name, each in self.rows.items():
            if isinstance(each.control, ValueField):
                each.control.hold(texts[name], automatic[name])

    def _row(self, name: str, title: str, text: str) -> SettingRow:
        field = ValueField("")
        field.taken.connect(lambda typed: self.typed.emit(name, typed))
        return SettingRow(title, text, field)


class NetworkCard(Card):
    """The way to the network.

    Signals:
        typed(name, text): Something was typed for a setting.
    """

    typed = Signal(str, str)

    def __init__(self) -> None:
        super().__init__(tr("Settings", "Network"))
        self.proxy = ValueField("")
        self.proxy.setFixedWidth(_LONG_PX)
        self.proxy.taken.connect(lambda text: self.typed.emit("proxy", text))
        text = tr(
            "Settings",
            "For sign-in, clusters, transfers and updates, such as http://proxy.studio.com:3128. "
            "Transfers under way take another one with their next request.",
        )
        self.rows = {"proxy": SettingRow(tr("Settings", "Proxy"), text, self.proxy)}
        _fill(self, *self.rows.values())

    def hold(self, proxy: str) -> None:
        """Show the proxy in effect."""
        self.proxy.hold(proxy, tr("Settings", "As this system says"))


def _fill(card: Card, *rows: SettingRow) -> None:
    for each in rows:
        card.content.addWidget(hairline())
        card.content.addWidget(each)
