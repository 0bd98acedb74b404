"""The reconstruct panel: what it takes, why not, handing in, cancelling, and going on while another page is shown."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from fakes.program import FakeProgram
from page_stand import Stand, standing, until
from photo_set_factory import ToldPhotoSets, a_photo, a_set, photos, working
from tiepoint.domain.operation import OperationProgress
from tiepoint.domain.photo_set import PhotoSet, SetPhase
from tiepoint.ports.system import FolderFacts
from tiepoint.ui.pages.photos.custom_dialog import CustomDialog
from tiepoint.ui.pages.photos.page import PhotosPage
from tiepoint.ui.viewmodels.reconstruct_words import PRESETS, preparing_words


@contextlib.asynccontextmanager
async def shown(current: PhotoSet, fake: FakeProgram | None = None) -> AsyncIterator[tuple[Stand[PhotosPage], Any]]:
    fake = fake or FakeProgram()
    sets = ToldPhotoSets(current)
    fake.program = dataclasses.replace(fake.program, photo_sets=sets)  # type: ignore[arg-type]
    async with standing(PhotosPage, fake) as stand:
        assert stand.page.work is not None
        yield stand, stand.page.work.reconstruct_card


def click(button: Any) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_too_few_photos_are_refused_with_the_reason(in_qt: Any) -> None:
    async def walk() -> None:
        async with shown(a_set(photos(2))) as (stand, card):
            assert not card.start_button.isEnabled()
            assert "at least 3 photos" in card._refusal.text()
            assert card._refusal.isVisible()
            stand.page.reconstruct.start()
            assert not stand.page.reconstruct.is_preparing

    in_qt(walk())


def test_while_photos_are_listed_it_only_waits(in_qt: Any) -> None:
    async def walk() -> None:
        async with shown(working((a_photo("a.jpg"),), SetPhase.SCAN, 1, None)) as (stand, card):
            assert stand.page.reconstruct.plan.is_listing
            assert "still being listed" in card._refusal.text()

    in_qt(walk())


def test_a_full_disk_refuses_and_names_what_is_missing(in_qt: Any) -> None:
    async def walk() -> None:
        fake = FakeProgram()
        fake.system.places["captures"] = FolderFacts(
            Path("/captures"), is_writable=True, free_bytes=3 * 10**8, mode=0o755
        )
        async with shown(a_set(photos(20)), fake) as (stand, card):
            await fake.program.computer.refresh()
            await until(lambda: stand.page.reconstruct.plan.is_disk_short)
            assert "short of" in card._refusal.text()
            assert not card.start_button.isEnabled()

    in_qt(walk())


def test_presets_say_what_they_mean_and_are_remembered(in_qt: Any) -> None:
    async def walk() -> None:
        async with shown(a_set(photos(20))) as (stand, card):
            for words in PRESETS:
                assert words.text in card.options[words.name].accessibleName()
            assert card._basis.text() == "not enough history on this computer"
            click(card.options["high"])
            assert stand.page.reconstruct.preset == "high"
            assert stand.fake.program.panel_state.state.preset == "high"
            card.options["draft"].setFocus()
            QTest.keyClick(card.options["draft"], Qt.Key.Key_Space)
            assert stand.page.reconstruct.preset == "draft"

    in_qt(walk())


def test_custom_parameters_are_edited_in_a_dialog(in_qt: Any) -> None:
    async def walk() -> None:
        async with shown(a_set(photos(20))) as (stand, card):
            click(card.options["custom"])
            (dialog,) = [each for each in QApplication.topLevelWidgets() if isinstance(each, CustomDialog)]
            assert dialog.changes() == {}
            dialog.fields["depth_size_px"].setValue(1400)
            assert dialog.changes() == {"depth_size_px": 1400}
            dialog._on_use()
            assert stand.page.reconstruct.changes == {"depth_size_px": 1400}
            click(card.start_button)
            await until(lambda: stand.parts.navigator.gone)
            (request,) = stand.fake.scheduler.requests.values()
            assert request.parameters == {"depth_size_px": 1400}

    in_qt(walk())


def test_products_and_name_go_with_the_job(in_qt: Any) -> None:
    async def walk() -> None:
        async with shown(a_set(photos(20))) as (stand, card):
            click(card._choose_products)
            for name, box in card.products.items():
                box.setChecked(name in ("model.glb", "report.html"))
            assert stand.page.reconstruct.products == ("model.glb", "report.html")
            for box in card.products.values():
                box.setChecked(False)
            assert stand.page.reconstruct.products == ("model.glb",), "one product is made at least"
            card.name.setFocus()
            QTest.keyClicks(card.name, "West wall")
            click(card.start_button)
            await until(lambda: stand.parts.navigator.gone)
            (job,) = await stand.fake.program.jobs.jobs()
            assert job.name == "West wall"

    in_qt(walk())


def test_a_preparation_goes_on_behind_other_pages_and_can_be_cancelled(in_qt: Any) -> None:
    async def walk() -> None:
        fake = FakeProgram()
        gate = asyncio.Event()

        async def slow(*_: Any, **__: Any) -> Any:
            await gate.wait()

        fake.store.create = slow  # type: ignore[method-assign]
        async with shown(a_set(photos(20)), fake) as (stand, card):
            click(card.start_button)
            assert stand.page.reconstruct.is_preparing
            stand.page.hide()
            await asyncio.sleep(0.05)
            stand.page.show()
            assert stand.page.reconstruct.is_preparing
            assert card.cancel_button.isVisible()
            click(card.cancel_button)
            await until(lambda: not stand.page.reconstruct.is_preparing)
            assert card.start_button.isVisible()
            assert stand.parts.said == []
            assert await fake.program.jobs.jobs() == ()

    in_qt(walk())


def test_a_refusal_of_the_service_is_told(in_qt: Any) -> None:
    async def walk() -> None:
        fake = FakeProgram()
        async with shown(a_set(photos(20)), fake) as (stand, card):
            fake.scheduler.is_reachable = False
            click(card.start_button)
            await until(lambda: stand.parts.said)
            assert stand.parts.said[0].state == "error"
            await until(lambda: not stand.page.reconstruct.is_preparing)
            assert card.start_button.isEnabled()

    in_qt(walk())


def test_progress_of_copying_is_said_in_bytes() -> None:
    words = preparing_words(OperationProgress("copy", 340_000_000, 1_200_000_000, "bytes"))
    assert words == "Keeping a copy of the photos, 340 MB of 1.2 GB"
    assert preparing_words(None) == "Adding the job to the queue"
