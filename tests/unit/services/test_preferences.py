"""Settings that several processes change one after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from fakes.products import FakeSettingsStore
from tiepoint.domain.errors import NoSpace, SetByOrganisation
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
