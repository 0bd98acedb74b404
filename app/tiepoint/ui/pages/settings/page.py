"""The Settings page: every setting as a row, saved as it is changed. It shows `SettingsModel`. The GUI thread only."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from PySide6.QtGui import QShowEvent

from tiepoint.domain.space import size_text
from tiepoint.ui.folders import open_folder
from tiepoint.ui.pages.page import Page, StripContent
from tiepoint.ui.pages.settings.about_card import LICENCES, AboutCard, LicenceDialog, licence_text
from tiepoint.ui.pages.settings.azure_card import AzureCard
from tiepoint.ui.pages.settings.policy_card import PolicyCard, policy_words
from tiepoint.ui.pages.settings.setting_cards import (
    AppearanceCard,
    CapturesCard,
    LimitsCard,
    NetworkCard,
    NotificationsCard,
)
from tiepoint.ui.pages.settings.third_parties import ThirdParties
from tiepoint.ui.pages.settings.updates_card import UpdatesCard
from tiepoint.ui.panel import Panel
from tiepoint.ui.text import tr
from tiepoint.ui.viewmodels.settings import SettingsModel
from tiepoint.ui.widgets.cards import Card, ScrollColumn
from tiepoint.ui.widgets.labels import FactList, Label
from tiepoint.ui.widgets.layouts import row
from tiepoint.ui.widgets.tone_panel import ToneNote

_SIDE_PX = 300


class SettingsPage(Page):
    """Appearance, notifications, new captures, limits of this computer, and what the program is."""

    def __init__(self, panel: Panel) -> None:
        super().__init__()
        self._panel = panel
        self.model = SettingsModel(panel.program, panel.background, self)
        self._third_parties = ThirdParties(panel, self)
        self._setup_ui()
        self._connect()
        self._show()

    def strip(self) -> StripContent:
        """Say how changes are kept."""
        return StripContent(tr("Settings", "Settings"), subtitle=tr("Settings", "Changes are saved at once"))

    def show_target(self, **target: Any) -> None:
        """Show a card: `card="azure"`, `card="policy"` or `card="updates"`."""
        if target.get("card") == "policy":
            self._side.ensureWidgetVisible(self.policy)
        if target.get("card") == "updates":
            self._main.ensureWidgetVisible(self.updates)
            self.updates.look.setFocus()
        if target.get("card") == "azure":
            self._main.ensureWidgetVisible(self.azure.rows["are_tokens_in_plain_text"])
            self.azure.cloud.setFocus()

    def shut(self) -> None:
        """Follow nothing any more."""
        self.model.shut()

    def focus_first(self) -> None:
        """Begin at the theme that is on."""
        self.appearance.theme.cards[self.model.settings.theme].setFocus()

    def _setup_ui(self) -> None:
        self._note = ToneNote("warn", "triangle-alert")
        self.appearance, self.notifications = AppearanceCard(), NotificationsCard()
        self.captures, self.limits = CapturesCard(), LimitsCard()
        self.azure, self.network, self.updates = AzureCard(), NetworkCard(), UpdatesCard(self._panel)
        self.policy = PolicyCard(self.model.policy)
        self.about = AboutCard(self._panel.program.version)
        self._facts = FactList()
        effect = Card(tr("Settings", "In effect now"))
        effect.add(self._facts, Label(tr("Settings", "Limits count from the next job on."), "sub", wrap=True))
        cards = (self.appearance, self.notifications, self.captures, self.limits, self.azure, self.network)
        self._main = main = ScrollColumn(self._note, *cards, self.updates, None)
        self._side = side = ScrollColumn(self.policy, effect, self.about, None, width=_SIDE_PX)
        line = row(main, side, spacing=12)
        line.setStretch(0, 1)
        self.setLayout(line)
        self._rows = {
            "theme": self.appearance.row,
            "notifications": self.notifications.row,
            "preset": self.captures.preset_row,
            "captures_folder": self.captures.folder_row,
            **self.limits.rows,
            **self.azure.rows,
            **self.network.rows,
            **self.updates.rows,
        }

    def _connect(self) -> None:
        model = self.model
        model.changed.connect(self._show)
        model.saved.connect(lambda name: self._rows[name].say_saved())
        model.refused.connect(lambda name, reason: self._rows[name].say_refused(reason))
        model.broken.connect(self._note.set_text)
        self.appearance.theme.chosen.connect(lambda value: model.put("theme", value))
        self.notifications.toggle.toggled.connect(lambda is_on: model.put("notifications", is_on))
        self.captures.preset.chosen.connect(lambda value: model.put("preset", value))
        self.captures.folder.chosen.connect(lambda folder: model.put("captures_folder", folder or None))
        self.captures.folder.open_wanted.connect(self._on_open_captures)
        self.limits.typed.connect(model.put_text)
        self.azure.typed.connect(model.put_text)
        self.network.typed.connect(model.put_text)
        self.updates.typed.connect(model.put_text)
        self.updates.put.connect(model.put)
        for each in self._rows.values():
            each.mark.clicked.connect(lambda: self._side.ensureWidgetVisible(self.policy))
        self.azure.cloud_chosen.connect(lambda name: model.put("cloud", name))
        self.azure.file_chosen.connect(lambda path: model.put_cloud_file(Path(path)))
        self.azure.plain_text_chosen.connect(lambda is_on: model.put("are_tokens_in_plain_text", is_on))
        self.about.licence_wanted.connect(lambda name: self._panel.background.start(self._show_licence(name)))
        self.about.third_parties_wanted.connect(lambda: self._panel.background.start(self._third_parties.open()))
        self.about.logs_wanted.connect(self._on_open_logs)

    def _show(self) -> None:
        settings, model = self.model.settings, self.model
        self.appearance.theme.hold(settings.theme)
        self.notifications.toggle.setChecked(settings.notifications)
        self.captures.preset.hold(settings.preset)
        self.captures.hold(settings.captures_folder, model.folder_now)
        self.limits.hold({name: model.text_of(name) for name in self.limits.rows}, self._automatic())
        self.azure.hold(settings)
        self.network.hold(settings.proxy)
        self.updates.hold(settings)
        said = policy_words(model.policy)
        for name in model.policy.locked:
            self._rows[name].lock(model.policy.place_of(name), said.get(name, ""))
        self._facts.set_facts(model.in_effect())
        self.about.logs.setEnabled(self._log_folder() is not None)

    def _automatic(self) -> dict[str, str]:
        """Return what an empty field comes to."""
        cores, memory = self.model.cores, self.model.memory_bytes
        return {
            "workers": tr("Settings", "Automatic, up to {count}", count=cores) if cores else "",
            "memory_limit_bytes": tr("Settings", "Automatic, {size}", size=size_text(0.85 * memory)) if memory else "",
            "disk_floor_bytes": "",
        }

    async def _show_licence(self, name: str) -> None:
        text = await asyncio.to_thread(licence_text, name)
        title, licence = LICENCES[name]
        LicenceDialog(f"{title}: {licence}", text, self.window()).open()

    def _on_open_captures(self) -> None:
        if self.model.folder_now is not None:
            open_folder(self.model.folder_now, self._panel.messages)

    def _on_open_logs(self) -> None:
        folder = self._log_folder()
        if folder is not None:
            open_folder(folder, self._panel.messages)

    def _log_folder(self) -> Path | None:
        log = self._panel.program.computer.snapshot.agent.log_path
        return Path(log).parent if log else None

    def showEvent(self, event: QShowEvent) -> None:
        """Look at this computer and at the settings file."""
        super().showEvent(event)
        self.model.look()
