"""The updates card on fakes: each state in words, looking now, switching off, an address that makes no sense."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from fakes.program import FakeProgram
from fakes.updates import a_manifest, a_release
from page_stand import FakePanel, until
from tiepoint.domain.errors import ConnectionLost, InputError, TiepointError
from tiepoint.domain.policy import NO_POLICY, Policy
from tiepoint.ui.pages.settings.updates_card import UpdatesCard

InQt = Callable[[Any], Any]
LEFT = Qt.MouseButton.LeftButton
WHERE = Policy(update_address="https://updates.example/list")


@contextlib.asynccontextmanager
async def card_on(fake: FakeProgram) -> AsyncIterator[UpdatesCard]:
    parts = FakePanel(fake)
    card = UpdatesCard(parts.panel)
    card.hold(fake.program.preferences.settings)
    card.resize(760, 260)
    card.show()
    try:
        yield card
    finally:
        card.close()
        card.model.shut()
        await fake.program.updates.stop()
        await parts.stop()
        card.deleteLater()


def test_looking_now_finds_a_newer_version(in_qt: InQt) -> None:
    async def scene() -> None:
        fake = FakeProgram(policy=WHERE)
        fake.update_source.manifest = a_manifest()
        async with card_on(fake) as card:
            assert "Not looked yet" in card.words
            assert card.news.isHidden()
            QTest.mouseClick(card.look, LEFT)
            await until(lambda: "Tiepoint 0.2.0 is available Looked on" in card.words)
            assert card.news.isVisible()
            await fake.program.updates.skip("0.2.0")
            assert "hear no more of it" in card.words

    in_qt(scene())


def test_looking_keeps_the_keyboard_and_a_second_press_changes_nothing(in_qt: InQt) -> None:
    async def scene() -> None:
        fake = FakeProgram(policy=WHERE)
        fake.update_source.manifest, fake.update_source.held = a_manifest(), asyncio.Event()
        async with card_on(fake) as card:
            card.look.setFocus()
            QTest.keyClick(card.look, Qt.Key.Key_Space)
            await until(lambda: "Looking for a newer version" in card.words)
            assert card.focusWidget() is card.look
            QTest.keyClick(card.focusWidget(), Qt.Key.Key_Space)
            fake.update_source.held.set()
            await until(lambda: "is available" in card.words)
            assert len(fake.update_source.asked) == 1
            assert fake.program.preferences.settings.updates

    in_qt(scene())


def test_the_newest_version_is_said_to_be_it(in_qt: InQt) -> None:
    async def scene() -> None:
        fake = FakeProgram(policy=WHERE)
        fake.update_source.manifest = a_manifest(a_release("0.1.0"))
        async with card_on(fake) as card:
            QTest.mouseClick(card.look, LEFT)
            await until(lambda: "0.1.0 is the newest version" in card.words)

    in_qt(scene())


@pytest.mark.parametrize(
    ("failure", "title"),
    [
        (ConnectionLost("It does not answer.", remedy="Check the network."), "could not be looked for"),
        (InputError("It was changed.", remedy="Install nothing."), "What is offered is not believed"),
    ],
)
def test_a_failure_is_said_with_what_to_do(in_qt: InQt, failure: TiepointError, title: str) -> None:
    async def scene() -> None:
        fake = FakeProgram(policy=WHERE)
        fake.update_source.failure = failure
        async with card_on(fake) as card:
            QTest.mouseClick(card.look, LEFT)
            await until(lambda: title in card.words)
            assert f"{failure.summary} {failure.remedy}" in card.words
            assert card.look.isEnabled()

    in_qt(scene())


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (NO_POLICY, "No address to look at"),
        (Policy(updates=False), "Your organisation has switched it off"),
        (Policy(unusable=frozenset({"update_address"})), "has set one that cannot be used"),
    ],
)
def test_where_nobody_is_asked_there_is_nothing_to_press(in_qt: InQt, policy: Policy, words: str) -> None:
    async def scene() -> None:
        fake = FakeProgram(policy=policy)
        async with card_on(fake) as card:
            assert words in card.words
            assert not card.look.isEnabled()

    in_qt(scene())


def test_switch_and_address_are_handed_on(in_qt: InQt) -> None:
    async def scene() -> None:
        fake, told = FakeProgram(), []
        async with card_on(fake) as card:
            card.put.connect(lambda name, value: told.append((name, value)))
            card.typed.connect(lambda name, text: told.append((name, text)))
            QTest.keyClick(card.toggle, Qt.Key.Key_Space)
            card.address.setFocus()
            QTest.keyClicks(card.address, "https://a.example/")
            QTest.keyClick(card.address, Qt.Key.Key_Return)
            assert told == [("updates", False), ("update_address", "https://a.example/")]
            await fake.program.preferences.update(updates=False)
            assert "Switched off here" in card.words

    in_qt(scene())
