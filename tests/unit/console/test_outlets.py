"""The three forms of output: JSON lines, plain lines, and a picture of a terminal."""

from __future__ import annotations

import dataclasses
import io
import json
import sys
from datetime import timedelta
from typing import Any

import pytest
from rich.console import Console

from fakes.clock import FakeClock
from fakes.program import STAGES
from fakes.scheduler import T0
from fakes.transfers import a_transfer
from tiepoint.console.drawing import Drawing
from tiepoint.console.json_lines import JsonOutlet
from tiepoint.console.live import LiveOutlet
from tiepoint.console.outlet import write_line
from tiepoint.console.plain_lines import PlainOutlet
from tiepoint.console.terminals import outlet_for, outlet_for_programs
from tiepoint.console.transfer_drawing import drawn_transfer
from tiepoint.console.transfer_words import files_text
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import Eta, Job, JobState, Progress, Stage, StageState
from tiepoint.domain.operation import OperationProgress
from tiepoint.domain.transfer import Tally, TransferState
from tiepoint.services.reconstruction import RunSnapshot

JOB = Job(
    JobId("20261122-statue-0a1b2c"), "Sta\x1b[31mtue [bold]", "/c", JobState.RUNNING, stages=STAGES, preset="draft"
)
COPYING = RunSnapshot(preparing=OperationProgress("copy", 1_500_000, 3_000_000, "bytes"))
RUNNING = RunSnapshot(job=JOB)


def _moved(job: Job, name: str, **changes: Any) -> RunSnapshot:
    stages = (dataclasses.replace(stage, **changes) if stage.name == name else stage for stage in job.stages)
    return RunSnapshot(job=dataclasses.replace(job, stages=tuple(stages)))


def _json(clock: FakeClock) -> tuple[JsonOutlet, list[dict[str, Any]]]:
    lines: list[dict[str, Any]] = []
    return JsonOutlet(lambda line: lines.append(json.loads(line)), clock.seconds), lines


def test_json_tells_what_changed_and_nothing_twice() -> None:
    clock = FakeClock()
    outlet, lines = _json(clock)
    outlet.progress(COPYING)
    for _ in range(3):
        outlet.progress(RUNNING)
    assert [(line["phase"], line["state"]) for line in lines] == [
        ("copy", "running"),
        ("check", "completed"),
        ("features", "running"),
        ("job", "running"),
    ]
    assert {line["type"] for line in lines} == {"progress"}
    assert (lines[2]["done"], lines[2]["total"], lines[2]["unit"]) == (2, 4, "tasks")


def test_json_keeps_to_ten_a_second_but_tells_every_end() -> None:
    clock = FakeClock()
    outlet, lines = _json(clock)
    for done in range(1, 101):
        outlet.progress(_moved(JOB, "features", progress=Progress(done, 100, "photos")))
        clock.advance(0.01)
    features = [line for line in lines if line["phase"] == "features"]
    assert 10 <= len(features) <= 12
    assert features[-1]["done"] == 100


def test_json_tells_warnings_errors_and_one_result() -> None:
    outlet, lines = _json(FakeClock())
    outlet.warning(Failure("blurred", "One photo is blurred.", "Take it again."), photos=["a\udce9.jpg"])
    outlet.error(Failure("input", "No photos.", "Add some."))
    outlet.advance("check", 1, 2, "photos")
    outlet.result({"state": "failed", "at": T0}, "for people")
    outlet.close()
    assert [line["type"] for line in lines] == ["warning", "error", "progress", "result"]
    assert lines[0]["photos"] == ["a\udce9.jpg"]
    assert lines[1]["remedy"] == "Add some."
    assert lines[3] == {"type": "result", "state": "failed", "at": "2026-11-22T10:00:00.000Z"}


def _plain(clock: FakeClock) -> tuple[PlainOutlet, list[str]]:
    said: list[str] = []
    return PlainOutlet(clock, clock.seconds, said.append, lambda line: said.append(f"> {line}")), said


def test_plain_lines_tell_the_story() -> None:
    clock = FakeClock()
    outlet, said = _plain(clock)
    outlet.progress(COPYING)
    outlet.progress(COPYING)
    outlet.progress(RUNNING)
    clock.advance(20)
    outlet.progress(_moved(JOB, "features", progress=Progress(9, 18, "photos")))
    done = {
        "state": StageState.COMPLETED,
        "finished": T0 + timedelta(seconds=41),
        "progress": Progress(18, 18, "photos"),
    }
    outlet.progress(_moved(JOB, "features", **done))
    outlet.progress(dataclasses.replace(RUNNING, trouble="The connection was lost."))
    outlet.progress(RUNNING)
    outlet.warning(Failure("w", "One photo is blurred.", "Take it again."))
    outlet.error(Failure("input", "No photos.", "Add some."))
    outlet.error(Failure("canceled", "Stopped."))
    outlet.advance("check", 1, 2, "photos")
    outlet.result({}, "Model /out/model.glb")
    outlet.result({}, "")
    outlet.close()
    assert said == [
        "Keep photos ...",
        r"Job 20261122-statue-0a1b2c: Sta\x1b[31mtue [bold]",
        "Check photos: completed (0.0 s)",
        "Features: 9/18 photos",
        "Features: completed (18/18 photos, 41 s)",
        "The connection was lost.",
        "Connected again.",
        "Warning: One photo is blurred. Take it again.",
        "Error: No photos. Add some.",
        "Stopped.",
        "> Model /out/model.glb",
    ]


def test_plain_lines_say_why_a_stage_begins_anew() -> None:
    outlet, said = _plain(FakeClock())
    ended = dataclasses.replace(
        JOB, stages=tuple(Stage(name, StageState.COMPLETED) for name in ("features", "alignment"))
    )
    outlet.progress(RunSnapshot(job=ended))
    outlet.progress(_moved(ended, "features", state=StageState.RUNNING))
    assert said[-1] == "Some photos stay out: trying again with stronger settings."


def _drawn(snapshot: RunSnapshot, *, width: int = 90) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=False, markup=False, highlight=False)
    console.print(Drawing(T0 + timedelta(seconds=12), "*", width).of_run(snapshot))
    drawn = console.file.getvalue()  # type: ignore[attr-defined]
    assert all(len(line) <= width for line in drawn.splitlines())
    return str(drawn)


def test_a_run_is_drawn_stage_by_stage() -> None:
    job = dataclasses.replace(JOB, eta=Eta(30, 75))
    drawn = _drawn(RunSnapshot(job=job))
    assert r"Sta\x1b[31mtue [bold]  draft  20261122-statue-0a1b2c  1 to 2 min left" in drawn
    assert "✓ Check photos" in drawn
    assert "50%" in drawn
    assert "12 s" in drawn
    assert "· Matching" in drawn


def test_what_holds_a_job_up_is_told_once_and_that_it_goes_on() -> None:
    silent = Failure("silent-folder", "The folder /work does not answer.", "Look at the storage.")
    held = RunSnapshot(job=dataclasses.replace(JOB, stages=(), held=silent))
    outlet, said = _plain(FakeClock())
    for snapshot in (held, held, RunSnapshot(job=dataclasses.replace(JOB, stages=()))):
        outlet.progress(snapshot)
    assert said[1:] == ["The folder /work does not answer. Look at the storage.", "The job goes on."]
    assert "The folder /work does not answer." in _drawn(held)


def test_what_prepares_a_run_is_drawn_too() -> None:
    assert "1.5 MB of 3.0 MB" in _drawn(COPYING)
    assert "Look at photos" in _drawn(RunSnapshot(preparing=OperationProgress("read", 3, None, "photos")))


def test_trouble_and_a_stopped_job_are_drawn() -> None:
    assert "connection was lost" in _drawn(dataclasses.replace(RUNNING, trouble="The connection was lost."))
    stopped = dataclasses.replace(JOB, state=JobState.CANCELED)
    assert "■ Features" in _drawn(RunSnapshot(job=stopped))
    failed = (Stage("check", StageState.FAILED, started=T0, finished=T0),)
    assert "✗ Check photos" in _drawn(RunSnapshot(job=dataclasses.replace(JOB, stages=failed)))


@pytest.mark.parametrize("width", [30, 50, 200])
def test_any_width_will_do(width: int) -> None:
    assert "Features" in _drawn(RUNNING, width=width)


def test_the_terminal_is_left_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    screen, said = io.StringIO(), list[str]()
    console = Console(file=screen, width=80, force_terminal=True, markup=False)
    outlet = LiveOutlet(FakeClock(), console, said.append)
    outlet.progress(RUNNING)
    outlet.warning(Failure("w", "One photo is [red]blurred.", "Take it again."))
    outlet.advance("check", 1, 2, "photos")
    outlet.error(Failure("input", "No photos.", "Add some."))
    outlet.error(Failure("canceled", "Stopped."))
    outlet.result({}, "Model /out/model.glb")
    outlet.result({}, "")
    outlet.close()
    drawn = screen.getvalue()
    assert "[red]blurred" in drawn
    assert drawn.rindex("\x1b[?25h") > drawn.rindex("\x1b[?25l")
    assert said == ["Model /out/model.glb"]


def test_which_output_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(outlet_for_programs(), JsonOutlet)

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stderr", io.StringIO())
    assert isinstance(outlet_for(FakeClock()), PlainOutlet)
    monkeypatch.setattr(sys, "stderr", Terminal())
    monkeypatch.setenv("TERM", "dumb")
    assert isinstance(outlet_for(FakeClock()), PlainOutlet)
    monkeypatch.setenv("TERM", "xterm-256color")
    assert isinstance(outlet_for(FakeClock()), LiveOutlet)


def test_a_stream_that_cannot_show_a_sign_shows_its_code() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii", newline="\n")
    write_line(stream, "Grüße ✓")
    assert raw.getvalue() == b"Gr\\xfc\\xdfe \\u2713\n"


def test_json_tells_bytes_and_files_of_a_transfer_apart() -> None:
    clock = FakeClock()
    outlet, lines = _json(clock)
    outlet.transfer(a_transfer(left_s=None))
    outlet.transfer(a_transfer(left_s=None))
    outlet.transfer(a_transfer(state=TransferState.COMPLETED))
    assert [(line["phase"], line["state"]) for line in lines] == [("upload", "running"), ("upload", "completed")]
    told = lines[0]
    assert (told["done"], told["total"], told["unit"]) == (200 * 8_000_000, 412 * 8_000_000, "bytes")
    assert (told["files_done"], told["files_total"], told["transfer"]) == (200, 412, "transfer-1")


def test_plain_lines_tell_a_transfer_now_and_then() -> None:
    clock, lines = FakeClock(), list[str]()
    outlet = PlainOutlet(clock, clock.seconds, lines.append, lines.append)
    outlet.transfer(a_transfer(state=TransferState.PREPARING, name="bri\x1b[31mghton"))
    for _ in range(3):
        outlet.transfer(a_transfer())
    clock.advance(20)
    outlet.transfer(a_transfer())
    outlet.transfer(a_transfer(state=TransferState.COMPLETED))
    assert len(lines) == 4
    assert lines[0].startswith("Looking what is there already: bri")
    assert "\x1b" not in lines[0]
    assert lines[2] == "Sending: 1.6 GB of 3.3 GB, 200 of 412 files, 24 MB/s, 1 to 2 min left"
    assert lines[3] == "Completed: brighton"


@pytest.mark.parametrize("width", [30, 80, 200])
def test_a_transfer_is_drawn_at_any_width(width: int) -> None:
    for state in TransferState:
        console = Console(file=io.StringIO(), width=width)
        tallies = {"verified": Tally(2, 20), "skipped": Tally(1, 10), "copied": Tally(1, 5), "failed": Tally(1, 5)}
        with_conflict = {**tallies, "conflict": Tally(1, 1)}
        transfer = a_transfer(state=state, name="[bold]x[/bold]", tallies=with_conflict)
        console.print(drawn_transfer(transfer, "*", width))
        drawn = console.file.getvalue()  # type: ignore[attr-defined]
        assert "[bold]x" in drawn
        assert max(len(line) for line in drawn.splitlines()) <= width
    assert files_text(transfer) == (
        "4 of 412 files, 1 there already, 1 copied by the server, 1 failed, 1 differ from what is there"
    )
