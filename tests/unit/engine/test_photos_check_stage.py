"""The check stage over real captures of tiny photos: nothing is lost, bad photos do not stop good ones."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import shutil
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import photo_factory as factory
from tiepoint.domain.errors import EngineFailure, InputError
from tiepoint.engine.job_folder import JobFolder
from tiepoint.engine.photos.block import writing_failure
from tiepoint.engine.pipeline import InlineExecutor, SilentListener, run_pipeline
from tiepoint.engine.stages import check
from tiepoint.engine.task import is_done, run_task


def make_job(root: Path, paths: Sequence[str], **changes: Any) -> JobFolder:
    capture = factory.write_capture(root / "capture", paths)
    changes = {"work_size_px": 100, **changes}
    return JobFolder.create(root / "job", capture_folder=capture, name="n", preset="draft", changes=changes)


def good_photos(root: Path, count: int, **options: Any) -> list[str]:
    names = [f"{number}.jpg" for number in range(count)]
    for number, name in enumerate(names):
        factory.write_jpeg(root / "capture" / "photos" / name, seed=number, **options)
    return names


def run(job: JobFolder) -> dict[str, Any]:
    asyncio.run(run_pipeline(job, InlineExecutor(), SilentListener(), stages=["check"]))
    found: dict[str, Any] = job.read("check.json")
    return found


def failure(job: JobFolder) -> InputError:
    with pytest.raises(InputError) as caught:
        run(job)
    assert caught.value.summary.endswith(".")
    assert caught.value.remedy.endswith(".")
    return caught.value


def test_good_photos(tmp_path: Path) -> None:
    block = factory.exif(make=b"Acme", model=b"One", focal_35=36, taken=b"2020:01:02 03:04:05")
    result = run(make_job(tmp_path, good_photos(tmp_path, 7, exif_block=block)))
    first = result["photos"][0]
    assert (result["excluded"], result["warnings"], result["work_size_px"]) == ([], [], 100)
    assert [photo["path"] for photo in result["photos"]] == [f"{number}.jpg" for number in range(7)]
    assert (first["width"], first["height"], first["work_width"], first["work_height"]) == (160, 120, 100, 75)
    assert (first["camera"], first["focal_source"], first["taken_utc"]) == (
        "Acme One@160x120",
        "exif35",
        "2020-01-02T03:04:05Z",
    )
    for photo in result["photos"]:
        with Image.open(tmp_path / "job" / "work" / "photos" / photo["image"]) as image:
            assert image.size == (100, 75)


def test_each_bad_photo_is_left_out_and_named(tmp_path: Path) -> None:
    names = good_photos(tmp_path, 4)
    photos = tmp_path / "capture" / "photos"
    bad = {
        "cut.jpg": ("truncated", factory.jpeg_bytes()[:1500]),
        "empty.jpg": ("empty", b""),
        "text.jpg": ("not-an-image", b"hello"),
        "lfs.heic": ("not-an-image", b"version https://git-lfs.github.com/spec/v1"),
        "raw.nef": ("unsupported-raw", b"no raw file"),
        "copy.jpg": ("duplicate", (photos / "0.jpg").read_bytes()),
    }
    for name, (_, content) in bad.items():
        (photos / name).write_bytes(content)
    result = run(make_job(tmp_path, [*names, *bad, "gone.jpg", "../outside.jpg"]))
    assert [photo["path"] for photo in result["photos"]] == names
    said = {entry["path"]: entry["kind"] for entry in result["excluded"]}
    assert said == {name: kind for name, (kind, _) in bad.items()} | {
        "gone.jpg": "missing",
        "../outside.jpg": "bad-path",
    }
    assert all(entry["summary"].endswith(".") and entry["remedy"].endswith(".") for entry in result["excluded"])
    assert {warning["kind"] for warning in result["warnings"]} >= {"excluded", "few-photos"}
    assert len(list(photos.iterdir())) == len(names) + len(bad)  # originals are never touched


def test_every_format_is_prepared_under_its_own_name(tmp_path: Path) -> None:
    photos = tmp_path / "capture" / "photos"
    factory.write_jpeg(photos / "a.JPG", seed=1)
    factory.write_image(photos / "b.heic", factory.picture(seed=2))
    factory.write_image(photos / "c.png", factory.picture(seed=3).convert("RGBA"))
    factory.write_image(photos / "d.tif", factory.picture(seed=4))
    factory.write_dng(photos / "e.dng", factory.picture(seed=5))
    result = run(make_job(tmp_path, ["a.JPG", "b.heic", "c.png", "d.tif", "e.dng"]))
    names = {photo["path"]: photo["image"] for photo in result["photos"]}
    assert names == {
        "a.JPG": "a.JPG",
        "b.heic": "b.heic.jpg",
        "c.png": "c.png.jpg",
        "d.tif": "d.tif.jpg",
        "e.dng": "e.dng.jpg",
    }


def test_paths_of_every_kind(tmp_path: Path) -> None:
    names = [
        "with space.jpg",
        f"{unicodedata.normalize('NFC', 'über é')}.jpg",
        f"{unicodedata.normalize('NFD', 'über é')}.jpg",
        "写真/日本語.jpg",
        "case.jpg",
        "CASE.jpg",
        f"{'a' * 100}/{'b' * 100}/{'c' * 96}.jpg",
        f"{'d' * 250}.jpg",
        "line\nbreak.jpg",
    ]
    for number, name in enumerate(names):
        factory.write_jpeg(tmp_path / "capture" / "photos" / name, seed=number)
    result = run(make_job(tmp_path, names))
    assert [photo["path"] for photo in result["photos"]] == names
    assert all((tmp_path / "job" / "work" / "photos" / photo["image"]).is_file() for photo in result["photos"])


def test_a_name_in_another_encoding_is_left_out(tmp_path: Path) -> None:
    result = run(make_job(tmp_path, [*good_photos(tmp_path, 3), "caf\udce9.jpg"]))
    assert [(entry["path"], entry["kind"]) for entry in result["excluded"]] == [("caf?.jpg", "bad-name")]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_too_few_photos(tmp_path: Path, count: int) -> None:
    error = failure(make_job(tmp_path, good_photos(tmp_path, count)))
    assert ("no photos" in error.summary) if not count else ("at least 3" in error.summary)


def test_only_bad_photos(tmp_path: Path) -> None:
    names = [f"{number}.jpg" for number in range(4)]
    for name in names:
        (tmp_path / "capture" / "photos").mkdir(parents=True, exist_ok=True)
        (tmp_path / "capture" / "photos" / name).write_bytes(b"")
    error = failure(make_job(tmp_path, names))
    assert error.summary == "None of the 4 photos can be used. The file is empty (0 bytes)."
    assert error.detail.count("\n") == 3


@pytest.mark.parametrize("exact", [True, False])
def test_identical_photos_have_no_baseline(tmp_path: Path, exact: bool) -> None:
    names = [f"{number}.jpg" for number in range(5)]
    for number, name in enumerate(names):
        content = factory.jpeg_bytes(factory.picture(320, 240), quality=90 if exact else 80 + number)
        (tmp_path / "capture" / "photos").mkdir(parents=True, exist_ok=True)
        (tmp_path / "capture" / "photos" / name).write_bytes(content)
    assert "no baseline between photos" in failure(make_job(tmp_path, names)).summary


def test_positions_that_cannot_be_are_said_and_dropped(tmp_path: Path) -> None:
    names = []
    places = [(47.0 + n * 1e-4, 8.0) for n in range(5)] + [(0.0, 0.0), (-33.0, 151.0)]
    for number, place in enumerate(places):
        names.append(f"{number}.jpg")
        block = factory.exif(gps=factory.gps(*place))
        factory.write_jpeg(tmp_path / "capture" / "photos" / names[-1], seed=number, exif_block=block)
    result = run(make_job(tmp_path, names))
    assert [photo["lat"] is not None for photo in result["photos"]] == [True] * 5 + [False] * 2
    assert {warning["kind"] for warning in result["warnings"]} >= {"gps-zero", "gps-far"}


def test_a_photo_that_changed_after_it_was_added(tmp_path: Path) -> None:
    job = make_job(tmp_path, good_photos(tmp_path, 6))
    factory.write_jpeg(tmp_path / "capture" / "photos" / "3.jpg", seed=99)
    changed = [warning for warning in run(job)["warnings"] if warning["kind"] == "changed"]
    assert [warning["photos"] for warning in changed] == [["3.jpg"]]


def test_photos_that_vanish_before_and_after_they_are_prepared(tmp_path: Path) -> None:
    job = make_job(tmp_path, good_photos(tmp_path, 5))
    photos = tmp_path / "capture" / "photos"
    (photos / "1.jpg").rename(tmp_path / "1.jpg")
    assert [entry["kind"] for entry in run(job)["excluded"]] == ["missing"]
    (tmp_path / "1.jpg").rename(photos / "1.jpg")  # put back, as the remedy says: it is used
    assert run(job)["excluded"] == []
    shutil.rmtree(photos)  # the prepared copies serve
    assert all(is_done(job.work, task) for task in check.plan(job))
    assert len(run(job)["photos"]) == 5


def test_all_photos_moved_away(tmp_path: Path) -> None:
    job = make_job(tmp_path, good_photos(tmp_path, 5))
    shutil.rmtree(tmp_path / "capture" / "photos")
    assert failure(job).summary == "None of the 5 photos can be used. The photo is no longer where it was."


def test_a_second_run_does_nothing_and_a_changed_size_everything(tmp_path: Path) -> None:
    names = good_photos(tmp_path, 5)
    run(make_job(tmp_path, names))
    job = make_job(tmp_path, names)
    assert all(is_done(job.work, task) for task in check.plan(job))
    job = make_job(tmp_path, names, work_size_px=80)
    assert not any(is_done(job.work, task) for task in check.plan(job))
    assert {photo["work_width"] for photo in run(job)["photos"]} == {80}


def test_a_prepared_photo_that_was_deleted_is_prepared_again(tmp_path: Path) -> None:
    job = make_job(tmp_path, good_photos(tmp_path, 5))
    prepared = job.work / "photos" / "2.jpg"
    run(job)
    prepared.unlink()
    (job.work / "check.json").unlink()
    with pytest.raises(EngineFailure) as caught:
        run(job)
    assert caught.value.retryable
    run(job)
    assert prepared.is_file()


def test_what_a_killed_block_left_is_swept(tmp_path: Path) -> None:
    job = make_job(tmp_path, good_photos(tmp_path, 5))
    left = job.work / "photos" / "below" / ".photo-abc.part"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"half")
    run(job)
    assert not left.exists()


def test_progress_ends_with_all_photos(tmp_path: Path) -> None:
    job = make_job(tmp_path, good_photos(tmp_path, 5))
    told: list[tuple[int, int | None]] = []
    run_task(job.work, check.plan(job)[0], lambda done, total: told.append((done, total)))
    assert told == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]


@pytest.mark.parametrize("content", [None, "{", "[]", '{"photos": 1}', '{"photos": [{}]}'])
def test_a_broken_manifest(tmp_path: Path, content: str | None) -> None:
    job = make_job(tmp_path, [])
    manifest = tmp_path / "capture" / "capture.json"
    manifest.unlink() if content is None else manifest.write_text(content, encoding="utf-8")
    with pytest.raises(InputError):
        check.plan(job)


def test_a_full_disk_is_told_apart() -> None:
    assert writing_failure(OSError(errno.ENOSPC, "No space left on device")).kind == "no-space"
    assert writing_failure(PermissionError(13, "no")).kind == "engine"


def test_many_photos_make_larger_blocks(tmp_path: Path) -> None:
    job = make_job(tmp_path, [f"{number}.jpg" for number in range(300)])
    tasks = check.plan(job)
    assert len(tasks) == 19 + 1
    assert tasks[-1].inputs == tuple(task.outputs[0] for task in tasks[:-1])


def test_planning_is_light() -> None:
    import subprocess
    import sys

    code = "import sys, tiepoint.engine.stages.check; sys.exit(any(n in sys.modules for n in ('numpy', 'PIL')))"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0


@pytest.mark.shared
@pytest.mark.parametrize(("name", "count"), [("brighton", 18), ("banana", 16)])
def test_real_captures_are_faultless(tmp_path: Path, shared_photos: Path, name: str, count: int) -> None:
    photos = tmp_path / "capture" / "photos"
    photos.mkdir(parents=True)
    names = sorted(file.name for file in (shared_photos / name).glob("*.JPG"))
    for file in names:
        (photos / file).symlink_to(shared_photos / name / file)
    result = run(make_job(tmp_path, names, work_size_px=1200))
    assert (len(result["photos"]), result["excluded"], result["warnings"]) == (count, [], [])
    assert json.dumps(result)
