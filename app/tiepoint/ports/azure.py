"""Azure as the program needs it: its roles, all for the one subscription chosen. All calls are cancel safe: the thread
behind one may go on to its end, and what it did is seen at the next look.

Every call raises SignInNeeded (nobody is signed in, or no more), ConfirmationNeeded (Azure wants MFA first),
ConnectionLost (no network, no answer), NotPermitted (the action is in the summary), NotThere, Conflict, and CloudError
and its kin for everything else Azure refuses. Throttling (429) is waited out inside, as Azure says, up to two minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from tiepoint.domain.account import Subscription, SubscriptionId, Tenant
from tiepoint.domain.cluster import ActivityEntry, CloudResource, Lease, Machine, Meter
from tiepoint.domain.failure import Failure
from tiepoint.domain.preflight import Change, QuotaFigures


class Directory(Protocol):
    """What the person signed in can reach."""

    async def tenants(self) -> tuple[Tenant, ...]:
        """All tenants they belong to. Idempotent."""

    async def subscriptions(self) -> tuple[Subscription, ...]:
        """All subscriptions of the tenant signed in to, enabled ones first. Idempotent."""


@dataclass(frozen=True, slots=True)
class Region:
    """A region.

    Args:
        name: `eastus`.
        label: `East US`.
        zones: How many availability zones.
    """

    name: str
    label: str
    zones: int = 0


@dataclass(frozen=True, slots=True)
class SizeOffer:
    """A machine size as offered to this subscription in a region.

    Args:
        name: `Standard_NV36ads_A10_v5`.
        family: Quota family.
        vcpu: Cores.
        memory_gib: Memory.
        gpus: How many; may be a fraction of one (vGPU slices).
        gpu: Its name; empty = none or unknown.
        is_restricted: Whether it is not for this subscription here (`NotAvailableForSubscription`, `QuotaId`).
        zones: In which it is offered.
        has_spot: Whether as Spot, too.
    """

    name: str
    family: str
    vcpu: int
    memory_gib: float
    gpus: float = 0.0
    gpu: str = ""
    is_restricted: bool = False
    zones: tuple[str, ...] = ()
    has_spot: bool = True


class RegionFacts(Protocol):
    """What a region offers to the subscription, and what the person may do. All idempotent; nothing is changed but by
    `register`."""

    async def regions(self) -> tuple[Region, ...]:
        """Regions of the subscription."""

    async def sizes(self, region: str) -> tuple[SizeOffer, ...]:
        """Machine sizes there, restricted ones too."""

    async def quotas(self, region: str) -> tuple[QuotaFigures, ...]:
        """Compute quotas there, with `asked` 0; `cores` (all), `lowPriorityCores` (Spot) and families."""

    async def unregistered(self, providers: Sequence[str]) -> tuple[str, ...]:
        """Those of the resource providers that are not registered."""

    async def register(self, providers: Sequence[str], report: Callable[[str, bool], None] | None = None) -> None:
        """Ask for their registration, and wait for it (minutes).

        Args:
            providers: Namespaces.
            report: Is told each provider, and whether it is registered yet, whenever that changes; on the loop.
        """

    async def provider_regions(self, resource_type: str) -> tuple[str, ...]:
        """Regions (short names) in which a type such as `Microsoft.StorageCache/amlFilesystems` exists."""

    async def missing_actions(self, resource_group: str, actions: Sequence[str]) -> tuple[str, ...]:
        """Those of the actions that the person may not do, on the group, or on the subscription where there is none."""

    async def address_spaces(self) -> Mapping[str, tuple[str, ...]]:
        """Address prefixes of all virtual networks of the subscription, by resource id."""

    async def is_account_name_free(self, name: str) -> bool:
        """Whether a storage account of this name can be made."""

    async def is_vault_name_free(self, name: str) -> bool:
        """Whether a vault of this name can be made."""

    async def deleted_vault(self, name: str, region: str) -> str:
        """Resource group of a soft-deleted vault of this name, empty = there is none."""

    async def recover_vault(self, name: str, region: str) -> None:
        """Bring a soft-deleted vault back into its former group, which is made where it is gone; wait for it.

        Raises:
            NotThere: There is no deleted vault of this name.
        """

    async def service_principal(self, application: str) -> str:
        """Object id of one of Azure's own services in the person's tenant, empty = not there, or it cannot be asked.

        Args:
            application: Id of the application behind it.
        """

    async def role_definition(self, name: str) -> str:
        """Resource id of a custom role by its name, empty = there is none."""

    async def make_roles(self, template: Mapping[str, Any], region: str) -> None:
        """Make custom roles from a template of the subscription's level, and wait for it. Idempotent.

        Args:
            template: With role definitions only.
            region: Where Azure keeps the record of it.
        """


@dataclass(frozen=True, slots=True)
class DeploymentState:
    """A deployment at one moment.

    Args:
        name: Its name.
        state: Azure's word, lower case: `accepted`, `running`, `succeeded`, `failed`, `canceled`.
        outputs: Its outputs, values only.
        failure: Why it failed, the innermost reason.
    """

    name: str
    state: str
    outputs: Mapping[str, Any]
    failure: Failure | None = None

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.state in ("succeeded", "failed", "canceled")


@dataclass(frozen=True, slots=True)
class DeploymentStep:
    """A resource of a deployment, nested deployments opened.

    Args:
        resource_id: Which.
        type: Its type.
        name: Its name.
        state: As `DeploymentState.state`.
        time: Of the last change, UTC.
        took_s: So far, seconds.
        failure: Why it failed.
    """

    resource_id: str
    type: str
    name: str
    state: str
    time: datetime | None = None
    took_s: float | None = None
    failure: Failure | None = None


class Deployments(Protocol):
    """Resource Manager's deployments into a resource group, mode Incremental."""

    async def make_group(self, group: str, region: str, tags: Mapping[str, str]) -> None:
        """Make the resource group, or set its tags. Idempotent."""

    async def validate(
        self, group: str, name: str, template: Mapping[str, Any], parameters: Mapping[str, Any], *, region: str = ""
    ) -> None:
        """Let Azure check a template; returns when it has no objection. Idempotent; changes nothing.

        Args:
            group: Resource group.
            name: Of the deployment that is not made.
            template: Plain JSON.
            parameters: In Azure's form.
            region: Where the group would be made if it is not there; empty = it is there.
        """

    async def what_if(
        self, group: str, name: str, template: Mapping[str, Any], parameters: Mapping[str, Any], *, region: str = ""
    ) -> tuple[Change, ...]:
        """What deploying it would do. Idempotent; changes nothing. Arguments as of `validate`."""

    async def begin(self, group: str, name: str, template: Mapping[str, Any], parameters: Mapping[str, Any]) -> None:
        """Hand a deployment in; returns once it is accepted.

        Raises:
            Conflict: One of that name is running: follow it.
        """

    async def state(self, group: str, name: str) -> DeploymentState:
        """How it is. One request."""

    async def steps(self, group: str, name: str) -> tuple[DeploymentStep, ...]:
        """Its resources; nested deployments are opened, one request for each that has begun."""

    async def active(self, group: str) -> tuple[str, ...]:
        """Names of the group's deployments that run, newest first, nested ones left out."""

    async def cancel(self, group: str, name: str) -> None:
        """Ask it to stop; what it made stays. One that is over already is no error."""


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """A resource group that holds a cluster.

    Args:
        name: Of the group.
        region: Of the group.
        tags: All of them.
        state: Provisioning state, lower case; `deleting` while it goes.
    """

    name: str
    region: str
    tags: Mapping[str, str]
    state: str = "succeeded"


class CloudResources(Protocol):
    """Resources of any type."""

    async def cluster_groups(self) -> tuple[GroupFacts, ...]:
        """Groups of the subscription with a cluster's tag. One request a page. Idempotent."""

    async def list(self, group: str) -> tuple[CloudResource, ...]:
        """All resources of a group. One request a page. Idempotent."""

    async def get(self, resource_id: str, api_version: str) -> Mapping[str, Any]:
        """A resource as Azure has it. Idempotent."""

    async def put(self, resource_id: str, api_version: str, body: Mapping[str, Any]) -> None:
        """Make or change a resource, and wait until that is done. Idempotent."""

    async def post(
        self, resource_id: str, action: str, api_version: str, body: Mapping[str, Any] | None = None
    ) -> None:
        """Let a resource do something (`archive`), and wait until that is done."""

    async def delete(self, resource_id: str, api_version: str) -> None:
        """Delete a resource and wait until it is gone; one that is gone already is no error."""

    async def begin_delete_group(self, group: str) -> None:
        """Ask for the deletion of a group with all in it; returns once it is accepted."""

    async def tag_group(self, group: str, tags: Mapping[str, str]) -> None:
        """Set these tags of a group and leave its others. Idempotent."""

    async def activity(self, group: str, since: datetime) -> tuple[ActivityEntry, ...]:
        """The group's activity log, newest first, at most 100 lines. Idempotent."""


class Machines(Protocol):
    """Virtual machines."""

    async def list(self) -> tuple[Machine, ...]:
        """All machines of the subscription that carry a role's tag, with their power states: ONE request (a page)."""

    async def begin_start(self, machine_id: str) -> None:
        """Ask for the start; returns once accepted, see `list` for what comes of it. One that runs is no error.

        Raises:
            NoCapacity, QuotaTooSmall, SizeNotOffered: As said.
        """

    async def begin_deallocate(self, machine_id: str) -> None:
        """Ask for the release; returns once accepted. Disks stay and bill. One that is released is no error."""

    async def delete(self, machine_id: str) -> None:
        """Delete a machine with its disk, network card and rights, and wait until they are gone. Idempotent."""

    async def rights(self, machine_id: str) -> tuple[str, ...]:
        """Ids of the role assignments that a machine's identity has, anywhere in the subscription. Idempotent."""

    async def run_script(self, machine_id: str, name: str, script: str, *, timeout_s: int = 600) -> str:
        """Run a script there by managed Run Command and return its last 4 KB of output.

        Args:
            machine_id: Which; must be running.
            name: Of the run command resource; the same name replaces it.
            script: Shell on Linux, PowerShell on Windows; holds no secret.
            timeout_s: Seconds it may take.

        Raises:
            CloudError: It failed; the detail has its output.
        """


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What a machine's guard said last: a blob `control/nodes/NAME.json`.

    Args:
        name: The machine.
        time: When, UTC.
        booted: When the machine started, UTC.
        is_busy: Whether it has a task of its own.
        is_draining: Whether it takes no new task.
        message: One line; may be empty.
    """

    name: str
    time: datetime
    booted: datetime
    is_busy: bool
    is_draining: bool = False
    message: str = ""


class ControlStore(Protocol):
    """The container `control` of a cluster's Blob account: what panel and guards tell each other.

    Args of every method: endpoint: the account's Blob endpoint.
    """

    async def read_lease(self, endpoint: str) -> Lease | None:
        """The lease; None = there is none. Idempotent."""

    async def write_lease(self, endpoint: str, lease: Lease) -> None:
        """Replace the lease. Idempotent."""

    async def drop_lease(self, endpoint: str) -> None:
        """Say that nobody wants the cluster any more. Idempotent."""

    async def read_meter(self, endpoint: str) -> Meter | None:
        """What the scheduler's guard has counted (`control/meter.json`); None = nothing yet. Idempotent."""

    async def reset_meter(self, endpoint: str, start: datetime) -> None:
        """Begin a new run. Idempotent."""

    async def heartbeats(self, endpoint: str) -> tuple[Heartbeat, ...]:
        """What all machines said last: one list request with metadata, no blob is read. Idempotent."""

    async def ask_to_drain(self, endpoint: str, names: Sequence[str], *, drains: bool = True) -> None:
        """Ask machines to take no new task, or again to take some (`control/drain.json`). Idempotent."""


class SecretVault(Protocol):
    """Key Vault's secrets."""

    async def has(self, vault_uri: str, name: str) -> bool:
        """Whether there is one of this name. Its value is not read. Idempotent."""

    async def get(self, vault_uri: str, name: str) -> str:
        """A secret's value, for memory only: it is written nowhere and never logged. Idempotent.

        Raises:
            NotThere: There is none of this name.
            NotPermitted: The person may not read it.
        """

    async def set(self, vault_uri: str, name: str, value: str) -> None:
        """Put a secret; it is kept nowhere else and never logged. Idempotent."""


@dataclass(frozen=True, slots=True)
class PriceQuery:
    """Which rows of a price list; what is empty is not asked about.

    Args:
        region: Azure's short name, or `Global`.
        service: `serviceName`, such as `Virtual Machines`.
        sku: `armSkuName`.
        product: `productName`.
        meter: `meterName`.
        product_word: A word that `productName` holds.
        currency: ISO 4217.
    """

    region: str
    service: str = ""
    sku: str = ""
    product: str = ""
    meter: str = ""
    product_word: str = ""
    currency: str = "USD"


@dataclass(frozen=True, slots=True)
class PriceRows:
    """Rows of a price list.

    Args:
        rows: As they come: `retailPrice`, `unitOfMeasure`, `meterName`, `productName`, `armSkuName`, …
        read: When they were read, UTC.
        is_old: Whether they are more than a day old because no newer ones could be had.
    """

    rows: tuple[Mapping[str, Any], ...]
    read: datetime
    is_old: bool = False


class PriceList(Protocol):
    """List prices, kept for a day."""

    async def rows(self, query: PriceQuery, *, is_fresh: bool = False) -> PriceRows:
        """Rows of the Retail Prices API, consumption only. Idempotent.

        Args:
            query: Which rows.
            is_fresh: Read them again although they were read today.

        Raises:
            ConnectionLost: It cannot be reached; no sign-in is needed.
        """


@dataclass(frozen=True, slots=True)
class Azure:
    """All roles, for one subscription; `services.azure_access` hands it out.

    Args:
        subscription: Whose.
    """

    subscription: SubscriptionId
    facts: RegionFacts
    deployments: Deployments
    resources: CloudResources
    machines: Machines
    control: ControlStore
    vault: SecretVault
