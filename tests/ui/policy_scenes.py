"""Scenes under an organisation's policy: settings that are set, and a plan that may only be as it may."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Final, TypeAlias

from PySide6.QtWidgets import QWidget

from fakes.program import FakeProgram
from page_stand import standing, until
from tiepoint.domain.policy_reading import Layer, policy_of
from tiepoint.ui.pages.cluster.page import ClusterPage
from tiepoint.ui.pages.settings.page import SettingsPage

Scene: TypeAlias = Callable[[], contextlib.AbstractAsyncContextManager[QWidget]]
_POLICY: Final = policy_of(
    [
        Layer(
            "/etc/tiepoint/policy.json",
            {
                "updates": False,
                "update_keys": [],
                "tenant": "studio",
                "region": "eastus2",
                "allowed_profiles": [],
                "proxy": "",
                "update_address": "ftp://x/y",
            },
        )
    ]
)


@contextlib.asynccontextmanager
async def _settings() -> AsyncIterator[QWidget]:
    async with standing(SettingsPage, FakeProgram(policy=_POLICY)) as stand:
        await until(lambda: stand.fake.program.computer.snapshot.engine is not None)
        yield stand.page


@contextlib.asynccontextmanager
async def _plan() -> AsyncIterator[QWidget]:
    async with standing(ClusterPage, FakeProgram(policy=_POLICY)) as stand:
        stand.page.show_place("plan")
        prices = stand.page.plan.prices
        await until(lambda: not prices.is_asking and len(prices.storages) == 3)
        await until(lambda: stand.page.plan.parts)
        yield stand.page


POLICY_SCENES: Final[dict[str, Scene]] = {
    "settings, under a policy": _settings,
    "plan, under a policy": _plan,
}
