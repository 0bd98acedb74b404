"""The settings as the Settings page shows and changes them: saved at once, senseless values refused with the reason.

No widgets. The GUI thread only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from tiepoint.domain.cloud import CUSTOM
from tiepoint.domain.errors import TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.domain.policy import Policy
from tiepoint.domain.settings import Settings
from tiepoint.domain.space import size_text
from tiepoint.services.program import Program
from tiepoint.ui.background import Background
from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewmodels.settings_cloud import cloud_of_file
from tiepoint.ui.viewmodels.settings_values import (
    Refused,
    client_id,
    disk_floor,
    memory_limit,
    proxy,
    tenant,
    update_address,
    workers,
)


class SettingsModel(QObject):
    """Follows the settings and this computer.

    Signals:
        changed(): Settings, or what is in effect, are new.
        saved(name): A setting was changed and saved.
        refused(name, reason): A value makes no sense, or could not be saved.
        broken(text): The settings file was broken and set aside.

    Args:
        program: The services.
        background: Saves.
    """

    changed = Signal()
    saved = Signal(str)
    refused = Signal(str, str)
    broken = Signal(str)

    def __init__(self, program: Program, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._program, self._background = program, background
        self._offs = [
            program.preferences.changed.subscribe(lambda _settings: self.changed.emit()),
            program.computer.changed.subscribe(lambda _snapshot: self.changed.emit()),
        ]

    @property
    def settings(self) -> Settings:
        """The settings now."""
        return self._program.preferences.settings

    @property
    def policy(self) -> Policy:
        """What the organisation sets; the same for as long as the program runs."""
        return self._program.preferences.policy

    @property
    def cores(self) -> int:
        """Logical cores of this computer; 0 = not known yet."""
        facts = self._program.computer.snapshot.facts
        return facts.cpu_count if facts else 0

    @property
    def memory_bytes(self) -> int:
        """Memory of this computer; 0 = not known yet."""
        facts = self._program.computer.snapshot.facts
        return facts.memory_bytes if facts else 0

    @property
    def folder_now(self) -> Path | None:
        """Where captures are kept in this run; a new choice counts from the next start."""
        return self._program.computer.snapshot.captures_folder

    def look(self) -> None:
        """Look at this computer, and whether the settings file was broken."""
        self._background.start(self._program.computer.refresh(), on_failure=lambda _failure: None)
        self._background.start(self._look_at_file())

    def shut(self) -> None:
        """Follow nothing any more."""
        for off in self._offs:
            off()

    def put(self, name: str, value: Any) -> None:
        """Change one setting to a value that was chosen among offered ones."""
        if getattr(self.settings, name) != value:
            self._background.start(self._save(name, value), on_failure=lambda failure: self._tell(name, failure))

    def put_text(self, name: str, text: str) -> None:
        """Change one setting to what was typed; empty = the usual."""
        readers: dict[str, Callable[[], int | str | None]] = {
            "workers": lambda: workers(text),
            "memory_limit_bytes": lambda: memory_limit(text, self.memory_bytes),
            "disk_floor_bytes": lambda: disk_floor(text),
            "tenant": lambda: tenant(text),
            "client_id": lambda: client_id(text),
            "proxy": lambda: proxy(text),
            "update_address": lambda: update_address(text),
        }
        try:
            value = readers[name]()
        except Refused as refused:
            self.refused.emit(name, str(refused))
            return
        self.put(name, value)

    def put_cloud_file(self, path: Path) -> None:
        """Take the endpoints of a custom cloud from a TOML file, and use that cloud."""
        name = "custom_cloud"
        self._background.start(self._read_cloud(path), on_failure=lambda failure: self._tell(name, failure))

    async def _read_cloud(self, path: Path) -> None:
        values = await asyncio.to_thread(cloud_of_file, path)
        await self._program.preferences.update(cloud=CUSTOM, custom_cloud=values)
        self.saved.emit("custom_cloud")

    def text_of(self, name: str) -> str:
        """Return a typed setting as it would be typed; empty = the usual."""
        value = getattr(self.settings, name)
        if value is None:
            return ""
        return str(value) if name == "workers" else size_text(value)

    def in_effect(self) -> tuple[tuple[str, str], ...]:
        """Say what the automatic settings come to on this computer."""
        snapshot = self._program.computer.snapshot
        unknown = "—"
        each = snapshot.worker_memory_bytes
        return (
            (tr("Settings", "Workers"), unknown if snapshot.workers is None else str(snapshot.workers)),
            (tr("Settings", "Memory of each"), size_text(each) if each else unknown),
            (
                tr("Settings", "Jobs pause below"),
                tr("Settings", "{size} free", size=size_text(snapshot.disk_floor_bytes)),
            ),
            (tr("Settings", "Captures"), unknown if self.folder_now is None else plain(str(self.folder_now))),
        )

    async def _save(self, name: str, value: Any) -> None:
        try:
            await self._program.preferences.update(**{name: value})
        except ValueError:
            self.refused.emit(name, tr("Settings", "That value makes no sense here."))
        else:
            self.saved.emit(name)

    def _tell(self, name: str, failure: Failure) -> None:
        self.refused.emit(name, plain(f"{failure.summary} {failure.remedy}".strip()))

    async def _look_at_file(self) -> None:
        try:
            loaded = await asyncio.to_thread(self._program.settings.load)
        except TiepointError as error:
            self.broken.emit(plain(f"{error.summary} {error.remedy}"))
            return
        if loaded.set_aside is not None:
            text = tr(
                "Settings",
                "The settings file was broken, so the usual settings apply. It is kept as {path}. "
                "Make the changes again that you had made.",
                path=plain(str(loaded.set_aside)),
            )
            self.broken.emit(text)
