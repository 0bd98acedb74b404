"""A small Azure in memory behind the ports, in which clusters live: deployments take time, machines start and stop.

Time runs scaled: Azure's minutes are a test's milliseconds. `calls` holds what was asked, in order.
"""

from __future__ import annotations

import asyncio
import dataclasses
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from fakes.azure import FakePrices, FakeSignIn
from fakes.azure_scenes import SUBSCRIPTION_ID
from patience import PATIENCE_S
from tiepoint.domain.cluster import (
    CLUSTER_TAG,
    ActivityEntry,
    CloudResource,
    Lease,
    Machine,
    MachineRole,
    Meter,
    Power,
)
from tiepoint.domain.cluster_plan import ClusterPlan, StorageKind
from tiepoint.domain.errors import Conflict, NoCapacity, NotThere
from tiepoint.domain.failure import Failure
from tiepoint.domain.planned_machines import planned_machines
from tiepoint.domain.policy import NO_POLICY, Policy
from tiepoint.domain.preflight import Change, ChangeKind
from tiepoint.domain.resource_names import part_of
from tiepoint.ports.azure import Azure, DeploymentState, DeploymentStep, GroupFacts, Heartbeat, Region, SizeOffer
from tiepoint.ports.cluster_journal import OperationRecord
from tiepoint.services.clusters import ClusterService
from tiepoint.services.operations import Operations
from tiepoint.services.templates import ComposedTemplate, Part

MACHINE = "Microsoft.Compute/virtualMachines"
NO_CAPACITY = Failure.of(NoCapacity("Azure has no capacity for this size here.", remedy="Later.", retryable=True))
_NETWORK, _STORAGE = "Microsoft.Network", "Microsoft.Storage/storageAccounts"
_VAULT, _LUSTRE = "Microsoft.KeyVault/vaults", "Microsoft.StorageCache/amlFilesystems"


class ScaledTime:
    """The clock, and waiting by it: so many seconds of Azure pass in one of ours."""

    def __init__(self, scale: float = 1500.0) -> None:
        self.scale, self._began = scale, time.monotonic()
        self._start = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self._start + timedelta(seconds=(time.monotonic() - self._began) * self.scale)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self.scale)


class MemoryJournal:
    """Implements `ClusterJournal`."""

    def __init__(self) -> None:
        self.kept: dict[str, OperationRecord] = {}

    def records(self) -> tuple[OperationRecord, ...]:
        return tuple(self.kept.values())

    def keep(self, record: OperationRecord) -> None:
        self.kept[record.cluster] = record

    def forget(self, cluster: str) -> None:
        self.kept.pop(cluster, None)


@dataclasses.dataclass(slots=True)
class _Made:
    """A resource as the fake keeps it."""

    resource: CloudResource
    properties: dict[str, Any] = dataclasses.field(default_factory=dict)
    role: MachineRole | None = None
    size: str = ""
    power: Power = Power.DEALLOCATED
    goal: Power = Power.DEALLOCATED
    since: datetime = datetime.min.replace(tzinfo=UTC)
    booted: datetime | None = None
    failure: Failure | None = None


@dataclasses.dataclass(slots=True)
class _Deployment:
    name: str
    group: str
    began: datetime
    steps: list[tuple[str, str, float]]
    is_canceled: bool = False
    done: set[str] = dataclasses.field(default_factory=set)


class LifeTemplates:
    """Stands for `Templates`: a flat list of resources with the seconds each takes."""

    def compose(self, plan: ClusterPlan, subscription: str = "", part: Part = Part()) -> ComposedTemplate:  # noqa: B008
        base = [(f"{_NETWORK}/virtualNetworks", "network", 20.0), (_VAULT, "kv-a", 30.0), (_STORAGE, "tpa", 25.0)]
        network = [(f"{_NETWORK}/natGateways", "nat", 30.0)] if not part.is_cold else []
        rest = [(f"{_NETWORK}/bastionHosts", "bastion", 60.0)]
        if plan.storage.kind is StorageKind.LUSTRE:
            rest.append((_LUSTRE, "lustre", 200.0))
        machines = [
            (MACHINE, each.name, 90.0)
            for each in planned_machines(plan)
            if each.role is not MachineRole.NODE or part.nodes is None or each.name in part.nodes
        ]
        named = {each[1] for each in machines}
        machines += [(MACHINE, name, 90.0) for name in part.nodes or () if name not in named]
        steps = [*base, *network, *rest, *machines]
        if part.is_foundation_only:
            steps = [*base, *network]
        if part.only == ("nodes",):
            steps = [each for each in machines if each[1].startswith("node-")]
        elif part.only:
            lustre = [each for each in rest if each[0] == _LUSTRE and "storage-lustre" in part.only]
            steps = [*base[:1], *network, *(rest[:1] if "access" in part.only else []), *lustre]
        template = {"parameters": {"sshPublicKey": {}, "nodeZones": {}}, "steps": steps, "size": plan.nodes.size}
        secrets = ("adminPassword", "schedulerCertificate", "nodeCertificate", "sshPrivateKey")
        return ComposedTemplate(template, {}, secrets, "kv-a", "tpa")

    def deactivate_script(self) -> str:
        return "deactivate"


class LifeAzure:
    """The memory, and all roles on it."""

    def __init__(self, clock: ScaledTime) -> None:
        self.clock = clock
        self.groups: dict[str, GroupFacts] = {}
        self.made: dict[str, _Made] = {}
        self.ran: dict[str, _Deployment] = {}
        self.secrets: dict[str, str] = {}
        self.keys: list[str] = []
        """The ssh keys that deployments brought."""
        self.lease: Lease | None = None
        self.meter: Meter | None = None
        self.drained: set[str] = set()
        self.busy: set[str] = set()
        self.mute: set[str] = set()
        self.no_capacity: Counter[str] = Counter()
        self.start_s: dict[str, float] = {}
        self.stop_s = 40.0
        self.calls: list[tuple[str, ...]] = []
        self.on_call: Callable[[str], None] = lambda what: None
        self.errors: dict[str, list[Exception]] = {}
        self.archive_s = 120.0
        self.archived: datetime | None = None
        self.archive_begins_s = 15.0
        self.last_archive: dict[str, Any] = {"state": "Completed", "lastStartedTime": "2026-11-20T08:00:00Z"}
        """What Azure says of archiving before one is asked for, and for a moment after."""
        self.deleting: datetime | None = None
        self.vault_elsewhere = f"/subscriptions/{SUBSCRIPTION_ID}/resourcegroups/rg-studio/vaults/studio"

    def roles(self) -> Azure:
        me = cast("Any", self)
        return Azure(SUBSCRIPTION_ID, me, _Deployments(me), _Resources(me), _Machines(me), _Control(me), _Vault(me))

    def asked(self, what: str) -> list[tuple[str, ...]]:
        """The calls of this name."""
        return [call for call in self.calls if call[0] == what]

    async def service_principal(self, application: str) -> str:
        return "5ea1f00d-0000-4000-8000-00000000aaaa"

    async def called(self, what: str, *facts: str) -> None:
        """Note a call; raise what a test wants raised, once each."""
        await asyncio.sleep(0)
        self.calls.append((what, *facts))
        self.on_call(what)
        waiting = self.errors.get(what)
        if waiting:
            raise waiting.pop(0)

    def identify(self, group: str, kind: str, name: str) -> str:
        return f"/subscriptions/{SUBSCRIPTION_ID}/resourcegroups/{group}/providers/{kind}/{name}".lower()

    def machine(self, name: str) -> _Made:
        return next(each for key, each in self.made.items() if key.endswith(f"/virtualmachines/{name}"))

    def power(self, name: str) -> Power:
        self.settle()
        return self.machine(name).power

    def add(self, group: str, kind: str, name: str) -> None:
        key = self.identify(group, kind, name)
        if key in self.made:
            return
        made = _Made(CloudResource(key, kind, name, "eastus"))
        if kind == MACHINE:
            starts = ("scheduler", "node", "jump", "dc")
            roles = (MachineRole.SCHEDULER, MachineRole.NODE, MachineRole.JUMP_BOX, MachineRole.DIRECTORY)
            made.role = next(role for start, role in zip(starts, roles, strict=True) if name.startswith(start))
            made.power = made.goal = Power.RUNNING
            made.booted = self.clock()
            made.properties = {"osProfile": {"linuxConfiguration": {"ssh": {"publicKeys": [{"keyData": "ssh-k"}]}}}}
        if kind == _STORAGE:
            made.properties = {
                "primaryEndpoints": {"blob": "https://blob/"},
                "networkAcls": {"ipRules": [{"value": "203.0.113.0/28"}]},
            }
        if kind == _VAULT:
            made.properties = {"vaultUri": "https://vault/"}
        self.made[key] = made

    def settle(self) -> None:
        """Let time have done its work."""
        now = self.clock()
        if self.deleting is not None and now - self.deleting > timedelta(seconds=100):
            self.groups.clear()
            self.made.clear()
            self.deleting = None
        for key, each in self.made.items():
            name = key.rsplit("/", 1)[-1]
            took = self.start_s.get(name, 90.0) if each.goal is Power.RUNNING else self.stop_s
            if each.power is not each.goal and (now - each.since).total_seconds() >= took:
                if each.goal is Power.RUNNING and self.no_capacity[name] > 0:
                    self.no_capacity[name] -= 1
                    each.power = each.goal = Power.DEALLOCATED
                    each.failure = NO_CAPACITY
                    continue
                each.power = each.goal
                each.booted = now if each.power is Power.RUNNING else None
        for run in self.ran.values():
            for kind, name, took in run.steps:
                is_due = (now - run.began).total_seconds() >= took and not run.is_canceled and name not in run.done
                if is_due and not self.lacks(run, name) and run.group in self.groups:
                    run.done.add(name)
                    self.add(run.group, kind, name)

    def lacks(self, run: _Deployment, name: str) -> bool:
        return f"{run.name}/{name}" in self.errors

    def step_state(self, run: _Deployment, name: str, took: float) -> str:
        if (self.clock() - run.began).total_seconds() < took and not run.is_canceled:
            return "running"
        if self.lacks(run, name):
            return "failed"
        return "canceled" if run.is_canceled else "succeeded"

    def heartbeat(self, each: _Made) -> Heartbeat | None:
        name, now = each.resource.name, self.clock()
        if each.booted is None or name in self.mute or now - each.booted < timedelta(seconds=5):
            return None
        beats = int((now - each.booted).total_seconds() // 30)
        said = each.booted + timedelta(seconds=5 + 30 * max(0, beats - 1))
        return Heartbeat(name, said, each.booted, name in self.busy, name in self.drained)


class _Role:
    def __init__(self, life: LifeAzure) -> None:
        self.life = life


class _Deployments(_Role):
    async def make_group(self, group: str, region: str, tags: Mapping[str, str]) -> None:
        await self.life.called("make_group", group)
        known = self.life.groups.get(group)
        self.life.groups[group] = GroupFacts(group, region, {**(known.tags if known else {}), **tags})

    async def what_if(self, group: str, name: str, template: Any, parameters: Any) -> tuple[Change, ...]:
        await self.life.called("what_if", name)
        return tuple(
            Change(self.life.identify(group, kind, own), kind, own, ChangeKind.CREATE, part_of(kind, own))
            for kind, own, _ in template["steps"]
        )

    async def begin(self, group: str, name: str, template: Any, parameters: Any) -> None:
        await self.life.called("begin", name)
        life = self.life
        life.keys.append(str(parameters.get("sshPublicKey", "")))
        life.settle()
        if name in life.ran and not (await self.state(group, name)).is_over:
            raise Conflict("A deployment of this name is running.")
        steps = [each for each in template["steps"] if life.identify(group, each[0], each[1]) not in life.made]
        run = life.ran[name] = _Deployment(name, group, life.clock(), steps)
        for kind, own, _ in steps:
            if kind == MACHINE and life.no_capacity[own] > 0:
                life.no_capacity[own] -= 1
                life.errors[f"{name}/{own}"] = [NoCapacity("no")]
        run.steps = steps

    async def state(self, group: str, name: str) -> DeploymentState:
        await self.life.called("state", name)
        self.life.settle()
        run = self.life.ran.get(name)
        if run is None:
            raise NotThere("There is no such deployment.")
        states = {self.life.step_state(run, own, took) for _, own, took in run.steps}
        state = next((word for word in ("running", "failed", "canceled") if word in states), "succeeded")
        return DeploymentState(name, "canceled" if run.is_canceled else state, {})

    async def steps(self, group: str, name: str) -> tuple[DeploymentStep, ...]:
        await self.life.called("steps", name)
        run = self.life.ran[name]
        found = []
        for kind, own, took in run.steps:
            state = self.life.step_state(run, own, took)
            failure = NO_CAPACITY if state == "failed" else None
            key = self.life.identify(group, kind, own)
            found.append(DeploymentStep(key, kind, own, state, self.life.clock(), took, failure))
        return tuple(found)

    async def active(self, group: str) -> tuple[str, ...]:
        await self.life.called("active", group)
        running = [name for name in self.life.ran if not (await self.state(group, name)).is_over]
        return tuple(reversed(running))

    async def cancel(self, group: str, name: str) -> None:
        await self.life.called("cancel", name)
        self.life.ran[name].is_canceled = True


class _Resources(_Role):
    async def cluster_groups(self) -> tuple[GroupFacts, ...]:
        await self.life.called("groups")
        self.life.settle()
        state = "deleting" if self.life.deleting else "succeeded"
        return tuple(
            dataclasses.replace(each, state=state) for each in self.life.groups.values() if CLUSTER_TAG in each.tags
        )

    async def list(self, group: str) -> tuple[CloudResource, ...]:
        await self.life.called("resources", group)
        self.life.settle()
        if group not in self.life.groups:
            raise NotThere("There is no such group.")
        return tuple(each.resource for each in self.life.made.values())

    async def get(self, resource_id: str, api_version: str) -> Mapping[str, Any]:
        await self.life.called("get", resource_id)
        made = self.life.made.get(resource_id.lower())
        if made is None:
            raise NotThere("It is not there.")
        properties = dict(made.properties)
        if made.resource.type == _LUSTRE:
            begun = self.life.archived
            passed = (self.life.clock() - begun).total_seconds() if begun else 0.0
            is_over = passed > self.life.archive_s
            state = {"state": "Completed" if is_over else "InProgress", "percentComplete": 40}
            state["lastStartedTime"] = begun.isoformat() if begun else ""
            if begun is None or passed < self.life.archive_begins_s:
                state = self.life.last_archive
            properties = {"health": {"state": "Available"}, "hsm": {"archiveStatus": [{"status": state}]}}
        return {"properties": properties}

    async def put(self, resource_id: str, api_version: str, body: Mapping[str, Any]) -> None:
        await self.life.called("put", resource_id)

    async def post(self, resource_id: str, action: str, api_version: str, body: Any = None) -> None:
        await self.life.called("post", resource_id, action)
        self.life.archived = self.life.clock()

    async def delete(self, resource_id: str, api_version: str) -> None:
        await self.life.called("delete", resource_id)
        self.life.made.pop(resource_id.lower(), None)

    async def begin_delete_group(self, group: str) -> None:
        await self.life.called("delete_group", group)
        self.life.deleting = self.life.deleting or self.life.clock()

    async def tag_group(self, group: str, tags: Mapping[str, str]) -> None:
        await self.life.called("tag", group)
        known = self.life.groups[group]
        self.life.groups[group] = dataclasses.replace(known, tags={**known.tags, **tags})

    async def activity(self, group: str, since: datetime) -> tuple[ActivityEntry, ...]:
        await self.life.called("activity", group)
        return (ActivityEntry(self.life.clock(), "node-01: started", "ok", "ada"),)


class _Machines(_Role):
    async def list(self) -> tuple[Machine, ...]:
        await self.life.called("machines")
        self.life.settle()
        return tuple(
            Machine(key, each.resource.name, each.role, "S", each.power, "succeeded", failure=each.failure)
            for key, each in self.life.made.items()
            if each.role is not None
        )

    async def begin_start(self, machine_id: str) -> None:
        await self.life.called("start", machine_id.rsplit("/", 1)[-1])
        self._move(machine_id, Power.STARTING, Power.RUNNING)

    async def begin_deallocate(self, machine_id: str) -> None:
        await self.life.called("deallocate", machine_id.rsplit("/", 1)[-1])
        self._move(machine_id, Power.DEALLOCATING, Power.DEALLOCATED)

    async def delete(self, machine_id: str) -> None:
        await self.life.called("delete", machine_id)
        self.life.made.pop(machine_id.lower(), None)

    async def rights(self, machine_id: str) -> tuple[str, ...]:
        await self.life.called("rights", machine_id)
        name, assigned = machine_id.rsplit("/", 1)[-1], "providers/microsoft.authorization/roleassignments"
        return (f"{machine_id}/{assigned}/{name}", f"{self.life.vault_elsewhere}/{assigned}/{name}")

    async def run_script(self, machine_id: str, name: str, script: str, *, timeout_s: int = 600) -> str:
        await self.life.called("script", machine_id.rsplit("/", 1)[-1], name)
        return ""

    def _move(self, machine_id: str, on_the_way: Power, goal: Power) -> None:
        self.life.settle()
        made = self.life.made[machine_id.lower()]
        if made.power is not goal:
            made.power, made.goal, made.since, made.failure = on_the_way, goal, self.life.clock(), None
            made.booted = None


class _Control(_Role):
    async def read_lease(self, endpoint: str) -> Lease | None:
        await self.life.called("read_lease")
        return self.life.lease

    async def write_lease(self, endpoint: str, lease: Lease) -> None:
        await self.life.called("write_lease")
        self.life.lease = lease

    async def drop_lease(self, endpoint: str) -> None:
        await self.life.called("drop_lease")
        if self.life.lease is not None:
            self.life.lease = dataclasses.replace(self.life.lease, until=self.life.clock())

    async def read_meter(self, endpoint: str) -> Meter | None:
        await self.life.called("read_meter")
        return self.life.meter

    async def reset_meter(self, endpoint: str, start: datetime) -> None:
        await self.life.called("reset_meter")
        self.life.meter = Meter(start, 0.0, 0.0)

    async def heartbeats(self, endpoint: str) -> tuple[Heartbeat, ...]:
        await self.life.called("heartbeats")
        self.life.settle()
        beats = (self.life.heartbeat(each) for each in self.life.made.values() if each.role is not None)
        return tuple(beat for beat in beats if beat is not None)

    async def ask_to_drain(self, endpoint: str, names: Sequence[str], *, drains: bool = True) -> None:
        await self.life.called("drain" if drains else "undrain", *names)
        self.life.drained = self.life.drained | set(names) if drains else self.life.drained - set(names)


class _Vault(_Role):
    async def has(self, vault_uri: str, name: str) -> bool:
        await self.life.called("has", name)
        return name in self.life.secrets

    async def set(self, vault_uri: str, name: str, value: str) -> None:
        await self.life.called("set", name)
        self.life.secrets[name] = value


class LifeBench:
    """A ClusterService over the memory, and a second one for a program that starts anew."""

    def __init__(self, scale: float = 1500.0) -> None:
        self.clock = ScaledTime(scale)
        self.azure = LifeAzure(self.clock)
        self.sign_in, self.prices, self.journal = FakeSignIn(), FakePrices(), MemoryJournal()
        self.sign_in.put_signed_in()
        self.sign_in.roles = self.azure.roles()
        cast("Any", self.azure).deleted_vault = self._deleted_vault
        cast("Any", self.azure).sizes = self._sizes
        cast("Any", self.azure).regions = self._regions
        self.zones: tuple[str, ...] = ("1", "2", "3")
        self.services: list[tuple[ClusterService, Operations]] = []
        self.clusters = self.again()

    def again(self, holder: str = "ada on DESK", policy: Policy = NO_POLICY) -> ClusterService:
        """A program that starts anew with the same journal."""
        operations = Operations()
        made = ClusterService(
            cast("Any", self.sign_in),
            cast("Any", self.prices),
            cast("Any", LifeTemplates()),
            cast("Any", self.journal),
            operations,
            self.clock,
            lambda: holder,
            self.clock.sleep,
            policy,
        )
        self.services.append((made, operations))
        return made

    async def close(self) -> None:
        for service, operations in self.services:
            await service.stop()
            await operations.stop()

    async def deploy_paused(self, plan: ClusterPlan) -> None:
        """Have a paused cluster without waiting for its making."""
        await self.have(plan)
        for each in self.azure.made.values():
            if each.role is not None:
                each.power = each.goal = Power.DEALLOCATED
                each.booted = None

    async def have(self, plan: ClusterPlan) -> None:
        """Have a running cluster without waiting for its making."""
        from tiepoint.services.cluster_life.plan_tags import tags_of

        self.azure.groups[plan.resource_group] = GroupFacts(plan.resource_group, plan.region, tags_of(plan))
        for kind, name, _ in LifeTemplates().compose(plan).template["steps"]:
            self.azure.add(plan.resource_group, kind, name)
        for each in self.azure.made.values():
            if each.booted is not None:
                each.booted -= timedelta(minutes=10)

    async def until(self, holds: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
        """Wait until something holds."""
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, "it did not come to that"
            await asyncio.sleep(0.002)

    async def _sizes(self, region: str) -> tuple[SizeOffer, ...]:
        return (SizeOffer("Standard_NV36ads_A10_v5", "A10", 36, 440.0, zones=self.zones),)

    async def _regions(self) -> tuple[Region, ...]:
        return (Region("eastus", "East US", len(self.zones)),)

    async def _deleted_vault(self, name: str, region: str) -> str:
        return ""
