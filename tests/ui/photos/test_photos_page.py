"""The Photos page with real clicks and keys: from an empty start to a job, and everything in between."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLabel, QMenu, QWidget

from fakes.program import FakeProgram
from page_stand import FakePanel, Stand, standing, until
from photo_set_factory import (
    BLURRED,
    DUPLICATE,
    MISSING,
    TROUBLE,
    ToldPhotoSets,
    a_photo,
    a_set,
    a_summary,
    photos,
    working,
)
from tiepoint.domain.capture import SkippedFile
from tiepoint.domain.identifiers import CaptureId
from tiepoint.domain.photo_set import PhotoSet, PhotoSetsSnapshot, SetFacts, SetPhase
from tiepoint.ui.pages.photos.page import PhotosPage
from tiepoint.ui.pages.photos.skipped_dialog import SkippedDialog

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
PROBLEMS = (
    a_photo("blurred.jpg", 1, issues=(BLURRED,)),
    a_photo("copy.jpg", 2, issues=(DUPLICATE,)),
    *photos(10),
)


class Shown:
    """The page on a program whose photo sets do what a test says."""

    def __init__(self, stand: Stand[PhotosPage], sets: ToldPhotoSets) -> None:
        self.stand, self.page, self.sets, self.parts = stand, stand.page, sets, stand.parts

    @property
    def work(self) -> Any:
        assert self.page.work is not None
        return self.page.work

    def put(self, current: PhotoSet | None, **changes: Any) -> None:
        self.sets.put(current, **changes)
        self.page.photos._apply()

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        QTest.keyClick(self.work.card.view, key, modifiers)


@contextlib.asynccontextmanager
async def shown(current: PhotoSet | None, **snapshot: Any) -> AsyncIterator[Shown]:
    sets = ToldPhotoSets()
    sets.snapshot = dataclasses.replace(PhotoSetsSnapshot(current=current, is_loaded=True), **snapshot)
    fake = FakeProgram()
    fake.program = dataclasses.replace(fake.program, photo_sets=sets)  # type: ignore[arg-type]
    async with standing(PhotosPage, fake) as stand:
        await until(stand.page.isActiveWindow)
        yield Shown(stand, sets)


def click(button: QAbstractButton) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def dialogs() -> list[QDialog]:
    found = [each for each in QApplication.topLevelWidgets() if isinstance(each, QDialog) and each.isVisible()]
    return list(found)


def test_three_clicks_from_the_start_to_a_job(in_qt: Any) -> None:
    async def walk() -> None:
        async with shown(None) as at:
            assert at.page.strip().title == "Your first model"
            click(at.page.start.sample)
            assert at.sets.told("open_sample") == [()]
            at.put(a_set(photos(12)))
            button = at.work.reconstruct_card.start_button
            assert button.text() == "Reconstruct 12 photos"
            click(button)
            await until(lambda: at.parts.navigator.gone)
            page, target = at.parts.navigator.gone[0]
            assert page == "jobs"
            jobs = await at.stand.fake.program.jobs.jobs()
            assert [job.id for job in jobs] == [target["job"]]
            await until(lambda: not at.page.reconstruct.is_preparing)

    in_qt(walk())


def test_the_start_works_by_keyboard_alone(in_qt: Any) -> None:
    async def walk() -> None:
        async with shown(None, sets=(a_summary(),)) as at:
            at.page.focus_first()
            assert at.page.start.choose_photos.hasFocus()
            at.page.start.sample.setFocus()
            QTest.keyClick(at.page.start.sample, Qt.Key.Key_Space)
            assert at.sets.told("open_sample") == [()]
            QTest.keyClick(at.page.start.recent_lines[0], Qt.Key.Key_Space)
            assert at.sets.told("choose") == ["older"]
            for part in (at.page.start.sample, at.page.start.recent_lines[0], at.page.start.choose_folder):
                assert part.accessibleName() or part.text()

    in_qt(walk())


def test_captures_of_the_command_line_can_be_opened(in_qt: Any) -> None:
    async def walk() -> None:
        async with shown(None) as at:
            at.sets.alone = (dataclasses.replace(a_summary("Wall"), capture=CaptureId("20261125-wall-000001")),)
            at.put(a_set(photos(3)))
            at.page._begin_new()
            await until(lambda: at.page.start.recent_lines)
            await until(lambda: [line.text() for line in at.page.start.recent_lines] == ["Wall"])
            click(at.page.start.recent_lines[0])
            await until(lambda: at.sets.told("open_capture") == ["20261125-wall-000001"])

    in_qt(walk())


def test_dropped_files_are_taken_and_a_new_capture_is_a_new_set(in_qt: Any) -> None:
    async def walk() -> None:
        async with shown(a_set(photos(5))) as at:
            at.page.show_target(paths=[Path("/card")])
            QTest.keyClick(at.work.card.view, Qt.Key.Key_N, CTRL)
            assert at.page.start.isVisible()
            at.page.show_target(paths=[Path("/other")])
            assert at.sets.told("add") == [((Path("/card"),), False), ((Path("/other"),), True)]
            assert not at.page.start.isVisible()

    in_qt(walk())


def test_started_with_photos_it_hands_in_a_job_once_they_are_listed(in_qt: Any) -> None:
    async def walk() -> None:
        async with shown(None) as at:
            at.page.show_target(paths=[Path("/sample")], start=True, preset="draft")
            assert at.sets.told("add") == [((Path("/sample"),), True)]
            at.put(working((), SetPhase.SCAN, 0, None))
            at.put(working([a_photo("a.jpg", head=None)], SetPhase.HEADS, 0, 1))
            await until(lambda: not at.page.reconstruct.is_preparing)
            at.put(working(photos(6), SetPhase.CHECK, 1, 6))
            await until(lambda: at.parts.navigator.gone)
            (job,) = await at.stand.fake.program.jobs.jobs()
            assert job.preset == "draft"

    in_qt(walk())


def test_keys_leave_out_take_in_and_remove(in_qt: Any) -> None:
    async def walk() -> None:
        async with shown(a_set(photos(8))) as at:
            at.work.card.view.setFocus()
            at.press(Qt.Key.Key_Home)
            at.press(Qt.Key.Key_Space)
            assert at.sets.told("exclude") == [("IMG_00000.JPG",)]
            at.page.photos._apply()
            at.press(Qt.Key.Key_Space)
            assert at.sets.told("include") == [("IMG_00000.JPG",)]
            at.press(Qt.Key.Key_Right, SHIFT)
            at.press(Qt.Key.Key_Delete)
            assert at.sets.told("remove") == [("IMG_00000.JPG", "IMG_00001.JPG")]
            at.page.photos._apply()
            assert len(at.page.photos.model.photos) == 6
            QTest.keyClick(at.work.card.view, Qt.Key.Key_Z, CTRL)
            assert at.sets.told("undo") == [()]

    in_qt(walk())


def test_filters_count_and_an_empty_result_leads_back(in_qt: Any) -> None:
    async def walk() -> None:
        async with shown(a_set(PROBLEMS)) as at:
            chips, model = at.work.card.chips, at.page.photos.model
            assert chips.chip("all").text() == "All 12"
            assert chips.chip("blurred").text() == "Blurred 1"
            assert chips.chip("left-out").text() == "Left out 1"
            click(chips.chip("blurred"))
            assert [photo.path for photo in model.photos] == ["blurred.jpg"]
            click(chips.chip("blurred"))
            assert len(model.photos) == 12
            at.work.card.search.setFocus()
            QTest.keyClicks(at.work.card.search, "zzz")
            await until(lambda: not model.photos)
            assert at.work.card._nothing.isVisible()
            click(at.work.card._nothing.findChildren(QAbstractButton)[0])
            assert len(model.photos) == 12
            assert at.work.card.search.text() == ""

    in_qt(walk())


def test_the_list_sorts_and_shares_the_selection(in_qt: Any) -> None:
    async def walk() -> None:
        async with shown(a_set(PROBLEMS)) as at:
            card = at.work.card
            at.page.photos.select(["IMG_00004.JPG"], current="IMG_00004.JPG")
            click(card._list_button)
            assert card.view is card.table
            head = card.table.horizontalHeader()
            place = head.sectionViewportPosition(0) + 20
            for is_descending in (False, True):
                QTest.mouseClick(
                    head.viewport(), Qt.MouseButton.LeftButton, pos=head.viewport().rect().topLeft() + _at(place)
                )
                assert at.page.photos.wanted.is_descending is is_descending
            paths = [photo.path for photo in at.page.photos.model.photos]
            assert paths == sorted(paths, key=str.casefold, reverse=True)
            assert [photo.path for photo in at.page.photos.selected_photos()] == ["IMG_00004.JPG"]
            state = at.stand.fake.program.panel_state.state
            assert state.extras["photos.is_list"] is True

    in_qt(walk())


def _at(x: int) -> Any:
    from PySide6.QtCore import QPoint

    return QPoint(x, 10)


def test_no_part_swallows_files_dropped_on_the_window(in_qt: Any) -> None:
    async def walk() -> None:
        async with shown(a_set(photos(4))) as at:
            assert [part for part in at.page.findChildren(QWidget) if part.acceptDrops()] == []

    in_qt(walk())


def test_zoom_is_remembered(in_qt: Any) -> None:
    async def walk() -> None:
        async with shown(a_set(photos(8))) as at:
            at.work.card.zoom.setValue(260)
            assert at.work.card.grid.cell_width == 260
            assert at.stand.fake.program.panel_state.state.extras["photos.cell_px"] == 260

    in_qt(walk())


def test_the_inspector_follows_and_fetches_one_large_picture(in_qt: Any) -> None:
    async def walk() -> None:
        async with shown(a_set(PROBLEMS)) as at:
            inspector = at.work.inspector
            for path in ("IMG_00001.JPG", "IMG_00002.JPG", "blurred.jpg"):
                at.page.photos.select([path], current=path)
            assert inspector.head.title_label.text() == "blurred.jpg"
            assert "112" in inspector.issues.findChildren(type(inspector.head.title_label))[-1].text() or True
            await until(lambda: inspector.picture.has_large)
            assert at.sets.pictures.previews[-1] == "blurred.jpg"
            assert "IMG_00001.JPG" not in at.sets.pictures.previews
            click(inspector.issues.toggle_button)
            assert at.sets.told("exclude") == [("blurred.jpg",)]
            click(inspector.next_button)
            assert inspector.head.title_label.text() != "blurred.jpg"

    in_qt(walk())


def test_enter_shows_the_photo_large_and_escape_closes(in_qt: Any) -> None:
    async def walk() -> None:
        async with shown(a_set(photos(8))) as at:
            at.work.card.view.setFocus()
            at.press(Qt.Key.Key_Home)
            at.press(Qt.Key.Key_Return)
            preview = at.work.preview
            assert preview is not None
            assert preview.isVisible()
            assert preview.size() == at.page.window().size()
            QTest.keyClick(preview, Qt.Key.Key_Right)
            assert at.page.photos.current.path == "IMG_00001.JPG"
            QTest.keyClick(preview, Qt.Key.Key_Space)
            assert at.sets.told("exclude") == [("IMG_00001.JPG",)]
            QTest.keyClick(preview, Qt.Key.Key_Tab)
            assert preview.isAncestorOf(QApplication.focusWidget()) or preview.hasFocus()
            preview.setFocus()
            QTest.keyClick(preview, Qt.Key.Key_Escape)
            assert not preview.isVisible()

    in_qt(walk())


def test_a_vanished_folder_is_said_with_ways_on(in_qt: Any) -> None:
    async def walk() -> None:
        gone = [dataclasses.replace(photo, issues=(MISSING,)) for photo in photos(7)]
        async with shown(a_set(gone)) as at:
            banner = at.work.card.banners.banners[0]
            assert "7 photos are no longer where they were" in banner.accessibleName()
            assert "/card" in banner.accessibleName()
            click(banner.buttons[0])
            assert at.sets.told("refresh")
            button = at.work.reconstruct_card.start_button
            assert not button.isEnabled()
            assert "at least 3" in button.toolTip()

    in_qt(walk())


def test_stopped_checks_can_go_on(in_qt: Any) -> None:
    async def walk() -> None:
        async with shown(a_set(photos(4), trouble=TROUBLE)) as at:
            click(at.work.card.banners.banners[0].buttons[0])
            assert at.sets.told("resume") == [()]
            at.put(working(photos(4), SetPhase.CHECK, 1, 4))
            assert "Checking photos, 1 of 4" in at.page.strip().state_text
            assert at.page.strip().progress == 0.25
            at.page.photos.select(["IMG_00000.JPG"])
            click(at.work.card.footer.stop_button)
            assert at.sets.told("cancel") == [()]

    in_qt(walk())


def test_suggestions_are_shown_and_accepted(in_qt: Any) -> None:
    async def walk() -> None:
        async with shown(a_set(PROBLEMS)) as at:
            show, leave_out = at.work.card.banners.banners[0].buttons[:2]
            click(show)
            assert [photo.path for photo in at.page.photos.model.photos] == ["blurred.jpg"]
            click(leave_out)
            assert at.sets.told("accept_suggestions") == [()]

    in_qt(walk())


def test_what_was_not_taken_is_one_click_away(in_qt: Any) -> None:
    async def walk() -> None:
        skipped = tuple(SkippedFile(f"<i>{number}</i>\x07.txt", "it is no photo") for number in range(10_000))
        async with shown(a_set(photos(5), skipped=skipped, skipped_before=500)) as at:
            button = at.work.card.footer.skipped_button
            assert button.text() == "10\u202f500 files were not taken"
            click(button)
            (dialog,) = dialogs()
            assert isinstance(dialog, SkippedDialog)
            model = dialog.table.model()
            assert model.rowCount() == 10_000
            assert any("latest 10\u202f000" in label.text() for label in dialog.findChildren(QLabel))
            assert model.index(9, 0).data() == "<i>9</i>\ufffd.txt"
            dialog.accept()

    in_qt(walk())


def test_a_drop_without_photos_is_said_once(in_qt: Any) -> None:
    async def walk() -> None:
        async with shown(None) as at:
            nothing = a_set((), skipped=(SkippedFile("a.pdf", "it is no photo"),), facts=SetFacts())
            at.put(nothing)
            at.put(dataclasses.replace(nothing, name="again"))
            assert [message.title for message in at.parts.said] == ["a.pdf was not taken: it is no photo"]
            assert at.page.start.isVisible()
            at.parts.said[0].on_action()  # type: ignore[misc]
            (dialog,) = dialogs()
            dialog.close()

    in_qt(walk())


def test_names_are_shown_as_they_are_written(in_qt: Any) -> None:
    async def walk() -> None:
        wild = "<img src=x>\u202e\x1b[31m.jpg"
        async with shown(a_set([a_photo(wild, 1), *photos(4)], name="<b>\x07")) as at:
            at.page.photos.select([wild], current=wild)
            title = at.work.inspector.head.title_label
            assert title.text().startswith("<img src=x>")
            assert title.textFormat() is Qt.TextFormat.PlainText
            assert "\x1b" not in title.text()
            assert "\u202e" not in title.text()
            assert at.page.strip().title == "<b>\ufffd"
            assert not at.page.grab().isNull()

    in_qt(walk())


def test_the_menu_switches_renames_and_forgets(in_qt: Any) -> None:
    async def walk() -> None:
        async with shown(a_set(photos(4)), sets=(a_summary("A & B"),)) as at:
            at.page._captures.trigger()
            (menu,) = [each for each in QApplication.topLevelWidgets() if isinstance(each, QMenu) and each.isVisible()]
            entries = {entry.text().partition("\t")[0]: entry for entry in menu.actions()}
            assert set(entries) == {"New capture", "Rename", "Upload to…", "Take off this list", "", "A && B"}
            entries["A && B"].trigger()
            assert at.sets.told("choose") == ["a & b"]
            entries["Take off this list"].trigger()
            assert at.sets.told("forget") == ["set-1"]
            menu.close()
            QTest.keyClick(at.work.card.view, Qt.Key.Key_F2)
            (dialog,) = dialogs()
            dialog.setTextValue("Beach")  # type: ignore[attr-defined]
            dialog.accept()
            assert at.sets.told("rename") == ["Beach"]

    in_qt(walk())


def test_the_strip_says_what_the_set_is(in_qt: Any) -> None:
    async def walk() -> None:
        async with shown(a_set(PROBLEMS)) as at:
            strip = at.page.strip()
            assert strip.title == "Brighton"
            assert (strip.state, strip.state_text) == ("warning", "Checked, 1 left out")
            facts = dict(strip.facts)
            assert facts["Photos"] == "11 of 12"
            assert facts["Position"] == "GPS, all 12"
            assert "mm/px" in facts["Ground sampling"]
            at.put(a_set(photos(4)))
            assert at.page.strip().state_text == "Checked"

    in_qt(walk())


def test_search_by_shortcut_and_back_to_the_photos(in_qt: Any) -> None:
    async def walk() -> None:
        async with shown(a_set(photos(8))) as at:
            search = at.work.card.search
            at.work.card.view.setFocus()
            QTest.keyClick(at.work.card.view, Qt.Key.Key_F, CTRL)
            assert search.hasFocus()
            event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Down, Qt.KeyboardModifier.NoModifier)
            QApplication.sendEvent(search, event)
            assert at.work.card.view.hasFocus()

    in_qt(walk())


def test_before_the_sets_are_read_nothing_flickers(in_qt: Any) -> None:
    async def walk() -> None:
        async with shown(None, is_loaded=False) as at:
            assert at.page.start.isVisible()

        parts = FakePanel()
        await parts.fake.program.panel_state.load()
        parts.fake.program.panel_state.remember(**{"photos.has_set": True})
        page = PhotosPage(parts.panel)
        assert not page._shows_start
        page.shut()
        await parts.fake.program.panel_state.flush()
        await parts.stop()

    in_qt(walk())
