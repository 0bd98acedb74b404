"""What clusters cost away from their page: the chip of the strip, notices, the question on closing."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from fakes.azure_scenes import a_cluster, cluster_id
from fakes.life_scenes import NOW, clock, cold, data_kept, deploying, deployment, failed, paused, running, without_lease
from fakes.program import FakeProgram
from page_stand import FakePanel, until
from tiepoint.domain.cluster import ClusterState, Power
from tiepoint.domain.cluster_operation import OperationKind
from tiepoint.domain.errors import ConnectionLost
from tiepoint.domain.operation import OperationState
from tiepoint.ui.pages.cluster.life.pause_dialog import PauseDialog
from tiepoint.ui.pages.page import StripContent
from tiepoint.ui.shell.closing import ClosingChoice, ClosingDialog
from tiepoint.ui.shell.cluster_chip import ClusterChip
from tiepoint.ui.shell.cluster_notices import ClusterNotices
from tiepoint.ui.shell.leaving import leave
from tiepoint.ui.shell.notifications import Notification
from tiepoint.ui.shell.pausing import pause_before_leaving
from tiepoint.ui.shell.strip import Strip

InQt = Callable[[Any], Any]
CLICK = Qt.MouseButton.LeftButton


def _parts(*clusters: Any, **snapshot: Any) -> FakePanel:
    fake = FakeProgram()
    fake.azure.clusters.put(*clusters, **snapshot)
    return FakePanel(fake)


def _other(**changes: Any) -> Any:
    return dataclasses.replace(running(**changes), id=cluster_id("brighton"), name="brighton")


def _chip(parts: FakePanel) -> ClusterChip:
    chip = ClusterChip(parts.panel, now=clock)
    chip.resize(248, 46)
    chip.show()
    return chip


async def _put_away(parts: FakePanel, *widgets: QWidget) -> None:
    for widget in widgets:
        widget.close()
        widget.deleteLater()
    await parts.stop()


@pytest.mark.parametrize(
    ("clusters", "rate", "words"),
    [
        ((running(),), "18.45\u202f$/h", "stops itself "),
        ((running(), _other()), "36.90\u202f$/h", "2 clusters · last stops "),
        ((paused(),), "2.07\u202f$/h", "Paused"),
        ((running(), paused()), "20.52\u202f$/h", "2 clusters"),
        ((without_lease(),), "18.45\u202f$/h", "nothing stops it"),
        ((running(meter=None, price=None),), "Price not known", "stops itself "),
    ],
)
def test_the_chip_sums_up_what_bills(in_qt: InQt, clusters: Any, rate: str, words: str) -> None:
    async def scene() -> None:
        parts = _parts(*clusters)
        chip = _chip(parts)
        assert chip.is_wanted
        assert chip.words.startswith(f"{rate}, {words}")
        assert "harbour" in chip.accessibleName()
        await _put_away(parts, chip)

    in_qt(scene())


def test_nothing_that_bills_needs_no_chip_and_one_that_begins_does(in_qt: InQt) -> None:
    async def scene() -> None:
        free = dataclasses.replace(cold(), meter=None, price=None)
        parts = _parts(free)
        chip, told = _chip(parts), []
        chip.wanted_changed.connect(told.append)
        assert not chip.is_wanted
        parts.fake.azure.clusters.put(running())
        await until(lambda: told == [True])
        parts.fake.azure.clusters.put()
        await until(lambda: told == [True, False])
        await _put_away(parts, chip)

    in_qt(scene())


def test_a_click_leads_to_the_cluster_and_of_several_to_all(in_qt: InQt) -> None:
    async def scene() -> None:
        parts = _parts(running())
        chip = _chip(parts)
        QTest.mouseClick(chip, CLICK, pos=chip.rect().center() / 2)
        parts.fake.azure.clusters.put(running(), _other())
        await until(lambda: "2 clusters" in chip.words)
        QTest.keyClick(chip, Qt.Key.Key_Return)
        assert parts.navigator.gone == [
            ("cluster", {"cluster": cluster_id("harbour")}),
            ("cluster", {"view": "overview"}),
        ]
        await _put_away(parts, chip)

    in_qt(scene())


def test_pause_asks_for_the_one_that_runs(in_qt: InQt) -> None:
    async def scene() -> None:
        parts = _parts(running(), paused(id=cluster_id("brighton"), name="brighton"))
        chip = _chip(parts)
        QTest.mouseClick(chip.pause, CLICK)
        [dialog] = [
            each for each in QApplication.topLevelWidgets() if isinstance(each, PauseDialog) and each.isVisible()
        ]
        QTest.mouseClick(dialog.go_button, CLICK)
        await until(lambda: ("pause", "harbour", True) in parts.fake.azure.clusters.calls)
        await _put_away(parts, chip)

    in_qt(scene())


def test_of_several_that_run_one_is_chosen(in_qt: InQt) -> None:
    async def scene() -> None:
        parts = _parts(running(), _other())
        chip = _chip(parts)
        menu = chip.pause_menu((running(), _other()))
        assert [each.text().split(",")[0] for each in menu.actions()] == ["Pause harbour", "Pause brighton"]
        await _put_away(parts, chip)

    in_qt(scene())


def test_without_a_connection_it_is_the_last_known_and_cannot_be_paused(in_qt: InQt) -> None:
    async def scene() -> None:
        from fakes.life_scenes import OFFLINE

        parts = _parts(running(), failure=OFFLINE)
        chip = _chip(parts)
        assert "last known" in chip.words
        assert chip.is_lost()
        assert chip.pause.isHidden()
        await _put_away(parts, chip)

    in_qt(scene())


def test_the_page_that_tells_of_the_cost_hides_the_chip(in_qt: InQt) -> None:
    async def scene() -> None:
        parts = _parts(running())
        strip, chip = Strip(), ClusterChip(parts.panel, now=clock)
        strip.set_meter_chip(chip)
        strip.set_meter_chip_wanted(True)
        strip.show_content(StripContent("a"))
        assert not chip.isHidden()
        strip.show_content(StripContent("a", is_about_cluster=True))
        assert chip.isHidden()
        await _put_away(parts, strip)

    in_qt(scene())


class Told:
    """Hears of notices, at a time that a test sets."""

    def __init__(self, parts: FakePanel, owner: QObject) -> None:
        self.heard: list[tuple[str, Notification]] = []
        self.now = NOW
        self.notices = ClusterNotices(owner, parts.panel, self._tell, now=self._clock)

    def _tell(self, state: str, notification: Notification) -> None:
        self.heard.append((state, notification))

    def _clock(self) -> datetime:
        return self.now

    @property
    def titles(self) -> list[str]:
        return [f"{state}: {notification.title}" for state, notification in self.heard]


def test_the_end_of_an_operation_is_told_once(in_qt: InQt) -> None:
    async def scene() -> None:
        parts, owner = _parts(deploying()), QObject()
        told = Told(parts, owner)
        put = parts.fake.azure.clusters.put
        put(deploying())
        done = running(operation=deployment(state=OperationState.COMPLETED, ended=NOW))
        put(done)
        put(done)
        assert told.titles == ["ok: harbour is deployed and runs"]
        assert "It bills 18.45" in told.heard[0][1].text
        assert told.heard[0][1].target == {"cluster": cluster_id("harbour")}
        told.notices.shut()
        await parts.stop()

    in_qt(scene())


def test_a_failure_and_a_question_of_azure_are_told(in_qt: InQt) -> None:
    async def scene() -> None:
        parts, owner = _parts(deploying()), QObject()
        told = Told(parts, owner)
        parts.fake.azure.clusters.put(deploying(deployment(needs_confirmation=True)))
        parts.fake.azure.clusters.put(failed())
        assert told.titles == ["warning: harbour waits for you", "error: harbour: Deploy failed at node-03"]
        told.notices.shut()
        await parts.stop()

    in_qt(scene())


def test_what_was_over_when_it_was_first_seen_is_no_news(in_qt: InQt) -> None:
    async def scene() -> None:
        parts, owner = _parts(failed()), QObject()
        told = Told(parts, owner)
        parts.fake.azure.clusters.put(failed())
        assert told.titles == []
        told.notices.shut()
        await parts.stop()

    in_qt(scene())


def test_a_cluster_that_was_being_deleted_and_is_gone_is_told(in_qt: InQt) -> None:
    async def scene() -> None:
        deleting = paused(operation=deployment(kind=OperationKind.DELETE), state=ClusterState.DELETING)
        parts, owner = _parts(deleting), QObject()
        told = Told(parts, owner)
        parts.fake.azure.clusters.put()
        assert told.titles == ["ok: harbour is deleted"]
        told.notices.shut()
        await parts.stop()

    in_qt(scene())


def test_idle_and_billing_is_told_once_after_ten_minutes(in_qt: InQt) -> None:
    async def scene() -> None:
        idle = running()
        idle = dataclasses.replace(
            idle, machines=tuple(dataclasses.replace(each, is_busy=False, is_healthy=True) for each in idle.machines)
        )
        parts, owner = _parts(idle), QObject()
        told = Told(parts, owner)
        for minutes in (5, 11, 15):
            told.now = NOW + timedelta(minutes=minutes)
            parts.fake.azure.clusters.put(idle)
        assert told.titles == ["warning: harbour has nothing to do and bills 18.45\u202f$/h"]
        parts.fake.azure.clusters.put(running())
        told.now = NOW + timedelta(minutes=40)
        parts.fake.azure.clusters.put(idle)
        assert len(told.titles) == 1
        told.notices.shut()
        await parts.stop()

    in_qt(scene())


async def _question(window: QWidget) -> ClosingDialog:
    await until(lambda: (found := window.findChild(ClosingDialog)) is not None and found.isVisible())
    found = window.findChild(ClosingDialog)
    assert found is not None
    return found


def test_closing_lists_what_bills_and_leaves_it(in_qt: InQt) -> None:
    async def scene() -> None:
        parts, window, ended = _parts(running(), paused(id=cluster_id("brighton"), name="brighton")), QWidget(), []
        window.show()
        leaving = asyncio.ensure_future(leave(window, parts.panel, lambda: ended.append(1)))
        dialog = await _question(window)
        words = [label.text() for label in dialog.findChildren(QLabel)]
        assert "2 clusters bill 20.52\u202f$/h" in words
        listed = next(each for each in words if "harbour, running" in each)
        assert "18.45\u202f$/h" in listed
        assert "brighton, paused: 2.07\u202f$/h" in listed
        assert "its guards stop it" in dialog.rows[ClosingChoice.GO_ON].line
        QTest.mouseClick(dialog.rows[ClosingChoice.GO_ON], CLICK)
        await leaving
        assert ended == [1]
        assert parts.fake.azure.clusters.calls == []
        await _put_away(parts, window)

    in_qt(scene())


def test_closing_pauses_first_when_that_is_wanted(in_qt: InQt) -> None:
    async def scene() -> None:
        parts, window, ended = _parts(running()), QWidget(), []
        window.show()
        leaving = asyncio.ensure_future(leave(window, parts.panel, lambda: ended.append(1)))
        dialog = await _question(window)
        QTest.keyClick(dialog.rows[ClosingChoice.PAUSE], Qt.Key.Key_Return)
        await leaving
        assert parts.fake.azure.clusters.calls == [("release", "harbour"), ("pause", "harbour", False)]
        assert ended == [1]
        await _put_away(parts, window)

    in_qt(scene())


def test_a_cluster_that_cannot_be_paused_keeps_the_window(in_qt: InQt) -> None:
    async def scene() -> None:
        parts, window, ended = _parts(running()), QWidget(), []
        parts.fake.azure.clusters.fails = ConnectionLost("There is no connection to Azure.")
        window.show()
        leaving = asyncio.ensure_future(leave(window, parts.panel, lambda: ended.append(1)))
        dialog = await _question(window)
        QTest.keyClick(dialog.rows[ClosingChoice.PAUSE], Qt.Key.Key_Return)
        await leaving
        assert ended == []
        assert [message.title for message in parts.said][-1] == "There is no connection to Azure."
        await _put_away(parts, window)

    in_qt(scene())


def test_leaving_waits_until_azure_was_told_and_no_longer(in_qt: InQt) -> None:
    async def scene() -> None:
        parts = _parts(running())
        clusters = parts.fake.azure.clusters
        endless: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        async def pause(name: str, *, drains: bool = True) -> Any:
            return await endless

        clusters.pause = pause  # type: ignore[method-assign]
        leaving = asyncio.ensure_future(pause_before_leaving(parts.panel))
        await until(lambda: ("release", "harbour") in clusters.calls)
        assert not leaving.done()
        off = tuple(dataclasses.replace(each, power=Power.DEALLOCATING) for each in running().machines)
        clusters.put(running(machines=off))
        assert await leaving
        assert await pause_before_leaving(parts.panel, patience_s=0.01)
        await parts.stop()

    in_qt(scene())


def test_nothing_that_bills_asks_nothing(in_qt: InQt) -> None:
    async def scene() -> None:
        free = a_cluster("harbour", ClusterState.COLD, meter=None, price=None)
        parts, window, ended = _parts(free, data_kept()), QWidget(), []
        await leave(window, parts.panel, lambda: ended.append(1))
        assert ended == [1]
        await _put_away(parts, window)

    in_qt(scene())


def test_what_is_cold_does_not_ask_by_itself_but_is_listed(in_qt: InQt) -> None:
    async def scene() -> None:
        parts, window, ended = _parts(cold()), QWidget(), []
        await leave(window, parts.panel, lambda: ended.append(1))
        assert ended == [1]
        parts.fake.azure.clusters.put(
            running(), dataclasses.replace(cold(), id=cluster_id("brighton"), name="brighton")
        )
        window.show()
        leaving = asyncio.ensure_future(leave(window, parts.panel, lambda: ended.append(2)))
        dialog = await _question(window)
        assert any("brighton, cold: 0.11" in label.text() for label in dialog.findChildren(QLabel))
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        await leaving
        assert ended == [1]
        await _put_away(parts, window)

    in_qt(scene())
