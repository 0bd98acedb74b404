"""What a template needs to know of what is there: names of account and vault, the machines' ssh key, addresses.

On the loop's thread.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tiepoint.domain.cluster import CloudResource
from tiepoint.domain.cluster_plan import ClusterPlan, StorageKind
from tiepoint.domain.errors import NotThere, UsageError
from tiepoint.services.cluster_life.looking import account_of
from tiepoint.services.cluster_life.secrets import KeyPair, new_key_pair
from tiepoint.services.cluster_life.versions import LUSTRE, MACHINE, VAULT, api_version
from tiepoint.services.cluster_life.work import Work
from tiepoint.services.lustre_principal import LUSTRE_PRINCIPAL_REMEDY, lustre_principal
from tiepoint.services.lustre_zone import lustre_zone
from tiepoint.services.templates import ComposedTemplate, Part


@dataclass(frozen=True, slots=True)
class Existing:
    """What of a cluster is there.

    Args:
        account_name: Of the storage account; empty = none.
        blob_endpoint: Its address.
        sources: Addresses its firewall lets in.
        vault_name: Of a vault in the cluster's group; empty = none.
        vault_uri: Address of the vault that is used, there or elsewhere.
        public_key: Of the machines.
        lustre_principal: Who is given rights on the account for Lustre; empty = nobody, or it is not known.
        lustre_zone: Where Lustre stands, or would; empty = the region has no zones.
        new_key: Made because no machine has one yet; its private half is still to be put into the vault.
        machines: Ids of machines by name.
    """

    account_name: str = ""
    blob_endpoint: str = ""
    sources: tuple[str, ...] = ()
    vault_name: str = ""
    vault_uri: str = ""
    public_key: str = ""
    lustre_principal: str = ""
    lustre_zone: str = ""
    new_key: KeyPair | None = None
    machines: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def is_whole(self) -> bool:
        """Whether account and vault are there."""
        return bool(self.blob_endpoint and self.vault_uri)


async def existing(work: Work) -> Existing:
    """Read what of a cluster is there.

    Raises:
        TiepointError: As `ports.azure`.
    """
    resources = await work.ask(lambda: work.azure.resources.list(work.group))
    account, vault = account_of(resources), _first(resources, VAULT)
    machines = {each.name: each.id for each in resources if each.type.lower() == MACHINE.lower()}
    told_account = await _properties(work, account)
    elsewhere = work.order.plan.secrets.vault if work.order.plan else ""
    vault_id = vault.id if vault else elsewhere
    told_vault = await _properties(work, CloudResource(vault_id, VAULT, "") if vault_id else None)
    public = await _public_key(work, machines)
    key = None if public else await _key_of(work)
    plan = work.order.plan or work.facts.plan
    principal = await work.ask(lambda: lustre_principal(plan, work.azure.facts)) if plan else ""
    rules = (told_account.get("networkAcls") or {}).get("ipRules") or []
    return Existing(
        account_name=account.name if account else "",
        blob_endpoint=str((told_account.get("primaryEndpoints") or {}).get("blob") or ""),
        sources=tuple(str(rule.get("value")) for rule in rules if rule.get("value")),
        vault_name=vault.name if vault else "",
        vault_uri=str(told_vault.get("vaultUri") or ""),
        public_key=public or (key.public if key else ""),
        lustre_principal=principal,
        lustre_zone=await _lustre_zone(work, plan, _first(resources, LUSTRE)) if plan else "",
        new_key=key,
        machines=machines,
    )


def composed(
    work: Work, plan: ClusterPlan, found: Existing, part: Part, zones: Mapping[str, str] | None = None
) -> ComposedTemplate:
    """Return the template of a part of a plan, with all its values.

    Raises:
        UsageError: Lustre's service, which a new account must give rights to, is not known.
    """
    if plan.storage.kind is StorageKind.LUSTRE and not (found.lustre_principal or found.account_name):
        summary = "Lustre's service, which needs rights on the account, could not be looked up in your tenant."
        raise UsageError(summary, remedy=LUSTRE_PRINCIPAL_REMEDY)
    account = work.tools.sign_in.snapshot.account
    named = dataclasses.replace(part, account_name=found.account_name, vault_name=found.vault_name)
    template = work.tools.templates.compose(plan, work.azure.subscription, named)
    filled = template.with_values(
        deployerObjectId=account.object_id if account else "",
        deployerPrincipalType="User",
        sshPublicKey=found.public_key,
        lustreServicePrincipal=found.lustre_principal,
        nodeZones=dict(zones or {}),
        availabilityZone=found.lustre_zone,
    )
    # Azure refuses a value for a parameter that this part of the template does not have.
    taken = {name: each for name, each in filled.parameters.items() if name in filled.template["parameters"]}
    return dataclasses.replace(filled, parameters=taken)


async def _lustre_zone(work: Work, plan: ClusterPlan, lustre: CloudResource | None) -> str:
    """Return the zone of Lustre; one that is there cannot be moved."""
    if lustre is None:
        return await work.ask(lambda: lustre_zone(plan, work.azure.facts))
    told = await work.ask(lambda: work.azure.resources.get(lustre.id, api_version(LUSTRE)))
    return str(next(iter(told.get("zones") or ()), ""))


def plan_at_hand(work: Work, found: Existing) -> ClusterPlan:
    """Return the plan of a cluster that is there, with the addresses its account lets in.

    Raises:
        UsageError: Its tags hold no plan.
    """
    plan = work.facts.plan
    if plan is None:
        raise UsageError(
            f"The resource group {work.group} does not say from which plan it was deployed.",
            remedy="Deploy its cluster.toml again; what is there stays.",
        )
    return with_sources(plan, found)


def with_sources(plan: ClusterPlan, found: Existing) -> ClusterPlan:
    """Return a plan with the addresses that its account lets in, where it has none of its own, as one from tags."""
    if plan.access.sources or not found.sources:
        return plan
    return dataclasses.replace(plan, access=dataclasses.replace(plan.access, sources=found.sources))


async def _properties(work: Work, resource: CloudResource | None) -> Mapping[str, Any]:
    if resource is None:
        return {}
    try:
        told = await work.ask(lambda: work.azure.resources.get(resource.id, api_version(resource.type)))
    except NotThere:
        return {}
    found = told.get("properties")
    return found if isinstance(found, Mapping) else {}


async def _key_of(work: Work) -> KeyPair:
    """Return the key of this operation: what goes into the vault must fit what goes on the machines a step later."""
    if work.key is None:
        work.key = await asyncio.to_thread(new_key_pair)
    return work.key


async def _public_key(work: Work, machines: Mapping[str, str]) -> str:
    """Return the ssh key of the machines that are there: Azure refuses another one on them."""
    linux = sorted(name for name in machines if name.startswith(("scheduler", "node-")))
    for name in linux:
        told = await _properties(work, CloudResource(machines[name], MACHINE, name))
        keys = ((told.get("osProfile") or {}).get("linuxConfiguration") or {}).get("ssh", {}).get("publicKeys") or []
        if keys and keys[0].get("keyData"):
            return str(keys[0]["keyData"])
    return ""


def _first(resources: tuple[CloudResource, ...], resource_type: str) -> CloudResource | None:
    return next((each for each in resources if each.type.lower() == resource_type.lower()), None)
