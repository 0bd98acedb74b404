"""One ARM template from a plan: the modules in infra/, composed as inline nested deployments.

The same template for the program and for a studio's IT (`tiepoint cluster export`). Holds no secret: Key Vault
references only. Must not ask Azure anything. Any thread.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tiepoint.domain.addresses import address_plan, refuse_everybody
from tiepoint.domain.cluster_plan import ClusterPlan, Engine, SchedulerOs
from tiepoint.domain.planned_machines import planned_machines, shares_jobs
from tiepoint.domain.resource_ids import group_of, subscription_of
from tiepoint.domain.resource_names import (
    ACTIVATION_CODE,
    ADMIN_PASSWORD,
    NODE_CERTIFICATE,
    SCHEDULER_CERTIFICATE,
    SSH_PRIVATE_KEY,
    node_names,
)
from tiepoint.ports.infra_library import InfraLibrary
from tiepoint.services.template import actions, scripts
from tiepoint.services.template.assembly import assemble
from tiepoint.services.template.foundation import foundation_steps
from tiepoint.services.template.machines import (
    access_steps,
    addresses_of,
    directory_steps,
    monitoring_steps,
    node_steps,
    scheduler_steps,
)
from tiepoint.services.template.parameters import definitions, resource_names
from tiepoint.services.template.step import ACCOUNT_API, VAULT_API, Secret, Step, output_of
from tiepoint.services.template.storage import storage_steps

PREVIEW_SSH_KEY: Final = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA preview-only"
"""A key nobody has, for what is only asked and never deployed."""
_PREVIEW_PASSWORD: Final = "Never-deployed-1"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Part:
    """What of a cluster a template holds.

    Args:
        is_foundation_only: Only what must be there before secrets can be put: networks, vault, account, rights.
        nodes: Names of the worker nodes it holds; None = all of the plan. Empty = none.
        only: Families of steps to keep, such as `nodes` or `storage-lustre`, or single steps; empty = all.
        is_cold: Without a way out to the Internet, so that the NAT gateway can be deleted.
        account_name: Name of the storage account that is there; empty = not known, it is worked out.
        vault_name: Likewise of the vault.
        recovers_vault: A deleted vault of the same name is brought back.
        is_preview: To ask what it would do before there is a vault: nothing is read from it.
    """

    is_foundation_only: bool = False
    nodes: tuple[str, ...] | None = None
    only: tuple[str, ...] = ()
    is_cold: bool = False
    account_name: str = ""
    vault_name: str = ""
    recovers_vault: bool = False
    is_preview: bool = False


@dataclass(frozen=True, slots=True)
class ComposedTemplate:
    """A template and what it is to be deployed with.

    Args:
        template: Plain JSON.
        parameters: Values by name, in Azure's form: `{"name": {"value": …}}`; no secret.
        secrets: Names of the vault's secrets that must exist before the second step (`adminPassword`, …).
        vault_name: Name of the vault; empty where Azure works it out.
        account_name: Name of the storage account; likewise.
    """

    template: Mapping[str, Any]
    parameters: Mapping[str, Any]
    secrets: tuple[str, ...]
    vault_name: str
    account_name: str

    def with_values(self, **values: Any) -> ComposedTemplate:
        """Return it with more parameters; those it does not take are left out."""
        taken = {name: {"value": value} for name, value in values.items() if name in self.template["parameters"]}
        return dataclasses.replace(self, parameters={**self.parameters, **taken})


class Templates:
    """Composes templates.

    Args:
        library: The modules.
    """

    def __init__(self, library: InfraLibrary) -> None:
        self._library = library

    def compose(self, plan: ClusterPlan, subscription: str = "", part: Part = Part()) -> ComposedTemplate:  # noqa: B008
        """Return the template of a plan.

        Args:
            plan: Without blocking findings.
            subscription: Its id makes the names of account and vault unique; empty = the template works them out
                itself (`uniqueString`), as an exported one does.
            part: All of it, or what.

        Raises:
            UsageError: The plan's addresses or its capacity make no sense, or it would be open to everybody.
        """
        refuse_everybody(plan.access.sources)
        nodes = list(node_names(plan.nodes.count) if part.nodes is None else part.nodes)
        names = resource_names(plan, subscription, part.account_name, part.vault_name)
        steps = _steps(plan, part, nodes)
        blob, vault = _addresses(plan, {step.name for step in steps})
        texts = self._scripts(plan)
        filled = {name: scripts.filled_in(name, blob, vault, texts) for name in texts}
        parameters = definitions(plan, names, nodes, addresses_of(address_plan(plan), nodes))
        template = assemble(
            self._library,
            [_with_script(step, filled, part.is_preview) for step in steps],
            parameters,
            {"cloudInit": scripts.cloud_init(self._library), **texts},
            _outputs(plan, blob, vault),
            _vault_id(plan),
        )
        return ComposedTemplate(
            template=template,
            parameters=_values(template, part),
            secrets=_secrets(plan),
            vault_name=_literal(names["vaultName"]),
            account_name=_literal(names["accountName"]),
        )

    def role_definitions(self) -> Mapping[str, Any]:
        """Return the subscription-scope template of the custom roles."""
        return self._library.roles()

    def deployer_actions(self, plan: ClusterPlan) -> tuple[str, ...]:
        """Return the actions a person needs to deploy this plan."""
        return actions.deployer_actions(self.compose(plan).template)

    def deactivate_script(self) -> str:
        """Return what gives a node's licence back before the node is deleted."""
        return scripts.deactivate_script()

    def _scripts(self, plan: ClusterPlan) -> dict[str, str]:
        is_windows = plan.scheduler.os is SchedulerOs.WINDOWS
        main = (
            scripts.windows_script(self._library, plan, "scheduler", "setup-scheduler.ps1")
            if is_windows
            else scripts.linux_script(self._library, plan, "scheduler")
        )
        found = {"schedulerScript": main, "nodesScript": scripts.linux_script(self._library, plan, "node")}
        if any(machine.role == "directory" for machine in planned_machines(plan)):
            for name, role, file in (
                ("firstControllerScript", "directory", "setup-first-controller.ps1"),
                ("secondControllerScript", "directory", "setup-second-controller.ps1"),
                ("jumpBoxScript", "jump-box", "setup-jump-box.ps1"),
            ):
                found[name] = scripts.windows_script(self._library, plan, role, file)
        return found


def _steps(plan: ClusterPlan, part: Part, nodes: Sequence[str]) -> list[Step]:
    at = address_plan(plan)
    steps = [
        *foundation_steps(plan, at, has_egress=not part.is_cold),
        *directory_steps(plan, at),
        *access_steps(plan, at),
        *scheduler_steps(plan, at),
        *storage_steps(plan, at),
        *node_steps(plan, at, nodes),
        *monitoring_steps(plan),
    ]
    return [step for step in steps if not part.only or step.name in part.only or step.family in part.only]


def _with_script(step: Step, filled: Mapping[str, str], is_preview: bool) -> Step:
    values = dict(step.values)
    if "script" in values:
        values["script"] = filled[f"{values['script']}Script"]
    if is_preview:
        values = {name: _PREVIEW_PASSWORD if isinstance(each, Secret) else each for name, each in values.items()}
    return dataclasses.replace(step, values=values)


def _addresses(plan: ClusterPlan, names: set[str]) -> tuple[str, str]:
    """Return expressions for the account's Blob endpoint and the vault's address, without brackets.

    What a step of this template makes is read from that step: Azure may else ask for it before it is made.
    """
    account = "resourceId('Microsoft.Storage/storageAccounts', parameters('accountName'))"
    blob = f"reference({account}, '{ACCOUNT_API}').primaryEndpoints.blob"
    vault = f"reference({_vault_id(plan)[1:-1]}, '{VAULT_API}').vaultUri"
    return (
        output_of("storage-account", "blobEndpoint") if "storage-account" in names else blob,
        output_of("secrets", "vaultUri") if "secrets" in names else vault,
    )


def _vault_id(plan: ClusterPlan) -> str:
    if not plan.secrets.vault:
        return "[resourceId('Microsoft.KeyVault/vaults', parameters('vaultName'))]"
    subscription, group = subscription_of(plan.secrets.vault), group_of(plan.secrets.vault)
    return f"[resourceId('{subscription}', '{group}', 'Microsoft.KeyVault/vaults', parameters('vaultName'))]"


def _outputs(plan: ClusterPlan, blob: str, vault: str) -> dict[str, Any]:
    account = "[resourceId('Microsoft.Storage/storageAccounts', parameters('accountName'))]"
    values = {
        "accountId": account,
        "blobEndpoint": f"[{blob}]",
        "vaultId": _vault_id(plan),
        "vaultUri": f"[{vault}]",
        "schedulerAddress": str(address_plan(plan).scheduler),
    }
    return {name: {"type": "string", "value": value} for name, value in values.items()}


def _values(template: Mapping[str, Any], part: Part) -> dict[str, Any]:
    """Return what the plan gives for parameters; defaults that only Azure can work out stay with it."""
    found = {}
    for name, body in template["parameters"].items():
        default = body.get("defaultValue")
        is_expression = isinstance(default, str) and (not default or default.startswith("["))
        if default is not None and not is_expression:
            found[name] = {"value": default}
    if part.is_foundation_only and "foundationOnly" in found:
        found["foundationOnly"] = {"value": True}
    if part.recovers_vault and "vaultCreateMode" in found:
        found["vaultCreateMode"] = {"value": "recover"}
    return found


def _secrets(plan: ClusterPlan) -> tuple[str, ...]:
    has_windows = any(machine.is_windows for machine in planned_machines(plan))
    return (
        *((ADMIN_PASSWORD,) if has_windows else ()),
        *((ACTIVATION_CODE,) if plan.engine is Engine.METASHAPE else ()),
        *((SCHEDULER_CERTIFICATE, NODE_CERTIFICATE) if shares_jobs(plan) else ()),
        SSH_PRIVATE_KEY,
    )


def _literal(name: str) -> str:
    return "" if name.startswith("[") else name
