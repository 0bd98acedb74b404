"""The overview of clusters and signing in to Azure, on fakes, with clicks and keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from fakes.azure_scenes import CODE, SUBSCRIPTIONS, a_cluster, cluster_id
from page_stand import Stand, until
from tiepoint.domain.account import SignInMethod, TokenStorage
from tiepoint.domain.errors import SignInNeeded
from tiepoint.ui.pages.cluster.overview import Overview
from tiepoint.ui.pages.cluster.page import ClusterPage
from tiepoint.ui.shell.account_menu import AccountMenu
from ui.cluster_scenes import choosing, cluster_page, confirming, four, no_subscription, offline, reading, signed_in

InQt = Callable[[Any], Any]
LEFT = Qt.MouseButton.LeftButton


def _overview(stand: Stand[ClusterPage]) -> Overview:
    place = stand.page.place("overview")
    assert isinstance(place, Overview)
    return place


def _words(widget: QWidget) -> str:
    return " | ".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def test_this_computer_comes_first_and_opens(in_qt: InQt) -> None:
    async def scene() -> None:
        async with cluster_page() as stand:
            overview = _overview(stand)
            assert overview.grid.cards[0] is overview.computer
            assert stand.page.strip().title == "Clusters"
            QTest.keyClick(overview.computer, Qt.Key.Key_Return)
            assert stand.page.strip().title == "This computer"
            QTest.keyClick(stand.page, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
            await until(lambda: stand.page.current == "overview")

    in_qt(scene())


def test_nobody_is_asked_before_sign_in_is_pressed(in_qt: InQt) -> None:
    async def scene() -> None:
        async with cluster_page() as stand:
            assert not [call for call in stand.fake.azure.sign_in.calls if call[0] != "restore"]
            card = _overview(stand).sign_in_card
            card.tenant.setFocus()
            QTest.keyClicks(card.tenant, "studio.example")
            QTest.keyClick(card.tenant, Qt.Key.Key_Return)
            await until(lambda: card.browser.isVisible())
            assert stand.fake.azure.sign_in.calls == [("sign_in", SignInMethod.BROWSER, "studio.example")]
            stand.fake.azure.sign_in.let_in()
            await until(lambda: not card.isVisible())
            assert stand.page.strip().actions[0].text() == "ada@atelier.example"

    in_qt(scene())


def test_waiting_for_the_browser_can_be_given_up(in_qt: InQt) -> None:
    async def scene() -> None:
        async with cluster_page() as stand:
            card = _overview(stand).sign_in_card
            QTest.mouseClick(card.sign_in, LEFT)
            await until(lambda: card.browser.isVisible())
            QTest.mouseClick(card.browser.cancel, LEFT)
            await until(lambda: card.sign_in.isVisible())
            assert card.failure.words == ""

    in_qt(scene())


def test_a_code_is_shown_large_and_copied(in_qt: InQt) -> None:
    async def scene() -> None:
        async with cluster_page() as stand:
            card = _overview(stand).sign_in_card
            QTest.mouseClick(card.with_code, LEFT)
            await until(lambda: card.code.isVisible())
            assert CODE.code in _words(card)
            assert CODE.url in _words(card)
            QTest.mouseClick(card.code.copy, LEFT)
            assert QGuiApplication.clipboard().text() == CODE.code
            stand.fake.azure.sign_in.let_in()
            await until(lambda: stand.page.sign_in.is_ready)

    in_qt(scene())


def test_a_refused_sign_in_says_why_and_what_to_do(in_qt: InQt) -> None:
    async def scene() -> None:
        async with cluster_page() as stand:
            card = _overview(stand).sign_in_card
            QTest.mouseClick(card.sign_in, LEFT)
            await until(lambda: card.browser.isVisible())
            stand.fake.azure.sign_in.turn_away(SignInNeeded("The account is locked.", remedy="Wait, then try again."))
            await until(lambda: card.failure.words)
            assert card.failure.words == "The account is locked. Wait, then try again."
            assert card.sign_in.isVisible()
            assert not stand.parts.said

    in_qt(scene())


def test_a_subscription_is_chosen_by_keyboard(in_qt: InQt) -> None:
    async def scene() -> None:
        async with cluster_page(choosing) as stand:
            picker = _overview(stand).sign_in_card.picker
            first, second = picker.choices
            first.setFocus()
            QTest.keyClick(first, Qt.Key.Key_Down)
            QTest.keyClick(second, Qt.Key.Key_Return)
            await until(lambda: stand.page.sign_in.is_ready)
            assert stand.fake.azure.sign_in.calls[-1] == ("choose", SUBSCRIPTIONS[1].id)

    in_qt(scene())


def test_a_card_grows_with_what_it_comes_to_say(in_qt: InQt) -> None:
    async def scene() -> None:
        async with cluster_page() as stand:
            reading(stand.fake.azure)
            await until(lambda: not _overview(stand).sign_in_card.sign_in.isVisible())
            choosing(stand.fake.azure)
            picker = _overview(stand).sign_in_card.picker
            await until(
                lambda: picker.choices and all(each.height() >= each.minimumHeight() for each in picker.choices)
            )
            await until(lambda: all(each.height() == each.heightForWidth(each.width()) for each in picker.choices))

    in_qt(scene())


def test_no_subscription_is_explained_with_ways_on(in_qt: InQt) -> None:
    async def scene() -> None:
        async with cluster_page(no_subscription) as stand:
            picker = _overview(stand).sign_in_card.picker
            assert "There is no subscription in Atelier" in _words(picker)
            assert picker.portal.isVisible()
            QTest.mouseClick(picker.out, LEFT)
            await until(lambda: _overview(stand).sign_in_card.sign_in.isVisible())

    in_qt(scene())


def test_an_empty_subscription_explains_and_leads_to_a_plan(in_qt: InQt) -> None:
    async def scene() -> None:
        async with cluster_page(signed_in) as stand:
            card = _overview(stand).new_card
            assert card is not None
            assert "no cluster in this subscription yet" in card.accessibleName()
            QTest.mouseClick(card, LEFT)
            await until(lambda: stand.page.current == "plan")

    in_qt(scene())


def test_cards_say_state_price_and_what_needs_somebody_first(in_qt: InQt) -> None:
    async def scene() -> None:
        async with cluster_page(four) as stand:
            cards = _overview(stand).cluster_cards
            assert [card.accessibleName().split(".")[0] for card in cards] == ["next", "brighton", "harbour", "old"]
            assert "no machine of this size free" in cards[0].accessibleName()
            assert "18.45\u202f$/h" in _words(cards[2])
            assert "Stops itself at" in _words(cards[2])
            assert "6 of 13 resources" in _words(cards[3])
            assert stand.page.strip().facts[0][0] == "Billing now"

    in_qt(scene())


def test_a_card_opens_the_life_of_its_cluster(in_qt: InQt) -> None:
    async def scene() -> None:
        async with cluster_page(four) as stand:
            QTest.mouseClick(_overview(stand).cluster_cards[2], LEFT, pos=QPoint(20, 20))
            await until(lambda: stand.page.current == "life")
            assert stand.fake.azure.clusters.watched == cluster_id("harbour")
            stand.page.go_back()
            await until(lambda: stand.fake.azure.clusters.watched is None)

    in_qt(scene())


def test_a_cluster_that_is_gone_loses_its_card_and_others_keep_theirs(in_qt: InQt) -> None:
    async def scene() -> None:
        async with cluster_page(four) as stand:
            overview = _overview(stand)
            kept = overview.cluster_cards[2]
            stand.fake.azure.clusters.put(a_cluster("harbour"))
            await until(lambda: len(overview.cluster_cards) == 1)
            assert overview.cluster_cards[0] is kept

    in_qt(scene())


def test_offline_keeps_the_last_known_and_offers_to_look_again(in_qt: InQt) -> None:
    async def scene() -> None:
        async with cluster_page(offline) as stand:
            overview = _overview(stand)
            assert "no connection to Azure" in overview.failure.words
            assert len(overview.cluster_cards) == 4
            QTest.mouseClick(overview.again, LEFT)
            await until(lambda: ("refresh",) in stand.fake.azure.clusters.calls)

    in_qt(scene())


def test_azure_wants_confirming_and_goes_on(in_qt: InQt) -> None:
    async def scene() -> None:
        async with cluster_page(confirming) as stand:
            overview = _overview(stand)
            assert overview.banner.isVisible()
            QTest.mouseClick(overview.confirm, LEFT)
            await until(lambda: not overview.confirm.isEnabled())
            stand.fake.azure.sign_in.let_in()
            await until(lambda: not overview.banner.isVisible())

    in_qt(scene())


def test_the_account_menu_says_who_where_and_how_it_is_kept(in_qt: InQt) -> None:
    async def scene() -> None:
        async with cluster_page(four) as stand:
            stand.fake.azure.sign_in.put(storage=TokenStorage.MEMORY)
            menu = stand.page.strip().actions[0].menu()
            assert isinstance(menu, AccountMenu)
            menu.fill()
            words = [entry.text() for entry in menu.actions()]
            assert "ada@atelier.example" in words
            assert "Organisation: Atelier" in words
            assert any("memory only" in each for each in words)
            chosen = {entry.text(): entry.isChecked() for entry in menu.actions() if entry.isCheckable()}
            assert chosen == {"Workshop": True, "Older": False}
            next(entry for entry in menu.actions() if entry.text() == "Sign out").trigger()
            await until(lambda: not stand.page.sign_in.is_ready)
            assert _overview(stand).sign_in_card.isVisible()

    in_qt(scene())
