"""The main job over fakes: photos in, products out, and every way in which it can end otherwise."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from fakes.captures import FakeCaptureStore, FakePhotoInspector, a_drop
from fakes.products import FakeProductStore
from fakes.scheduler import FakeScheduler, in_turn
from patience import until
from tiepoint.domain.capture import NO_PHOTO, Drop, SkippedFile
from tiepoint.domain.errors import Canceled, InputError, NoSpace, OperationFailed, TiepointError, UsageError
from tiepoint.domain.failure import Failure
from tiepoint.domain.job import Job, JobState
from tiepoint.domain.photo import PhotoFacts, SetFinding
from tiepoint.services.captures import CaptureService
from tiepoint.services.jobs import JobRequest, JobService
from tiepoint.services.operations import Operations
from tiepoint.services.products import ProductService
from tiepoint.services.reconstruction import Reconstruction, RunSnapshot

PHOTOS, OUTPUT = Path("/photos"), Path("/out")
REQUEST = JobRequest("draft", OUTPUT)


class World:
    """Everything a run needs, made of fakes."""

    def __init__(self, *, ends: JobState = JobState.COMPLETED, **changes: Any) -> None:
        self.store = FakeCaptureStore({PHOTOS: a_drop()})
        self.inspector = FakePhotoInspector()
        self.product_store = FakeProductStore()
        self.scheduler = FakeScheduler(lambda fake, job: self._later(fake, job, ends, changes))
        self.operations = Operations()
        self.captures = CaptureService(self.store, self.inspector, self.operations)
        keys = iter(f"key-{number}" for number in range(99))
        self.jobs = JobService(self.scheduler, lambda: next(keys))
        self.products = ProductService(self.product_store, self.operations)
        self.snapshots: list[RunSnapshot] = []

    def _later(self, fake: FakeScheduler, job: Job, ends: JobState, changes: dict[str, Any]) -> None:
        def becomes(state: JobState, **more: Any) -> None:
            if job.id in fake.all_jobs:  # else a test let it be forgotten before
                fake.set(job.id, state=state, **more)

        in_turn(lambda: becomes(JobState.RUNNING), lambda: becomes(ends, **changes))

    def run(self) -> Reconstruction:
        work = Reconstruction(self.captures, self.store, self.jobs, self.products)
        work.changed.subscribe(self.snapshots.append)
        return work


async def test_photos_become_products() -> None:
    world = World()
    work = world.run()
    job = await work.submit([PHOTOS], REQUEST)
    outcome = await work.run_to_end(job, OUTPUT)
    assert outcome.products["model.glb"] == OUTPUT / "model.glb"
    assert not outcome.is_partial
    assert world.inspector.asked == [(3, False)]
    phases = [snapshot.preparing.phase for snapshot in world.snapshots if snapshot.preparing]
    assert [phase for phase in dict.fromkeys(phases) if phase] == ["read", "copy", "deliver"]
    states = [snapshot.job.state for snapshot in world.snapshots if snapshot.job]
    assert list(dict.fromkeys(states)) == [JobState.QUEUED, JobState.RUNNING, JobState.COMPLETED]
    request = world.scheduler.requests["key-0"]
    assert (request.capture, request.output, request.name) == (str(world.store.kept[0].folder), "/out", "statue")


async def test_the_same_photos_are_kept_once() -> None:
    world = World()
    for _ in range(2):
        await world.run().submit([PHOTOS], REQUEST)
    assert len(world.store.kept) == 1
    assert len(world.scheduler.all_jobs) == 2
    reused = [snapshot.kept.is_reused for snapshot in world.snapshots if snapshot.kept]
    assert (reused[0], reused[-1]) == (False, True)


async def test_only_what_was_changed_is_sent() -> None:
    world = World()
    await world.run().submit([PHOTOS], JobRequest("draft", OUTPUT, {"faces": "5000"}, "My statue", ("model.glb",)))
    request = world.scheduler.requests["key-0"]
    assert dict(request.parameters) == {"faces": 5000}
    assert (request.name, request.products) == ("My statue", ("model.glb",))


def _full(world: World) -> None:
    world.store.free = 1000


def _full_output(world: World) -> None:
    world.product_store.free = 1000


def _read_only(world: World) -> None:
    world.product_store.read_only.add(OUTPUT)


def _two_photos(world: World) -> None:
    world.store.drops[PHOTOS] = a_drop(2)


def _hopeless(world: World) -> None:
    world.inspector.broken = {"0.jpg"}
    world.inspector.findings = [SetFinding("too-few-photos", "Only 2 of 3 photos can be used.", "Add some.", "error")]


@pytest.mark.parametrize(
    ("spoil", "kind", "said"),
    [
        (_full, NoSpace, "not enough room on the disk for the job's work"),
        (_full_output, NoSpace, "not enough room on the disk for the products in /out"),
        (_read_only, InputError, "cannot be written"),
        (_two_photos, InputError, "only two photos"),
        (_hopeless, InputError, "Only 2 of 3"),
    ],
)
async def test_what_cannot_work_is_said_before_a_job(spoil: Any, kind: type[TiepointError], said: str) -> None:
    world = World()
    spoil(world)
    with pytest.raises(kind, match=said) as refused:
        await world.run().submit([PHOTOS], REQUEST)
    assert refused.value.remedy
    assert not world.store.kept
    assert not world.scheduler.all_jobs


@pytest.mark.parametrize("request_", [JobRequest("wild"), JobRequest("draft", changes={"wings": "2"})])
async def test_a_request_that_makes_no_sense_is_refused_first(request_: JobRequest) -> None:
    world = World()
    with pytest.raises(UsageError):
        await world.run().submit([PHOTOS], request_)


async def test_left_out_files_are_warned_of() -> None:
    world = World()
    world.store.drops[PHOTOS] = Drop("statue", a_drop().photos, (SkippedFile("notes.txt", NO_PHOTO),))
    work = world.run()
    await work.submit([PHOTOS], REQUEST)
    assert ["notes.txt" in warning.summary for warning in work.snapshot.warnings] == [True]


@pytest.mark.parametrize(
    ("ends", "error", "kind", "said"),
    [
        (JobState.CANCELED, None, Canceled, "stopped"),
        (JobState.FAILED, None, OperationFailed, "without saying why"),
        (JobState.FAILED, Failure("input", "No two photos overlap.", "Take more."), InputError, "No two photos"),
        (JobState.PAUSED, None, OperationFailed, "paused"),
        (JobState.PAUSED, Failure("interrupted", "The agent was ended.", "Resume it."), OperationFailed, "was ended"),
    ],
)
async def test_a_job_that_does_not_complete_says_why(
    ends: JobState, error: Failure | None, kind: type[TiepointError], said: str
) -> None:
    world = World(ends=ends, error=error)
    work = world.run()
    job = await work.submit([PHOTOS], REQUEST)
    with pytest.raises(kind, match=said) as why:
        await work.run_to_end(job, OUTPUT)
    assert why.value.remedy


async def test_aborting_stops_the_job_and_going_on_finishes_it() -> None:
    world = World()
    work = world.run()
    assert await work.abort() is None
    job = await work.submit([PHOTOS], REQUEST)
    aborted = await work.abort()
    assert aborted is not None
    assert aborted.state is JobState.CANCELED
    world.scheduler.is_reachable = False
    assert await work.abort() is None
    world.scheduler.is_reachable = True
    gone_on = await world.jobs.go_on(await world.jobs.to_resume())
    assert gone_on.id == job.id
    await world.run().run_to_end(gone_on, None)


async def test_a_submit_cancelled_on_its_way_is_known_all_the_same() -> None:
    world = World()
    work = world.run()
    submitting = asyncio.ensure_future(work.submit([PHOTOS], REQUEST))
    slow = asyncio.Event()
    real = world.scheduler.submit

    async def slowly(request: Any) -> Job:
        slow.set()
        await asyncio.sleep(0.01)
        return await real(request)

    world.scheduler.submit = slowly  # type: ignore[method-assign]
    await slow.wait()
    submitting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await submitting
    assert work.snapshot.job is not None


async def test_cancelling_while_photos_are_kept_stops_that() -> None:
    world = World()
    never = asyncio.Event()

    class Slow(FakePhotoInspector):
        async def inspect(self, photos: Any, *, decode: bool) -> Any:
            never.set()
            await asyncio.sleep(60)
            yield PhotoFacts("0.jpg")

    world.captures = CaptureService(world.store, Slow(), world.operations)
    submitting = asyncio.ensure_future(world.run().submit([PHOTOS], REQUEST))
    await never.wait()
    submitting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await submitting
    await world.operations.stop()
    assert not world.store.kept


async def test_trouble_with_the_link_is_told_and_passes() -> None:
    world = World(ends=JobState.RUNNING)
    work = world.run()
    job = await work.submit([PHOTOS], REQUEST)
    following = asyncio.ensure_future(work.run_to_end(job, OUTPUT))
    await until(lambda: work.snapshot.job is not None and work.snapshot.job.state is JobState.RUNNING)
    world.scheduler.lose()
    await until(lambda: work.snapshot.trouble == "The connection to the agent was lost.")
    world.scheduler.is_reachable = True
    world.scheduler.set(job.id, state=JobState.COMPLETED)
    await following
    assert work.snapshot.trouble is None


async def test_a_job_the_scheduler_forgot_is_said() -> None:
    world = World(ends=JobState.RUNNING)
    work = world.run()
    job = await work.submit([PHOTOS], REQUEST)
    world.scheduler.all_jobs.clear()
    with pytest.raises(UsageError, match="no longer knows"):
        await work.run_to_end(job, OUTPUT)


async def test_a_drop_is_handed_in_without_an_output() -> None:
    world = World()
    whole = a_drop(5)
    some = Drop(whole.name, whole.photos[1:4], (SkippedFile("notes.txt", NO_PHOTO),))
    work = world.run()
    job = await work.submit_drop(some, JobRequest("draft", priority=2, name="Statue"))
    assert (job.output, job.priority, job.name) == (None, 2, "Statue")
    assert work.snapshot.kept is not None
    assert [photo.path for photo in work.snapshot.kept.capture.photos] == ["1.jpg", "2.jpg", "3.jpg"]
    assert [warning.kind for warning in work.snapshot.warnings] == ["skipped"]
    assert world.product_store.delivered == []


async def test_a_drop_that_cannot_become_a_model_is_refused_before_anything_is_kept() -> None:
    world = World()
    with pytest.raises(InputError, match="two photos"):
        await world.run().submit_drop(a_drop(2), JobRequest("draft"))
    world.store.free = 1000
    with pytest.raises(NoSpace):
        await world.run().submit_drop(a_drop(), JobRequest("draft"))
    assert world.store.kept == []
    assert world.scheduler.all_jobs == {}
