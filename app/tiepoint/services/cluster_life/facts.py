"""What Azure said of a cluster last, before anything is made of it. Plain data; any thread."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from tiepoint.domain.cluster import ActivityEntry, CloudResource, ClusterId, Lease, Machine, Meter
from tiepoint.domain.cluster_plan import ClusterPlan
from tiepoint.domain.failure import Failure
from tiepoint.ports.azure import GroupFacts, Heartbeat


def cluster_id(subscription: str, group: str) -> ClusterId:
    """Return the id of the cluster in a resource group."""
    return ClusterId(f"{subscription}/{group}".lower())


@dataclass(frozen=True, slots=True)
class ClusterFacts:
    """A cluster's facts.

    Args:
        id: See `ClusterId`.
        name: For people.
        group: Its resource group, None where it is not made yet.
        plan: By its tags, or what is being deployed.
        machines: With their power, as listed.
        resources: All of them; None = not read yet.
        activity: By Azure's activity log, newest first.
        blob_endpoint: Of its account; empty = not known yet.
        heartbeats: By machine; None = they could not be read.
        lease: Who wants it.
        meter: As its guard counted.
        deployments: That run, newest first.
        failure: Why something of this could not be read.
        updated: When it was read.
    """

    id: ClusterId
    name: str
    group: GroupFacts | None = None
    plan: ClusterPlan | None = None
    machines: tuple[Machine, ...] = ()
    resources: tuple[CloudResource, ...] | None = None
    activity: tuple[ActivityEntry, ...] = ()
    blob_endpoint: str = ""
    heartbeats: Mapping[str, Heartbeat] | None = None
    lease: Lease | None = None
    meter: Meter | None = None
    deployments: tuple[str, ...] = ()
    failure: Failure | None = None
    updated: datetime | None = None

    def resource(self, resource_type: str) -> CloudResource | None:
        """The first resource of a type, None when there is none or nothing is known."""
        return next((each for each in self.resources or () if each.type.lower() == resource_type.lower()), None)


@dataclass(frozen=True, slots=True)
class Look:
    """All clusters of a subscription at one look.

    Args:
        subscription: Whose.
        clusters: By id.
        time: When it began.
        failure: Why it failed; the clusters are then the last that were known.
        number: Counts looks.
    """

    subscription: str = ""
    clusters: Mapping[ClusterId, ClusterFacts] = field(default_factory=dict)
    time: datetime | None = None
    failure: Failure | None = None
    number: int = 0
