"""Where a site's photos and products go in Blob, and who gives the right to it. On the loop's thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tiepoint.domain.blob_place import BlobPlace, read_place
from tiepoint.domain.cluster import Cluster, ClusterId, ClusterState
from tiepoint.domain.cluster_plan import StorageKind
from tiepoint.domain.errors import UsageError
from tiepoint.domain.failure import Failure
from tiepoint.ports.token_source import TokenSource
from tiepoint.services.clusters import ClusterService
from tiepoint.services.remote_sites import RemoteSites
from tiepoint.services.rounds.words import cluster_asleep
from tiepoint.services.sign_in import SignInService

OWN: Final = "own/"
_DELETED: Final = (ClusterState.DELETING, ClusterState.DATA_KEPT)
CAPTURES: Final = "captures"
PRODUCTS: Final = "products"
ARCHIVE: Final = "archive"
"""Container that Lustre is joined to: `captures/ID` in it is `WORK/captures/ID` there."""


@dataclass(frozen=True, slots=True)
class Places:
    """Knows them.

    Args:
        clusters: Clusters on Azure.
        remote: Own clusters.
        sign_in: Gives the right to storage of Azure.
    """

    clusters: ClusterService
    remote: RemoteSites
    sign_in: SignInService

    def cluster(self, site: str) -> Cluster | None:
        """A cluster on Azure as last seen; None for others."""
        found = self.clusters.snapshot.find(site)
        return found if found is not None and found.id == ClusterId(site) else None

    def of(self, site: str) -> tuple[BlobPlace, BlobPlace] | None:
        """Containers for captures and products; None = none."""
        cluster = self.cluster(site)
        if cluster is not None:
            return _of_cluster(cluster)
        own = self.remote.own(site)
        if own is None or not own.captures or not own.products:
            return None
        try:
            return read_place(own.captures)[0], read_place(own.products)[0]
        except UsageError:
            return None

    def asleep(self, site: str) -> Failure | None:
        """Why the site cannot be reached just now, as Azure knows it; None = nothing stands in the way."""
        cluster = self.cluster(site)
        return None if cluster is None else cluster_asleep(cluster)

    def is_gone(self, site: str) -> bool:
        """Whether it is certain that the site is no more: deleted on Azure, or an own cluster that was forgotten."""
        if site.startswith(OWN):
            return self.remote.own(site) is None
        subscription, cluster = self.sign_in.snapshot.subscription, self.cluster(site)
        if cluster is not None:
            return cluster.state in _DELETED
        is_asked = subscription is not None and site.partition("/")[0] == subscription.id.lower()
        return is_asked and self.sign_in.snapshot.is_ready and self.clusters.snapshot.is_known

    def watch(self, told: Callable[[], None]) -> Callable[[], None]:
        """Tell when any of that may have changed, until what is returned is called."""
        ends = (
            self.clusters.changed.subscribe(lambda _: told()),
            self.sign_in.changed.subscribe(lambda _: told()),
        )

        def end_all() -> None:
            for end in ends:
                end()

        return end_all

    def source(self, place: BlobPlace) -> TokenSource | None:
        """Who gives the right to a container by itself; None = a person must."""
        snapshot = self.sign_in.snapshot
        may = snapshot.account is not None and snapshot.cloud.may_have_token(place.endpoint)
        return self.sign_in.blob_source() if may else None


def _of_cluster(cluster: Cluster) -> tuple[BlobPlace, BlobPlace] | None:
    endpoint = cluster.blob_endpoint.rstrip("/")
    if not endpoint:
        return None
    is_lustre = cluster.plan is not None and cluster.plan.storage.kind is StorageKind.LUSTRE
    captures = BlobPlace(endpoint, ARCHIVE, CAPTURES) if is_lustre else BlobPlace(endpoint, CAPTURES)
    return captures, BlobPlace(endpoint, PRODUCTS)
