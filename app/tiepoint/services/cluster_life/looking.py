"""Reading the facts of clusters from Azure: as few requests as do, and what failed is said and not thrown.

Must not decide what a fact means: `reading` does. On the loop's thread.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections import defaultdict
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar

from tiepoint.domain.cluster import CLUSTER_TAG, CloudResource, Machine
from tiepoint.domain.errors import NotThere, SignInNeeded, TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.domain.resource_ids import group_of
from tiepoint.ports.azure import Azure, GroupFacts
from tiepoint.services.cluster_life.facts import ClusterFacts, cluster_id
from tiepoint.services.cluster_life.plan_tags import plan_of
from tiepoint.services.cluster_life.versions import STORAGE_ACCOUNT, api_version

T = TypeVar("T")
_ACTIVITY_DAYS: Final = 2


@dataclass(frozen=True, slots=True)
class Wish:
    """What to read of a cluster besides its group and machines.

    Args:
        has_resources: Its resources.
        has_activity: Azure's activity log.
        has_heartbeats: What its machines' guards said.
        has_lease: Lease and meter.
        has_deployments: Which deployments run.
    """

    has_resources: bool = False
    has_activity: bool = False
    has_heartbeats: bool = False
    has_lease: bool = False
    has_deployments: bool = False


async def groups_and_machines(azure: Azure) -> tuple[tuple[GroupFacts, ...], Mapping[str, tuple[Machine, ...]]]:
    """Return the groups of all clusters, and all machines by their group in lower case: two requests.

    Raises:
        TiepointError: As `ports.azure`.
    """
    groups, machines = await asyncio.gather(azure.resources.cluster_groups(), azure.machines.list())
    found: defaultdict[str, list[Machine]] = defaultdict(list)
    for machine in machines:
        found[group_of(machine.id).lower()].append(machine)
    return groups, {name: tuple(each) for name, each in found.items()}


def merged(
    known: ClusterFacts | None, subscription: str, group: GroupFacts, machines: tuple[Machine, ...], now: datetime
) -> ClusterFacts:
    """Return a cluster's facts with its newest group and machines."""
    made = known or ClusterFacts(cluster_id(subscription, group.name), group.tags.get(CLUSTER_TAG) or group.name)
    return dataclasses.replace(
        made,
        group=group,
        name=group.tags.get(CLUSTER_TAG) or made.name,
        plan=plan_of(group.tags) or (known.plan if known else None),
        machines=machines,
        updated=now,
        failure=None,
    )


async def read_more(azure: Azure, facts: ClusterFacts, wish: Wish, now: datetime) -> ClusterFacts:
    """Read what is wished of a cluster; what cannot be read stays as it was, and why is in `failure`.

    Raises:
        SignInNeeded: Nobody is signed in any more, or Azure wants a confirmation.
    """
    if facts.group is None:
        return facts
    group, reading = facts.group.name, _Reading()
    changes: dict[str, object] = {}
    if wish.has_resources or facts.resources is None:
        changes["resources"] = await reading.of(azure.resources.list(group), facts.resources)
        facts = dataclasses.replace(facts, resources=changes["resources"])  # type: ignore[arg-type]
    account = account_of(facts.resources or ())
    if account is None:
        facts = dataclasses.replace(facts, blob_endpoint="", heartbeats=None, lease=None)
    elif not facts.blob_endpoint:
        facts = dataclasses.replace(facts, blob_endpoint=await reading.of(_endpoint(azure, account), ""))
    since = now - timedelta(days=_ACTIVITY_DAYS)
    endpoint = facts.blob_endpoint
    if wish.has_activity:
        changes["activity"] = await reading.of(azure.resources.activity(group, since), facts.activity)
    if wish.has_deployments:
        changes["deployments"] = await reading.of(azure.deployments.active(group), facts.deployments)
    if endpoint and wish.has_heartbeats:
        beats = await reading.of(azure.control.heartbeats(endpoint), None)
        changes["heartbeats"] = None if beats is None else {beat.name: beat for beat in beats}
    if endpoint and wish.has_lease:
        changes["lease"] = await reading.of(azure.control.read_lease(endpoint), facts.lease)
        changes["meter"] = await reading.of(azure.control.read_meter(endpoint), facts.meter)
    return dataclasses.replace(facts, failure=reading.failure, **changes)  # type: ignore[arg-type]


def account_of(resources: tuple[CloudResource, ...]) -> CloudResource | None:
    """Return the cluster's storage account, None when there is none."""
    found = [each for each in resources if each.type.lower() == STORAGE_ACCOUNT.lower()]
    return next((each for each in found if each.name.startswith("tp")), found[0] if found else None)


class _Reading:
    """Remembers the first failure of several."""

    def __init__(self) -> None:
        self.failure: Failure | None = None

    async def of(self, asked: Awaitable[T], otherwise: T) -> T:
        try:
            return await asked
        except SignInNeeded:
            raise
        except NotThere:
            return otherwise
        except TiepointError as error:
            self.failure = self.failure or Failure.of(error)
            return otherwise


async def _endpoint(azure: Azure, account: CloudResource) -> str:
    told = await azure.resources.get(account.id, api_version(account.type))
    endpoints = (told.get("properties") or {}).get("primaryEndpoints") or {}
    return str(endpoints.get("blob") or "")
