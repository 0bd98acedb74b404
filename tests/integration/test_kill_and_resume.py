"""Kill each of our processes in the middle of a small job: nobody is orphaned, and resuming changes no result."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from patience import PATIENCE_S
from program import Finished, Program, wait_until
from reconstruction_facts import assert_same
from small_capture import SMALL_JOB, write_small_capture


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("capture") / "photos"
    write_small_capture(folder)
    return folder


@pytest.fixture
def program(tiepoint_home: Path) -> Iterator[Program]:
    program = Program(tiepoint_home)
    yield program
    program.stop()


@pytest.fixture(scope="module")
def undisturbed(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The products of a run that nobody disturbed."""
    program = Program(tmp_path_factory.mktemp("home"))
    out = tmp_path_factory.mktemp("undisturbed")
    try:
        done = program.run("run", str(photos), "-o", str(out), *SMALL_JOB, "--json")
    finally:
        program.stop()
    assert done.status == 0, done.stderr
    return out


def wait_for_stage(program: Program, stage: str, process: Any) -> None:
    """Wait until the client has said that a stage is running."""
    for line in process.stdout:
        said = json.loads(line)
        if said.get("phase") == stage and said.get("state") == "running":
            return
    raise AssertionError(f"the job ended before {stage}: {process.stderr.read()}")


def finish(program: Program, out: Path) -> Finished:
    """Resume and check that nothing of the job is left when it has ended."""
    done = program.run("resume", "--json")
    assert done.status == 0, done.stdout + done.stderr
    assert done.result["type"] == "result"
    assert not program.processes("stage")
    return done


@pytest.mark.parametrize(("victim", "stage"), [("agent", "depth_maps"), ("worker", "depth_maps"), ("stage", "mesh")])
def test_a_killed_process_costs_no_result(
    program: Program, photos: Path, undisturbed: Path, tmp_path: Path, victim: str, stage: str
) -> None:
    with program.start("run", str(photos), "-o", str(tmp_path / "out"), *SMALL_JOB, "--json") as client:
        wait_for_stage(program, stage, client)
        wait_until(lambda: program.processes(victim), what=f"a {victim} to kill")
        program.kill(victim)
        if victim == "agent":
            wait_until(
                lambda: not (program.processes("worker") or program.processes("stage")),
                what="the workers to end with their agent",
            )
        client.communicate(timeout=120)
    finish(program, tmp_path / "out")
    assert_same(tmp_path / "out", undisturbed)


def test_a_killed_client_changes_nothing(program: Program, photos: Path, undisturbed: Path, tmp_path: Path) -> None:
    with program.start("run", str(photos), "-o", str(tmp_path / "out"), *SMALL_JOB, "--json") as client:
        wait_for_stage(program, "depth_maps", client)
        client.kill()
        client.communicate(timeout=PATIENCE_S)
    finish(program, tmp_path / "out")
    assert_same(tmp_path / "out", undisturbed)


def test_stopping_the_agent_leaves_no_process(program: Program, photos: Path, tmp_path: Path) -> None:
    with program.start("run", str(photos), "-o", str(tmp_path / "out"), *SMALL_JOB, "--json") as client:
        wait_for_stage(program, "depth_maps", client)
        client.terminate()
        client.communicate(timeout=PATIENCE_S)
        assert client.returncode == 130
    wait_until(lambda: not program.processes("stage"), what="the stage children to end")
