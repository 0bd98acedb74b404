"""This computer on the Cluster page, on fakes: figures, load, checks, and how the agent is started and stopped."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from fakes.program import FakeProgram
from fakes.scheduler import T0
from page_stand import Stand, standing, until
from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import Job, JobState
from tiepoint.services.computer import AgentState
from tiepoint.ui.pages.cluster.computer_place import ComputerPlace
from tiepoint.ui.pages.cluster.page import ClusterPage
from tiepoint.ui.pages.cluster.stop_menu import StopMenu
from tiepoint.ui.panel import Panel
from tiepoint.ui.viewmodels.doctor import title_of
from tiepoint.ui.widgets.buttons import Button

InQt = Callable[[Any], Any]
LEFT = Qt.MouseButton.LeftButton


def _words(page: ClusterPage) -> list[str]:
    return [label.text() for label in page.findChildren(QLabel) if label.isVisible()]


def _height(page: ClusterPage, name: str) -> int:
    """Return how far down the first part with a name or text is."""
    found = [each for each in page.findChildren(QWidget) if name in (each.accessibleName(), _text_of(each))]
    return min(each.mapTo(page, QPoint()).y() for each in found if each.isVisible())


def _text_of(widget: QWidget) -> str:
    return widget.text() if isinstance(widget, QLabel | QAbstractButton) else ""


def _button(page: ClusterPage, text: str) -> Button:
    return next(button for button in page.findChildren(Button) if button.text() == text and button.isVisible())


def _computer(panel: Panel) -> ClusterPage:
    """The page with this computer in front."""
    page = ClusterPage(panel)
    page.show_place("computer")
    return page


def _place(stand: Stand[ClusterPage]) -> ComputerPlace:
    place = stand.page.place("computer")
    assert isinstance(place, ComputerPlace)
    return place


def _with_job(state: JobState = JobState.RUNNING) -> FakeProgram:
    fake = FakeProgram()
    job = Job(JobId("20261122-job-000001"), "Fountain", "/c", state, submitted=T0)
    fake.scheduler.all_jobs[job.id] = job
    return fake


async def _is_settled(stand: Stand[ClusterPage]) -> None:
    await until(lambda: stand.page.doctor.looked is not None)
    await until(lambda: stand.page.model.view.pill[1] == "Running")


def test_shows_this_computer_and_its_checks_by_itself(in_qt: InQt) -> None:
    async def scene() -> None:
        async with standing(_computer) as stand:
            await _is_settled(stand)
            await until(lambda: stand.page.model.load)
            words = _words(stand.page)
            assert {"Processor", "2", "16 GB", "1.0 TB", "pycolmap", "4.2.1"} <= set(words)
            assert any("looked at" in each and "fine" in each for each in words)
            strip = stand.page.strip()
            assert (strip.title, strip.state_text, strip.subtitle) == (
                "This computer",
                "Running",
                "Idle, ready for a job",
            )
            assert [each.text() for each in strip.actions] == ["All clusters", "Stop"]

    in_qt(scene())


def test_checks_made_before_somebody_opens_them_are_there(in_qt: InQt) -> None:
    async def scene() -> None:
        async with standing(ClusterPage) as stand:
            await until(lambda: stand.page.doctor.looked is not None)
            stand.page.show_place("computer")
            checks = _place(stand)._checks
            words = [each.text() for each in checks.findChildren(QLabel)]
            assert {title_of(each) for each in stand.page.doctor.findings} <= set(words)

    in_qt(scene())


def test_what_is_bad_comes_first_with_its_remedy(in_qt: InQt) -> None:
    async def scene() -> None:
        fake = FakeProgram()
        fake.system.engine_facts = None
        fake.system.facts = dataclasses.replace(fake.system.facts, memory_bytes=2 * 10**9)
        async with standing(_computer, fake) as stand:
            await _is_settled(stand)
            words = _words(stand.page)
            assert any(each.startswith("1 problem  ·  1 warning") for each in words)
            await until(lambda: _height(stand.page, "Install it again.") < _height(stand.page, "Fine"))
            assert _height(stand.page, "Warning") < _height(stand.page, "Fine")
            assert any("Use the preset draft" in each for each in words)

    in_qt(scene())


def test_looks_again_and_copies_a_report(in_qt: InQt) -> None:
    async def scene() -> None:
        async with standing(_computer) as stand:
            await _is_settled(stand)
            first, doctor = stand.page.doctor.looked, stand.page.doctor
            QTest.mouseClick(_button(stand.page, "Look again"), LEFT)
            assert doctor.is_looking
            assert not _button(stand.page, "Look again").isEnabled()
            await until(lambda: doctor.looked != first)
            QTest.mouseClick(_button(stand.page, "Copy report"), LEFT)
            report = QGuiApplication.clipboard().text()
            assert report.startswith("Tiepoint 0.1.0\nok       program: Tiepoint 0.1.0")
            assert "agent: version 0.1.0" in report

    in_qt(scene())


def test_stop_asks_how_and_stops_now_by_keyboard(in_qt: InQt) -> None:
    async def scene() -> None:
        async with standing(_computer, _with_job()) as stand:
            await _is_settled(stand)
            menu = _place(stand).open_stop_menu()
            assert "1 job runs or waits." in [label.text() for label in menu.findChildren(QLabel)]
            assert "can be resumed" in menu.now.line
            menu.after.setFocus()
            QTest.keyClick(menu.after, Qt.Key.Key_Down)
            QTest.keyClick(menu.now, Qt.Key.Key_Return)
            await until(lambda: stand.fake.scheduler.stops == [True])

    in_qt(scene())


def test_stop_after_the_running_jobs_by_mouse(in_qt: InQt) -> None:
    async def scene() -> None:
        async with standing(_computer, _with_job()) as stand:
            await _is_settled(stand)
            QTest.mouseClick(_place(stand).open_stop_menu().after, LEFT)
            await until(lambda: stand.fake.scheduler.stops == [False])
            await until(lambda: stand.page.strip().state_text == "Stopping")
            assert stand.page.strip().subtitle == "Stops when the running jobs are over; no new one begins"

    in_qt(scene())


def test_stopping_ends_a_look_that_would_start_the_agent_again(in_qt: InQt) -> None:
    async def scene() -> None:
        async with standing(_computer) as stand:
            await _is_settled(stand)
            stand.page.doctor.look()
            QTest.mouseClick(_place(stand).open_stop_menu().now, LEFT)
            await until(lambda: not stand.page.doctor.is_looking)
            assert "agent" not in [finding.name for finding in stand.page.doctor.findings]
            await until(lambda: stand.fake.scheduler.stops == [True])

    in_qt(scene())


def test_escape_leaves_the_menu_and_stops_nothing(in_qt: InQt) -> None:
    async def scene() -> None:
        async with standing(_computer) as stand:
            await _is_settled(stand)
            menu = _place(stand).open_stop_menu()
            QTest.keyClick(menu, Qt.Key.Key_Escape)
            await until(lambda: not stand.page.findChildren(StopMenu))
            assert stand.fake.scheduler.stops == []

    in_qt(scene())


def test_a_stopped_cluster_offers_start_and_no_checks(in_qt: InQt) -> None:
    async def scene() -> None:
        async with standing(_computer) as stand:
            await _is_settled(stand)
            await stand.fake.program.monitor.hold()
            await until(lambda: stand.page.model.view.pill[1] == "Stopped")
            assert [each.text() for each in stand.page.strip().actions] == ["All clusters", "Start"]
            assert not _button(stand.page, "Look again").isEnabled()
            _place(stand).start_action.trigger()
            await until(lambda: stand.fake.program.computer.snapshot.agent.state is AgentState.RUNNING)

    in_qt(scene())


def test_a_lost_connection_keeps_what_was_known_and_offers_nothing(in_qt: InQt) -> None:
    async def scene() -> None:
        async with standing(_computer) as stand:
            await _is_settled(stand)
            stand.fake.scheduler.lose()
            await until(lambda: stand.page.model.view.pill[1] == "Connection lost")
            assert [each.text() for each in stand.page.strip().actions] == ["All clusters"]
            assert "The connection to the agent was lost." in _words(stand.page)
            assert "16 GB" in _words(stand.page)

    in_qt(scene())


def test_the_load_is_sampled_only_while_the_page_is_seen(in_qt: InQt) -> None:
    async def scene() -> None:
        async with standing(_computer) as stand:
            await until(lambda: len(stand.page.model.load) >= 1)
            stand.page.hide()
            count = len(stand.page.model.load)
            stand.page.model.load_changed.connect(lambda: stand.parts.crashes.append(AssertionError("sampled")))
            await until(lambda: stand.page.doctor.looked is not None)
            assert len(stand.page.model.load) == count

    in_qt(scene())


def test_leads_to_the_nodes(in_qt: InQt) -> None:
    async def scene() -> None:
        async with standing(_computer) as stand:
            await _is_settled(stand)
            QTest.mouseClick(_button(stand.page, "See the nodes"), LEFT)
            assert stand.parts.navigator.gone == [("nodes", {})]

    in_qt(scene())


def test_offers_what_there_is_and_nothing_else(in_qt: InQt) -> None:
    async def scene() -> None:
        async with standing(_computer) as stand:
            await _is_settled(stand)
            texts = {button.text() for button in stand.page.findChildren(Button) if button.isVisible()}
            assert texts == {"See the nodes", "Open captures", "Copy report", "Look again", "Open log folder"}

    in_qt(scene())
