"""Where rounds go: what is certain of a cluster that cannot be found."""

from __future__ import annotations

from typing import Any

import pytest

from fakes.azure import FakeAzure
from fakes.azure_scenes import a_cluster, cluster_id
from tiepoint.domain.cluster import ClusterState
from tiepoint.services.rounds.places import Places


class OwnOnes:
    """Own clusters by their site."""

    def own(self, site: str) -> object | None:
        return object() if site == "own/east" else None


@pytest.fixture
def azure() -> FakeAzure:
    made = FakeAzure()
    made.sign_in.put_signed_in()
    made.clusters.put(a_cluster("harbour"))
    return made


def places_of(azure: FakeAzure) -> Places:
    clusters: Any = azure.clusters
    remote: Any = OwnOnes()
    sign_in: Any = azure.sign_in
    return Places(clusters, remote, sign_in)


def test_an_own_cluster_is_gone_once_it_was_forgotten(azure: FakeAzure) -> None:
    assert not places_of(azure).is_gone("own/east")
    assert places_of(azure).is_gone("own/west")


def test_a_cluster_on_azure_is_gone_once_its_own_subscription_does_not_list_it(azure: FakeAzure) -> None:
    places, harbour = places_of(azure), cluster_id("harbour")
    subscription = azure.sign_in.snapshot.subscription
    assert subscription is not None
    assert not places.is_gone(harbour)
    azure.clusters.set("harbour", state=ClusterState.DATA_KEPT)
    assert places.is_gone(harbour)
    assert not places.is_gone("another-subscription/cluster")
    assert places.is_gone(f"{subscription.id.lower()}/deleted-long-ago")
