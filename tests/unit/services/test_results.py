"""The list of results: jobs and what was opened by hand, missing ones shown, one place for each result."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fakes.results import FakeResultReader, FakeResultStore, a_model
from fakes.scheduler import T0, FakeScheduler
from tiepoint.domain.errors import AgentUnavailable, InputError, SetupError
from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import Job, JobState
from tiepoint.domain.model_facts import ModelFacts
from tiepoint.ports.result_reader import Presence
from tiepoint.services.jobs import JobService
from tiepoint.services.results import MOST_RECENT, ResultList, Results, ResultSource

OUT, PRODUCTS = Path("/out"), Path("/captures/c/jobs/j/products")


def a_job(**changes: Any) -> Job:
    job = Job(
        id=JobId("20261125-wall-0a1b2c"),
        name="Wall\n<b>",
        capture="/captures/c",
        state=JobState.COMPLETED,
        started=T0,
        finished=T0 + timedelta(seconds=90),
        folder="/captures/c/jobs/j",
        output="/out",
        preset="draft",
    )
    return dataclasses.replace(job, **changes)


class Scheduler(FakeScheduler):
    """One that can be out of reach."""

    is_reachable = True

    async def jobs(self) -> tuple[Job, ...]:
        if not self.is_reachable:
            raise AgentUnavailable("The agent cannot be reached.", remedy="Start it.", retryable=True)
        return await super().jobs()


class World:
    def __init__(self, *results: Path) -> None:
        self.reader = FakeResultReader({path: a_model(path) for path in results})
        self.store = FakeResultStore()
        self.now = datetime(2026, 11, 25, tzinfo=UTC)
        self.scheduler = Scheduler(lambda fake, job: None)
        jobs = JobService(self.scheduler, lambda: "key")
        self.results = Results(self.reader, self.store, jobs, lambda: self.now)
        self.lists: list[ResultList] = []
        self.opened: list[ModelFacts] = []
        self.results.changed.subscribe(self.lists.append)
        self.results.opened.subscribe(self.opened.append)


async def test_completed_jobs_are_listed_where_the_person_wanted_them() -> None:
    world = World(OUT, PRODUCTS)
    running = a_job(id=JobId("20261125-wall-0a1b2d"), state=JobState.RUNNING)
    found = await world.results.refresh([a_job(), running])
    (entry,) = found.entries
    assert (entry.place.path, entry.source, entry.presence) == (OUT, ResultSource.JOB, Presence.THERE)
    assert (entry.title, entry.preset, entry.when) == ("Wall\\x0a<b>", "draft", T0 + timedelta(seconds=90))
    assert world.lists == [found]


async def test_a_job_whose_output_is_gone_is_taken_from_its_folder() -> None:
    world = World(PRODUCTS)
    (entry,) = (await world.results.refresh([a_job()])).entries
    assert (entry.place.path, entry.presence) == (PRODUCTS, Presence.THERE)


async def test_a_job_whose_products_are_gone_is_shown_as_missing() -> None:
    world = World()
    (entry,) = (await world.results.refresh([a_job()])).entries
    assert entry.presence is Presence.MISSING
    with pytest.raises(InputError):
        await world.results.open(entry)


async def test_a_list_that_is_the_same_is_told_once() -> None:
    world = World(OUT)
    await world.results.refresh([a_job()])
    await world.results.refresh([a_job()])
    assert len(world.lists) == 1


async def test_opening_a_job_tells_its_name_and_duration() -> None:
    world = World(OUT)
    facts = await world.results.open_job(a_job())
    assert (facts.title, facts.job, facts.timing.wall_s) == ("Wall\\x0a<b>", "20261125-wall-0a1b2c", 90)
    assert world.opened == [facts]
    with pytest.raises(InputError):
        await world.results.open_job(a_job(folder=None, output=None))


async def test_what_is_opened_by_hand_is_kept_newest_first() -> None:
    world = World(Path("/a.glb"), Path("/b.glb"))
    await world.results.open_path(Path("/a.glb"))
    world.now += timedelta(minutes=1)
    await world.results.open_path(Path("/b.glb"))
    world.now += timedelta(minutes=1)
    await world.results.open_path(Path("/a.glb"))
    assert [each.path for each in world.store.recents] == [Path("/a.glb"), Path("/b.glb")]
    fresh = (await world.results.refresh([])).entries
    assert [(entry.title, entry.source) for entry in fresh] == [
        ("a.glb", ResultSource.OPENED),
        ("b.glb", ResultSource.OPENED),
    ]


async def test_what_cannot_be_opened_is_not_kept() -> None:
    world = World()
    with pytest.raises(InputError):
        await world.results.open_path(Path("/a.glb"))
    assert world.store.recents == []


async def test_a_missing_recent_is_shown_and_can_be_removed() -> None:
    world = World(Path("/a.glb"))
    await world.results.open_path(Path("/a.glb"))
    world.reader.results.clear()
    (entry,) = (await world.results.refresh([])).entries
    assert entry.presence is Presence.MISSING
    assert (await world.results.forget(Path("/a.glb"))).entries == ()
    assert world.store.recents == []


async def test_forgetting_leaves_jobs_in_the_list() -> None:
    world = World(OUT)
    await world.results.refresh([a_job()])
    assert len((await world.results.forget(OUT)).entries) == 1


async def test_a_product_of_a_known_job_is_opened_as_that_jobs() -> None:
    world = World(OUT)
    world.reader.results[OUT / "model.obj"] = a_model(OUT)
    await world.results.refresh([a_job()])
    facts = await world.results.open_path(OUT / "model.obj")
    assert facts.job == "20261125-wall-0a1b2c"
    assert world.store.recents == []
    assert (await world.results.open_path(OUT)).timing.wall_s == 90


async def test_only_so_many_are_kept() -> None:
    paths = [Path(f"/{number}.glb") for number in range(MOST_RECENT + 5)]
    world = World(*paths)
    for path in paths:
        await world.results.open_path(path)
    assert len(world.store.recents) == MOST_RECENT
    assert world.store.recents[0].path == paths[-1]


async def test_an_agent_that_cannot_be_asked_is_trouble_and_the_rest_is_shown() -> None:
    world = World(OUT, Path("/a.glb"))
    await world.results.refresh([a_job()])
    await world.results.open_path(Path("/a.glb"))
    world.scheduler.is_reachable = False
    found = await world.results.refresh()
    assert found.trouble is not None
    assert "agent" in found.trouble.summary
    assert len(found.entries) == 2


async def test_a_list_that_cannot_be_stored_keeps_nobody_from_the_model() -> None:
    world = World(Path("/a.glb"))
    world.store.broken = SetupError("The folder cannot be written.", remedy="Make room.")
    facts = await world.results.open_path(Path("/a.glb"))
    assert facts.title == "Fountain wall"
    assert world.results.snapshot.trouble is not None
    assert [entry.title for entry in world.results.snapshot.entries] == ["a.glb"]


async def test_a_folder_with_products_is_a_result_and_one_with_photos_is_none() -> None:
    world = World(OUT / "result.json", Path("/job/products/model.glb"), Path("/card/1.jpg"))
    assert await world.results.is_result(OUT)
    assert await world.results.is_result(Path("/job"))
    assert not await world.results.is_result(Path("/card"))
