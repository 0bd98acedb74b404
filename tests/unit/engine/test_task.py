import json
import sys
import types
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tiepoint.domain.errors import EngineFailure
from tiepoint.engine.task import Progress, Task, digest, is_done, manifest_path, run_task

CALLS: list[str] = []


def _copy(work: Path, options: Mapping[str, Any], progress: Progress) -> None:
    CALLS.append("copy")
    text = (work / "in.txt").read_text(encoding="utf-8")
    (work / "out" / "copy.txt").write_text(text * int(options["times"]), encoding="utf-8")
    progress(1, 1)


def _forget(work: Path, options: Mapping[str, Any], progress: Progress) -> None:
    CALLS.append("forget")


@pytest.fixture(autouse=True)
def _toy_stage() -> Iterator[None]:
    module = types.ModuleType("tiepoint.engine.stages.toy")
    vars(module).update(copy=_copy, forget=_forget)
    sys.modules[module.__name__] = module
    CALLS.clear()
    yield
    del sys.modules[module.__name__]


@pytest.fixture
def work(tmp_path: Path) -> Path:
    (tmp_path / "in.txt").write_text("abc", encoding="utf-8")
    return tmp_path


def task(times: int = 2) -> Task:
    return Task("toy/0", "toy:copy", {"times": times}, inputs=("in.txt",), outputs=("out/copy.txt",))


def ignore(done: int, total: int | None) -> None:
    pass


def test_a_task_runs_once_and_says_what_it_took(work: Path) -> None:
    manifest = run_task(work, task(), ignore)
    assert (work / "out/copy.txt").read_text(encoding="utf-8") == "abcabc"
    assert manifest["seconds"] >= 0
    assert manifest["outputs"] == {"out/copy.txt": 6}
    run_task(work, task(), ignore)
    assert CALLS == ["copy"]


def test_changed_options_run_again(work: Path) -> None:
    run_task(work, task(2), ignore)
    assert not is_done(work, task(3))


def test_changed_input_content_runs_again(work: Path) -> None:
    run_task(work, task(), ignore)
    (work / "in.txt").write_text("abd", encoding="utf-8")
    assert not is_done(work, task())


@pytest.mark.parametrize("damage", ["missing", "cut"])
def test_damaged_output_runs_again(work: Path, damage: str) -> None:
    run_task(work, task(), ignore)
    output = work / "out/copy.txt"
    if damage == "missing":
        output.unlink()
    else:
        output.write_text("ab", encoding="utf-8")
    assert not is_done(work, task())


@pytest.mark.parametrize("content", ["", "[]", "{}", "null", '{"outputs": 3}', "\x00"])
def test_a_broken_manifest_means_not_done(work: Path, content: str) -> None:
    run_task(work, task(), ignore)
    manifest_path(work, "toy/0").write_text(content, encoding="utf-8")
    assert not is_done(work, task())


def test_a_function_that_writes_nothing_fails(work: Path) -> None:
    with pytest.raises(EngineFailure, match="without writing"):
        run_task(work, Task("toy/1", "toy:forget", outputs=("none.txt",)), ignore)


def test_a_missing_input_fails_in_words(work: Path) -> None:
    with pytest.raises(EngineFailure, match="a file it needs is missing"):
        run_task(work, Task("toy/2", "toy:forget", inputs=("nowhere",)), ignore)


def test_folders_count_by_content(work: Path) -> None:
    (work / "folder").mkdir()
    (work / "folder/a").write_text("1", encoding="utf-8")
    one = digest(work, Task("k", "toy:forget", inputs=("folder",)))
    (work / "folder/a").rename(work / "folder/b")
    assert digest(work, Task("k", "toy:forget", inputs=("folder",))) != one


def test_a_task_survives_json() -> None:
    assert Task.from_dict(json.loads(json.dumps(task().to_dict()))) == task()
