"""Reconstructing on a cluster from the Photos page: where, for how much, why not, and one button."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from fakes.captures import a_drop
from page_stand import Stand, standing, until
from photo_set_factory import ToldPhotoSets, a_set, photos
from tiepoint.domain.errors import UsageError
from tiepoint.domain.own_cluster import OwnCluster
from tiepoint.domain.photo_set import PhotoSetsSnapshot
from tiepoint.domain.route import Hop
from tiepoint.ui.pages.photos.page import PhotosPage
from tiepoint.ui.pages.photos.run_on import RunOn
from ui.site_scenes import CAPTURES, PRODUCTS, with_cluster_to_run_on

InQt = Callable[[Any], Any]


@asynccontextmanager
async def _photos() -> AsyncIterator[tuple[Stand[PhotosPage], str, RunOn]]:
    fake = with_cluster_to_run_on()
    sets = ToldPhotoSets()
    sets.snapshot = PhotoSetsSnapshot(current=a_set(photos(18)), is_loaded=True)
    sets.drop_for_job = a_drop  # type: ignore[attr-defined]
    fake.program = dataclasses.replace(fake.program, photo_sets=sets)  # type: ignore[arg-type]
    cluster = fake.program.remote.sites.shown.id
    try:
        async with standing(PhotosPage, fake) as stand:
            await until(lambda: stand.page.work is not None)
            run_on = stand.page.work.reconstruct_card.run_on  # type: ignore[union-attr]
            await until(lambda: cluster in run_on.cards and run_on.cards[cluster].isEnabled())
            yield stand, cluster, run_on
    finally:
        await fake.program.remote.sites.stop()


def test_clusters_stand_beside_this_computer_with_price_or_why_not(in_qt: InQt) -> None:
    async def scene() -> None:
        async with _photos() as (stand, cluster, run_on):
            await until(lambda: "6 nodes, 1 free." in run_on.cards[cluster].accessibleName())
            names = [card.accessibleName() for card in run_on.cards.values()]
            assert names[0].startswith("This computer.")
            assert names[1].startswith("atelier-east. 6 nodes, 1 free.")
            assert names[1].replace("\u202f", " ").endswith("18.45 $/h")
            assert "Paused: resume it first" in names[2]
            asleep = next(card for key, card in run_on.cards.items() if key.endswith("harbour"))
            assert not asleep.isEnabled()
            assert run_on.cards["computer"].isChecked()
            run_on.cards[cluster].click()
            assert stand.page.reconstruct.plan.offer is not None
            assert stand.page.work.reconstruct_card.start_button.text() == "Reconstruct on atelier-east"  # type: ignore[union-attr]

    in_qt(scene())


def test_an_own_cluster_that_nobody_asked_yet_tells_the_way_to_it(in_qt: InQt) -> None:
    async def scene() -> None:
        async with _photos() as (stand, _cluster, run_on):
            remote = stand.fake.program.remote
            hop = Hop("scheduler", "scheduler.lan", 22, "tiepoint")
            site = await remote.remote.add(OwnCluster("studio", hop, captures="https://a/c", products="https://a/p"))
            await site.monitor.stop()
            remote.rounds.blob_places[site.id] = (CAPTURES, PRODUCTS)  # type: ignore[attr-defined]
            await until(
                lambda: site.id in run_on.cards and "by SSH: scheduler.lan" in run_on.cards[site.id].accessibleName()
            )
            run_on.cards[site.id].click()
            await until(lambda: "by SSH" not in run_on.cards[site.id].accessibleName())

    in_qt(scene())


def test_one_button_begins_the_round_and_leads_to_the_jobs_there(in_qt: InQt) -> None:
    async def scene() -> None:
        async with _photos() as (stand, cluster, run_on):
            run_on.cards[cluster].click()
            stand.page.work.reconstruct_card.start_button.click()  # type: ignore[union-attr]
            await until(lambda: stand.parts.navigator.gone)
            rounds: Any = stand.fake.program.remote.rounds
            [(_begin, drop, request, _given, _capture)] = rounds.asked
            assert (drop, request.site, request.preset) == (a_drop(), cluster, "standard")
            assert stand.parts.navigator.gone == [("jobs", {"round": rounds.all[0].id})]
            assert stand.fake.program.remote.sites.shown.id == cluster

    in_qt(scene())


def test_a_round_that_is_refused_says_why_and_the_button_is_back(in_qt: InQt) -> None:
    async def scene() -> None:
        async with _photos() as (stand, cluster, run_on):
            run_on.cards[cluster].click()
            rounds: Any = stand.fake.program.remote.rounds
            rounds.failures.append(UsageError("There is no place for photos."))
            button = stand.page.work.reconstruct_card.start_button  # type: ignore[union-attr]
            button.click()
            await until(lambda: [each.title for each in stand.parts.said] == ["There is no place for photos."])
            await until(button.isEnabled)

    in_qt(scene())


def test_a_cluster_that_goes_leaves_this_computer_chosen(in_qt: InQt) -> None:
    async def scene() -> None:
        async with _photos() as (stand, cluster, run_on):
            run_on.cards[cluster].click()
            await stand.fake.program.remote.sites.remove(cluster)
            await until(lambda: stand.page.reconstruct.site == "computer")
            await until(lambda: cluster not in run_on.cards)
            assert run_on.cards["computer"].isChecked()

    in_qt(scene())
