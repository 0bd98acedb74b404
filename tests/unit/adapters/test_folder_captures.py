"""What only real folders can do to a capture: links, names, rights, interruptions."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import threading
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tiepoint.adapters.files.capture_store import FolderCaptureStore
from tiepoint.adapters.files.drop import scan_drop, survey_drop
from tiepoint.domain.errors import InputError, SetupError
from tiepoint.domain.operation import OperationProgress

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
as_user = pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")


def _photos(folder: Path, *names: str) -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode("utf-8", "surrogateescape"))
    return folder


def _ignore(_: OperationProgress) -> None:
    pass


@pytest.fixture
def store(tmp_path: Path) -> FolderCaptureStore:
    return FolderCaptureStore(tmp_path / "captures", lambda: NOW)


def test_hidden_and_system_files_are_not_even_listed(tmp_path: Path) -> None:
    folder = _photos(tmp_path / "p", "a.jpg", "._a.jpg", ".DS_Store", "Thumbs.db", ".git/b.jpg", "__MACOSX/c.jpg")
    drop = scan_drop([folder])
    assert [photo.path for photo in drop.photos] == ["a.jpg"]
    assert drop.skipped == ()


def test_other_files_are_listed_as_skipped(tmp_path: Path) -> None:
    folder = _photos(tmp_path / "p", "a.JPG", "notes.txt", "clip.mp4", "sub/b.heic", "sub/c.NEF")
    drop = scan_drop([folder])
    assert [photo.path for photo in drop.photos] == ["a.JPG", "sub/b.heic", "sub/c.NEF"]
    assert [(each.path, each.reason) for each in drop.skipped] == [
        ("clip.mp4", "it is no photo"),
        ("notes.txt", "it is no photo"),
    ]


def test_products_of_an_earlier_run_are_no_photos(tmp_path: Path) -> None:
    names = ("a.jpg", "preview.png", "model_texture.jpg", "model_texture_1.jpg", "out/preview.png", "out/b.jpg")
    folder = _photos(tmp_path / "p", *names)
    assert [photo.path for photo in scan_drop([folder], folder).photos] == ["a.jpg", "out/b.jpg", "out/preview.png"]
    inside = scan_drop([folder], folder / "out").photos
    assert [photo.path for photo in inside if photo.path.startswith("out")] == ["out/b.jpg"]


def test_several_folders_keep_their_names(tmp_path: Path) -> None:
    one, two = _photos(tmp_path / "day 1", "a.jpg"), _photos(tmp_path / "day 2", "a.jpg")
    assert [photo.path for photo in scan_drop([one, two]).photos] == ["day 1/a.jpg", "day 2/a.jpg"]


def test_a_photo_named_twice_counts_once(tmp_path: Path) -> None:
    folder = _photos(tmp_path / "p", "a.jpg", "b.jpg")
    assert len(scan_drop([folder / "a.jpg", folder / "a.jpg", folder / "b.jpg"]).photos) == 2


@pytest.mark.parametrize(
    ("one", "other"),
    [("IMG.jpg", "img.JPG"), (unicodedata.normalize("NFC", "é.jpg"), unicodedata.normalize("NFD", "é.jpg"))],
)
def test_names_that_some_disks_take_for_one_are_refused_by_name(tmp_path: Path, one: str, other: str) -> None:
    folder = _photos(tmp_path / "p", one, other)
    if len(list(folder.iterdir())) < 2:
        pytest.skip("this disk takes them for one")
    with pytest.raises(InputError) as refused:
        scan_drop([folder])
    assert one in refused.value.summary
    assert other in refused.value.summary


def test_a_loop_of_links_is_passed_over_and_said(tmp_path: Path) -> None:
    folder = _photos(tmp_path / "p", "a.jpg", "sub/b.jpg")
    (folder / "sub/up").symlink_to(folder, target_is_directory=True)
    (folder / "gone.jpg").symlink_to(tmp_path / "nowhere.jpg")
    drop = scan_drop([folder])
    assert [photo.path for photo in drop.photos] == ["a.jpg", "sub/b.jpg"]
    assert {each.path for each in drop.skipped} == {"gone.jpg", "sub/up"}


def test_something_that_is_no_file_is_passed_over(tmp_path: Path) -> None:
    folder = _photos(tmp_path / "p", "a.jpg")
    os.mkfifo(folder / "pipe.jpg")
    assert [each.path for each in scan_drop([folder]).skipped] == ["pipe.jpg"]


@as_user
def test_a_folder_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    folder = _photos(tmp_path / "p", "a.jpg", "sub/b.jpg")
    (folder / "sub").chmod(0)
    try:
        assert [each.path for each in scan_drop([folder]).skipped] == ["sub"]
        with pytest.raises(InputError, match="cannot be read"):
            scan_drop([folder / "sub"])
    finally:
        (folder / "sub").chmod(0o755)


async def test_photos_are_linked_and_survive_their_folder(tmp_path: Path, store: FolderCaptureStore) -> None:
    folder = _photos(tmp_path / "p", "a.jpg", "Grüße aus 東京/b 1.jpg", f"{'long ' * 45}.jpg")
    capture = await store.create("Grüße", scan_drop([folder]), {}, _ignore)
    kept = capture.folder / "photos" / "Grüße aus 東京/b 1.jpg"
    assert kept.samefile(folder / "Grüße aus 東京/b 1.jpg")
    shutil.rmtree(folder)
    assert kept.read_bytes()
    assert capture.id.startswith("20261122-grusse-")


async def test_a_link_is_kept_as_the_file_it_leads_to(tmp_path: Path, store: FolderCaptureStore) -> None:
    folder = _photos(tmp_path / "p", "real/a.jpg")
    (folder / "b.jpg").symlink_to(folder / "real/a.jpg")
    capture = await store.create("links", scan_drop([folder / "b.jpg"]), {}, _ignore)
    assert not (capture.folder / "photos/b.jpg").is_symlink()


async def test_the_manifest_has_the_agreed_fields(tmp_path: Path, store: FolderCaptureStore) -> None:
    capture = await store.create("p", scan_drop([_photos(tmp_path / "p", "a.jpg")]), {}, _ignore)
    manifest = json.loads((capture.folder / "capture.json").read_text(encoding="utf-8"))
    assert manifest["schema_version"] == 1
    wanted = "path size md5 width height camera taken_utc lat lon alt orientation"
    assert set(wanted.split()) <= set(manifest["photos"][0])
    assert manifest["photos"][0]["md5"] == hashlib.md5(b"a.jpg").hexdigest()


async def test_photos_touched_but_the_same_are_found_again(tmp_path: Path, store: FolderCaptureStore) -> None:
    folder = _photos(tmp_path / "p", "a.jpg", "b.jpg")
    capture = await store.create("p", scan_drop([folder]), {}, _ignore)
    shutil.copytree(folder, tmp_path / "q")
    for path in (tmp_path / "q").iterdir():
        os.utime(path, (1, 1))
    assert await store.find("p", scan_drop([tmp_path / "q"])) == capture
    (tmp_path / "q/a.jpg").write_bytes(b"b.jpg")
    assert await store.find("p", scan_drop([tmp_path / "q"])) is None


async def test_a_capture_whose_photos_were_removed_is_not_reused(tmp_path: Path, store: FolderCaptureStore) -> None:
    folder = _photos(tmp_path / "p", "a.jpg")
    capture = await store.create("p", scan_drop([folder]), {}, _ignore)
    (capture.folder / "photos/a.jpg").unlink()
    assert await store.find("p", scan_drop([folder])) is None


async def test_a_photo_that_vanishes_leaves_nothing_behind(tmp_path: Path, store: FolderCaptureStore) -> None:
    drop = scan_drop([_photos(tmp_path / "p", "a.jpg", "b.jpg")])
    (tmp_path / "p/b.jpg").unlink()
    with pytest.raises(InputError, match="no longer there"):
        await store.create("p", drop, {}, _ignore)
    assert list((tmp_path / "captures").iterdir()) == []


async def test_cancelling_leaves_nothing_behind(tmp_path: Path, store: FolderCaptureStore) -> None:
    drop = scan_drop([_photos(tmp_path / "p", *(f"{number}.jpg" for number in range(200)))])
    creating = asyncio.ensure_future(store.create("p", drop, {}, lambda _: creating.cancel()))
    with pytest.raises(asyncio.CancelledError):
        await creating
    assert list((tmp_path / "captures").iterdir()) == []


async def test_a_broken_manifest_is_passed_over_in_lists_and_said_by_name(
    tmp_path: Path, store: FolderCaptureStore
) -> None:
    capture = await store.create("p", scan_drop([_photos(tmp_path / "p", "a.jpg")]), {}, _ignore)
    (capture.folder / "capture.json").write_text('{"schema_version": 99}', encoding="utf-8")
    assert await store.captures() == ()
    with pytest.raises(InputError, match="broken"):
        await store.get(capture.id)


async def test_a_place_that_cannot_hold_captures_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    store = FolderCaptureStore(tmp_path / "file/captures", lambda: NOW)
    with pytest.raises(SetupError, match="cannot be written"):
        await store.create("p", scan_drop([_photos(tmp_path / "p", "a.jpg")]), {}, _ignore)


@pytest.mark.parametrize("name", ["x" * 300, "a.jpg/b.jpg"])
def test_a_path_that_cannot_be_is_said_to_be_missing(tmp_path: Path, name: str) -> None:
    folder = _photos(tmp_path / "p", "a.jpg")
    with pytest.raises(InputError, match="There is no file or folder"):
        scan_drop([folder / name])


def test_products_of_another_job_are_no_photos(tmp_path: Path) -> None:
    folder = _photos(tmp_path / "p", "a.jpg", "m/preview.png", "m/model_texture.jpg", "m/result.json", "m/report.html")
    _photos(folder, "preview.png")
    assert [photo.path for photo in scan_drop([folder], tmp_path / "out").photos] == ["a.jpg", "preview.png"]


async def test_a_survey_passes_over_everything_bad(store: FolderCaptureStore, tmp_path: Path) -> None:
    card = tmp_path / "card"
    card.mkdir()
    for name in ("A.JPG", "a.jpg", "notes.txt"):
        (card / name).write_bytes(name.encode())
    (card / "again").symlink_to(card)
    (card / "circle.jpg").symlink_to(card / "circle.jpg")
    drop = await store.survey([card, card / "circle.jpg", Path("nul\0"), tmp_path / "gone" / "a.jpg"])
    assert [photo.path for photo in drop.photos] == ["A.JPG", "a.jpg"]  # names that some systems take for one
    assert {each.path for each in drop.skipped} >= {"notes.txt", "again", "circle.jpg", "nul\0"}
    assert len(drop.skipped) == 6


def test_a_survey_ends_early_when_nobody_waits(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"a")
    stop = threading.Event()
    stop.set()
    assert survey_drop([tmp_path], stop).photos == ()
