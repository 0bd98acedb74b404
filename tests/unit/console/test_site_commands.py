"""The commands with `--cluster`: whom they mean, what they say, and how they end."""

from __future__ import annotations

import asyncio
import dataclasses
import io
import json
from collections.abc import Callable, Coroutine
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from fakes.outlet import RecordingOutlet
from fakes.program import PHOTOS, FakeProgram
from fakes.remote import fake_site
from fakes.remote_sites import FakePathDoctor, FakeRemoteSites, FakeRounds
from fakes.scheduler import T0, FakeScheduler
from tiepoint.console import listings, own_clusters, submitting, watching
from tiepoint.console.json_lines import JsonOutlet
from tiepoint.console.live import LiveOutlet
from tiepoint.console.own_clusters import OwnWish
from tiepoint.console.site_drawing import drawn_site
from tiepoint.console.site_news import SiteNews
from tiepoint.console.submitting import SubmitWish
from tiepoint.domain.errors import InputError, SignInNeeded, UsageError
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import JobId, NodeId
from tiepoint.domain.job import Job, JobState, Stage, StageState, TaskCounts
from tiepoint.domain.link import Link, LinkState
from tiepoint.domain.node import Node, NodeLoad, NodeState
from tiepoint.domain.path_view import PathReport, PathView, ViewerKind
from tiepoint.domain.remote_round import RoundState, RoundStep
from tiepoint.services.monitor import MonitorSnapshot

NAME = "atelier-east"
JOB = Job(
    JobId("20261126-quarry-0a1b2c"),
    "Quarry \x1b[31m[bold]",
    "/work/captures/c",
    JobState.RUNNING,
    stages=(Stage("depth_maps", StageState.RUNNING, TaskCounts(276, 0, 134, 0)),),
    submitted=T0,
    started=T0,
)


class World:
    """A program with one cluster."""

    def __init__(self) -> None:
        self.fake = FakeProgram()
        self.program = self.fake.program
        self.scheduler = FakeScheduler()
        self.scheduler.all_jobs[JOB.id] = JOB
        self.site = fake_site(NAME, self.scheduler)
        self.program.remote.sites.add(self.site)
        self.outlet = RecordingOutlet()
        self.remote: FakeRemoteSites = self.program.remote.remote  # type: ignore[assignment]
        self.rounds: FakeRounds = self.program.remote.rounds  # type: ignore[assignment]
        self.doctor: FakePathDoctor = self.program.remote.path_doctor  # type: ignore[assignment]

    async def begun(self, command: Coroutine[Any, Any, int], claim: Any) -> asyncio.Task[int]:
        """Run a command until something is so."""
        task = asyncio.create_task(command)
        await _until(claim)
        return task


async def _until(claim: Callable[[], Any]) -> None:
    for _ in range(10_000):
        if claim():
            return
        await asyncio.sleep(0)
    raise AssertionError("it never became so")


@pytest.fixture
async def world() -> World:
    return World()


async def test_lists_of_a_cluster_are_its_own(world: World) -> None:
    assert await listings.jobs(world.program, world.outlet, T0, NAME) == 0
    assert world.outlet.facts["jobs"] == [JOB]
    assert "\x1b" not in world.outlet.text
    other = RecordingOutlet()
    await listings.nodes(world.program, other, NAME)
    assert "workshop" in other.text
    here = RecordingOutlet()
    await listings.jobs(world.program, here, T0)
    assert here.facts["jobs"] == []


async def test_a_cluster_that_is_not_there_is_looked_for_on_azure_too(world: World) -> None:
    with pytest.raises(SignInNeeded, match="atelier-west"):
        await listings.jobs(world.program, world.outlet, T0, "atelier-west")


async def test_jobs_are_paused_and_aborted_there(world: World) -> None:
    await listings.pause(world.program, world.outlet, "quarry-0a1b2c", NAME)
    assert world.outlet.facts["job"].state is JobState.PAUSED
    assert f"--cluster {NAME}" in world.outlet.text
    other = RecordingOutlet()
    await listings.abort(world.program, other, "20261126", NAME)
    assert world.scheduler.all_jobs[JOB.id].state is JobState.CANCELED
    log = RecordingOutlet()
    await listings.logs(world.program, log, None, 2, NAME)
    assert "line 4" in log.text


@pytest.mark.parametrize(("what", "state"), [("pause", "paused"), ("resume", "ready"), ("quit", "offline")])
async def test_nodes_are_steered(world: World, what: str, state: str) -> None:
    assert await listings.steer_node(world.program, world.outlet, "n1", what, NAME) == 0
    assert world.outlet.text == f"n1 is {state}."


async def test_a_file_for_support_is_about_one_cluster_or_all(world: World, tmp_path: Path) -> None:
    await listings.support(world.program, world.outlet, tmp_path / "a.zip", NAME)
    other = RecordingOutlet()
    await listings.support(world.program, other, tmp_path / "b.zip")
    files = world.program.remote.recordings.files  # type: ignore[attr-defined]
    assert files == [(tmp_path / "a.zip", (world.site.id,)), (tmp_path / "b.zip", ())]


@pytest.mark.parametrize(
    ("state", "error", "code", "said"),
    [
        (JobState.COMPLETED, None, 0, "completed"),
        (JobState.FAILED, Failure("engine", "It broke.", "Look.", retryable=True), 1, "failed"),
        (JobState.FAILED, None, 1, "failed"),
        (JobState.CANCELED, None, 130, "canceled"),
        (JobState.PAUSED, None, 130, "canceled"),
    ],
)
async def test_watching_a_job_ends_with_it(
    world: World, state: JobState, error: Failure | None, code: int, said: str
) -> None:
    task = await world.begun(
        watching.watch(world.program, world.outlet, NAME, "quarry-0a1b2c"), lambda: world.outlet.snapshots
    )
    world.scheduler.set(JOB.id, state=state, error=error, finished=T0 + timedelta(minutes=5), published="https://b/j")
    assert await task == code
    assert world.outlet.facts["state"] == said
    if error is not None:
        assert world.outlet.errors[0].remedy == f"Look. Go on with: tiepoint resume {JOB.id} --cluster {NAME}"


async def test_ctrl_c_leaves_a_clusters_job_alone(world: World) -> None:
    task = await world.begun(watching.watch(world.program, world.outlet, NAME, "Quarry \x1b[31m[bold]"),
                             lambda: world.outlet.snapshots)  # fmt: skip
    task.cancel()
    assert await task == 130
    assert world.scheduler.all_jobs[JOB.id].state is JobState.RUNNING


async def test_resume_goes_on_there(world: World) -> None:
    world.scheduler.set(JOB.id, state=JobState.PAUSED)
    task = await world.begun(
        watching.resume(world.program, world.outlet, NAME, None),
        lambda: world.scheduler.all_jobs[JOB.id].state is JobState.QUEUED and world.outlet.snapshots,
    )
    world.scheduler.set(JOB.id, state=JobState.COMPLETED)
    assert await task == 0


async def test_watching_all_shows_everything_until_ctrl_c(world: World) -> None:
    task = await world.begun(watching.watch(world.program, world.outlet, NAME, None), lambda: world.outlet.sites)
    world.scheduler.set(JOB.id, priority=1)
    await _until(lambda: world.outlet.sites[-1][1].jobs[0].priority == 1)
    task.cancel()
    assert await task == 0
    assert world.outlet.facts["unfinished"] == [JOB.id]


async def test_submit_follows_a_round_to_its_end(world: World) -> None:
    wish = SubmitWish(NAME, "draft", ("faces=1000",), "Beach", Path("/out"), 1)
    task = await world.begun(
        submitting.submit(world.program, world.outlet, [PHOTOS], wish), lambda: world.outlet.notices
    )
    _, _, request, given, _ = next(asked for asked in world.rounds.asked if asked[0] == "begin")
    assert (request.site, request.preset, request.changes) == (world.site.id, "draft", {"faces": "1000"})
    assert (request.name, request.output, request.priority) == ("Beach", Path("/out"), 1)
    assert given == (PHOTOS,)
    (begun,) = world.rounds.all
    waiting = dataclasses.replace(begun, state=RoundState.WAITING, failure=Failure("sign-in", "Sign in."))
    world.rounds.put(waiting)
    world.rounds.put(dataclasses.replace(begun, step=RoundStep.PROCESS, job=JOB.id))
    world.rounds.put(dataclasses.replace(begun, step=RoundStep.DONE, state=RoundState.COMPLETED, folder="/c/jobs/j"))
    assert await task == 0
    assert world.outlet.facts["state"] == "completed"
    assert "/c/jobs/j" in world.outlet.text


async def test_a_detached_submission_ends_once_the_cluster_goes_on_by_itself(world: World) -> None:
    wish = SubmitWish(NAME, "draft", is_detached=True)
    task = await world.begun(
        submitting.submit(world.program, world.outlet, [PHOTOS], wish), lambda: world.outlet.notices
    )
    (begun,) = world.rounds.all
    world.rounds.put(dataclasses.replace(begun, step=RoundStep.FETCH, job=JOB.id))
    assert await task == 0
    assert f"tiepoint watch {JOB.id} --cluster {NAME}" in world.outlet.text


async def test_a_round_that_fails_says_why(world: World) -> None:
    wish = SubmitWish(NAME, "draft")
    task = await world.begun(
        submitting.submit(world.program, world.outlet, [PHOTOS], wish), lambda: world.outlet.notices
    )
    (begun,) = world.rounds.all
    world.rounds.put(dataclasses.replace(begun, state=RoundState.FAILED, failure=Failure("no-space", "Full.")))
    assert await task == 1
    assert world.outlet.errors[0].summary == "Full."
    with pytest.raises(UsageError, match="No cluster"):
        await submitting.submit(world.program, world.outlet, [PHOTOS], SubmitWish(""))


async def test_an_own_cluster_is_added_with_the_keys_that_were_compared(world: World, tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text("# x\n[gate.example]:2222 ssh-ed25519 AAAA\n10.0.0.4,10.0.0.5 ssh-ed25519 AAAB\n")
    wish = OwnWish("west", "ada@10.0.0.4", ("gate.example:2222",), (tmp_path / "id",), file, is_windows=True)
    assert await own_clusters.add(world.program, world.outlet, wish) == 0
    cluster = world.remote.clusters["west"]
    assert (cluster.scheduler.user, cluster.scheduler.host, cluster.scheduler.keys[0].data) == (
        "ada",
        "10.0.0.4",
        "AAAB",
    )
    assert (cluster.jumps[0].port, cluster.jumps[0].keys[0].data, cluster.is_windows) == (2222, "AAAA", True)
    other = RecordingOutlet()
    assert await own_clusters.remove(world.program, other, "west") == 0
    assert not world.remote.clusters


@pytest.mark.parametrize("address", ["", "a b", "host:0", "host:99999", "@host", "host:"])
async def test_what_is_no_address_is_refused(world: World, address: str) -> None:
    with pytest.raises(UsageError, match="no address"):
        await own_clusters.add(world.program, world.outlet, OwnWish("west", address))


async def test_a_file_without_keys_is_said(world: World, tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("nothing\n")
    for name in ("empty", "missing"):
        with pytest.raises(InputError):
            await own_clusters.add(world.program, world.outlet, OwnWish("west", "h", host_keys=tmp_path / name))


async def test_path_doctor_names_the_first_break(world: World) -> None:
    fine = PathView(ViewerKind.SCHEDULER, "s", "/work/c", is_there=True, can_write=True, free_bytes=10**12)
    wrong = PathView(
        ViewerKind.NODE, "n2", "/work/c", is_there=False, failure=Failure("path", "Not mounted.", "Mount.")
    )
    world.doctor.reports = [PathReport((fine,)), PathReport((fine, wrong), is_whole=True)]
    assert await own_clusters.examine(world.program, world.outlet, NAME, "", "captures/c") == 1
    assert world.doctor.asked == [(world.site.id, "", "captures/c")]
    assert "It breaks first at node n2: Not mounted." in world.outlet.text


def _snapshot(count: int, **link: Any) -> MonitorSnapshot:
    state = link.pop("state", LinkState.CONNECTED)
    nodes = tuple(
        Node(NodeId(f"n{number}"), "h", NodeState.BUSY if number else NodeState.FAILED, JOB.id, "depth_maps", 0.5,
             load=NodeLoad(0.5, 10**9))
        for number in range(count)
    )  # fmt: skip
    return MonitorSnapshot(Link(state, T0, T0, **link), (JOB,), nodes)


@pytest.mark.parametrize(("width", "height"), [(140, 40), (80, 24), (40, 10)])
def test_a_cluster_is_drawn_within_the_terminal(width: int, height: int) -> None:
    out = io.StringIO()
    console = Console(file=out, width=width, height=height, force_terminal=False, markup=False)
    console.print(drawn_site(NAME, _snapshot(200), T0, width, height))
    lines = out.getvalue().splitlines()
    assert len(lines) <= height
    assert max(map(len, lines)) <= width
    assert NAME in lines[0]
    assert "more nodes" in out.getvalue()
    assert "\x1b" not in out.getvalue()


def test_a_lost_link_is_drawn_with_its_age_and_next_try() -> None:
    out = io.StringIO()
    lost = _snapshot(
        1, state=LinkState.LOST, next_try=T0 + timedelta(seconds=9), problem=Failure("connection", "Gone.")
    )
    Console(file=out, width=200).print(drawn_site(NAME, lost, T0, 200, 40))
    assert f"last known {T0.astimezone():%H:%M:%S}, next try in 9 s: Gone." in out.getvalue()


def test_news_are_told_once() -> None:
    news = SiteNews()
    first = list(news.lines(NAME, _snapshot(2), T0))
    assert first[0] == f"{NAME}: connected"
    assert any("job Quarry" in line for line in first)
    assert len(first) == 4
    assert list(news.lines(NAME, _snapshot(2), T0)) == []
    assert list(news.lines(NAME, _snapshot(2, state=LinkState.LOST), T0)) == [
        f"{NAME}: not connected; what follows is as last known"
    ]


def test_for_programs_each_thing_is_told_when_it_changes_and_once_a_second() -> None:
    lines: list[dict[str, Any]] = []
    clock = [0.0]
    outlet = JsonOutlet(lambda line: lines.append(json.loads(line)), lambda: clock[0])
    for _ in range(2):
        outlet.site(NAME, _snapshot(2))
    assert [line["type"] for line in lines] == ["link", "job", "node", "node"]
    moved = dataclasses.replace(_snapshot(2), jobs=(dataclasses.replace(JOB, priority=1),))
    outlet.site(NAME, moved)
    assert len(lines) == 4
    clock[0] = 2.0
    outlet.site(NAME, moved)
    assert lines[-1]["job"]["priority"] == 1
    assert lines[-1]["cluster"] == NAME


def test_a_terminal_shows_a_cluster() -> None:
    console = Console(file=io.StringIO(), width=100, height=30, force_terminal=True, markup=False)
    outlet = LiveOutlet(lambda: T0, console)
    outlet.site(NAME, _snapshot(3))
    outlet.close()
    assert NAME in console.file.getvalue()  # type: ignore[attr-defined]
