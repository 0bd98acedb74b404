"""The contract of `ports.photo_gallery.PhotoGallery`, on the fake and on the engine's children."""

from __future__ import annotations

import asyncio
import dataclasses
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

import photo_factory as make
from fakes.photo_sets import FakePhotoGallery, a_head
from tiepoint.adapters.engine.photo_gallery import ChildPhotoGallery
from tiepoint.domain.failure import Failure
from tiepoint.domain.photo_issue import IssueKind
from tiepoint.domain.photo_reading import PhotoFile, PhotoReading
from tiepoint.domain.photo_set import PhotoChoice, SetPhoto
from tiepoint.domain.photo_updates import with_reading
from tiepoint.ports.photo_gallery import PhotoGallery
from tiepoint.runtime.children import start_child_async

NAMES = ("a.jpg", "b.jpg", "c.jpg", "copy.jpg", "far.jpg")


async def launch(role: str, args: Sequence[str]) -> Process:
    return await start_child_async(role, args, stdin=PIPE, stdout=PIPE, stderr=PIPE)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    for index, name in enumerate(NAMES):
        seed = 0 if name == "copy.jpg" else index
        lat = 11.0 if name == "far.jpg" else 10.0 if name == "copy.jpg" else 10 + seed * 1e-5
        block = make.exif(make=b"DJI", model=b"FC300S", focal_35=20, gps=make.gps(lat, 20.0))
        make.write_jpeg(folder / name, seed=seed, exif_block=block)
    cut = (folder / "a.jpg").read_bytes()
    (folder / "cut.jpg").write_bytes(cut[: len(cut) // 2])
    return folder


@pytest.fixture(params=["fake", "children"])
async def gallery(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[PhotoGallery]:
    made: PhotoGallery = ChildPhotoGallery(launch, tmp_path / "cache") if request.param == "children" else _fake()
    yield made
    await made.close()


def _fake() -> FakePhotoGallery:
    places = {"a.jpg": 10.0, "b.jpg": 10 + 1e-5, "c.jpg": 10 + 2e-5, "copy.jpg": 10.0, "far.jpg": 11.0}
    fake = FakePhotoGallery({name: a_head(lat=lat, lon=20.0) for name, lat in places.items()})
    fake.same = {"copy.jpg": "a.jpg"}
    fake.problems = {"cut.jpg": Failure("truncated", "The photo is cut short.", "Copy it again.")}
    fake.gone = {"gone.jpg"}
    return fake


def a_file(folder: Path, name: str) -> PhotoFile:
    path = folder / name
    size, mtime_ns = (path.stat().st_size, path.stat().st_mtime_ns) if path.exists() else (1, 1)
    return PhotoFile(name, path, size, mtime_ns)


def with_readings(folder: Path, readings: Sequence[PhotoReading]) -> list[SetPhoto]:
    files = [a_file(folder, reading.path) for reading in readings]
    photos = [SetPhoto(file.path, file.source, file.size, file.mtime_ns) for file in files]
    return [with_reading(photo, reading) for photo, reading in zip(photos, readings, strict=True)]


async def test_heads_come_in_order_and_a_missing_file_is_a_problem(gallery: PhotoGallery, folder: Path) -> None:
    files = [a_file(folder, name) for name in ("b.jpg", "gone.jpg", "a.jpg")]
    readings = await gallery.heads(files)
    assert [reading.path for reading in readings] == ["b.jpg", "gone.jpg", "a.jpg"]
    assert readings[0].head is not None
    assert (readings[0].head.body, readings[0].head.has_position) == ("DJI FC300S", True)
    assert readings[0].quality is None
    assert readings[1].problem is not None
    assert (readings[1].problem.kind, readings[1].head) == ("missing", None)


async def test_an_unchanged_file_is_not_read_again(gallery: PhotoGallery, folder: Path) -> None:
    [same, gone] = await gallery.heads([a_file(folder, "a.jpg"), a_file(folder, "gone.jpg")], known=True)
    assert (same.head, same.problem) == (None, None)
    assert gone.problem is not None


async def test_no_files_are_no_readings(gallery: PhotoGallery) -> None:
    assert await gallery.heads([]) == ()


async def test_a_check_measures_or_says_what_is_wrong(gallery: PhotoGallery, folder: Path) -> None:
    good, cut = await gallery.check(a_file(folder, "a.jpg")), await gallery.check(a_file(folder, "cut.jpg"))
    assert good.quality is not None
    assert good.head is not None
    assert len(good.quality.histogram) == 192
    assert (good.quality.sharpness > 0, good.problem) == (True, None)
    assert cut.problem is not None
    assert (cut.problem.kind, cut.quality) == ("truncated", None)


async def test_a_verdict_names_copies_and_far_photos_and_draws_the_map(gallery: PhotoGallery, folder: Path) -> None:
    readings = [await gallery.check(a_file(folder, name)) for name in (*NAMES, "cut.jpg")]
    photos = with_readings(folder, readings)
    verdict = await gallery.judge(photos)
    assert {path: issues[0].kind for path, issues in verdict.issues.items()} == {
        "copy.jpg": IssueKind.DUPLICATE,
        "far.jpg": IssueKind.FAR_POSITION,
    }
    assert verdict.facts.cameras == (("DJI FC300S", 5),)
    assert verdict.facts.map is not None
    assert [photo.path for photo in verdict.facts.map.photos] == list(NAMES)
    assert [path for path, _ in verdict.facts.map.far] == ["far.jpg"]


async def test_an_empty_set_can_be_judged(gallery: PhotoGallery) -> None:
    verdict = await gallery.judge([])
    assert (verdict.issues, verdict.facts.map) == ({}, None)


async def test_a_picture_is_plain_pixels(gallery: PhotoGallery, folder: Path) -> None:
    picture = await gallery.picture(a_file(folder, "a.jpg"), 64)
    assert (picture.path, picture.longest_px, picture.problem, picture.is_rough) == ("a.jpg", 64, None, False)
    assert len(picture.rgb) == picture.width * picture.height * 3 > 0


async def test_a_missing_photo_has_no_picture_and_says_why(gallery: PhotoGallery, folder: Path) -> None:
    picture = await gallery.picture(a_file(folder, "gone.jpg"), 64)
    assert (picture.rgb, bool(picture.problem)) == (b"", True)


# Only the children:


@pytest.fixture
async def children(tmp_path: Path) -> AsyncIterator[ChildPhotoGallery]:
    made = ChildPhotoGallery(launch, tmp_path / "cache")
    yield made
    await made.close()


async def test_when_the_original_is_left_out_its_copy_counts(children: ChildPhotoGallery, folder: Path) -> None:
    readings = [await children.check(a_file(folder, name)) for name in NAMES]
    photos = with_readings(folder, readings)
    photos[0] = dataclasses.replace(photos[0], choice=PhotoChoice.EXCLUDE)
    verdict = await children.judge(photos)
    assert verdict.issues["a.jpg"][0].kind is IssueKind.DUPLICATE
    assert "copy.jpg" not in verdict.issues


async def test_a_photo_that_ends_the_reader_is_named_and_the_others_are_read(folder: Path, tmp_path: Path) -> None:
    """The child ends whenever it is asked about c.jpg, as a broken decoder would make it."""
    starts = []

    async def fragile(role: str, args: Sequence[str]) -> Process:
        starts.append(role)
        code = (
            "import sys, os\n"
            "from tiepoint.engine import photo_child as child\n"
            "for name in ('head_reading', 'checked_reading'):\n"
            "    def broken(file, known=False, read=getattr(child, name)):\n"
            "        if file.path == 'c.jpg': os._exit(139)\n"
            "        return read(file, known=known) if read.__name__ == 'head_reading' else read(file)\n"
            "    setattr(child, name, broken)\n"
            "child.main(sys.argv[1:])\n"
        )
        return await asyncio.create_subprocess_exec(
            sys.executable, "-c", code, *args, stdin=PIPE, stdout=PIPE, stderr=PIPE
        )

    gallery = ChildPhotoGallery(fragile, tmp_path / "cache")
    readings = await gallery.heads([a_file(folder, name) for name in NAMES])
    assert [reading.path for reading in readings if reading.problem] == ["c.jpg"]
    assert [reading.path for reading in readings] == list(NAMES)
    checked = await gallery.check(a_file(folder, "c.jpg"))
    assert checked.problem is not None
    assert checked.problem.remedy
    assert (await gallery.check(a_file(folder, "a.jpg"))).quality is not None
    await gallery.close()
