"""The whole round: real transfer worker, real agent with toy stages, Azurite behind roles, the machine's own token."""

from __future__ import annotations

import asyncio
from pathlib import Path

from flights import contents, write_flight
from round_cluster import RoundCluster
from round_panel import Panel
from tiepoint.domain.job import JobState
from tiepoint.domain.remote_round import Round, RoundState, RoundStep


def is_over(round_: Round) -> bool:
    return round_.is_over


async def test_photos_go_there_and_products_come_back(
    panel: Panel, cluster: RoundCluster, photos: Path, tmp_path: Path
) -> None:
    steps: list[RoundStep] = []
    panel.rounds.changed.subscribe(lambda rounds: steps.append(rounds[0].step))
    begun = await panel.rounds.begin(await panel.drop(photos), panel.request(output=tmp_path / "out"))
    done = await panel.until(is_over, begun.id)
    assert (done.state, done.step) == (RoundState.COMPLETED, RoundStep.DONE), done.failure
    assert steps == sorted(steps, key=list(RoundStep).index)
    there = cluster.work / "captures" / done.capture
    assert contents(there / "photos") == contents(photos)
    made = there / "jobs" / str(done.job)
    assert contents(Path(done.folder) / "products") == contents(made / "products")
    assert len(contents(made / "products")["model.glb"]) > 3000
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"colmap", "model.glb", "result.json"}
    [job] = await panel.sites.all[1].jobs.jobs()
    assert job.state is JobState.COMPLETED
    assert job.published == f"{cluster.place('products').url}/{done.capture}/jobs/{job.id}"
    assert job.photos == len(contents(photos))
    assert [stage.name for stage in job.stages][:: len(job.stages) - 1] == ["fetch", "publish"]
    assert panel.rounds.results()[0].folder == done.folder


async def test_the_same_photos_again_are_the_same_job(panel: Panel, cluster: RoundCluster, photos: Path) -> None:
    drop = await panel.drop(photos)
    first, second = await asyncio.gather(
        panel.rounds.begin(drop, panel.request()), panel.rounds.begin(drop, panel.request())
    )
    assert first.id == second.id
    done = await panel.until(is_over, first.id)
    moved = sum(each.bytes_moved for each in await panel.transfers.transfers())
    again = await panel.rounds.begin(drop, panel.request())
    assert again.id != first.id
    redone = await panel.until(is_over, again.id)
    assert (redone.state, redone.job) == (RoundState.COMPLETED, done.job)
    assert sum(each.bytes_moved for each in await panel.transfers.transfers()) <= moved + 2000  # the manifest
    assert len(await panel.sites.all[1].jobs.jobs()) == 1
    panel.rounds.remove(again.id)
    assert [each.id for each in panel.rounds.all] == [first.id]


async def test_two_rounds_at_once(panel: Panel, tmp_path: Path) -> None:
    drops = [await panel.drop(write_flight(tmp_path / name, seed=len(name))) for name in ("a", "bb")]
    begun = [await panel.rounds.begin(drop, panel.request()) for drop in drops]
    done = [await panel.until(is_over, each.id) for each in begun]
    assert [each.state for each in done] == [RoundState.COMPLETED] * 2
    assert len({each.job for each in done}) == 2


async def test_a_photo_that_changes_before_it_goes_goes_as_it_is(
    panel: Panel, cluster: RoundCluster, photos: Path
) -> None:
    drop = await panel.drop(photos)
    (photos / "DJI_0000.JPG").write_bytes(b"another")
    begun = await panel.rounds.begin(drop, panel.request())
    done = await panel.until(is_over, begun.id)
    assert done.state is RoundState.COMPLETED, done.failure
    assert contents(cluster.work / "captures" / done.capture / "photos") == contents(photos)


async def test_photos_deleted_in_blob_are_said_and_sent_again(
    panel: Panel, cluster: RoundCluster, photos: Path
) -> None:
    cluster.kill()
    begun = await panel.rounds.begin(await panel.drop(photos), panel.request())
    waits = await panel.until(lambda each: each.state is RoundState.WAITING, begun.id)
    assert waits.step is RoundStep.SUBMIT
    cluster.delete("captures", f"{waits.capture}/photos/DJI_0000")
    cluster.start()
    failed = await panel.until(is_over, begun.id)
    assert failed.state is RoundState.FAILED
    assert failed.failure is not None
    assert "DJI_0000.JPG is not in Blob storage" in failed.failure.summary
    again = await panel.rounds.begin(await panel.drop(photos), panel.request())
    assert (await panel.until(is_over, again.id)).state is RoundState.COMPLETED


async def test_without_a_right_it_waits_for_one(panel: Panel, photos: Path) -> None:
    token, panel.settings.token = panel.settings.token, ""
    panel.places.has_source = False
    begun = await panel.rounds.begin(await panel.drop(photos), panel.request())
    waits = await panel.until(lambda each: each.state is RoundState.WAITING, begun.id)
    assert waits.failure is not None
    assert waits.failure.kind == "sign-in"
    panel.settings.token, panel.places.has_source = token, True
    panel.places.tell()
    assert (await panel.until(is_over, begun.id)).state is RoundState.COMPLETED


async def test_a_paused_transfer_or_job_waits_and_goes_on(panel: Panel, photos: Path, cluster: RoundCluster) -> None:
    cluster.kill()
    cluster.start(features={"seconds": 60})
    begun = await panel.rounds.begin(await panel.drop(photos), panel.request())
    at_work = await panel.until(lambda each: each.step is RoundStep.PROCESS, begun.id)
    assert at_work.job is not None
    site = panel.sites.all[1]
    await site.jobs.pause(at_work.job)
    waits = await panel.until(lambda each: each.state is RoundState.WAITING, begun.id)
    assert waits.failure is not None
    assert waits.failure.kind == "paused"
    await panel.rounds.retry(begun.id)
    await panel.until(lambda each: each.state is RoundState.RUNNING, begun.id)
    await panel.rounds.cancel(begun.id)
    assert (await site.scheduler.job(at_work.job)).state is JobState.CANCELED
    [canceled] = panel.rounds.all
    assert canceled.state is RoundState.CANCELED
    await panel.rounds.cancel(begun.id)


async def test_an_agent_that_dies_at_work_is_found_again(panel: Panel, photos: Path, cluster: RoundCluster) -> None:
    cluster.kill()
    cluster.start(features={"seconds": 1})
    begun = await panel.rounds.begin(await panel.drop(photos), panel.request())
    await panel.until(lambda each: each.step is RoundStep.PROCESS, begun.id)
    cluster.kill()
    await panel.until(lambda each: each.state is RoundState.WAITING, begun.id)
    cluster.start()
    done = await panel.until(is_over, begun.id)
    assert done.state is RoundState.COMPLETED, done.failure


async def test_a_sleeping_cluster_is_said(panel: Panel, photos: Path, cluster: RoundCluster) -> None:
    from tiepoint.domain.failure import Failure

    cluster.kill()
    panel.places.asleep_for = Failure("asleep", "The box is paused.", "Resume it.")
    begun = await panel.rounds.begin(await panel.drop(photos), panel.request())
    waits = await panel.until(lambda each: each.step is RoundStep.SUBMIT and each.failure is not None, begun.id)
    assert waits.failure is not None
    assert waits.failure.kind == "asleep"
    cluster.start()
    panel.places.asleep_for = None
    panel.places.tell()
    assert (await panel.until(is_over, begun.id)).state is RoundState.COMPLETED


async def test_a_failed_job_fails_the_round_and_goes_on(panel: Panel, photos: Path, cluster: RoundCluster) -> None:
    cluster.kill()
    cluster.start(features={"error": True})
    begun = await panel.rounds.begin(await panel.drop(photos), panel.request())
    failed = await panel.until(is_over, begun.id)
    assert failed.failure is not None
    assert failed.failure.summary == "The toy is broken."
    assert failed.step is RoundStep.PROCESS
    cluster.kill()
    cluster.start()
    await panel.rounds.retry(begun.id)
    assert (await panel.until(is_over, begun.id)).state is RoundState.COMPLETED


async def test_an_agent_that_cannot_is_refused(panel: Panel, photos: Path, cluster: RoundCluster) -> None:
    cluster.kill()
    cluster.configure(work="")
    cluster.start()
    begun = await panel.rounds.begin(await panel.drop(photos), panel.request())
    failed = await panel.until(is_over, begun.id)
    assert failed.failure is not None
    assert "cannot take photos from Blob storage" in failed.failure.summary


async def test_products_that_go_meanwhile_are_said(panel: Panel, photos: Path, cluster: RoundCluster) -> None:
    begun = await panel.rounds.begin(await panel.drop(photos), panel.request())
    done = await panel.until(is_over, begun.id)
    cluster.delete("products", f"{done.capture}/jobs")
    again = await panel.rounds.begin(await panel.drop(photos), panel.request())
    failed = await panel.until(is_over, again.id)
    assert (failed.state, failed.step) == (RoundState.FAILED, RoundStep.DOWNLOAD)
    assert failed.failure is not None
