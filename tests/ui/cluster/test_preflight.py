"""The preflight on fakes: order, fixes, alternatives, the text to copy, and the last word before money."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from fakes.azure import FakeAzure
from fakes.azure_scenes import QUOTA_CHECK, a_report, cluster_id
from page_stand import Stand, until
from tiepoint.domain.cluster_plan import Engine
from tiepoint.domain.errors import ConfirmationNeeded, UsageError
from tiepoint.domain.preflight import Check, CheckKind, CheckState, Fix, PreflightReport, Remedy
from tiepoint.ui.pages.cluster.page import ClusterPage
from tiepoint.ui.pages.cluster.preflight.place import PreflightPlace
from tiepoint.ui.widgets.buttons import Button
from ui.cluster_scenes import blocked, plan_page, planning, preflight_page, unchecked

InQt = Callable[[Any], Any]
LEFT = Qt.MouseButton.LeftButton


def _place(stand: Stand[ClusterPage]) -> PreflightPlace:
    place = stand.page.place("preflight")
    assert isinstance(place, PreflightPlace)
    return place


def _words(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]


def _button(widget: QWidget, text: str) -> Button:
    return next(each for each in widget.findChildren(Button) if each.text() == text and each.isVisible())


def test_what_blocks_comes_first_with_figures_and_holds_deploying_back(in_qt: InQt) -> None:
    async def scene() -> None:
        async with preflight_page(blocked) as stand:
            place, strip = _place(stand), stand.page.strip()
            assert [check.state for check in place.model.checks()[:2]] == [CheckState.BLOCKED, CheckState.WARNING]
            words = _words(place)
            assert {"36", "72", "108", "free = 2 nodes", "missing = 3 nodes"} <= set(words)
            assert "asked 180  ·  limit 108 vCPU" in words
            assert (strip.state, strip.state_text) == ("error", "1 check blocks the deployment")
            assert not place.deploy_action.isEnabled()
            assert place.deploy_action.toolTip() == "First put right what blocks"

    in_qt(scene())


def test_a_fix_changes_the_plan_and_checks_again(in_qt: InQt) -> None:
    async def scene() -> None:
        async with preflight_page(blocked) as stand:
            stand.fake.azure.preflight.reports = [a_report()]
            QTest.mouseClick(_button(_place(stand), "Deploy with 2 nodes"), LEFT)
            await until(lambda: _place(stand).deploy_action.isEnabled())
            assert stand.page.plan.plan.nodes.count == 2
            assert stand.fake.azure.preflight.calls[-1][1].nodes.count == 2
            assert stand.page.strip().state_text == "Ready to deploy"

    in_qt(scene())


def test_a_link_opens_the_portal(in_qt: InQt) -> None:
    opened: list[str] = []

    class Opener(QObject):
        @Slot(QUrl)
        def take(self, url: QUrl) -> None:
            opened.append(url.toString())

    async def scene() -> None:
        async with preflight_page(blocked) as stand:
            opener = Opener()
            QDesktopServices.setUrlHandler("https", opener, "take")
            try:
                QTest.mouseClick(_button(_place(stand), "Request 108 more vCPU"), LEFT)
                await until(lambda: opened == ["https://portal.azure.com/quota"])
            finally:
                QDesktopServices.unsetUrlHandler("https")
                opener.deleteLater()

    in_qt(scene())


def test_the_plan_moves_to_an_alternative(in_qt: InQt) -> None:
    async def scene() -> None:
        async with preflight_page(blocked) as stand:
            card = _place(stand).alternatives
            assert "+\u202f5\u202f%" in _words(card)
            assert "same" in _words(card)
            stand.fake.azure.preflight.reports = [a_report()]
            QTest.mouseClick(_button(card, "Use"), LEFT)
            await until(lambda: not card.isVisible())
            assert stand.page.plan.plan.region == "swedencentral"

    in_qt(scene())


def test_missing_providers_are_registered_and_checked_again(in_qt: InQt) -> None:
    names = ("Microsoft.StorageCache",)
    fix = Fix(Remedy.REGISTER_PROVIDERS, "Register it")
    check = Check(CheckKind.PROVIDERS, CheckState.BLOCKED, "A provider is missing", "", (fix,), None, names)

    def unregistered(azure: FakeAzure) -> None:
        planning(azure)
        azure.preflight.reports = [PreflightReport((check,), is_over=True)]

    async def scene() -> None:
        async with preflight_page(unregistered) as stand:
            stand.fake.azure.preflight.reports = [a_report()]
            QTest.mouseClick(_button(_place(stand), "Register it"), LEFT)
            await until(lambda: stand.page.preflight.may_deploy)
            assert ("register_providers", names) in stand.fake.azure.preflight.calls

    in_qt(scene())


def test_the_report_is_copied_as_text(in_qt: InQt) -> None:
    async def scene() -> None:
        async with preflight_page(blocked) as stand:
            QTest.mouseClick(_place(stand).copy, LEFT)
            text = QGuiApplication.clipboard().text()
            assert text.startswith("Preflight of harbour in eastus: 5 x Standard_NV36ads_A10_v5")
            assert f"blocked    {QUOTA_CHECK.title}" in text
            assert "203.0.113" not in text

    in_qt(scene())


def test_offline_says_so_and_checks_again(in_qt: InQt) -> None:
    async def scene() -> None:
        async with preflight_page(unchecked) as stand:
            place = _place(stand)
            assert "no connection to Azure" in place.failure.words
            QTest.mouseClick(place.again, LEFT)
            await until(lambda: place.deploy_action.isEnabled())

    in_qt(scene())


def test_azure_wants_confirming_before_it_checks(in_qt: InQt) -> None:
    def to_confirm(azure: FakeAzure) -> None:
        planning(azure)
        azure.preflight.fails = ConfirmationNeeded("Azure asks you to confirm.", remedy="Confirm in the browser.")

    async def scene() -> None:
        async with preflight_page(to_confirm) as stand:
            place = _place(stand)
            stand.fake.azure.sign_in.is_waiting = False
            QTest.mouseClick(place.confirm, LEFT)
            await until(lambda: place.deploy_action.isEnabled())
            assert not place.confirm.isVisible()

    in_qt(scene())


def test_signing_in_begins_the_checks(in_qt: InQt) -> None:
    async def scene() -> None:
        async with plan_page(None) as stand:
            stand.page.run_preflight()
            place = _place(stand)
            assert place.sign_in_card.isVisible()
            stand.fake.azure.sign_in.is_waiting = False
            QTest.mouseClick(place.sign_in_card.sign_in, LEFT)
            await until(lambda: place.deploy_action.isEnabled())

    in_qt(scene())


def test_deploying_asks_once_more_with_the_price_and_shows_the_cluster(in_qt: InQt) -> None:
    async def scene() -> None:
        async with preflight_page() as stand:
            dialog = _place(stand).ask_to_deploy()
            assert dialog.deploy.text() == "Deploy for 18.45\u202f$/h"
            assert "Workshop" in _words(dialog)
            QTest.mouseClick(dialog.deploy, LEFT)
            await until(lambda: any(call[0] == "deploy" for call in stand.fake.azure.clusters.calls))
            assert stand.page.current == "life"
            call = next(call for call in stand.fake.azure.clusters.calls if call[0] == "deploy")
            assert call[1] == stand.page.plan.plan
            assert call[2] == {}
            await until(lambda: stand.fake.azure.clusters.watched == cluster_id("harbour"))

    in_qt(scene())


def test_metashape_needs_its_code_which_goes_nowhere_else(in_qt: InQt) -> None:
    async def scene() -> None:
        async with plan_page() as stand:
            stand.page.plan.put("cluster.engine", Engine.METASHAPE.value)
            stand.page.run_preflight()
            await until(lambda: stand.page.preflight.may_deploy)
            dialog = _place(stand).ask_to_deploy()
            assert dialog.code is not None
            assert not dialog.deploy.isEnabled()
            field = dialog.code
            QTest.keyClicks(field.line, "11111-22222-33333")
            QTest.keyClick(field.line, Qt.Key.Key_Return)
            await until(lambda: any(call[0] == "deploy" for call in stand.fake.azure.clusters.calls))
            call = next(call for call in stand.fake.azure.clusters.calls if call[0] == "deploy")
            assert call[2] == {"activationCode": "11111-22222-33333"}

    in_qt(scene())


def test_a_deployment_that_is_refused_at_once_is_told(in_qt: InQt) -> None:
    async def scene() -> None:
        async with preflight_page() as stand:
            stand.fake.azure.clusters.fails = UsageError("Something else goes on with it.", remedy="Wait for it.")
            QTest.mouseClick(_place(stand).ask_to_deploy().deploy, LEFT)
            await until(lambda: stand.parts.said)
            assert stand.parts.said[0].title == "Something else goes on with it."
            assert stand.page.current == "preflight"

    in_qt(scene())


def test_escape_deploys_nothing(in_qt: InQt) -> None:
    async def scene() -> None:
        async with preflight_page() as stand:
            dialog = _place(stand).ask_to_deploy()
            QTest.keyClick(dialog, Qt.Key.Key_Escape)
            await until(lambda: not dialog.isVisible())
            assert not [call for call in stand.fake.azure.clusters.calls if call[0] == "deploy"]

    in_qt(scene())


def test_a_plan_that_was_changed_is_checked_again_first(in_qt: InQt) -> None:
    async def scene() -> None:
        async with preflight_page() as stand:
            stand.page.plan.put("nodes.count", 3)
            stand.page.show_place("preflight")
            await until(lambda: not _place(stand).deploy_action.isEnabled())
            assert stand.page.strip().state_text == "Plan changed since"

    in_qt(scene())
