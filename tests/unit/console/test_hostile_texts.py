"""A scheduler's texts steer no terminal: whatever field they come in, and whatever form the output has."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from rich.console import Console, RenderableType
from rich.spinner import Spinner

from tiepoint.console.drawing import Drawing
from tiepoint.console.json_lines import JsonOutlet
from tiepoint.console.listings import jobs_text, nodes_text
from tiepoint.console.outlet import write_line
from tiepoint.console.plain_lines import PlainOutlet
from tiepoint.console.site_drawing import drawn_site
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import JobId, NodeId
from tiepoint.domain.job import Job, JobState, Progress, Stage, StageState
from tiepoint.domain.link import Link, LinkState
from tiepoint.domain.node import Node, NodeState
from tiepoint.domain.operation import OperationProgress
from tiepoint.services.monitor import MonitorSnapshot
from tiepoint.services.reconstruction import RunSnapshot

EVIL = "e\x1b]0;owned\x07\x1b[2J\r\n\x9b31m\u202ev"
NOW = datetime(2026, 11, 26, 6, tzinfo=UTC)
FAILURE = Failure(EVIL, EVIL, EVIL, detail=EVIL)


def _stages(*states: StageState) -> tuple[Stage, ...]:
    return tuple(Stage(EVIL, state, started=NOW, progress=Progress(1, 4, EVIL)) for state in states)


JOB = Job(
    JobId(EVIL),
    EVIL,
    EVIL,
    JobState.RUNNING,
    stage=EVIL,
    stages=_stages(*StageState),
    user=EVIL,
    started=NOW,
    error=FAILURE,
    preset=EVIL,
)
NODE = Node(NodeId(EVIL), EVIL, NodeState.BUSY, job=JobId(EVIL), stage=EVIL, notice=EVIL)
SITE = MonitorSnapshot(Link(LinkState.LOST, NOW, NOW, FAILURE), jobs=(JOB,), nodes=(NODE,))
RUN = RunSnapshot(job=JOB, trouble=EVIL, preparing=OperationProgress(EVIL, 1, 2, EVIL))


def _steers(text: str) -> set[str]:
    return {sign for sign in text if sign != "\n" and not sign.isprintable()}


def test_lines() -> None:
    said: list[str] = []
    outlet = PlainOutlet(lambda: NOW, lambda: 0.0, said.append, said.append)
    outlet.site("box", SITE)
    outlet.progress(RUN)
    outlet.warning(FAILURE)
    outlet.error(FAILURE)
    said += [jobs_text((JOB,), NOW), nodes_text((NODE,))]
    assert len(said) > 8
    assert [line for line in said if _steers(line)] == []


@pytest.mark.parametrize(
    "drawn",
    [
        lambda: drawn_site("box", SITE, NOW, 120, 40),
        lambda: Drawing(NOW, Spinner("dots"), 120).of_run(RUN, OperationProgress(EVIL, 1, None, EVIL)),
    ],
)
def test_drawings(drawn: Callable[[], RenderableType]) -> None:
    console = Console(file=io.StringIO(), width=120, height=40, color_system=None)
    assert _steers("".join(part.text for part in console.render(drawn()))) == set()


def test_what_slipped_through_ends_at_the_last_line_before_the_terminal() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    write_line(stream, f"first\n{EVIL}\tlast")
    stream.seek(0)
    assert stream.read() == "first\ne\\x1b]0;owned\\x07\\x1b[2J\\x0d\n\\x9b31m\\u202ev\tlast\n"


def test_lines_for_programs_stay_json() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    JsonOutlet(lambda line: write_line(stream, line)).site("box", SITE)
    stream.seek(0)
    lines: list[dict[str, Any]] = [json.loads(line) for line in stream]
    assert lines[1]["job"]["stages"][0]["name"] == EVIL
