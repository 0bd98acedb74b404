"""All that there is: groups, resources, role assignments, operations, what was deleted, and who did what.

Plain state and simple looks at it; what may be done to it and what follows is `kinds`, `arm` and `deploying`.
Used with the double's lock held.
"""

from __future__ import annotations

import random
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from azure_double.blobs import BlobPool
from azure_double.clock import Timeline
from azure_double.exchange import AzureError
from azure_double.faults import Faults
from azure_double.ids import ResourceId, group_id, read_id
from azure_double.people import People
from azure_double.tables import table

if TYPE_CHECKING:
    from azure_double.deploying.records import Deployment


@dataclass
class Resource:
    """A resource.

    Args:
        id: Taken apart.
        body: As it was put, with what the service adds.
        state: Provisioning state.
        made_at: Azure's seconds.
        facts: What the double knows besides: power, ports, secrets; never shown as such.
    """

    id: ResourceId
    body: dict[str, Any]
    state: str = "Succeeded"
    made_at: float = 0.0
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its own name."""
        return self.id.name

    @property
    def type(self) -> str:
        """Its full type."""
        return self.id.type

    @property
    def properties(self) -> dict[str, Any]:
        """Its properties."""
        found: dict[str, Any] = self.body.setdefault("properties", {})
        return found

    @property
    def tags(self) -> dict[str, str]:
        """Its tags."""
        return self.body.get("tags") or {}

    @property
    def power(self) -> str:
        """A machine's power state: `running`, `deallocated`, …"""
        return str(self.facts.get("power", ""))


@dataclass
class Group:
    """A resource group.

    Args:
        subscription: Its subscription.
        name: Its name.
        location: Region.
        tags: Its tags.
        state: `Succeeded` or `Deleting`.
    """

    subscription: str
    name: str
    location: str
    tags: dict[str, str] = field(default_factory=dict)
    state: str = "Succeeded"

    @property
    def id(self) -> str:
        """Its id."""
        return group_id(self.subscription, self.name)


@dataclass
class Operation:
    """Something that takes time, asked for by its address.

    Args:
        key: Names it.
        status: `InProgress`, `Succeeded`, `Failed` or `Canceled`.
        error: Why it failed.
        result: What its location answers in the end.
        began: Stamp.
        ended: Stamp.
    """

    key: str
    status: str = "InProgress"
    error: dict[str, Any] | None = None
    result: Any = None
    began: str = ""
    ended: str = ""


class World:
    """The state of one double. Everything may be changed by a test that holds `double.lock`.

    Args:
        people: Who there is.
        timeline: When things happen.
        faults: What goes wrong.
        url: The double's address.
    """

    def __init__(self, people: People, timeline: Timeline, faults: Faults, url: str) -> None:
        self.people, self.timeline, self.faults, self.url = people, timeline, faults, url
        self.groups: dict[str, Group] = {}
        self.resources: dict[str, Resource] = {}
        self.operations: dict[str, Operation] = {}
        self.deployments: dict[str, Deployment] = {}
        self.deleted_vaults: dict[str, Resource] = {}
        self.activity: list[dict[str, Any]] = []
        self.role_definitions: dict[str, dict[str, Any]] = {}
        self.quotas: dict[str, dict[str, dict[str, int]]] = table("quotas")
        self.sizes: dict[str, dict[str, Any]] = table("sizes")
        self.regions: dict[str, dict[str, Any]] = table("regions")
        self.durations: dict[str, Any] = table("durations")
        self.providers: dict[str, str] = {key.lower(): state for key, state in table("providers")["states"].items()}
        self.taken_names: set[str] = set(table("providers")["taken_names"])
        self.role_delay_s = 0.0
        """How long a new role assignment takes to count for data, Azure's seconds."""
        self.page_size = 0
        """Most rows of a list in one answer; 0 = all of them."""
        self.random = random.Random(5)
        self.blobs: BlobPool | None = None
        self.open_vault: Callable[[str], str] = lambda name: ""
        self.open_bastion: Callable[[], str] = lambda: "bst-double.bastion.azure.com"
        self.open_blob_gate: Callable[[str, str], str] = lambda name, endpoint: endpoint

    def group(self, name: str, subscription: str = "") -> Group:
        """Return a group; any subscription without one named."""
        found = [
            each
            for each in self.groups.values()
            if each.name.lower() == name.lower() and subscription.lower() in ("", each.subscription.lower())
        ]
        if not found:
            raise AzureError(404, "ResourceGroupNotFound", f"Resource group '{name}' could not be found.")
        return found[0]

    def group_of(self, found: ResourceId) -> Group:
        """Return the group of a resource."""
        return self.group(found.group, found.subscription)

    def get(self, resource_id: str) -> Resource | None:
        """Return a resource by its id; None = there is none."""
        return self.resources.get("/" + resource_id.strip("/").lower())

    def find(self, group: str, resource_type: str, name: str) -> Resource:
        """Return a resource of a group by full type and name (`vault/secret` for children)."""
        for each in self.resources.values():
            if (
                each.id.group.lower() == group.lower()
                and each.type.lower() == resource_type.lower()
                and "/".join(each.id.names).lower() == name.lower()
            ):
                return each
        raise KeyError(f"{resource_type} {name} in {group}")

    def machine(self, group: str, name: str) -> Resource:
        """Return a machine."""
        return self.find(group, "Microsoft.Compute/virtualMachines", name)

    def of_type(self, resource_type: str, scope: str = "") -> list[Resource]:
        """Return all resources of a full type, below a scope."""
        inside = scope.lower().rstrip("/") + "/"
        return [
            each
            for key, each in self.resources.items()
            if each.type.lower() == resource_type.lower() and key.startswith(inside)
        ]

    def in_group(self, group: Group) -> list[Resource]:
        """Return all resources of a group, oldest first."""
        inside = group.id.lower() + "/"
        return [each for key, each in self.resources.items() if key.startswith(inside)]

    def children(self, resource_id: str) -> list[Resource]:
        """Return all that lies below a resource."""
        inside = resource_id.lower().rstrip("/") + "/"
        return [each for key, each in self.resources.items() if key.startswith(inside)]

    def lose(self, group: str, pattern: str) -> list[str]:
        """Somebody has deleted resources by hand: those of a group whose id holds a regular expression."""
        inside = self.group(group).id.lower() + "/"
        gone = [key for key in self.resources if key.startswith(inside) and re.search(pattern, key, re.IGNORECASE)]
        for key in gone:
            del self.resources[key]
        return gone

    def note(self, caller: str, action: str, resource_id: str, status: str, text: str = "") -> None:
        """Write the activity log."""
        self.activity.append(
            {
                "eventTimestamp": self.timeline.stamp(),
                "eventDataId": str(uuid.uuid4()),
                "correlationId": str(uuid.uuid4()),
                "caller": caller,
                "operationName": {"value": action, "localizedValue": action.rsplit("/", 1)[0]},
                "status": {"value": status, "localizedValue": status},
                "subStatus": {"value": "", "localizedValue": ""},
                "level": "Error" if status == "Failed" else "Informational",
                "resourceGroupName": read_id(resource_id).group,
                "resourceId": resource_id,
                "subscriptionId": read_id(resource_id).subscription,
                "properties": {"statusMessage": text} if text else {},
            }
        )

    def begin(self, takes_s: float = 0.0) -> Operation:
        """Begin an operation; whoever begins it ends it."""
        made = Operation(str(uuid.uuid4()), began=self.timeline.stamp())
        self.operations[made.key] = made
        return made

    def end(self, operation: Operation, error: dict[str, Any] | None = None, result: Any = None) -> None:
        """End an operation."""
        operation.status, operation.error, operation.result = "Failed" if error else "Succeeded", error, result
        operation.ended = self.timeline.stamp()

    def takes(self, key: str, name: str = "") -> float:
        """How long something takes, Azure's seconds: a number, or a range by chance, plus what a fault adds."""
        found = self.durations.get(key.lower(), self.durations["default"])
        base = found if isinstance(found, (int, float)) else self.random.uniform(*found)
        slow = self.faults.take("slow", path=key, name=name)
        return float(base) + (slow.seconds if slow else 0.0)
