"""Pictures for whoever shows photos: visible first, rough before fine, and nothing that scrolled away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from fakes.photo_sets import FakePhotoGallery
from patience import PATIENCE_S
from tiepoint.domain.errors import SetupError
from tiepoint.domain.photo_picture import PhotoPicture
from tiepoint.domain.photo_set import SetPhoto
from tiepoint.services.photo_pictures import PhotoPictures

PHOTOS = [SetPhoto(f"{i}.jpg", Path(f"/card/{i}.jpg"), 1, 1) for i in range(6)]


@pytest.fixture
async def gallery() -> FakePhotoGallery:
    return FakePhotoGallery()


@pytest.fixture
def came(pictures: PhotoPictures) -> list[PhotoPicture]:
    arrived: list[PhotoPicture] = []
    pictures.arrived.subscribe(arrived.append)
    return arrived


@pytest.fixture
def pictures(gallery: FakePhotoGallery) -> PhotoPictures:
    return PhotoPictures(gallery)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110  turns of the loop are what is waited for
            await asyncio.sleep(0)


async def test_rough_pictures_of_all_come_before_fine_ones(pictures: PhotoPictures, came: list[PhotoPicture]) -> None:
    pictures.show(PHOTOS)
    await until(lambda: len(came) == 12)
    assert [picture.is_rough for picture in came] == [True] * 6 + [False] * 6
    assert [picture.path for picture in came[:6]] == [photo.path for photo in PHOTOS]


async def test_what_scrolled_away_is_not_made(
    pictures: PhotoPictures, came: list[PhotoPicture], gallery: FakePhotoGallery
) -> None:
    gallery.gate.clear()
    pictures.show(PHOTOS[:4])
    await until(lambda: len(gallery.asked) == 2)
    pictures.show(PHOTOS[4:])
    gallery.gate.set()
    await until(lambda: len(came) == 4)
    assert {picture.path for picture in came} == {"4.jpg", "5.jpg"}
    assert {path for _, path in gallery.asked} == {"0.jpg", "1.jpg", "4.jpg", "5.jpg"}


async def test_what_is_still_wanted_is_not_asked_for_twice(
    pictures: PhotoPictures, came: list[PhotoPicture], gallery: FakePhotoGallery
) -> None:
    gallery.gate.clear()
    pictures.show(PHOTOS[:2])
    await until(lambda: len(gallery.asked) == 2)
    pictures.show(PHOTOS[:3])
    gallery.gate.set()
    await until(lambda: len(came) == 6)
    assert sorted(gallery.asked) == sorted(
        {(what, photo.path) for what in ("rough", "picture") for photo in PHOTOS[:3]}
    )


async def test_another_size_is_asked_for_anew(pictures: PhotoPictures, came: list[PhotoPicture]) -> None:
    pictures.show(PHOTOS[:1], 256)
    await until(lambda: len(came) == 2)
    pictures.show(PHOTOS[:1], 512)
    await until(lambda: len(came) == 4)
    assert [picture.longest_px for picture in came] == [256, 256, 512, 512]


async def test_a_photo_without_a_picture_says_so_once(
    pictures: PhotoPictures, came: list[PhotoPicture], gallery: FakePhotoGallery
) -> None:
    gallery.gone = {"0.jpg"}
    pictures.show(PHOTOS[:2])
    await until(lambda: len(came) == 3)
    assert [(picture.path, picture.problem) for picture in came if picture.problem] == [
        ("0.jpg", "The photo is no longer where it was.")
    ]


async def test_an_engine_that_does_not_start_is_a_problem_of_each_picture(
    pictures: PhotoPictures, came: list[PhotoPicture], gallery: FakePhotoGallery
) -> None:
    gallery.failure = SetupError("The engine cannot be started.")
    pictures.show(PHOTOS[:1])
    await until(lambda: bool(came))
    assert came[0].problem == "The engine cannot be started."


async def test_a_preview_is_answered_directly(pictures: PhotoPictures) -> None:
    picture = await pictures.preview(PHOTOS[0])
    assert (picture.path, picture.longest_px, len(picture.rgb)) == ("0.jpg", 1600, 6)


async def test_stopping_ends_everything(
    pictures: PhotoPictures, came: list[PhotoPicture], gallery: FakePhotoGallery
) -> None:
    gallery.gate.clear()
    pictures.show(PHOTOS)
    await until(lambda: len(gallery.asked) == 2)
    pictures.stop()
    gallery.gate.set()
    await asyncio.sleep(0.01)
    assert came == []
