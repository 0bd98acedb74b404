"""The flight recorder on the Jobs page: scrubbed by pointer and keys, played, back to live; nothing can be done."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from fakes.cluster_jobs import ago, monitor_jobs
from page_stand import until
from tiepoint.domain.errors import SetupError
from tiepoint.domain.job import JobState
from tiepoint.ui.viewmodels.recorder import Recorder, recorder_of
from ui.jobs.there_stand import ThereStand, there

InQt = Callable[[Any], Any]
DEPTH, MODEL, *_ = monitor_jobs()


class Tape:
    """The stand with ten hours on tape: in the first moment the job had not begun its depth maps."""

    def __init__(self, stand: ThereStand) -> None:
        self.stand, self.page = stand, stand.page
        self.recordings: Any = stand.fake.program.remote.recordings
        self.recorder: Recorder = recorder_of(stand.parts.panel)
        self.scrubber = stand.page.detail.strip_card.scrubber

    async def put(self, *minutes: float) -> None:
        """Have moments on tape; in the first of them both jobs waited."""
        live = self.page.viewmodel.snapshot
        for place, each in enumerate(minutes):
            jobs = live.jobs if place else tuple(dataclasses.replace(job, state=JobState.QUEUED) for job in live.jobs)
            self.recordings.put(self.stand.site.id, ago(each), dataclasses.replace(live, jobs=jobs))
        self.recorder.look()
        await until(self.scrubber.isVisible)

    def click(self, share: float) -> None:
        """Click into the time line."""
        line = self.scrubber.line
        place = QPoint(round(8 + share * (line.width() - 16)), line.height() // 2)
        QTest.mouseClick(line, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)

    async def at(self, time: datetime, *, seconds: float = 60) -> None:
        """Wait until about this moment is shown."""
        await until(
            lambda: self.recorder.time is not None and abs((self.recorder.time - time).total_seconds()) <= seconds
        )


def test_without_a_tape_there_is_no_bar(in_qt: InQt) -> None:
    async def scene() -> None:
        async with there(DEPTH) as stand:
            assert not stand.page.detail.strip_card.scrubber.isVisible()
            assert not stand.page.banners.replay.isVisible()

    in_qt(scene())


def test_a_moment_is_shown_by_page_and_clock_and_nothing_can_be_done(in_qt: InQt) -> None:
    async def scene() -> None:
        async with there(DEPTH, MODEL) as stand:
            tape = Tape(stand)
            await tape.put(600, 300, 1)
            assert tape.scrubber.clock.text() == "now"
            tape.click(0.02)
            await until(lambda: stand.row(DEPTH)["state"] == "Queued")
            await tape.at(ago(588), seconds=600)
            assert stand.page.viewmodel.now == tape.recorder.time
            assert tape.scrubber.clock.text().endswith(f"{tape.recorder.now.astimezone():%H:%M:%S}")
            assert stand.page.banners.replay.isVisible()
            assert stand.page.strip().state_text.endswith("recorded")
            assert stand.page.strip().actions == ()
            QTest.keyClick(stand.page.list_card.table, Qt.Key.Key_Delete)
            assert stand.questions() == []
            await stand.press("Back to live")
            await until(lambda: stand.row(DEPTH)["state"] == "Running")
            assert tape.recorder.is_live
            assert not stand.page.banners.replay.isVisible()

    in_qt(scene())


def test_keys_step_and_the_end_is_live(in_qt: InQt) -> None:
    async def scene() -> None:
        async with there(DEPTH) as stand:
            tape = Tape(stand)
            await tape.put(600, 1)
            line = tape.scrubber.line
            line.setFocus()
            QTest.keyClick(line, Qt.Key.Key_Home)
            await tape.at(ago(600), seconds=1)
            QTest.keyClick(line, Qt.Key.Key_Right)
            await tape.at(ago(600 - 10 / 60), seconds=1)
            QTest.keyClick(line, Qt.Key.Key_PageUp)
            await tape.at(ago(595 - 10 / 60), seconds=1)
            QTest.keyClick(line, Qt.Key.Key_End)
            await until(lambda: tape.recorder.is_live)
            QTest.mouseClick(tape.scrubber.back, Qt.MouseButton.LeftButton)
            await until(lambda: not tape.recorder.is_live)
            QTest.mouseClick(tape.scrubber.forward, Qt.MouseButton.LeftButton)
            await until(lambda: tape.recorder.is_live)

    in_qt(scene())


def test_it_plays_at_the_chosen_speed_to_the_present(in_qt: InQt) -> None:
    async def scene() -> None:
        async with there(DEPTH) as stand:
            tape = Tape(stand)
            await tape.put(600, 300, 1)
            scrubber = tape.scrubber
            scrubber.speed.chosen.emit("200")
            QTest.mouseClick(scrubber.play, Qt.MouseButton.LeftButton)
            await tape.at(ago(600), seconds=1)
            assert tape.recorder.speed == 200
            assert scrubber.play.accessibleName() == "Hold"
            tape.recordings.goes_on.put_nowait(None)
            await tape.at(ago(300), seconds=1)
            scrubber.speed.chosen.emit("1")
            await until(lambda: tape.recordings.played == [200, 1])
            QTest.mouseClick(scrubber.play, Qt.MouseButton.LeftButton)
            assert tape.recorder.speed == 0
            assert not tape.recorder.is_live
            QTest.mouseClick(scrubber.play, Qt.MouseButton.LeftButton)
            for _ in range(2):
                tape.recordings.goes_on.put_nowait(None)
            await until(lambda: tape.recorder.is_live)

    in_qt(scene())


def test_a_gap_is_said(in_qt: InQt) -> None:
    async def scene() -> None:
        async with there(DEPTH) as stand:
            tape = Tape(stand)
            await tape.put(600, 1)
            tape.recordings.tapes[stand.site.id].pop(0)
            tape.recorder.show_at(ago(500))
            await until(lambda: "Nothing was recorded" in stand.page.banners.replay.accessibleName())

    in_qt(scene())


def test_news_of_the_present_does_not_disturb_a_recorded_moment(in_qt: InQt) -> None:
    async def scene() -> None:
        async with there(DEPTH) as stand:
            tape = Tape(stand)
            await tape.put(600, 1)
            tape.recorder.show_at(ago(600))
            await until(lambda: stand.row(DEPTH)["state"] == "Queued")
            stand.scheduler.set(DEPTH.id, state=JobState.COMPLETED, finished=ago(0))
            live = stand.fake.program.remote.shown
            await until(lambda: live.snapshot.running is None)
            assert stand.row(DEPTH)["state"] == "Queued"
            tape.recorder.show_live()
            await until(lambda: stand.row(DEPTH)["state"] == "Complete")

    in_qt(scene())


def test_another_site_is_shown_live_and_has_its_own_tape(in_qt: InQt) -> None:
    async def scene() -> None:
        async with there(DEPTH) as stand:
            tape = Tape(stand)
            await tape.put(600, 1)
            tape.recorder.show_at(ago(600))
            await until(lambda: not tape.recorder.is_live)
            sites = stand.fake.program.remote.sites
            sites.show(sites.computer.id)
            await until(lambda: stand.page.strip().title == "local")
            assert tape.recorder.is_live
            assert tape.recorder.spans == ()
            assert not tape.scrubber.isVisible()

    in_qt(scene())


def test_the_history_of_a_job_leads_to_its_moment(in_qt: InQt) -> None:
    async def scene() -> None:
        async with there(dataclasses.replace(DEPTH, state=JobState.CANCELED, finished=ago(9))) as stand:
            tape = Tape(stand)
            await tape.put(600, 1)
            stand.scheduler.set(DEPTH.id, retried=15)
            await until(stand.page.detail.there.journal.replay.isVisible)
            await stand.press("Replay")
            await tape.at(ago(9))

    in_qt(scene())


def test_a_file_for_support_is_saved_where_a_person_says(in_qt: InQt, tmp_path: Path) -> None:
    async def scene() -> None:
        async with there(DEPTH) as stand:
            recordings: Any = stand.fake.program.remote.recordings
            stand.page.list_card.support_wanted.emit()
            dialog = next(each for each in stand.page.window().findChildren(QFileDialog) if each.isVisible())
            assert recordings.files == []
            dialog.reject()
            stand.page._support.save(tmp_path / "a.zip")
            await until(lambda: stand.parts.said)
            assert recordings.files == [(tmp_path / "a.zip", (stand.site.id,))]
            assert "a.zip" in stand.parts.said[0].title
            recordings.fails = SetupError("The file cannot be written.", remedy="Choose another folder.")
            stand.page._support.save(tmp_path / "b.zip")
            await until(lambda: len(stand.parts.said) == 2)
            assert stand.parts.said[1].state == "error"

    in_qt(scene())
