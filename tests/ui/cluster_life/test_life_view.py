"""The life of a cluster on the screen: every state says what it is, and everything can be done with mouse and keys."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox

from fakes.azure_scenes import cluster_id
from fakes.life_scenes import (
    LIFE,
    NOW,
    OFFLINE,
    broken,
    cold,
    confirming,
    data_kept,
    deploying,
    deployment,
    failed,
    interrupted,
    offline,
    partial,
    paused,
    released,
    retrying,
    running,
    unknown,
    without_lease,
)
from life_stand import life
from page_stand import until
from photo_set_factory import ToldPhotoSets, a_set, photos
from tiepoint.domain.cluster import ClusterState
from tiepoint.domain.cluster_operation import OperationKind
from tiepoint.domain.errors import QuotaTooSmall
from tiepoint.domain.operation import OperationState
from tiepoint.domain.photo_set import PhotoSetsSnapshot
from tiepoint.ui.pages.cluster.life.cold_dialog import ColdDialog
from tiepoint.ui.pages.cluster.life.delete_dialog import DeleteDialog
from tiepoint.ui.pages.cluster.life.pause_dialog import PauseDialog
from tiepoint.ui.pages.cluster.life.scale_dialog import ScaleDialog
from tiepoint.ui.pages.transfers.upload_dialog import UploadDialog
from tiepoint.ui.viewmodels.cluster_life_failure import DISMISS, PLAN, RETRY
from tiepoint.ui.viewmodels.cluster_life_notes import CONFIRM, CONTINUE, DEPLOY, LOOK, PAUSE, RESUME, SHOW

InQt = Callable[[Any], Any]
CLICK = Qt.MouseButton.LeftButton


def _asked(stand: Any) -> list[tuple[Any, ...]]:
    return [call for call in stand.fake.azure.clusters.calls if call[0] != "watch"]


def _actions(page: Any) -> list[str]:
    return [action.text() for action in page.strip().actions]


def test_a_deployment_is_shown_as_a_tree_with_what_leaving_means(in_qt: InQt) -> None:
    async def scene() -> None:
        async with life(retrying()) as stand:
            page, view = stand.page, stand.page.life
            assert view.is_operation_shown
            strip = page.strip()
            assert (strip.state, strip.state_text, strip.progress) == ("deploying", "Deploying", 15 / 25)
            assert ("Bills now", "0.46\u202f$/h") in strip.facts
            assert _actions(page) == ["See the cluster", "Cancel deployment"]
            assert [tile.accessibleName().split()[0] for tile in view.operation.steps.tiles] == [
                "Plan", "Preflight", "Deploy", "Running",
            ]  # fmt: skip
            assert view.operation.failure.isHidden()
            [note] = view.notes.words
            assert note.startswith("node-03 is tried again. No capacity in zone 1")

    in_qt(scene())


def test_cancelling_asks_first(in_qt: InQt) -> None:
    async def scene() -> None:
        async with life(deploying()) as stand:
            stand.page.life.commands.cancel.trigger()
            [box] = stand.page.window().findChildren(QMessageBox)
            [yes] = [each for each in box.buttons() if each.text() == "Stop it"]
            QTest.mouseClick(yes, CLICK)
            await until(lambda: ("cancel", "harbour") in _asked(stand))

    in_qt(scene())


def test_a_failure_names_the_resource_the_reason_and_the_ways_on(in_qt: InQt) -> None:
    async def scene() -> None:
        async with life(failed()) as stand:
            panel = stand.page.life.operation.failure
            said = panel.accessibleDescription()
            assert said.startswith("Deploy failed at node-03")
            assert "108 vCPU" in said
            assert "Ask Azure for more vCPU" in said
            assert not panel.is_raw_shown
            QTest.mouseClick(panel.raw_button, CLICK)
            assert panel.is_raw_shown
            QTest.mouseClick(panel.copy_button, CLICK)
            assert "OperationNotAllowed" in QGuiApplication.clipboard().text()
            QTest.mouseClick(panel.button(PLAN), CLICK)
            assert stand.parts.navigator.gone == [("cluster", {"plan": failed().plan})]
            QTest.keyClick(panel.button(RETRY), Qt.Key.Key_Space)
            await until(lambda: ("retry", "harbour") in _asked(stand))

    in_qt(scene())


def test_a_failure_can_be_put_aside_and_the_cluster_seen(in_qt: InQt) -> None:
    async def scene() -> None:
        async with life(failed()) as stand:
            view = stand.page.life
            QTest.mouseClick(view.operation.failure.button(DISMISS), CLICK)
            await until(lambda: not view.is_operation_shown)
            assert ("dismiss", "harbour") in _asked(stand)

    in_qt(scene())


def test_an_interrupted_operation_is_continued(in_qt: InQt) -> None:
    async def scene() -> None:
        async with life(interrupted()) as stand:
            view = stand.page.life
            assert view.is_operation_shown
            assert "Deploy was interrupted" in view.notes.words[0]
            QTest.mouseClick(view.notes.button(CONTINUE), CLICK)
            await until(lambda: ("retry", "harbour") in _asked(stand))
            await until(lambda: not any("interrupted" in words for words in view.notes.words))

    in_qt(scene())


def test_azure_wants_the_person_to_confirm(in_qt: InQt) -> None:
    async def scene() -> None:
        async with life(confirming()) as stand:
            view, sign_in = stand.page.life, stand.fake.azure.sign_in
            assert stand.page.strip().state_text == "Waits for you"
            assert "Tenant: Atelier" in view.notes.words[0]
            QTest.mouseClick(view.notes.button(CONFIRM), CLICK)
            await until(lambda: ("confirm",) in sign_in.calls)
            sign_in.let_in()
            stand.fake.azure.clusters.put(deploying())
            await until(lambda: not view.notes.words)

    in_qt(scene())


def test_a_running_cluster_shows_its_meter_and_is_kept_and_released(in_qt: InQt) -> None:
    async def scene() -> None:
        async with life(running()) as stand:
            view = stand.page.life
            assert not view.is_operation_shown
            meter = view.cluster.meter
            assert "Stops itself at" in meter.words
            assert "this computer on or off" in meter.words
            QTest.mouseClick(meter.keep, CLICK)
            QTest.mouseClick(meter.release, CLICK)
            await until(lambda: len(_asked(stand)) == 2)
            assert _asked(stand) == [("keep", "harbour", 2.0), ("release", "harbour")]
            rows = view.cluster.machines.table.rows_model.rows
            assert [row.cells[0].text for row in rows] == ["Silent", "Ready", "Working", "Working", "Starting", "Ready"]
            assert rows[0].cells[5].text == "14\N{NO-BREAK SPACE}min ago"

    in_qt(scene())


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (without_lease, "Nothing is known that would stop it"),
        (released, "Nobody holds it any more"),
    ],
)
def test_what_stops_it_is_said_even_when_nobody_holds_it(in_qt: InQt, make: Any, words: str) -> None:
    async def scene() -> None:
        async with life(make()) as stand:
            assert stand.page.life.cluster.meter.words.startswith(words)
            assert stand.page.life.cluster.meter.release.isHidden()

    in_qt(scene())


def test_pausing_asks_how(in_qt: InQt) -> None:
    async def scene() -> None:
        async with life(running()) as stand:
            commands = stand.page.life.commands
            commands.pause.trigger()
            dialog = commands.dialog
            assert isinstance(dialog, PauseDialog)
            QTest.mouseClick(dialog.now, CLICK)
            QTest.mouseClick(dialog.go_button, CLICK)
            await until(lambda: ("pause", "harbour", False) in _asked(stand))
            await until(lambda: stand.page.life.is_operation_shown)
            assert stand.page.strip().state == "pausing"

    in_qt(scene())


def test_a_question_is_left_with_escape(in_qt: InQt) -> None:
    async def scene() -> None:
        async with life(running()) as stand:
            commands = stand.page.life.commands
            for ask in (commands.ask_to_pause, commands.ask_to_cool, commands.ask_to_scale, commands.ask_to_delete):
                ask()
                dialog = commands.dialog
                assert dialog is not None
                await until(dialog.isVisible)
                QTest.keyClick(dialog, Qt.Key.Key_Escape)
                assert commands.dialog is None
            assert _asked(stand) == []

    in_qt(scene())


def test_scaling_tells_price_quota_and_what_goes(in_qt: InQt) -> None:
    async def scene() -> None:
        async with life(running()) as stand:
            commands = stand.page.life.commands
            commands.scale.trigger()
            dialog = commands.dialog
            assert isinstance(dialog, ScaleDialog)
            await until(dialog.isVisible)
            assert not dialog.go_button.isEnabled()
            for _ in range(3):
                QTest.mouseClick(dialog.spin.more, CLICK)
            words = _words(dialog)
            assert dialog.go_button.text() == "Add 3 nodes"
            assert "+9.60\u202f$/h" in words
            assert any("108 more vCPU" in each for each in words)
            box = dialog.spin.box
            box.selectAll()
            QTest.keyClicks(box, "3")
            assert dialog.go_button.text() == "Remove 2 nodes"
            assert any(each.startswith("node-04, node-05") for each in _words(dialog))
            QTest.mouseClick(dialog.go_button, CLICK)
            await until(lambda: ("scale", "harbour", 3) in _asked(stand))

    in_qt(scene())


def test_going_cold_says_what_is_removed(in_qt: InQt) -> None:
    async def scene() -> None:
        async with life(paused()) as stand:
            view = stand.page.life
            QTest.mouseClick(view.cluster.rest.cold, CLICK)
            dialog = view.commands.dialog
            assert isinstance(dialog, ColdDialog)
            assert any("archived to Blob" in each for each in _words(dialog))
            QTest.mouseClick(dialog.go_button, CLICK)
            await until(lambda: ("cool", "harbour") in _asked(stand))

    in_qt(scene())


def test_deleting_wants_the_name(in_qt: InQt) -> None:
    async def scene() -> None:
        async with life(paused()) as stand:
            commands = stand.page.life.commands
            commands.delete.trigger()
            dialog = commands.dialog
            assert isinstance(dialog, DeleteDialog)
            await until(dialog.isVisible)
            QTest.keyClicks(dialog.name, "harbou")
            assert not dialog.go_button.isEnabled()
            QTest.keyClicks(dialog.name, "r")
            assert dialog.go_button.text() == "Delete, keep photos"
            QTest.mouseClick(dialog.keep, CLICK)
            assert dialog.go_button.text() == "Delete everything"
            QTest.keyClick(dialog.name, Qt.Key.Key_Return)
            await until(lambda: ("delete", "harbour", "harbour", False) in _asked(stand))

    in_qt(scene())


def test_what_was_kept_of_a_deleted_cluster_is_deleted_with_its_data(in_qt: InQt) -> None:
    async def scene() -> None:
        async with life(data_kept()) as stand:
            commands = stand.page.life.commands
            assert stand.page.strip().state_text == "Deleted, data kept"
            commands.delete.trigger()
            dialog = commands.dialog
            assert isinstance(dialog, DeleteDialog)
            assert dialog.keep.isHidden()
            QTest.keyClicks(dialog.name, "harbour")
            QTest.mouseClick(dialog.go_button, CLICK)
            await until(lambda: ("delete", "harbour", "harbour", False) in _asked(stand))

    in_qt(scene())


def test_a_deleted_cluster_leads_back_to_all(in_qt: InQt) -> None:
    async def scene() -> None:
        async with life(paused()) as stand:
            stand.fake.azure.clusters.put()
            await until(lambda: stand.parts.navigator.gone == [("cluster", {"view": "overview"})])

    in_qt(scene())


def test_a_paused_cluster_says_what_bills_and_is_resumed(in_qt: InQt) -> None:
    async def scene() -> None:
        async with life(paused()) as stand:
            page = stand.page
            assert _actions(page) == ["Upload photos", "More", "Resume"]
            assert page.life.cluster.meter.isHidden()
            assert any("Cannot be switched off" in each for each in _words(page.life.cluster.rest))
            page.life.commands.resume.trigger()
            await until(lambda: ("resume", "harbour") in _asked(stand))
            await until(lambda: page.strip().state == "resuming")

    in_qt(scene())


def test_a_cold_cluster_cannot_become_colder(in_qt: InQt) -> None:
    async def scene() -> None:
        async with life(cold()) as stand:
            view = stand.page.life
            stand.page.strip()
            assert view.cluster.rest.cold.isHidden()
            assert not view.commands.cold.isEnabled()
            assert not view.commands.scale.isEnabled()

    in_qt(scene())


def test_a_cluster_partly_off_offers_both_ways(in_qt: InQt) -> None:
    async def scene() -> None:
        async with life(partial()) as stand:
            notes = stand.page.life.notes
            assert notes.words == ("2 machines are off. Off: node-03, node-05.",)
            QTest.mouseClick(notes.button(PAUSE), CLICK)
            assert isinstance(stand.page.life.commands.dialog, PauseDialog)
            stand.page.life.commands.dialog.reject()
            QTest.mouseClick(notes.button(RESUME), CLICK)
            await until(lambda: ("resume", "harbour") in _asked(stand))

    in_qt(scene())


def test_missing_resources_are_deployed_again_from_the_plan(in_qt: InQt) -> None:
    async def scene() -> None:
        async with life(broken()) as stand:
            QTest.mouseClick(stand.page.life.notes.button(DEPLOY), CLICK)
            assert stand.parts.navigator.gone == [("cluster", {"plan": broken().plan})]

    in_qt(scene())


def test_a_cluster_made_by_hand_is_not_scaled(in_qt: InQt) -> None:
    async def scene() -> None:
        async with life(unknown()) as stand:
            view = stand.page.life
            stand.page.strip()
            assert "Its plan is not known" in view.notes.words[0]
            assert not view.commands.scale.isEnabled()
            assert view.commands.pause.isEnabled()

    in_qt(scene())


def test_without_a_connection_the_last_known_is_grey_and_says_its_age(in_qt: InQt) -> None:
    async def scene() -> None:
        async with life(offline(), failure=OFFLINE) as stand:
            view = stand.page.life
            assert stand.page.strip().state_text == "Last known: Running"
            assert "23\N{NO-BREAK SPACE}min ago" in view.notes.words[0]
            assert all(row.is_stale for row in view.cluster.machines.table.rows_model.rows)
            assert not view.commands.pause.isEnabled()
            QTest.mouseClick(view.notes.button(LOOK), CLICK)
            await until(lambda: ("refresh",) in _asked(stand))

    in_qt(scene())


def test_the_cluster_can_be_seen_while_an_operation_goes_on(in_qt: InQt) -> None:
    async def scene() -> None:
        operation = deployment(kind=OperationKind.SCALE, target="8 nodes")
        async with life(running(state=ClusterState.SCALING, operation=operation)) as stand:
            view = stand.page.life
            view.commands.see_cluster.trigger()
            assert not view.is_operation_shown
            assert view.notes.words[0].startswith("Scaling to 8 nodes. 16 of 25 resources")
            stand.fake.azure.clusters.set("harbour", updated=NOW + timedelta(seconds=1))
            await until(lambda: view.model.seen == NOW + timedelta(seconds=1))
            assert not view.is_operation_shown
            QTest.mouseClick(view.notes.button(SHOW), CLICK)
            assert view.is_operation_shown

    in_qt(scene())


def test_an_operation_that_ends_gives_way_to_the_cluster(in_qt: InQt) -> None:
    async def scene() -> None:
        async with life(deploying()) as stand:
            view = stand.page.life
            done = deployment(state=OperationState.COMPLETED, ended=NOW)
            stand.fake.azure.clusters.put(running(operation=done))
            await until(lambda: not view.is_operation_shown)
            assert stand.page.strip().state_text == "Running"

    in_qt(scene())


def test_what_is_refused_at_once_is_told(in_qt: InQt) -> None:
    async def scene() -> None:
        async with life(paused()) as stand:
            stand.fake.azure.clusters.fails = QuotaTooSmall("There is no quota.", remedy="Ask for it.")
            stand.page.life.commands.resume.trigger()
            await until(lambda: [message.title for message in stand.parts.said] == ["There is no quota."])

    in_qt(scene())


def test_it_is_watched_while_it_is_seen_and_only_then(in_qt: InQt) -> None:
    async def scene() -> None:
        async with life(running()) as stand:
            clusters = stand.fake.azure.clusters
            assert clusters.watched == cluster_id("harbour")
            stand.page.hide()
            await until(lambda: clusters.watched is None)

    in_qt(scene())


def test_a_cluster_that_is_not_there_yet_is_waited_for(in_qt: InQt) -> None:
    async def scene() -> None:
        async with life(running()) as stand:
            view = stand.page.life
            view.show_cluster(cluster_id("brighton"))
            assert stand.page.strip().title == "Cluster"
            other = dataclasses.replace(deploying(), id=cluster_id("brighton"), name="brighton")
            stand.fake.azure.clusters.put(other)
            await until(lambda: stand.page.strip().title == "brighton")
            assert stand.fake.azure.clusters.watched == cluster_id("brighton")

    in_qt(scene())


def test_photos_go_up_to_this_cluster(in_qt: InQt) -> None:
    async def scene() -> None:
        async with life(running()) as stand:
            view = stand.page.life
            QTest.mouseClick(view.cluster.storage.upload, CLICK)
            assert stand.parts.navigator.gone == [("photos", {})]
            assert stand.parts.said[-1].title == "Choose photos first"

    in_qt(scene())


def test_with_photos_open_the_upload_is_asked_for_with_its_address(in_qt: InQt) -> None:
    async def scene() -> None:
        async with life(running()) as stand:
            sets = ToldPhotoSets()
            sets.snapshot = PhotoSetsSnapshot(current=a_set(photos(4)), is_loaded=True)
            stand.page.life.commands._panel = dataclasses.replace(
                stand.parts.panel,
                program=dataclasses.replace(stand.parts.panel.program, photo_sets=sets),  # type: ignore[arg-type]
            )
            stand.page.life.commands.open_upload()
            dialog = stand.page.life.commands.dialog
            assert isinstance(dialog, UploadDialog)
            assert dialog.address.text == "https://tpharbour.blob.core.windows.net/captures"
            dialog.reject()

    in_qt(scene())


def test_keys_reach_the_menu_of_the_strip(in_qt: InQt) -> None:
    async def scene() -> None:
        async with life(running()) as stand:
            stand.page.strip()
            entries = [each.text() for each in stand.page.life.commands.menu.actions() if not each.isSeparator()]
            assert entries == ["Go cold…", "Look now", "Open in portal", "Delete…"]

    in_qt(scene())


@pytest.mark.parametrize("name", LIFE)
def test_every_state_keeps_the_focus_when_it_changes_to_another(in_qt: InQt, name: str) -> None:
    async def scene() -> None:
        async with life(LIFE[name]()) as stand:
            stand.page.focus_first()
            await until(lambda: QApplication.focusWidget() is not None)
            stand.fake.azure.clusters.put(paused())
            await until(lambda: stand.page.strip().state == "paused")
            assert stand.page.isAncestorOf(QApplication.focusWidget())

    in_qt(scene())


def _words(widget: Any) -> list[str]:
    from PySide6.QtWidgets import QLabel

    return [label.text() for label in widget.findChildren(QLabel)]
