"""Scenes about updates: the dialog with a newer version, the card in each state, and the window that tells of it."""

from __future__ import annotations

import contextlib
import platform
from collections.abc import AsyncIterator, Callable
from typing import Final, TypeAlias

from PySide6.QtWidgets import QWidget

from fakes.program import FakeProgram
from fakes.updates import ISSUED, a_manifest
from page_stand import FakePanel, standing
from tiepoint.domain.errors import InputError
from tiepoint.domain.policy import Policy
from tiepoint.domain.release import Download, Release
from tiepoint.ui.pages.settings.page import SettingsPage
from tiepoint.ui.pages_of_panel import rail_entries
from tiepoint.ui.shell.update_dialog import UpdateDialog
from tiepoint.ui.shell.update_notice import UpdateNotice
from tiepoint.ui.shell.window import MainWindow

Scene: TypeAlias = Callable[[], contextlib.AbstractAsyncContextManager[QWidget]]
WHERE: Final = Policy(update_address="https://updates.example/list")


def _release(version: str, *, is_security: bool = False) -> Release:
    system = f"{ {'Darwin': 'macos', 'Windows': 'windows'}.get(platform.system(), 'linux') }-{_machine()}"
    files = (
        Download(f"{system}-deb", "https://updates.example/a.json", 412_000_000, "5f" * 32),
        Download(f"{system}-run", "https://updates.example/b.json", 455_000_000, "60" * 32),
    )
    return Release(version, ISSUED, "a.jpg\nb.jpg", files, is_security)


def _machine() -> str:
    name = platform.machine().lower()
    return {"amd64": "x86_64", "aarch64": "arm64"}.get(name, name)


def a_program(*releases: Release) -> FakeProgram:
    """Return a program whose organisation offers releases."""
    fake = FakeProgram(policy=WHERE)
    fake.update_source.manifest = a_manifest(*(releases or (_release("0.3.0"), _release("0.2.0"))))
    return fake


@contextlib.asynccontextmanager
async def dialog(fake: FakeProgram) -> AsyncIterator[QWidget]:
    """The dialog about what a program finds."""
    parts = FakePanel(fake)
    await fake.program.updates.look()
    shown = UpdateDialog(parts.panel)
    shown.open()
    try:
        yield shown
    finally:
        shown.reject()
        await fake.program.updates.stop()
        await parts.stop()


@contextlib.asynccontextmanager
async def settings(fake: FakeProgram) -> AsyncIterator[QWidget]:
    """The Settings page of a program that has just looked."""
    async with standing(SettingsPage, fake) as stand:
        await fake.program.updates.look()
        stand.page.show_target(card="updates")
        yield stand.page
        await fake.program.updates.stop()


@contextlib.asynccontextmanager
async def window(fake: FakeProgram) -> AsyncIterator[QWidget]:
    """The rail of a program that has found something."""
    parts, shown = FakePanel(fake), MainWindow(rail_entries())
    notice = UpdateNotice(shown, parts.panel)
    await fake.program.updates.look()
    shown.show()
    try:
        yield shown
    finally:
        notice.shut()
        shown.close_for_good()
        await fake.program.updates.stop()
        await parts.stop()
        shown.deleteLater()


def _forged() -> FakeProgram:
    fake = FakeProgram(policy=WHERE)
    fake.update_source.failure = InputError("a.jpg", remedy="b.jpg")
    return fake


UPDATE_SCENES: Final[dict[str, Scene]] = {
    "updates, newer versions": lambda: dialog(a_program()),
    "updates, a hole is closed": lambda: dialog(a_program(_release("0.2.1", is_security=True))),
    "updates, no file for this computer": lambda: dialog(a_program(Release("0.2.0", ISSUED, ""))),
    "updates, told on the rail": lambda: window(a_program()),
    "settings, a newer version": lambda: settings(a_program()),
    "settings, a list that is not believed": lambda: settings(_forged()),
    "settings, no updates": lambda: settings(FakeProgram(policy=Policy(updates=False))),
}
"""Every scene by what it shows."""
