"""The child that looks into photos without a job: its lines, its order, and what a bad request gives."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import photo_factory as factory
from tiepoint.engine.inspect_photos import PhotoList, inspect_photos


def look(level: str, *paths: Path) -> list[dict[str, Any]]:
    listed = PhotoList()
    for path in paths:
        listed.add(path)
    lines: list[dict[str, Any]] = []
    inspect_photos(listed, level, lines.append)
    return lines


def of_type(lines: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [line for line in lines if line["type"] == kind]


def child(arguments: list[str], request: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(part for part in sys.path if part)}
    command = [sys.executable, "-P", "-m", "tiepoint.engine.inspect_photos", *arguments]
    return subprocess.run(command, input=request, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "drop"
    for number in range(6):
        factory.write_jpeg(root / f"{number}.jpg", seed=number, exif_block=factory.exif(make=b"A", focal_35=30))
    factory.write_jpeg(root / "below" / "7.JPG", seed=7)
    (root / "8.jpg").write_bytes(factory.jpeg_bytes(factory.picture(seed=8))[:2000])
    (root / "README.txt").write_text("no photo", encoding="utf-8")
    (root / ".hidden.jpg").write_bytes(b"")
    return root


def test_full_level_finds_what_only_decoding_shows(folder: Path) -> None:
    lines = look("full", folder)
    photos = of_type(lines, "photo")
    assert [photo["path"] for photo in photos] == [*(f"{n}.jpg" for n in range(6)), "8.jpg", "below/7.JPG"]
    assert photos[6]["problem"]["kind"] == "truncated"
    assert photos[0]["problem"] is None
    assert len(photos[0]["phash"]) == 64
    assert [warning["kind"] for warning in photos[7]["warnings"]] == ["focal-length-estimated"]
    assert {line["kind"] for line in of_type(lines, "finding")} >= {"excluded", "focal-length-estimated"}
    assert lines[-1] == {"type": "done", "photos": 8, "usable": 7, "skipped": 1}
    assert of_type(lines, "progress")[-1] == {"type": "progress", "done": 8, "total": 8}


def test_facts_level_reads_heads_only(folder: Path) -> None:
    photos = of_type(look("facts", folder), "photo")
    assert photos[6]["problem"] is None
    assert photos[0]["md5"] is None
    assert photos[0]["camera"] == "A@160x120"


def test_a_set_without_a_model_is_an_error_finding(tmp_path: Path) -> None:
    lines = look("full", factory.write_jpeg(tmp_path / "a.jpg"), tmp_path / "gone.jpg")
    errors = [line for line in of_type(lines, "finding") if line["severity"] == "error"]
    assert [line["kind"] for line in errors] == ["too-few-photos"]
    assert of_type(lines, "photo")[1]["problem"]["kind"] == "missing"


def test_a_file_given_by_name_is_looked_at_whatever_its_name(tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("hello", encoding="utf-8")
    assert of_type(look("facts", note), "photo")[0]["problem"]["kind"] == "not-an-image"


def test_an_unreadable_folder_is_said() -> None:
    lines: list[dict[str, Any]] = []
    inspect_photos(PhotoList(unreadable=["/locked"]), "facts", lines.append)
    assert [line["kind"] for line in of_type(lines, "finding")] == ["unreadable-folder", "no-photos"]


def test_the_child_by_arguments(folder: Path) -> None:
    done = child(["--level", "full", str(folder)])
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr) == (0, "")
    assert lines[-1]["usable"] == 7


def test_the_child_by_a_request_keeps_names_and_order(folder: Path) -> None:
    photos = [{"path": str(folder / f"{n}.jpg"), "name": f"näme {n}"} for n in (3, 1, 2)]
    done = child([], json.dumps({"level": "facts", "photos": photos}))
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["path"] for line in of_type(lines, "photo")] == ["näme 3", "näme 1", "näme 2"]


@pytest.mark.parametrize("request_text", ["", "{", '{"level": "deep"}', '{"photos": [{}]}', "[]"])
def test_a_request_that_makes_no_sense(request_text: str) -> None:
    done = child([], request_text)
    assert done.returncode == 2
    assert done.stderr.startswith("tiepoint inspect: the request makes no sense")


def test_the_asker_may_go_away(folder: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(part for part in sys.path if part)}
    command = [sys.executable, "-P", "-m", "tiepoint.engine.inspect_photos", str(folder)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(20) == 0
