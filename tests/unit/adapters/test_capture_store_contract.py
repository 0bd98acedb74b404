"""The contract of `ports.capture_store.CaptureStore`, on the fake and on folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from fakes.captures import FakeCaptureStore
from fakes.clock import FakeClock
from tiepoint.adapters.files.capture_store import FolderCaptureStore
from tiepoint.domain.capture import Drop, DroppedPhoto
from tiepoint.domain.errors import InputError, UsageError
from tiepoint.domain.identifiers import CaptureId, is_id
from tiepoint.domain.operation import OperationProgress
from tiepoint.domain.photo import PhotoFacts
from tiepoint.ports.capture_store import CaptureStore


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "statue"
    folder.mkdir()
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        (folder / name).write_bytes(name.encode() * 100)
    return folder


@pytest.fixture(params=["fake", "folders"])
def store(request: pytest.FixtureRequest, folder: Path, tmp_path: Path) -> CaptureStore:
    if request.param == "folders":
        clock = FakeClock()

        def now() -> object:
            clock.advance(1)
            return clock()

        return FolderCaptureStore(tmp_path / "captures", now)  # type: ignore[arg-type]
    photos = (DroppedPhoto(path, path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in folder.iterdir())
    return FakeCaptureStore({folder: Drop("statue", tuple(sorted(photos, key=lambda photo: photo.path)))})


def _ignore(_: OperationProgress) -> None:
    pass


async def test_a_folder_is_scanned(store: CaptureStore, folder: Path) -> None:
    size = sum(path.stat().st_size for path in folder.iterdir())  # noqa: ASYNC240
    drop = await store.scan([folder])
    assert (drop.name, [photo.path for photo in drop.photos]) == ("statue", ["a.jpg", "b.jpg", "c.jpg"])
    assert drop.size_bytes == size


async def test_what_is_not_there_is_said(store: CaptureStore, folder: Path) -> None:
    with pytest.raises(InputError, match="There is no file or folder") as missing:
        await store.scan([folder / "nothing"])
    assert missing.value.remedy


async def test_a_survey_takes_what_is_there_and_names_what_is_not(store: CaptureStore, folder: Path) -> None:
    drop = await store.survey([folder / "nothing", folder])
    assert [photo.path for photo in drop.photos] == ["a.jpg", "b.jpg", "c.jpg"]
    assert [(each.path, each.reason) for each in drop.skipped] == [
        (str(folder / "nothing"), "there is no such file or folder")
    ]
    empty = await store.survey([])
    assert (empty.photos, empty.skipped) == ((), ())


async def test_a_drop_becomes_a_capture(store: CaptureStore, folder: Path) -> None:
    told: list[OperationProgress] = []
    drop = await store.scan([folder])
    capture = await store.create("Statue", drop, {"a.jpg": PhotoFacts("a.jpg", 400, 300)}, told.append)
    assert is_id(capture.id)
    assert capture.name == "Statue"
    assert capture.size_bytes == drop.size_bytes
    assert [photo.width for photo in capture.photos] == [400, None, None]
    assert await store.get(capture.id) == capture
    assert await store.captures() == (capture,)
    assert (told[-1].phase, told[-1].done) == ("copy", drop.size_bytes)


async def test_the_same_photos_are_found_again(store: CaptureStore, folder: Path) -> None:
    drop = await store.scan([folder])
    assert await store.find("Statue", drop) is None
    capture = await store.create("Statue", drop, {}, _ignore)
    assert await store.find("Statue", drop) == capture
    assert await store.find("Another name", drop) is None
    assert await store.find("Statue", Drop("statue", drop.photos[:2])) is None


async def test_captures_are_listed_newest_first(store: CaptureStore, folder: Path) -> None:
    drop = await store.scan([folder])
    first = await store.create("first", drop, {}, _ignore)
    second = await store.create("second", drop, {}, _ignore)
    assert [capture.id for capture in await store.captures()] == [second.id, first.id]


@pytest.mark.parametrize("capture_id", ["20261122-nothing-000000", "../../etc", ""])
async def test_an_unknown_capture_is_said(store: CaptureStore, capture_id: str) -> None:
    with pytest.raises(UsageError, match="There is no capture"):
        await store.get(CaptureId(capture_id))


def test_free_space_is_told(store: CaptureStore) -> None:
    assert store.free_bytes() > 0
