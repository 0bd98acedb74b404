"""The parameter file of the template of 2018 (photoscan-template), read as a plan of today.

What that template asked for and Azure has no more becomes what takes its place, and that is told; passwords and codes
are never taken. Pure; any thread.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network
from typing import Any, Final

from tiepoint.domain.cluster_plan import (
    AccessKind,
    AccessPlan,
    ClusterPlan,
    DirectoryKind,
    DirectoryPlan,
    Engine,
    NetworkKind,
    PlanFinding,
    Profile,
    SchedulerOs,
    StorageKind,
)
from tiepoint.domain.errors import InputError
from tiepoint.domain.plain_text import plain
from tiepoint.domain.plan_keys import KEYS
from tiepoint.domain.plan_reading import nearest, taken
from tiepoint.domain.retired import Retired, retired_choice, retired_size

_DIRECT: Final = {
    "location": "cluster.region",
    "nodeCount": "nodes.count",
    "nodeVmSize": "nodes.size",
    "headVmSize": "scheduler.size",
    "vnetAdressSpace": "network.address_space",
    "dnsDomainName": "directory.domain",
}
"""Parameters that are keys of a plan; the template spells Address with one d."""
_READ: Final = (
    "useNfsStorage", "useBeeGfsStorage", "nfsDnsEntry", "storageVnetRG", "storageVnetName", "deployLinuxJumpbox",
    "workerNodesType",
)  # fmt: skip
_SECRET: Final = ("adminPassword", "activationCode", "_artifactsLocationSasToken")
_FIXED: Final = (
    "vnetName", "jumpboxSubnetName", "jumpboxSubnetAdressPrefix", "photoscanSubnetName", "photoscanSubnetAdressPrefix",
    "adSubnetName", "adSubnetAdressPrefix", "dc1Name", "dc2Name", "dc1IpAddress", "dc2IpAddress",
    "windowsJumpboxVmName", "linuxJumpboxVmName", "windowsJumpboxIpAddress", "linuxJumpboxIpAddress", "headServerName",
    "nodeNamePrefix", "nodeSubnetIpAddressSuffix", "nodeStartIpAddress", "dispatch", "adDomainNetBIOSName",
)  # fmt: skip
"""Names and addresses that follow from the plan now."""
_GONE: Final = (
    "_artifactsLocation", "useSingleResourceGroup", "adminUsername", "sshKeyData", "dcVmSize", "windowsJumpboxVmSize",
    "linuxJumpboxVmSize", "headRoot", "nodeRoot", "gpuMask", "windowsPhotoscanDownloadUrl", "linuxPhotoscanDownloadUrl",
    "photoscanInstallPath", "photoscanAbsolutePaths", "sharedNfsStorageHpcUserHomeFolder", "homeNfsExportPath",
    "sharedScracthMountPoint", "nfsScratchExportPath", "nfsScratchFolderNfsVersion", "nfsHomeFolderNfsVersion",
    "nfsScratchMountOptions", "nfsExportPathUNC", "nfsMountType", "nfsMapDriveLetter", "nfsCaseSensitiveLookup",
    "nfsTimeout", "nfsMountRetry", "nfsDefaultAccessMode", "nfsWindowsRsizeKb", "nfsWindowsWsizeKb",
    "beeGfsMasterName", "beeGfsMasterIpAddress", "beeGfsSmbServersVip", "beeGfsSmbServerARecordName", "hpcUser",
    "hpcUid", "hpcGroup", "hpcGid",
)  # fmt: skip
"""What the set-up decides by itself now."""
_KNOWN: Final = (*_DIRECT, *_READ, *_SECRET, *_FIXED, *_GONE)
_LEAST_KNOWN: Final = 2
_KEYS: Final = {key.path: key for key in KEYS}
_BEGINNING: Final = ClusterPlan(
    profile=Profile.CUSTOM,
    engine=Engine.METASHAPE,
    access=AccessPlan(AccessKind.JUMP_BOXES),
    directory=DirectoryPlan(DirectoryKind.ACTIVE_DIRECTORY, "testdomain.local"),
)
"""What that template always deployed, where it can still be had."""


@dataclass(frozen=True, slots=True)
class _Parameters:
    """The file's values by name, and the vaults its secrets point at."""

    values: Mapping[str, Any]
    vaults: tuple[str, ...]

    def says(self, name: str, usual: str) -> str:
        return str(self.values.get(name, usual)).strip().lower()


def read_template_parameters(data: object) -> tuple[ClusterPlan, tuple[PlanFinding, ...]]:
    """Return the plan that comes nearest to a parameter file, and what is different from it.

    Args:
        data: The file's JSON; the template itself is taken by its default values.

    Raises:
        InputError: It is no parameter file of that template.
    """
    parameters = _parameters(data)
    plan, found = _BEGINNING, list(_said_of_names(parameters))
    for name, path in _DIRECT.items():
        if name in parameters.values:
            plan, more = _direct(plan, name, path, parameters.values[name])
            found += more
    plan = replace(
        plan, access=replace(plan.access, linux_jump_box=parameters.says("deployLinuxJumpbox", "yes") != "no")
    )
    if parameters.vaults:
        plan = replace(plan, secrets=replace(plan.secrets, vault=parameters.vaults[0]))
    plan, more = _storage(plan, parameters)
    return plan, (*found, *more, *_always(parameters))


def _parameters(data: object) -> _Parameters:
    content = data.get("parameters", data) if isinstance(data, Mapping) else None
    if not isinstance(content, Mapping) or sum(name in _KNOWN for name in content) < _LEAST_KNOWN:
        raise InputError(
            "This is no parameter file of the 2018 template.",
            remedy="Import its azuredeploy.parameters.json, or a cluster.toml.",
        )
    values, vaults = {}, []
    for name, entry in content.items():
        given = next((key for key in ("value", "defaultValue") if isinstance(entry, Mapping) and key in entry), None)
        if given is not None:
            values[str(name)] = entry[given]
        elif isinstance(entry, Mapping) and isinstance(entry.get("reference"), Mapping):
            vault = entry["reference"].get("keyVault")
            if isinstance(vault, Mapping) and isinstance(vault.get("id"), str):
                vaults.append(vault["id"])
    return _Parameters(values, tuple(vaults))


def _direct(plan: ClusterPlan, name: str, path: str, value: Any) -> tuple[ClusterPlan, list[PlanFinding]]:
    if name == "location" and isinstance(value, str):
        value = value.lower().replace(" ", "")
    retired = retired_size(value) if isinstance(value, str) and path.endswith(".size") else None
    if retired is not None:
        plan, _ = taken(plan, _KEYS[path], retired.replacement)
        return plan, [_replaced(path, retired)]
    plan, found = taken(plan, _KEYS[path], value)
    return plan, list(found)


def _storage(plan: ClusterPlan, parameters: _Parameters) -> tuple[ClusterPlan, list[PlanFinding]]:
    """Put Lustre in the place of what that template mounted, in a network of its own where that had one."""
    entry = str(parameters.values.get("nfsDnsEntry", ""))
    is_nfs = parameters.says("useNfsStorage", "no") == "yes"
    is_avere = is_nfs and "vfxt" in " ".join(str(value).lower() for value in parameters.values.values())
    name = "avere" if is_avere else "beegfs"
    retired = retired_choice(name)
    if is_nfs and not is_avere:
        summary = "The template mounted an NFS server of your own; Lustre is taken instead."
        found = [PlanFinding("storage.kind", summary, "Copy what lies there to Blob.", is_blocking=False)]
    else:
        found = [_replaced("storage.kind", retired)] if retired else []
    plan = replace(plan, storage=replace(plan.storage, kind=StorageKind.LUSTRE))
    if "storageVnetName" in parameters.values or "storageVnetRG" in parameters.values:
        spaces = _storage_spaces(entry, parameters.says("beeGfsMasterIpAddress", ""), plan.network.address_space)
        plan = replace(plan, network=replace(plan.network, kind=NetworkKind.PEERED, storage_address_space=spaces))
        summary = "The storage gets a new network, peered both ways; the one that the file names is left as it is."
        remedy = "Set network.kind = one if you need none."
        found.append(PlanFinding("network.storage_address_space", summary, remedy, is_blocking=False))
    return plan, found


def _storage_spaces(entry: str, master: str, cluster_space: str) -> str:
    """Return the /16 around an address of the old storage, as far as it can be used."""
    for text in (*entry.split(",")[1:], master, "10.1.0.0", "10.2.0.0"):
        try:
            network = IPv4Network((IPv4Address(text.strip()), 16), strict=False)
            if network.is_private and not network.overlaps(IPv4Network(cluster_space, strict=False)):
                return str(network)
        except ValueError:
            continue
    return "10.1.0.0/16"


def _said_of_names(parameters: _Parameters) -> Iterator[PlanFinding]:
    for name in parameters.values:
        if name in _KNOWN:
            continue
        near = nearest(name, _KNOWN)
        remedy = f"You may have meant {near}; correct it and import again." if near else "It is left out."
        summary = f"The template has no parameter {plain(name)}."
        yield PlanFinding(plain(name), summary, remedy, is_blocking=False, replacement=near)
    secret = [name for name in _SECRET if name in parameters.values]
    if secret:
        summary = f"The file holds {' and '.join(secret)} in plain text; this was not taken."
        remedy = "Take it out of the file, and change it: whoever has the file knows it. It belongs in Key Vault."
        yield PlanFinding("secrets", summary, remedy, is_blocking=False)
    for key, names, summary in (
        ("network", _FIXED, "Names, subnets and fixed addresses follow from network.address_space now"),
        ("cluster", _GONE, "The set-up decides by itself what these said"),
    ):
        unused = [name for name in names if name in parameters.values]
        if unused:
            yield PlanFinding(key, f"{summary}: {', '.join(unused)}.", "Nothing is to be done.", is_blocking=False)


def _always(parameters: _Parameters) -> Iterator[PlanFinding]:
    """What is different for everybody who comes from that template."""
    yield PlanFinding(
        "scheduler.os",
        "The template's scheduler ran Windows Server 2016, which ends on 2027-01-12; it runs Linux now, because a "
        "Windows scheduler cannot mount Lustre.",
        "To keep Windows, set scheduler.os = windows and storage.kind = netapp.",
        is_blocking=False,
        replacement=SchedulerOs.LINUX.value,
    )
    if parameters.says("workerNodesType", "linux") == "windows":
        summary = "The template's nodes ran Windows; nodes run Linux now."
        yield PlanFinding("nodes", summary, "Nothing is to be done.", is_blocking=False)
    for word in ("centos 7", "basic ip", "photoscan"):
        retired = retired_choice(word)
        if retired is not None:
            yield replace(_replaced("cluster", retired), replacement="")
    yield PlanFinding(
        "cluster.metashape_seats",
        "The template used one activation code for all nodes; every node needs a licence of its own.",
        "Set cluster.metashape_seats if you have a floating licence.",
        is_blocking=False,
    )
    yield PlanFinding(
        "access.sources",
        "The template let everybody in at ports 22 and 3389; that is not taken.",
        'Name who may come in, such as access.sources = ["203.0.113.7"].',
        is_blocking=False,
    )


def _replaced(path: str, retired: Retired) -> PlanFinding:
    return PlanFinding(path, retired.summary, retired.instead, is_blocking=False, replacement=retired.replacement)
