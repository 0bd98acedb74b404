"""What an organisation has set is shown as set, cannot be changed, and says where it comes from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from fakes.program import FakeProgram
from page_stand import standing, until
from tiepoint.domain.policy import NO_POLICY, Policy
from tiepoint.domain.policy_reading import Layer, policy_of
from tiepoint.ui.pages.settings.page import SettingsPage

InQt = Callable[[Any], Any]
PLACE = "/etc/tiepoint/policy.json"
POLICY = policy_of(
    [
        Layer(
            PLACE,
            {
                "updates": False,
                "tenant": "studio.example",
                "proxy": "http://proxy.studio.example:3128",
                "region": "westeurope",
                "allowed_profiles": ["small"],
                "client_id": "nonsense",
            },
        )
    ]
)
LOCKED = {"updates", "tenant", "proxy", "client_id"}


def _fake(policy: Policy = POLICY) -> FakeProgram:
    return FakeProgram(policy=policy)


def test_rows_say_who_has_set_them_and_where(in_qt: InQt) -> None:
    async def scene() -> None:
        async with standing(SettingsPage, _fake()) as stand:
            rows = stand.page._rows
            assert {name for name, row in rows.items() if row.is_locked} == LOCKED
            mark = rows["proxy"].mark
            assert mark.text() == "Set by your organisation"
            assert PLACE in mark.toolTip()
            assert "white-space:pre" in mark.toolTip()  # a path in one line
            assert rows["client_id"].control.placeholderText() == "Cannot be used"
            assert mark.accessibleName() == f"Proxy: set by your organisation. It comes from {PLACE}"
            assert "set by your organisation" in rows["updates"].control.accessibleDescription()
            assert stand.page.network.proxy.text() == "http://proxy.studio.example:3128"

    in_qt(scene())


def test_a_network_without_a_proxy_is_said_in_words(in_qt: InQt) -> None:
    async def scene() -> None:
        async with standing(SettingsPage, _fake(policy_of([Layer(PLACE, {"proxy": ""})]))) as stand:
            field = stand.page.network.proxy
            assert (field.text(), field.placeholderText()) == ("", "Straight, no proxy")

    in_qt(scene())


def test_what_is_set_cannot_be_changed_by_keys_or_clicks(in_qt: InQt) -> None:
    async def scene() -> None:
        async with standing(SettingsPage, _fake()) as stand:
            page = stand.page
            for field in (page.network.proxy, page.azure.tenant):
                before = field.text()
                field.setFocus()
                QTest.keyClicks(field, "other.example")
                QTest.keyClick(field, Qt.Key.Key_Return)
                assert field.text() == before
            QTest.mouseClick(page.updates.toggle, Qt.MouseButton.LeftButton)
            assert not page.updates.toggle.isChecked()
            assert stand.fake.settings.settings.tenant == ""

    in_qt(scene())


def test_the_services_refuse_where_the_window_would_not(in_qt: InQt) -> None:
    async def scene() -> None:
        async with standing(SettingsPage, _fake()) as stand:
            stand.page.model.put("tenant", "other.example")
            await until(lambda: "organisation has set" in stand.page._rows["tenant"].word)
            assert PLACE in stand.page._rows["tenant"].word

    in_qt(scene())


def test_the_card_lists_the_whole_policy_and_its_problems(in_qt: InQt) -> None:
    async def scene() -> None:
        async with standing(SettingsPage, _fake()) as stand:
            card = stand.page.policy
            said = " ".join(label.text() for label in card.findChildren(QLabel))
            assert card.isVisible()
            for part in ("Not looked for", "studio.example", "westeurope", "small", "Cannot be used", PLACE):
                assert part in said
            assert "no id of an application" in said
            assert "Show this to whoever looks after this computer" in said
            assert said.count(PLACE) == 1
            stand.page._main.verticalScrollBar().setValue(900)
            stand.page._rows["proxy"].mark.click()
            stand.page.show_target(card="policy")

    in_qt(scene())


def test_without_a_policy_there_is_no_card_and_no_lock(in_qt: InQt) -> None:
    async def scene() -> None:
        async with standing(SettingsPage, _fake(NO_POLICY)) as stand:
            assert not stand.page.policy.isVisible()
            assert not any(row.is_locked for row in stand.page._rows.values())
            field = stand.page.network.proxy
            field.setFocus()
            QTest.keyClicks(field, "http://anna:pw@proxy:1")
            QTest.keyClick(field, Qt.Key.Key_Return)
            await until(lambda: "password" in stand.page._rows["proxy"].word)
            field.selectAll()
            QTest.keyClicks(field, "proxy.example:3128")
            QTest.keyClick(field, Qt.Key.Key_Return)
            await until(lambda: stand.fake.settings.settings.proxy == "http://proxy.example:3128")
            await until(lambda: field.text() == "http://proxy.example:3128")

    in_qt(scene())
