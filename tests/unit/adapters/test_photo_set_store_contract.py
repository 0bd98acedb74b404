"""The contract of `ports.photo_set_store.PhotoSetStore`, on the fake and on SQLite; and what only a file can suffer."""

from __future__ import annotations

import dataclasses
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fakes.clock import FakeClock
from fakes.photo_sets import FakePhotoSetStore, a_head
from tiepoint.adapters.files.photo_set_store import SqlitePhotoSetStore
from tiepoint.domain.capture import SkippedFile
from tiepoint.domain.errors import SetupError
from tiepoint.domain.identifiers import CaptureId
from tiepoint.domain.photo_issue import IssueKind, PhotoIssue
from tiepoint.domain.photo_reading import PhotoQuality
from tiepoint.domain.photo_set import PhotoChoice, PhotoSet, PhotoSetId, SetCounts, SetPhoto
from tiepoint.ports.photo_set_store import PhotoSetStore, StoredSets

T0 = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
QUALITY = PhotoQuality("ab", "0f" * 32, 0.5, 100.0, 5.0, 200.0, bytes(range(192)))
BLURRED = PhotoIssue(IssueKind.BLURRED, "Sharpness 1, usual 2.", "Leave it out.")


def a_set(name: str = "beach", *, day: int = 0, photos: int = 3) -> PhotoSet:
    plain = tuple(SetPhoto(f"{index}.jpg", Path(f"/card/{index}.jpg"), 10, index) for index in range(photos))
    return PhotoSet(PhotoSetId(name), name, T0.replace(day=10 + day), plain, counts=SetCounts(photos, photos))


def known_photo(path: str = "0.jpg") -> SetPhoto:
    return SetPhoto(path, Path("/card") / path, 10, 0, a_head(lat=1.0), QUALITY, (BLURRED,), PhotoChoice.EXCLUDE, True)


@pytest.fixture(params=["fake", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[PhotoSetStore]:
    made: PhotoSetStore = FakePhotoSetStore() if request.param == "fake" else sqlite_store(tmp_path)
    yield made
    await made.close()


def sqlite_store(folder: Path) -> SqlitePhotoSetStore:
    return SqlitePhotoSetStore(folder / "data" / "photo_sets.sqlite3", FakeClock())


async def test_nothing_is_kept_at_first(store: PhotoSetStore) -> None:
    assert await store.load() == StoredSets()
    assert await store.read(PhotoSetId("none")) is None


async def test_a_set_comes_back_with_all_that_is_known(store: PhotoSetStore) -> None:
    kept = dataclasses.replace(
        a_set(),
        photos=(known_photo("a.jpg"), known_photo("b\udc80<b>\n.jpg")),
        skipped=(SkippedFile("notes.txt", "it is no photo"),),
        skipped_before=2,
        capture=CaptureId("20261125-beach-0a1b2c"),
        is_sample=True,
    )
    await store.save(kept)
    found = await store.read(kept.id)
    assert found is not None
    assert (found.photos, found.skipped, found.skipped_before, found.capture, found.is_sample) == (
        *(kept.photos, kept.skipped, 2, kept.capture, True),
    )


async def test_a_change_and_a_removal_are_kept(store: PhotoSetStore) -> None:
    first = a_set()
    await store.save(first)
    changed = dataclasses.replace(first, name="strand", photos=(known_photo(), first.photos[2]))
    await store.save(changed)
    found = await store.read(first.id)
    assert found is not None
    assert (found.name, found.photos) == ("strand", changed.photos)


async def test_the_newest_set_is_listed_first(store: PhotoSetStore) -> None:
    for day, name in enumerate(("one", "two", "three")):
        await store.save(a_set(name, day=day))
    listed = await store.load()
    assert [(each.name, each.photos) for each in listed.sets] == [("three", 3), ("two", 3), ("one", 3)]


async def test_the_choice_is_kept(store: PhotoSetStore) -> None:
    await store.save(a_set())
    await store.choose(PhotoSetId("beach"))
    assert (await store.load()).current == "beach"
    await store.choose(None)
    assert (await store.load()).current is None


async def test_a_forgotten_set_is_gone(store: PhotoSetStore) -> None:
    await store.save(a_set())
    await store.remove(PhotoSetId("beach"))
    await store.remove(PhotoSetId("beach"))
    assert (await store.load()).sets == ()
    assert await store.read(PhotoSetId("beach")) is None


async def test_another_start_finds_what_was_kept(tmp_path: Path) -> None:
    first, second = sqlite_store(tmp_path), sqlite_store(tmp_path)
    await first.save(a_set())
    await first.close()
    found = await second.read(PhotoSetId("beach"))
    assert found is not None
    assert found.photos == a_set().photos
    await second.close()


async def test_only_what_changed_is_written(tmp_path: Path) -> None:
    store, kept = sqlite_store(tmp_path), a_set(photos=50)
    await store.save(kept)
    with sqlite3.connect(tmp_path / "data" / "photo_sets.sqlite3") as file:
        file.execute("UPDATE photos SET size = 99")
    file.close()
    changed = dataclasses.replace(kept, photos=(known_photo(), *kept.photos[1:]))
    await store.save(changed)
    found = await store.read(kept.id)
    assert found is not None
    assert sorted({photo.size for photo in found.photos}) == [10, 99]
    assert [photo.path for photo in found.photos if photo.size == 10] == ["0.jpg"]
    await store.close()


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
async def test_a_broken_file_is_set_aside_and_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "data" / "photo_sets.sqlite3"
    path.parent.mkdir()
    path.write_bytes(content)
    store = sqlite_store(tmp_path)
    listed = await store.load()
    assert listed.sets == ()
    assert listed.set_aside is not None
    assert listed.set_aside.read_bytes() == content
    await store.save(a_set())
    assert len((await store.load()).sets) == 1
    await store.close()


async def test_a_file_of_a_newer_program_is_set_aside(tmp_path: Path) -> None:
    store = sqlite_store(tmp_path)
    await store.save(a_set())
    await store.close()
    with sqlite3.connect(tmp_path / "data" / "photo_sets.sqlite3") as file:
        file.execute("UPDATE meta SET value = '9' WHERE key = 'schema_version'")
    file.close()
    newer = sqlite_store(tmp_path)
    assert (await newer.load()).set_aside is not None
    await newer.close()


async def test_a_broken_row_costs_only_what_it_held(tmp_path: Path) -> None:
    store = sqlite_store(tmp_path)
    await store.save(dataclasses.replace(a_set(), photos=(known_photo("a"), known_photo("b"), known_photo("c"))))
    with sqlite3.connect(tmp_path / "data" / "photo_sets.sqlite3") as file:
        file.execute("UPDATE photos SET head = '[1]' WHERE path = '\"a\"'")
        file.execute("UPDATE photos SET source = 'no json' WHERE path = '\"b\"'")
    file.close()
    found = await store.read(PhotoSetId("beach"))
    assert found is not None
    assert found.photos == (
        SetPhoto("a", Path("/card/a"), 10, 0, choice=PhotoChoice.EXCLUDE),
        known_photo("c"),
    )
    await store.close()


async def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be", encoding="utf-8")
    store = sqlite_store(tmp_path)
    with pytest.raises(SetupError, match="cannot be kept") as refused:
        await store.save(a_set())
    assert refused.value.remedy
    await store.close()
