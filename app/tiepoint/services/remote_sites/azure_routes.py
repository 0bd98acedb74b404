"""The way to a cluster on Azure, as Azure itself tells it: addresses, host keys by Run Command, our key from the vault.

Keys of machines are never taken from the network between. On the loop's thread.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from tiepoint.domain.cluster import CloudResource, Cluster, ClusterState, Machine, MachineRole, Power
from tiepoint.domain.cluster_plan import SchedulerOs
from tiepoint.domain.errors import ConnectionLost, NotPermitted, NotThere, OperationFailed, TiepointError
from tiepoint.domain.resource_names import ADMIN_USER, JUMP_LINUX, JUMP_WINDOWS, SCHEDULER, SSH_PRIVATE_KEY
from tiepoint.domain.route import (
    CONNECT_COMMAND,
    WINDOWS_CONNECT_COMMAND,
    BastionTunnel,
    ClientKeys,
    Hop,
    HostKey,
    Route,
    read_host_keys,
)
from tiepoint.ports.azure import Azure
from tiepoint.ports.known_hosts import KnownHosts
from tiepoint.services.cluster_life.versions import BASTION, PUBLIC_ADDRESS, VAULT, api_version
from tiepoint.services.sign_in import SignInService

_log = logging.getLogger(__name__)

_FRESH_S: Final = 60.0
"""What Azure said is believed for so long; a cluster that was cold has another Bastion and another address since."""
_CARD: Final = "Microsoft.Network/networkInterfaces"
_COMMAND: Final = "tiepoint-host-keys"
_READ_LINUX: Final = "cat /etc/ssh/ssh_host_*_key.pub"
_READ_WINDOWS: Final = r"Get-Content C:\ProgramData\ssh\ssh_host_*_key.pub"
_TITLES: Final = {SCHEDULER: "scheduler", JUMP_LINUX: "jump box", JUMP_WINDOWS: "jump box"}
_ASLEEP: Final = {
    ClusterState.PAUSED: "is paused",
    ClusterState.PAUSING: "is being paused",
    ClusterState.COLD: "is cold",
    ClusterState.COOLING: "is being cooled down",
    ClusterState.RESUMING: "is being resumed",
    ClusterState.DEPLOYING: "is being deployed",
    ClusterState.DELETING: "is being deleted",
    ClusterState.DATA_KEPT: "is deleted but for its data",
}


@dataclass(frozen=True, slots=True)
class _Said:
    """What Azure said, and when by the loop's clock.

    Args:
        machines: The cluster's then.
        places: Where they are.
        key: Ours; empty = none for us.
    """

    machines: tuple[str, ...]
    places: _Places
    key: str = field(repr=False)
    at: float


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the machines on the way are.

    Args:
        hops: By name of the machine, the first one on the way first.
        bastion: Bastion in place of a jump box; None = none.
        vault: Address of the cluster's vault; empty = none is known.
    """

    hops: tuple[tuple[str, Hop], ...]
    bastion: BastionTunnel | None
    vault: str


class AzureRoutes:
    """Finds them, and remembers for a moment what does not change while a cluster's machines stay what they are.

    Args:
        sign_in: Azure.
        known: Pinned keys.
    """

    def __init__(self, sign_in: SignInService, known: KnownHosts) -> None:
        self._sign_in, self._known = sign_in, known
        self._said: dict[str, _Said] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def route(self, cluster: Cluster) -> Route:
        """The way to a cluster. Raises as `RemoteSites.route`."""
        require_awake(cluster)
        async with self._locks.setdefault(cluster.id, asyncio.Lock()):
            azure = self._sign_in.azure()
            said = await self._asked(azure, cluster)
            places = said.places
            keys = await asyncio.to_thread(self._known.keys, cluster.id)
            missing = [name for name, _hop in places.hops if not keys.get(name)]
            if missing:
                keys = {**keys, **await self._read_keys(azure, cluster, missing)}
        hops = [replace(hop, keys=keys.get(name, ())) for name, hop in places.hops]
        is_windows = cluster.plan is not None and cluster.plan.scheduler.os is SchedulerOs.WINDOWS
        return Route(
            cluster.id,
            hops[-1],
            tuple(hops[:-1]),
            places.bastion,
            ClientKeys(said.key),
            WINDOWS_CONNECT_COMMAND if is_windows else CONNECT_COMMAND,
            is_windows,
        )

    async def read_keys_again(self, cluster: Cluster) -> tuple[HostKey, ...]:
        """Read all machines' keys from Azure, pin them, and return the scheduler's."""
        require_awake(cluster)
        azure = self._sign_in.azure()
        places = (await self._asked(azure, cluster)).places
        names = [name for name, _hop in places.hops]
        return (await self._read_keys(azure, cluster, names))[names[-1]]

    def forget(self, site: str) -> None:
        """Forget what was found, and our key."""
        self._said.pop(site, None)
        self._locks.pop(site, None)

    async def _asked(self, azure: Azure, cluster: Cluster) -> _Said:
        """Ask Azure, unless it was asked a moment ago; where it does not answer, what it said before still holds."""
        machines, now = tuple(sorted(each.id for each in cluster.machines)), asyncio.get_running_loop().time()
        known = self._said.get(cluster.id)
        if known is not None and known.machines != machines:
            known = None
        if known is not None and now - known.at < _FRESH_S:
            return known
        try:
            places = await _find(azure, cluster)
            found = _Said(machines, places, await _our_key(azure, places.vault), now)
        except TiepointError as error:
            if known is None or not error.retryable:
                raise
            _log.info("the way to %s is the one known: %s", cluster.name, error.summary)
            return known
        self._said[cluster.id] = found
        return found

    async def _read_keys(self, azure: Azure, cluster: Cluster, names: list[str]) -> dict[str, tuple[HostKey, ...]]:
        read = await asyncio.gather(*(self._read_key(azure, cluster, name) for name in names))
        found = dict(zip(names, read, strict=True))
        for name, keys in found.items():
            await asyncio.to_thread(self._known.pin, cluster.id, name, keys)
        return found

    async def _read_key(self, azure: Azure, cluster: Cluster, name: str) -> tuple[HostKey, ...]:
        machine = _machine(cluster, name)
        plan = cluster.plan
        is_windows = name == JUMP_WINDOWS or (
            name == SCHEDULER and plan is not None and plan.scheduler.os is SchedulerOs.WINDOWS
        )
        script = _READ_WINDOWS if is_windows else _READ_LINUX
        keys = read_host_keys(await azure.machines.run_script(machine.id, _COMMAND, script, timeout_s=120))
        if not keys:
            raise OperationFailed(
                f"The {_TITLES.get(name, name)} of {cluster.name} has no SSH key to show yet.",
                remedy="It may still be starting; try again in a minute.",
                retryable=True,
            )
        return keys


def require_awake(cluster: Cluster) -> None:
    """Make sure that a cluster's scheduler can be reached at all.

    Raises:
        ConnectionLost: It is not running.
    """
    scheduler = next((each for each in cluster.machines if each.role is MachineRole.SCHEDULER), None)
    if scheduler is not None and scheduler.power is Power.RUNNING:
        return
    said = _ASLEEP.get(cluster.state)
    if said is None:
        said = f"has a scheduler that is {scheduler.power.value}" if scheduler else "has no scheduler"
    raise ConnectionLost(
        f"The cluster {cluster.name} {said}.",
        remedy="Resume it; its jobs and their state are kept.",
        retryable=True,
    )


async def _find(azure: Azure, cluster: Cluster) -> _Places:
    resources = await azure.resources.list(cluster.resource_group)
    address = await _private_address(azure, resources, SCHEDULER)
    target = (SCHEDULER, Hop("scheduler", address, user=ADMIN_USER))
    vault = await _vault(azure, cluster, resources)
    names = {each.name for each in cluster.machines}
    for jump in (JUMP_LINUX, JUMP_WINDOWS):
        public = _named(resources, PUBLIC_ADDRESS, f"{jump}-address")
        if jump in names and public is not None:
            told = await _properties(azure, public)
            host = str(told.get("ipAddress") or "")
            if host:
                return _Places(((jump, Hop("jump box", host, user=ADMIN_USER)), target), None, vault)
    bastion = next((each for each in resources if each.type.lower() == BASTION.lower()), None)
    if bastion is not None:
        endpoint = str((await _properties(azure, bastion)).get("dnsName") or "")
        if endpoint:
            tunnel = BastionTunnel(endpoint, _machine(cluster, SCHEDULER).id)
            return _Places((target,), tunnel, vault)
    raise OperationFailed(
        f"The cluster {cluster.name} has neither a jump box nor Bastion, so there is no way in.",
        remedy="Deploy it again; what is there is left as it is.",
    )


async def _our_key(azure: Azure, vault: str) -> str:
    """The private key that the cluster's vault keeps; empty = none for us, and the person's own are tried."""
    try:
        return await azure.vault.get(vault, SSH_PRIVATE_KEY) if vault else ""
    except (NotThere, NotPermitted):
        return ""


async def _vault(azure: Azure, cluster: Cluster, resources: tuple[CloudResource, ...]) -> str:
    own = next((each.id for each in resources if each.type.lower() == VAULT.lower()), "")
    elsewhere = cluster.plan.secrets.vault if cluster.plan is not None else ""
    found = own or elsewhere
    if not found:
        return ""
    try:
        return str((await _properties(azure, CloudResource(found, VAULT, ""))).get("vaultUri") or "")
    except (NotThere, NotPermitted):
        return ""


async def _private_address(azure: Azure, resources: tuple[CloudResource, ...], machine: str) -> str:
    card = _named(resources, _CARD, f"{machine}-nic")
    if card is not None:
        for each in (await _properties(azure, card)).get("ipConfigurations") or ():
            address = str((each.get("properties") or {}).get("privateIPAddress") or "")
            if address:
                return address
    raise OperationFailed(
        f"The address of {machine} cannot be read from Azure.",
        remedy="Deploy the cluster again; what is there is left as it is.",
    )


async def _properties(azure: Azure, resource: CloudResource) -> Mapping[str, Any]:
    told = await azure.resources.get(resource.id, api_version(resource.type))
    found = told.get("properties")
    return found if isinstance(found, Mapping) else {}


def _named(resources: tuple[CloudResource, ...], kind: str, name: str) -> CloudResource | None:
    same = (each for each in resources if each.type.lower() == kind.lower() and each.name.lower() == name)
    return next(same, None)


def _machine(cluster: Cluster, name: str) -> Machine:
    found = next((each for each in cluster.machines if each.name == name), None)
    if found is None:
        raise OperationFailed(
            f"The cluster {cluster.name} has no machine {name}.",
            remedy="Deploy it again; what is there is left as it is.",
        )
    return found
