import sys
import types
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tiepoint.engine.job_folder import JobFolder, write_json
from tiepoint.engine.pipeline import InlineExecutor, SilentListener, run_pipeline
from tiepoint.engine.task import Progress, Task

RAN: list[str] = []


def _write(work: Path, options: Mapping[str, Any], progress: Progress) -> None:
    RAN.append(str(options["name"]))
    (work / f"{options['name']}.txt").write_text(str(options.get("text", "x")), encoding="utf-8")


def _align(work: Path, options: Mapping[str, Any], progress: Progress) -> None:
    RAN.append(f"align{options['round']}")
    write_json(work / "alignment.json", {"retry": {"round": 1} if options["round"] == 0 else None})


def _stage(name: str, plan: Any) -> None:
    module = types.ModuleType(f"tiepoint.engine.stages.{name}")
    vars(module).update(plan=plan, write=_write, align=_align)
    sys.modules[module.__name__] = module


@pytest.fixture(autouse=True)
def _toy_stages(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = {name: module for name, module in sys.modules.items() if name.startswith("tiepoint.engine.stages.")}
    RAN.clear()
    yield
    for name in [name for name in sys.modules if name.startswith("tiepoint.engine.stages.")]:
        del sys.modules[name]
    sys.modules.update(before)


@pytest.fixture
def job(tmp_path: Path) -> JobFolder:
    return JobFolder.create(tmp_path / "job", capture_folder=tmp_path, name="toy", preset="draft", changes={})


def write_task(name: str, text: str = "x", *, reads: Sequence[str] = ()) -> Task:
    options = {"name": name, "text": text}
    return Task(f"check/{name}", "check:write", options, inputs=tuple(reads), outputs=(f"{name}.txt",))


class Recorder(SilentListener):
    def __init__(self) -> None:
        self.finished: list[str] = []

    def task_finished(self, stage: str, task: str) -> None:
        self.finished.append(task)


async def run(job: JobFolder, stages: Sequence[str]) -> Recorder:
    listener = Recorder()
    await run_pipeline(job, InlineExecutor(), listener, stages=stages)
    return listener


async def test_readers_wait_for_writers(job: JobFolder) -> None:
    _stage("check", lambda _: [write_task("a"), write_task("b"), write_task("sum", reads=["a.txt", "b.txt"])])
    await run(job, ["check"])
    assert RAN == ["a", "b", "sum"]


async def test_a_second_run_does_nothing(job: JobFolder) -> None:
    _stage("check", lambda _: [write_task("a"), write_task("sum", reads=["a.txt"])])
    await run(job, ["check"])
    RAN.clear()
    listener = await run(job, ["check"])
    assert RAN == []
    assert listener.finished == []


async def test_a_changed_writer_runs_its_readers_again(job: JobFolder) -> None:
    _stage("check", lambda _: [write_task("a", "one"), write_task("sum", reads=["a.txt"])])
    await run(job, ["check"])
    RAN.clear()
    _stage("check", lambda _: [write_task("a", "two"), write_task("sum", reads=["a.txt"])])
    await run(job, ["check"])
    assert RAN == ["a", "sum"]


async def test_alignment_is_repeated_with_stronger_settings_when_it_asks(job: JobFolder) -> None:
    def plan_alignment(folder: JobFolder) -> list[Task]:
        number = 1 if folder.has("alignment.json") and folder.read("alignment.json")["retry"] else 0
        return [Task(f"alignment/{number}", "alignment:align", {"round": number}, outputs=("alignment.json",))]

    _stage("features", lambda _: [])
    _stage("matching", lambda _: [])
    _stage("alignment", plan_alignment)
    await run(job, ["features", "matching", "alignment"])
    assert RAN == ["align0", "align1"]
