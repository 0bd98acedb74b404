"""Every command over fakes: its exit code, its last word for people and its facts for programs."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from fakes.outlet import RecordingOutlet
from fakes.program import OUTPUT, PHOTOS, FakeProgram
from fakes.scheduler import T0
from patience import until
from tiepoint.console import checks, listings, runs
from tiepoint.console.outlet import OutputLost
from tiepoint.console.requests import RunRequest
from tiepoint.domain.errors import UsageError
from tiepoint.domain.failure import Failure
from tiepoint.domain.job import JobState
from tiepoint.domain.photo import SetFinding
from tiepoint.services.reconstruction import RunSnapshot

WANTED = RunRequest("draft", (), "", OUTPUT)


async def _run(world: FakeProgram, wanted: RunRequest = WANTED, *, detach: bool = False) -> tuple[int, RecordingOutlet]:
    outlet = RecordingOutlet()
    code = await runs.run(world.program, outlet, [PHOTOS], wanted, detach=detach)
    return code, outlet


async def test_a_run_ends_with_its_products() -> None:
    code, outlet = await _run(FakeProgram())
    assert code == 0
    facts = outlet.facts
    assert (facts["state"], facts["exit_code"], facts["photos_aligned"]) == ("completed", 0, 3)
    assert facts["output"] == "/out"
    assert facts["products"]["model.glb"] == "/out/model.glb"
    assert facts["faces"] == 1000
    for name in ("model.glb", "preview.png", "report.html"):
        assert f"/out/{name}" in outlet.text
    assert outlet.text.startswith("3 of 3 photos aligned, 1 000 faces")


async def test_left_out_photos_are_told_one_by_one_unless_they_are_many() -> None:
    for count, expected in ((2, ["truncated", "truncated", "blurred"]), (11, ["excluded", "blurred"])):
        world = FakeProgram()
        world.products.content["excluded"] = [
            {"path": f"{number}.jpg", "kind": "truncated", "summary": "It is cut short.", "remedy": "Copy it again."}
            for number in range(count)
        ]
        world.products.content["warnings"] = [
            {"kind": "excluded", "summary": f"{count} photos are left out."},
            {"kind": "blurred", "summary": "One is blurred."},
        ]
        _, outlet = await _run(world)
        assert [warning.kind for warning in outlet.warnings] == expected


async def test_figures_of_the_result_are_in_the_last_word() -> None:
    world = FakeProgram()
    world.products.content |= {"reprojection_error_px": {"mean": 0.661, "max": 2.4}, "gsd_m": 0.0213}
    _, outlet = await _run(world)
    assert "error 0.66 px, 2.1 cm per pixel, in 0.0 s." in outlet.text


async def test_few_aligned_photos_or_missing_products_are_partial() -> None:
    world = FakeProgram()
    world.products.content |= {"photos_total": 10, "photos_aligned": 6}
    world.products.content["warnings"] = [{"kind": "unaligned", "summary": "4 photos stay out.", "photos": ["a"]}]
    code, outlet = await _run(world)
    assert (code, outlet.facts["state"]) == (5, "partial")
    assert [warning.kind for warning in outlet.warnings] == ["unaligned"]
    world = FakeProgram()
    world.products.names = ("result.json", "cloud.ply")
    code, outlet = await _run(world)
    assert (code, "model.glb" in outlet.facts["missing"]) == (5, True)
    assert "model.glb" in outlet.warnings[0].summary


@pytest.mark.parametrize(
    ("ends", "error", "code", "state"),
    [
        (JobState.FAILED, Failure("input", "No two photos overlap.", "Take more."), 3, "failed"),
        (JobState.FAILED, Failure("no-space", "The disk is full.", "Free some."), 1, "failed"),
        (JobState.PAUSED, Failure("interrupted", "The agent was ended.", "Resume."), 1, "failed"),
        (JobState.CANCELED, None, 130, "canceled"),
    ],
)
async def test_a_run_that_fails_says_why_last(ends: JobState, error: Failure | None, code: int, state: str) -> None:
    ended, outlet = await _run(FakeProgram(ends, error=error))
    assert ended == code
    assert (outlet.facts["state"], outlet.facts["exit_code"]) == (state, code)
    assert outlet.facts["job"] == "20261122-job-000000"
    assert outlet.errors[0].summary == outlet.facts["error"]["summary"]


async def test_typed_changes_reach_the_job() -> None:
    world = FakeProgram()
    await _run(world, RunRequest(None, ("depth-size-px=800", "faces = 9000"), "My statue", OUTPUT))
    request = world.scheduler.requests["key-0"]
    assert (request.preset, request.name) == ("standard", "My statue")
    assert dict(request.parameters) == {"depth_size_px": 800, "faces": 9000}
    code, outlet = await _run(FakeProgram(), RunRequest("draft", ("faces",), "", OUTPUT))
    assert (code, outlet.errors[0].kind) == (2, "usage")


async def test_a_detached_job_is_left_to_itself() -> None:
    world = FakeProgram(ends=None)
    code, outlet = await _run(world, detach=True)
    assert (code, outlet.facts["state"]) == (0, "queued")
    assert "tiepoint watch 20261122-job-000000" in outlet.text


async def _interrupted(command: asyncio.Task[int]) -> int:
    command.cancel()
    return await command


def _is_running(world: FakeProgram) -> bool:
    return any(job.state is JobState.RUNNING for job in world.scheduler.all_jobs.values())


async def test_ctrl_c_aborts_and_says_how_to_go_on() -> None:
    world, outlet = FakeProgram(ends=None), RecordingOutlet()
    task = asyncio.ensure_future(runs.run(world.program, outlet, [PHOTOS], WANTED, detach=False))
    await until(lambda: _is_running(world))
    assert await _interrupted(task) == 130
    assert world.scheduler.all_jobs[next(iter(world.scheduler.all_jobs))].state is JobState.CANCELED
    assert "tiepoint resume" in outlet.errors[0].remedy
    assert outlet.facts["state"] == "canceled"


async def test_ctrl_c_without_an_answer_says_so() -> None:
    world, outlet = FakeProgram(ends=None), RecordingOutlet()
    task = asyncio.ensure_future(runs.run(world.program, outlet, [PHOTOS], WANTED, detach=False))
    await until(lambda: _is_running(world))
    world.scheduler.is_reachable = False
    assert await _interrupted(task) == 130
    assert "may still run" in outlet.errors[0].summary


async def test_ctrl_c_while_watching_leaves_the_job_alone() -> None:
    world, outlet = FakeProgram(ends=None), RecordingOutlet()
    await _run(world, detach=True)
    task = asyncio.ensure_future(runs.watch(world.program, outlet, None))
    await until(lambda: _is_running(world))
    assert await _interrupted(task) == 130
    assert world.scheduler.all_jobs[next(iter(world.scheduler.all_jobs))].state is JobState.RUNNING


async def test_ctrl_c_before_there_is_a_job() -> None:
    world, outlet = FakeProgram(), RecordingOutlet()
    task = asyncio.ensure_future(runs.run(world.program, outlet, [PHOTOS], WANTED, detach=False))
    await asyncio.sleep(0)  # its first step
    assert await _interrupted(task) == 130
    assert outlet.facts["job"] is None


async def test_resume_goes_on_and_ends_like_a_run() -> None:
    world = FakeProgram(JobState.CANCELED)
    await _run(world)
    job_id = next(iter(world.scheduler.all_jobs))
    world.ends = JobState.COMPLETED
    outlet = RecordingOutlet()
    task = asyncio.ensure_future(runs.resume(world.program, outlet, None))
    await until(lambda: world.scheduler.all_jobs[job_id].state is JobState.QUEUED)
    world.scheduler.set(job_id, state=JobState.COMPLETED)
    assert await task == 0
    assert outlet.facts["products"]["model.glb"] == "/out/model.glb"
    assert await runs.watch(world.program, RecordingOutlet(), job_id) == 0


async def test_nothing_to_resume_is_said() -> None:
    outlet = RecordingOutlet()
    assert await runs.resume(FakeProgram().program, outlet, None) == 2
    assert "no job yet" in outlet.errors[0].summary


async def test_lists() -> None:
    world = FakeProgram(ends=None)
    outlet = RecordingOutlet()
    assert await listings.jobs(world.program, outlet, T0) == 0
    assert outlet.text == "There are no jobs."
    await _run(world, detach=True)
    await until(lambda: next(iter(world.scheduler.all_jobs.values())).state is JobState.RUNNING)
    outlet = RecordingOutlet()
    await listings.jobs(world.program, outlet, T0)
    assert "20261122-job-000000  statue  running" in outlet.text
    assert len(outlet.facts["jobs"]) == 1
    outlet = RecordingOutlet()
    await listings.nodes(world.program, outlet)
    assert "workshop  ready" in outlet.text
    outlet = RecordingOutlet()
    await listings.logs(world.program, outlet, None, 2)
    assert [line.split()[-1] for line in outlet.text.splitlines()] == ["3", "4"]


async def test_jobs_are_paused_and_aborted_by_name() -> None:
    world = FakeProgram(ends=None)
    await _run(world, detach=True)
    outlet = RecordingOutlet()
    assert await listings.pause(world.program, outlet, "000000") == 0
    assert "Paused" in outlet.text
    outlet = RecordingOutlet()
    assert await listings.abort(world.program, outlet, "statue") == 0
    assert "tiepoint resume" in outlet.text
    world.scheduler.set(next(iter(world.scheduler.all_jobs)), state=JobState.COMPLETED)
    outlet = RecordingOutlet()
    await listings.abort(world.program, outlet, "statue")
    assert "completed already" in outlet.text
    with pytest.raises(UsageError):
        await listings.abort(world.program, RecordingOutlet(), "nothing")


async def test_for_programs_a_view_is_a_picture() -> None:
    world, outlet = FakeProgram(), RecordingOutlet()
    assert await listings.view(world.program, outlet, Path("m.glb"), Path("p.png")) == 0
    assert world.renderer.drawn == [(Path("m.glb"), Path("p.png"))]
    with pytest.raises(UsageError, match="only be drawn"):
        await listings.view(world.program, RecordingOutlet(), Path("m.glb"), None)


async def test_good_photos_are_fine() -> None:
    world, outlet = FakeProgram(), RecordingOutlet()
    assert await checks.check(world.program, outlet, [PHOTOS]) == 0
    assert outlet.text.endswith("3 of 3 photos can be used.")
    assert world.inspector.asked == [(3, True)]
    assert outlet.advances == 3


async def test_bad_photos_are_named() -> None:
    world, outlet = FakeProgram(), RecordingOutlet()
    world.inspector.broken = {"1.jpg"}
    world.inspector.findings = [SetFinding("near-duplicate", "Two are alike.", photos=("0.jpg", "2.jpg"))]
    assert await checks.check(world.program, outlet, [PHOTOS]) == 3
    assert [warning.summary for warning in outlet.warnings] == ["1.jpg: The photo is cut short.", "Two are alike."]
    assert "✗  1.jpg" in outlet.text
    assert outlet.facts["usable"] == 2


async def test_check_says_each_thing_once() -> None:
    world, outlet = FakeProgram(), RecordingOutlet()
    world.inspector.broken = {"0.jpg", "1.jpg"}
    world.inspector.findings = [SetFinding("excluded", "3 photos are left out.", photos=("0.jpg", "1.jpg", "2.jpg"))]
    assert await checks.check(world.program, outlet, [PHOTOS]) == 3
    said = [warning.summary for warning in outlet.warnings]
    assert said == ["2 photos: The photo is cut short.", "1 photo is an exact copy of another one."]
    assert "–  2.jpg" in outlet.text
    assert outlet.facts["usable"] == 0


async def test_a_run_whose_reader_has_left_says_that_the_job_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    class Unread(RecordingOutlet):
        def progress(self, snapshot: RunSnapshot) -> None:
            if snapshot.job is not None:
                raise OutputLost(BrokenPipeError())

    world = FakeProgram(ends=None)
    with pytest.raises(OutputLost):
        await runs.run(world.program, Unread(), [PHOTOS], WANTED, detach=False)
    assert "tiepoint watch 20261122-job-000000" in capsys.readouterr().err


def test_an_output_folder_is_told_without_detours() -> None:
    request = RunRequest("draft", (), "", Path("/tmp/a/../b")).job_request("draft")
    assert request.output == Path("/tmp/b").resolve()


async def test_the_doctor_speaks() -> None:
    world, outlet = FakeProgram(), RecordingOutlet()
    assert await checks.doctor(world.program, outlet) == 0
    world.system.engine_facts = None
    outlet = RecordingOutlet()
    assert await checks.doctor(world.program, outlet) == 2
    assert "✗ engine" in outlet.text
    assert "→ Install it again." in outlet.text
