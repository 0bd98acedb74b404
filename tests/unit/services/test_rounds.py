"""Rounds over fakes: every way a step can wait, fail, be stopped, be found again or be lied to."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
import pytest_asyncio

from fakes.captures import FakeCaptureStore, a_drop
from fakes.keeping import keeping
from fakes.products import FakeProductStore
from fakes.scheduler import FakeScheduler
from fakes.transfers import FakeTransferWorker
from patience import PATIENCE_S
from tiepoint.adapters.files.round_store import FileRoundStore
from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.errors import (
    AgentTooOld,
    AgentUnavailable,
    CloudError,
    HostKeyChanged,
    InputError,
    TiepointError,
    UsageError,
)
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import Job, JobState, Progress, Stage, StageState
from tiepoint.domain.remote_round import Round, RoundState, RoundStep
from tiepoint.domain.transfer import Transfer, TransferState
from tiepoint.protocol.hello import Capability, HelloResult
from tiepoint.services.estimates import Estimates
from tiepoint.services.jobs import JobService
from tiepoint.services.monitor import JobMonitor
from tiepoint.services.operations import Operations
from tiepoint.services.products import ProductService
from tiepoint.services.rounds import RoundRequest, Rounds
from tiepoint.services.rounds.kit import RoundKit
from tiepoint.services.sites import Site, SiteKind, Sites
from tiepoint.services.transfers import TransferService

SITE = "own/box"
CAPTURES = BlobPlace("https://st.blob.core.windows.net", "captures")
PRODUCTS = BlobPlace("https://st.blob.core.windows.net", "products")
REQUEST = RoundRequest(SITE, "draft")


class ClusterScheduler(FakeScheduler):
    """A cluster's."""

    def __init__(self) -> None:
        super().__init__()
        self.capabilities = [*self.capabilities, Capability.BLOB]
        self.work = "/work"
        self.loses_answers = 0
        self.refusal: TiepointError | None = None

    async def hello(self) -> HelloResult:
        return dataclasses.replace(await super().hello(), work=self.work)

    async def submit(self, request: Any) -> Job:
        if self.refusal is not None:
            raise self.refusal
        job = await super().submit(request)
        if self.loses_answers:
            self.loses_answers -= 1
            raise AgentUnavailable("The answer was lost.", retryable=True)
        return job


class FakePlaces:
    def __init__(self) -> None:
        self.failure: Failure | None = None
        self.products = PRODUCTS
        self.was_deleted = False
        self.told: list[Callable[[], None]] = []

    def of(self, site: str) -> tuple[BlobPlace, BlobPlace] | None:
        return (CAPTURES, self.products) if site == SITE else None

    def source(self, place: BlobPlace) -> None:
        return None

    def asleep(self, site: str) -> Failure | None:
        return self.failure

    def is_gone(self, site: str) -> bool:
        return self.was_deleted

    def watch(self, told: Callable[[], None]) -> Callable[[], None]:
        self.told.append(told)
        return lambda: self.told.remove(told)


class FakeImport:
    def __init__(self) -> None:
        self.brought: list[str] = []

    async def bring(self, site: str, place: BlobPlace) -> None:
        self.brought.append(place.url)


def _now() -> datetime:
    return datetime.now(UTC)


async def _sleep(_seconds: float) -> None:
    await asyncio.sleep(0.01)


class Bench:
    """Rounds and everything around them; `again` is the same computer after a crash."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.scheduler, self.worker = ClusterScheduler(), FakeTransferWorker()
        self.places, self.importing = FakePlaces(), FakeImport()
        self.products = FakeProductStore()
        self.make()

    async def again(self) -> None:
        await self.stop()
        self.make()

    def make(self) -> None:
        self.sites = Sites(self._site("computer", FakeScheduler()))
        self.site = self._site(SITE, self.scheduler)
        self.sites.add(self.site)
        store = FakeCaptureStore()
        self.transfers = TransferService(self.worker, store, lambda: True, _sleep)
        products = ProductService(self.products, Operations())
        kit = RoundKit(
            self.sites, self.transfers, self.places, self.importing, products, lambda: self.folder, _now, _sleep
        )
        self.rounds = Rounds(FileRoundStore(self.folder / "rounds.json", keeping(_now)), kit)
        self.rounds.start()

    def _site(self, site_id: str, scheduler: FakeScheduler) -> Site:
        monitor = JobMonitor(scheduler, _now, _sleep)
        jobs = JobService(scheduler, lambda: "key")
        kind = SiteKind.OWN if site_id == SITE else SiteKind.COMPUTER
        return Site(site_id, site_id, kind, scheduler, jobs, monitor, Estimates(scheduler, monitor))

    async def stop(self) -> None:
        await self.rounds.stop()
        await self.sites.stop()
        await self.transfers.stop()

    async def begin(self, request: RoundRequest = REQUEST) -> Round:
        return await self.rounds.begin(a_drop(), request)

    async def until(self, when: Callable[[Round], bool]) -> Round:
        news = asyncio.Event()
        end = self.rounds.changed.subscribe(lambda _: news.set())
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not when(self.rounds.all[0]):
                    await news.wait()
                    news.clear()
                return self.rounds.all[0]
        except TimeoutError:
            raise AssertionError(f"it did not come so far: {self.rounds.all[0]}") from None
        finally:
            end()

    async def at(self, step: RoundStep, state: RoundState = RoundState.RUNNING) -> Round:
        return await self.until(lambda each: (each.step, each.state) == (step, state))

    def transfer(self) -> Transfer:
        return list(self.worker.all_transfers.values())[-1]

    def move(self, state: TransferState, **changes: Any) -> None:
        self.worker.set(self.transfer().id, state=state, **changes)

    async def submitted(self, request: RoundRequest = REQUEST) -> JobId:
        """Bring a round so far that its job is there."""
        await self.begin(request)
        self.move(TransferState.COMPLETED)
        found = await self.until(lambda each: each.job is not None)
        assert found.job is not None
        return found.job

    def publish(self, job: JobId, **changes: Any) -> None:
        capture = self.rounds.all[0].capture
        url = PRODUCTS.below(capture, "jobs", job).url
        self.scheduler.set(job, **{"state": JobState.COMPLETED, "published": url, **changes})

    async def downloading(self) -> JobId:
        job = await self.submitted()
        self.publish(job)
        found = await self.until(lambda each: each.download is not None)
        come_down(found)
        return job


@pytest_asyncio.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    await bench.stop()


def come_down(round_: Round) -> None:
    """Do what the transfer worker would."""
    Path(round_.folder).mkdir(parents=True)
    Path(round_.folder, "job.json").write_text("{}")


def summary(round_: Round) -> str:
    return round_.failure.summary if round_.failure else ""


async def test_a_whole_round(bench: Bench) -> None:
    finished: list[Round] = []
    bench.rounds.finished.subscribe(finished.append)
    job = await bench.submitted(RoundRequest(SITE, "draft", {"faces": 9000}, "arch", ("model.glb",), 1, Path("/out")))
    asked = next(iter(bench.scheduler.requests.values()))
    capture = bench.rounds.all[0].capture
    assert asked.capture == f"/work/captures/{capture}"
    assert asked.source == f"{CAPTURES.url}/{capture}"
    assert asked.publish == f"{PRODUCTS.url}/{capture}/jobs"
    assert (asked.name, asked.parameters, asked.products, asked.priority) == (
        "arch",
        {"faces": 9000},
        ("model.glb",),
        1,
    )
    assert bench.importing.brought == [asked.source]
    for stage, step in (("fetch", RoundStep.FETCH), ("mesh", RoundStep.PROCESS), ("publish", RoundStep.PUBLISH)):
        stages = (Stage(stage, StageState.RUNNING, progress=Progress(5, 9, "bytes")),)
        bench.scheduler.set(
            job, state=JobState.RUNNING, stage=stage, stages=stages, progress=Progress(40, 100, "percent")
        )
        found = await bench.at(step)
        assert found.progress is not None
        assert found.progress.done == (40 if step is RoundStep.PROCESS else 5)
    bench.publish(job)
    found = await bench.until(lambda each: each.download is not None)
    assert bench.worker.downloads[0].folder == str(bench.folder / capture / "jobs" / job)
    come_down(found)
    bench.move(TransferState.COMPLETED)
    done = await bench.at(RoundStep.DONE, RoundState.COMPLETED)
    assert bench.products.delivered == [(job, Path("/out"))]
    assert [each.id for each in finished] == [done.id]
    assert bench.rounds.of_job(SITE, job) == done
    assert bench.rounds.results()[0].id == job
    bench.rounds.remove(done.id)
    assert bench.rounds.all == ()


@pytest.mark.parametrize("at", ["upload", "submit", "work", "download"])
async def test_a_crash_at_any_step_is_gone_on_from(bench: Bench, at: str) -> None:
    if at == "upload":
        await bench.begin()
        await bench.again()
        bench.move(TransferState.COMPLETED)
        job = (await bench.until(lambda each: each.job is not None)).job
    elif at == "submit":
        bench.scheduler.loses_answers = 1
        await bench.begin()
        bench.move(TransferState.COMPLETED)
        await bench.until(lambda each: bool(bench.scheduler.all_jobs))
        await bench.again()
        job = (await bench.until(lambda each: each.job is not None)).job
    else:
        job = await bench.submitted() if at == "work" else await bench.downloading()
        await bench.again()
    assert job is not None
    assert len(bench.scheduler.all_jobs) == 1
    if at != "download":
        bench.publish(job)
        found = await bench.until(lambda each: each.download is not None)
        come_down(found)
    bench.move(TransferState.COMPLETED)
    await bench.at(RoundStep.DONE, RoundState.COMPLETED)
    assert len(bench.scheduler.all_jobs) == 1


async def test_an_upload_waits_fails_and_goes_on(bench: Bench) -> None:
    begun = await bench.begin()
    bench.move(TransferState.PAUSED)
    waits = await bench.at(RoundStep.UPLOAD, RoundState.WAITING)
    assert waits.failure is not None
    assert waits.failure.kind == "paused"
    await bench.rounds.retry(begun.id)
    assert bench.transfer().state is TransferState.RUNNING
    bench.move(TransferState.NEEDS_SIGN_IN)
    assert (await bench.until(lambda each: summary(each).startswith("The upload needs"))).failure is not None
    bench.move(TransferState.FAILED)
    await bench.at(RoundStep.UPLOAD, RoundState.FAILED)
    await bench.rounds.retry(begun.id)
    assert bench.transfer().state is TransferState.RUNNING
    await bench.rounds.cancel(begun.id)
    assert bench.transfer().state is TransferState.CANCELED
    assert bench.rounds.all[0].state is RoundState.CANCELED
    await bench.rounds.retry(begun.id)
    bench.move(TransferState.COMPLETED)
    await bench.until(lambda each: each.job is not None)


async def test_an_upload_that_somebody_removed_is_said(bench: Bench) -> None:
    begun = await bench.begin()
    bench.worker.all_transfers.clear()
    bench.worker.lose()
    bench.worker.come_back()
    await bench.at(RoundStep.UPLOAD, RoundState.FAILED)
    with pytest.raises(UsageError, match="Begin it again|was removed"):
        await bench.rounds.retry(begun.id)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda bench: bench.scheduler.capabilities.remove(Capability.BLOB), "cannot take photos from Blob"),
        (lambda bench: setattr(bench.scheduler, "work", ""), "no shared folder"),
    ],
)
async def test_an_agent_that_cannot_is_refused_and_tried_again(
    bench: Bench, change: Callable[[Bench], None], words: str
) -> None:
    change(bench)
    begun = await bench.begin()
    bench.move(TransferState.COMPLETED)
    failed = await bench.at(RoundStep.SUBMIT, RoundState.FAILED)
    assert words in summary(failed)
    bench.scheduler.capabilities.append(Capability.BLOB)
    bench.scheduler.work = "/work"
    await bench.rounds.retry(begun.id)
    await bench.until(lambda each: each.job is not None)


async def test_a_cluster_that_is_away_or_asleep_is_waited_for(bench: Bench) -> None:
    bench.scheduler.is_reachable = False
    bench.places.failure = Failure("asleep", "The box is paused.", "Resume it.")
    await bench.begin()
    bench.move(TransferState.COMPLETED)
    assert summary(await bench.at(RoundStep.SUBMIT, RoundState.WAITING)) == "The box is paused."
    bench.places.failure = None
    await bench.until(lambda each: "cannot be reached" in summary(each))
    bench.scheduler.is_reachable = True
    await bench.until(lambda each: each.job is not None)


@pytest.mark.parametrize(
    "refusal",
    [
        CloudError("Azure is too busy.", retryable=True),
        HostKeyChanged("The scheduler shows another key."),
        AgentTooOld("The agent must be updated."),
    ],
)
async def test_what_passes_or_a_person_can_change_is_waited_for(bench: Bench, refusal: TiepointError) -> None:
    bench.scheduler.refusal = refusal
    await bench.begin()
    bench.move(TransferState.COMPLETED)
    assert summary(await bench.at(RoundStep.SUBMIT, RoundState.WAITING)) == refusal.summary
    bench.scheduler.refusal = None
    await bench.until(lambda each: each.job is not None)


async def test_a_lost_link_is_no_end(bench: Bench) -> None:
    job = await bench.submitted()
    bench.scheduler.lose()
    await bench.until(lambda each: each.state is RoundState.WAITING)
    bench.scheduler.is_reachable = True
    bench.scheduler.set(job, state=JobState.RUNNING, stage="mesh")
    await bench.at(RoundStep.PROCESS)


async def test_interrupted_jobs_go_on_by_themselves_but_not_for_ever(bench: Bench) -> None:
    job = await bench.submitted()
    interrupted = Failure("interrupted", "The agent ended.", retryable=True)
    resumes = 0
    for _ in range(9):
        bench.scheduler.set(job, state=JobState.PAUSED, error=interrupted, stage="mesh")
        await bench.until(
            lambda each: bench.scheduler.all_jobs[job].state is not JobState.PAUSED or each.failure == interrupted
        )
        if bench.scheduler.all_jobs[job].state is JobState.PAUSED:
            break
        resumes += 1
        bench.scheduler.set(job, state=JobState.RUNNING, error=None)
        await bench.at(RoundStep.PROCESS)
    assert resumes == 5
    await bench.at(RoundStep.PROCESS, RoundState.WAITING)


async def test_a_failed_job_goes_on_and_what_was_told_before_is_passed_over(bench: Bench) -> None:
    job = await bench.submitted()
    failure = Failure("engine", "No tie points.")
    bench.scheduler.set(job, state=JobState.FAILED, stage="alignment", error=failure, finished=_now())
    failed = await bench.at(RoundStep.PROCESS, RoundState.FAILED)
    assert failed.failure == failure
    await bench.rounds.retry(failed.id)
    bench.scheduler.set(job, state=JobState.RUNNING, error=None, finished=None)
    await bench.at(RoundStep.PROCESS)
    await bench.rounds.cancel(failed.id)
    assert bench.scheduler.all_jobs[job].state is JobState.CANCELED


async def test_a_job_canceled_there_ends_the_round(bench: Bench) -> None:
    job = await bench.submitted()
    bench.scheduler.set(job, state=JobState.CANCELED)
    await bench.until(lambda each: each.state is RoundState.CANCELED)


async def test_a_forgotten_job_is_handed_in_again(bench: Bench) -> None:
    job = await bench.submitted()
    bench.scheduler.all_jobs.clear()
    bench.scheduler._keys.clear()
    bench.scheduler.lose()
    bench.scheduler.is_reachable = True
    failed = await bench.until(lambda each: each.state is RoundState.FAILED)
    assert "no longer knows" in summary(failed)
    await bench.rounds.retry(failed.id)
    await bench.until(lambda each: each.job is not None and each.state is RoundState.RUNNING)
    assert job in bench.scheduler.all_jobs


async def test_a_round_cannot_be_canceled_while_its_cluster_is_away(bench: Bench) -> None:
    await bench.submitted()
    bench.scheduler.lose()
    waits = await bench.until(lambda each: each.state is RoundState.WAITING)
    with pytest.raises(TiepointError):
        await bench.rounds.cancel(waits.id)
    assert bench.rounds.all[0].state is RoundState.WAITING


async def test_a_round_whose_cluster_was_deleted_can_be_canceled_and_removed(bench: Bench) -> None:
    await bench.submitted()
    bench.scheduler.lose()
    waits = await bench.until(lambda each: each.state is RoundState.WAITING)
    bench.places.was_deleted = True
    await bench.rounds.cancel(waits.id)
    assert bench.rounds.all[0].state is RoundState.CANCELED
    bench.rounds.remove(waits.id)
    assert bench.rounds.all == ()


async def test_a_submission_without_an_answer_is_canceled_too(bench: Bench) -> None:
    bench.scheduler.loses_answers = 10**6
    begun = await bench.begin()
    bench.move(TransferState.COMPLETED)
    await bench.until(lambda each: bool(bench.scheduler.all_jobs))
    await bench.until(lambda each: each.state is RoundState.WAITING)
    bench.scheduler.loses_answers = 0
    await bench.rounds.cancel(begun.id)
    assert [each.state for each in bench.scheduler.all_jobs.values()] == [JobState.CANCELED]


@pytest.mark.parametrize(
    "published",
    [
        "",
        "https://evil.blob.core.windows.net/products/x",
        "https://st.blob.core.windows.net/products/20261122-statue-0a1b2c/jobs/../../x",
        "file:///etc",
    ],
)
async def test_products_come_from_where_they_were_to_go_and_nowhere_else(bench: Bench, published: str) -> None:
    job = await bench.submitted()
    bench.publish(job, published=published)
    await bench.until(lambda each: each.state is RoundState.FAILED)
    assert bench.worker.downloads == []


async def test_a_job_whose_id_is_no_name_is_refused(bench: Bench) -> None:
    bench.scheduler.loses_answers = 0
    original = bench.scheduler.submit

    async def hostile(request: Any) -> Job:
        return dataclasses.replace(await original(request), id=JobId("../../../etc"))

    bench.scheduler.submit = hostile  # type: ignore[method-assign]
    await bench.begin()
    bench.move(TransferState.COMPLETED)
    assert "a name that is none" in summary(await bench.until(lambda each: each.state is RoundState.FAILED))


async def test_a_download_that_is_gone_begins_anew(bench: Bench) -> None:
    await bench.downloading()
    bench.move(TransferState.FAILED)
    failed = await bench.at(RoundStep.DOWNLOAD, RoundState.FAILED)
    bench.worker.all_transfers.clear()
    await bench.rounds.retry(failed.id)
    await bench.until(lambda each: each.download is not None and each.state is RoundState.RUNNING)
    assert len(bench.worker.downloads) == 2
    bench.move(TransferState.COMPLETED)
    await bench.at(RoundStep.DONE, RoundState.COMPLETED)


async def test_a_download_without_its_last_file_is_no_end(bench: Bench) -> None:
    job = await bench.downloading()
    (bench.folder / bench.rounds.all[0].capture / "jobs" / job / "job.json").unlink()
    bench.move(TransferState.COMPLETED)
    await bench.at(RoundStep.DOWNLOAD, RoundState.FAILED)


async def test_what_makes_no_sense_is_refused_before_anything_is_sent(bench: Bench) -> None:
    with pytest.raises(UsageError, match="no containers"):
        await bench.begin(RoundRequest("own/other", "draft"))
    with pytest.raises(UsageError):
        await bench.begin(RoundRequest(SITE, "nonsense"))
    with pytest.raises(InputError):
        await bench.rounds.begin(a_drop(2), REQUEST)
    bench.products.read_only.add(Path("/out"))
    with pytest.raises(InputError):
        await bench.begin(RoundRequest(SITE, "draft", output=Path("/out")))
    assert bench.worker.begins == []
    begun = await bench.begin()
    with pytest.raises(UsageError, match="under way"):
        bench.rounds.remove(begun.id)
    with pytest.raises(UsageError):
        await bench.rounds.cancel(cast("Any", "unknown"))


async def test_a_mistake_of_ours_is_said_and_logged(bench: Bench, expected_logs: list[str]) -> None:
    expected_logs.append("stopped unexpectedly")

    async def broken(*_about: Any) -> None:
        raise ZeroDivisionError

    bench.importing.bring = broken  # type: ignore[method-assign,assignment]
    await bench.begin()
    bench.move(TransferState.COMPLETED)
    failed = await bench.until(lambda each: each.state is RoundState.FAILED)
    assert "mistake in the program" in summary(failed)
