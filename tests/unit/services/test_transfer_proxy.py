"""A change of the proxy reaches the transfer worker, once, whoever sets it."""

from __future__ import annotations

import asyncio

import pytest

from fakes.products import FakeSettingsStore
from tiepoint.domain.policy import Policy
from tiepoint.services.preferences import Preferences
from tiepoint.services.transfer_proxy import TransferProxy

FIRST, SECOND = "http://first.example:3128", "http://second.example:3128"


class Worker:
    """Is told, and takes its time until `goes_on` is set."""

    def __init__(self) -> None:
        self.told: list[str | None] = []
        self.asks = asyncio.Event()
        self.goes_on = asyncio.Event()

    def follow(self, preferences: Preferences) -> TransferProxy:
        watched = TransferProxy(preferences, self.tell)
        self._watched = watched
        return watched

    async def tell(self) -> None:
        self.told.append(self._watched.chosen)
        self.asks.set()
        await self.goes_on.wait()


@pytest.fixture
def worker() -> Worker:
    return Worker()


async def test_only_another_proxy_is_told_and_the_newest_last(worker: Worker) -> None:
    preferences = Preferences(FakeSettingsStore())
    watched = worker.follow(preferences)
    await preferences.update(theme="dark")
    assert worker.told == []
    await preferences.update(proxy=FIRST)
    await worker.asks.wait()
    await preferences.update(proxy=SECOND)
    await preferences.update(proxy="")
    worker.goes_on.set()
    await watched.stop()
    assert worker.told == [FIRST, None]


async def test_what_the_organisation_sets_stays(worker: Worker) -> None:
    preferences = Preferences(FakeSettingsStore(), Policy(proxy=FIRST))
    watched = worker.follow(preferences)
    assert watched.chosen == FIRST
    await preferences.update(theme="dark")
    await watched.stop()
    await preferences.update(theme="light")
    assert worker.told == []
