"""Settings that several processes change one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fakes.keeping import keeping, keeping_locked
from fakes.products import FakeSettingsStore
from tiepoint.adapters.files.settings_store import FileSettingsStore
from tiepoint.domain.errors import NoSpace, SetByOrganisation
from tiepoint.domain.failure import Failure
from tiepoint.domain.policy import Policy
from tiepoint.domain.settings import Settings
from tiepoint.ports.settings_store import LoadedSettings
from tiepoint.services.preferences import Preferences


async def test_what_another_process_changed_is_kept() -> None:
    store = FakeSettingsStore()
    window, command = Preferences(store), Preferences(store)
    assert window.settings == command.settings == Settings()
    await command.update(subscription="5b0")
    await window.update(theme="dark")
    assert store.settings == replace(Settings(), subscription="5b0", theme="dark")
    assert window.settings.subscription == "5b0"


async def test_what_could_not_be_saved_holds_for_this_run() -> None:
    class FullStore(FakeSettingsStore):
        def change(self, change: Callable[[Settings], Settings]) -> LoadedSettings:
            raise NoSpace("The disk is full.")

    preferences = Preferences(FullStore())
    with pytest.raises(NoSpace):
        await preferences.update(theme="dark")
    with pytest.raises(NoSpace):
        await preferences.update(preset="high")
    assert preferences.settings == replace(Settings(), theme="dark", preset="high")


async def test_what_the_organisation_sets_holds_and_is_never_saved() -> None:
    store = FakeSettingsStore()
    policy = Policy(tenant="studio.example", updates=False, places={"tenant": "/etc/p"})
    preferences = Preferences(store, policy)
    assert (preferences.settings.tenant, preferences.settings.updates) == ("studio.example", False)
    with pytest.raises(SetByOrganisation, match="tenant to sign in to") as refused:
        await preferences.update(tenant="other.example", theme="dark")
    assert "/etc/p" in refused.value.remedy
    assert store.settings == Settings()
    told = await preferences.update(tenant="studio.example", theme="dark")
    assert told == preferences.settings == replace(Settings(), theme="dark", tenant="studio.example", updates=False)
    assert store.settings == replace(Settings(), theme="dark")


async def test_two_that_change_settings_at_the_same_time_both_get_their_way(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    window, command = (Preferences(FileSettingsStore(path, keeping_locked())) for _ in range(2))
    assert window.settings == command.settings == Settings()
    await asyncio.gather(window.update(theme="dark"), command.update(preset="high"), window.update(subscription="5b0"))
    kept = FileSettingsStore(path, keeping_locked()).load().settings
    assert kept == replace(Settings(), theme="dark", preset="high", subscription="5b0")


async def test_a_file_that_breaks_meanwhile_is_kept_and_told(tmp_path: Path) -> None:
    path, told = tmp_path / "settings.json", list[Failure]()
    preferences = Preferences(FileSettingsStore(path, keeping()), tell=told.append)
    await preferences.update(theme="dark")
    path.write_text("{")
    await preferences.update(preset="high")
    await preferences.update(notifications=False)
    (aside,) = _asides(tmp_path)
    assert aside.read_text() == "{"
    assert [str(aside) in failure.summary for failure in told] == [True]
    assert preferences.settings == replace(Settings(), preset="high", notifications=False)


async def test_what_others_changed_is_told_to_who_shows_it() -> None:
    store, shown = FakeSettingsStore(), list[Settings]()
    preferences = Preferences(store)
    preferences.changed.subscribe(shown.append)
    assert preferences.settings.theme == "system"
    store.settings = replace(store.settings, theme="light")
    await preferences.update(preset="draft")
    assert shown[-1] == replace(Settings(), theme="light", preset="draft")


def _asides(folder: Path) -> list[Path]:
    return list(folder.glob("settings.broken-*.json"))
