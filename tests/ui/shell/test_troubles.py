"""A broken file of the program is told once, whatever page is open; the window starts all the same."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fakes.products import FakeSettingsStore
from fakes.program import FakeProgram
from page_stand import FakePanel, until
from photo_set_factory import ToldPhotoSets
from tiepoint.domain.errors import SetupError
from tiepoint.domain.failure import Failure
from tiepoint.domain.photo_set import PhotoSetsSnapshot
from tiepoint.domain.settings import Settings
from tiepoint.panel_start import _first_picture
from tiepoint.ports.settings_store import LoadedSettings
from tiepoint.runtime import folders
from tiepoint.services.preferences import Preferences
from tiepoint.ui.early import early_window
from tiepoint.ui.opening import FirstPicture
from tiepoint.ui.shell.troubles import Troubles

InQt = Callable[[Any], Any]


class ClosedSettingsStore(FakeSettingsStore):
    """Has settings that nobody may read."""

    def load(self) -> LoadedSettings:
        raise SetupError("The settings cannot be opened.", remedy="Give yourself the right.")


@pytest.mark.parametrize(
    ("store", "part"),
    [
        (FakeSettingsStore(set_aside=Path("/s/settings.broken.json")), "settings.broken"),
        (ClosedSettingsStore(), "open"),
    ],
)
def test_settings_that_cannot_be_read_are_told_and_the_usual_ones_apply(
    qapp: QApplication, store: FakeSettingsStore, part: str
) -> None:
    fake = FakeProgram()
    fake.program = dataclasses.replace(fake.program, preferences=Preferences(store))
    parts = FakePanel(fake)
    assert fake.program.preferences.settings == Settings()
    troubles = Troubles(parts.panel)
    assert [part in message.title + message.text for message in parts.said] == [True]
    troubles.shut()


def test_broken_lists_of_the_program_are_told_also_when_they_break_later(in_qt: InQt) -> None:
    async def scene() -> None:
        fake = FakeProgram()
        fake.program.file_troubles.tell(Failure("setup", "The list of rounds was broken.", "Run again."))
        parts = FakePanel(fake)
        troubles = Troubles(parts.panel)
        fake.program.file_troubles.tell(Failure("setup", "The list of own clusters was broken.", "Mend it."))
        await until(lambda: len(parts.said) == 2)
        assert ["rounds" in parts.said[0].title, "own clusters" in parts.said[1].title] == [True, True]
        troubles.shut()

    in_qt(scene())


def test_what_happened_to_the_photo_sets_is_told_once(qapp: QApplication) -> None:
    fake, sets = FakeProgram(), ToldPhotoSets(None)
    fake.program = dataclasses.replace(fake.program, photo_sets=sets)  # type: ignore[arg-type]
    parts = FakePanel(fake)
    troubles = Troubles(parts.panel)
    snapshot = PhotoSetsSnapshot(troubles=(Failure("photo-sets", "The file was broken.", "Drop them again."),))
    for _ in range(2):
        sets.changed.emit(snapshot)
    assert len(parts.said) == 1
    troubles.shut()
    sets.changed.emit(PhotoSetsSnapshot(troubles=(Failure("photo-sets", "The disk is full.", "Free some."),)))
    assert len(parts.said) == 1


@pytest.mark.parametrize(
    "picture",
    [FirstPicture(geometry="[1, 2]"), FirstPicture(geometry="\u00e9"), FirstPicture(page="nowhere", geometry="AAAA")],
)
def test_the_first_picture_survives_what_makes_no_sense(qtbot: QtBot, picture: FirstPicture) -> None:
    window: Any = early_window(picture)
    qtbot.addWidget(window, before_close_func=lambda made: made.close_for_good())
    assert window.isVisible()


def test_kept_values_of_another_kind_are_as_none(tiepoint_home: Path) -> None:
    folders.settings_folder().mkdir(parents=True)
    (folders.settings_folder() / "panel.json").write_text('{"geometry": [1, 2], "page": {"a": 1}}')
    (folders.settings_folder() / "settings.json").write_text('{"theme": 7}')
    assert _first_picture() == FirstPicture()


def test_a_list_of_jobs_that_begins_anew_is_told(in_qt: InQt) -> None:
    async def look() -> None:
        fake = FakeProgram()
        fake.scheduler.set_aside = "/d/jobs.db.broken"
        parts = FakePanel(fake)
        troubles = Troubles(parts.panel)
        fake.program.monitor.start()
        await until(lambda: parts.said)
        assert "/d/jobs.db.broken" in parts.said[0].title
        troubles.shut()
        await parts.stop()

    in_qt(look())
