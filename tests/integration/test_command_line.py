"""The real command line in processes of its own: exit codes, what goes where, and how soon it answers."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import photo_factory
from program import Program


@pytest.fixture
def program(tiepoint_home: Path) -> Iterator[Program]:
    made = Program(tiepoint_home)
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "Grüße [bold] 東京"
    folder.mkdir()
    for seed in range(3):
        photo_factory.picture(seed=seed).save(folder / f"{seed}.jpg", quality=90)
    return folder


def test_the_version_is_told_at_once(program: Program) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = program.run("--version")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert (told.status, told.stdout.startswith("tiepoint ")) == (0, True)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.4


@pytest.mark.parametrize(
    "command", ["run", "check", "jobs", "nodes", "watch", "abort", "resume", "logs", "view", "doctor"]
)
def test_every_command_has_help(program: Program, command: str) -> None:
    told = program.run(command, "--help")
    assert told.status == 0
    assert "Usage: tiepoint" in told.stdout


def test_light_commands_load_nothing_heavy() -> None:
    code = (
        "import sys, tiepoint.cli, tiepoint.bootstrap;"
        "heavy = {'numpy', 'cv2', 'numba', 'scipy', 'pycolmap', 'distributed', 'http.client'} & set(sys.modules);"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("args", "status", "said"),
    [
        (["run", "nowhere", "-o", "out"], 3, "There is no file or folder nowhere."),
        (["run", "{photos}"], 2, "--output"),
        (["run", "{photos}", "-o", "{photos}/0.jpg"], 3, "is a file, not a folder"),
        (["run", "{photos}", "-o", "{tmp}/out", "--preset", "ultra"], 2, "There is no preset"),
        (["run", "{photos}", "-o", "{tmp}/out", "--set", "faces=many"], 2, "faces"),
        (["run", "{photos}/0.jpg", "-o", "{tmp}/out"], 3, "only one photo"),
        (["view", "{photos}/0.jpg"], 2, "is no model"),
        (["view", "{photos}"], 2, "is no model"),
        (["view", "{tmp}/no.glb"], 2, "no display"),
        (["panel"], 2, "no display"),
        (["view", "{tmp}/no.glb", "--screenshot", "{tmp}/no.png"], 3, "no.glb"),
        (["fly"], 2, "fly"),
    ],
)
def test_what_cannot_be_done_is_said_on_stderr(
    program: Program, photos: Path, tmp_path: Path, args: list[str], status: int, said: str
) -> None:
    ended = program.run(*(arg.format(photos=photos, tmp=tmp_path) for arg in args))
    assert ended.status == status
    assert said in ended.stderr
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "out").exists()


def test_json_ends_with_the_result_even_in_failure(program: Program, tmp_path: Path) -> None:
    ended = program.run("run", "nowhere", "-o", str(tmp_path / "out"), "--json")
    assert [line["type"] for line in ended.lines] == ["error", "result"]
    assert (ended.status, ended.result["exit_code"], ended.result["state"]) == (3, 3, "failed")
    assert ended.result["error"]["remedy"]


def test_photos_are_checked_one_by_one(program: Program, photos: Path) -> None:
    whole = (photos / "0.jpg").read_bytes()
    (photos / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    (photos / "empty.jpg").touch()
    (photos / "\x1b[31mred\n.jpg").write_bytes(b"no picture")
    ended = program.run("check", str(photos))
    assert ended.status == 3
    assert "3 of 6 photos can be used." in ended.stdout
    assert "\x1b" not in ended.stdout + ended.stderr
    told = program.run("check", str(photos), "--json")
    assert {line["type"] for line in told.lines} <= {"progress", "warning", "result"}
    bad = {photo["path"] for photo in told.result["photos"] if photo["problem"]}
    assert bad == {"cut.jpg", "empty.jpg", "\x1b[31mred\n.jpg"}
    assert all(photo["problem"]["remedy"] for photo in told.result["photos"] if photo["problem"])


def test_a_broken_settings_file_is_set_aside_and_said(program: Program) -> None:
    settings = program.home / "settings" / "settings.json"
    settings.parent.mkdir(parents=True)
    settings.write_text("{", encoding="utf-8")
    told = program.run("doctor", "--json")
    finding = next(each for each in told.result["findings"] if each["name"] == "settings")
    assert finding["health"] == "warning"
    assert not settings.exists()
    assert list(settings.parent.glob("settings.broken-*.json"))


def test_the_doctor_finds_this_computer_well(program: Program) -> None:
    told = program.run("doctor", "--json")
    assert told.status == 0, told.stdout
    assert {"engine", "agent", "memory", "folder for sockets"} <= {each["name"] for each in told.result["findings"]}


def test_a_reader_that_leaves_is_no_crash(program: Program) -> None:
    with program.start("nodes") as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_lists_are_empty_at_first(program: Program) -> None:
    assert program.run("jobs").stdout.strip() == "There are no jobs."
    assert json.loads(program.run("jobs", "--json").stdout)["jobs"] == []
    assert "There is no job yet" in program.run("resume").stderr
    assert program.run("logs").status == 2


@pytest.mark.parametrize("typed", [["run", "--json"], ["run", "", "-o", "x", "--json"], ["frobnicate", "--json"]])
def test_programs_get_a_result_for_what_makes_no_sense(program: Program, typed: list[str]) -> None:
    told = program.run(*typed)
    assert (told.status, told.result["type"], told.result["exit_code"]) == (2, "result", 2)
    assert told.stderr.startswith("Usage: tiepoint")


def test_an_empty_path_is_not_the_current_folder(program: Program, photos: Path) -> None:
    told = program.run("run", str(photos), "-o", "")
    assert (told.status, "the path is empty" in told.stderr) == (2, True)


def test_a_home_may_be_named_from_where_one_stands(
    program: Program, tiepoint_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tiepoint_home.parent)
    program.env["TIEPOINT_HOME"] = tiepoint_home.name
    told = program.run("jobs")
    assert (told.status, told.stdout) == (0, "There are no jobs.\n")
