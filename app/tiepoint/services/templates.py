"""One ARM template from a plan: the modules in infra/, composed as inline nested deployments.

The same template for the program and for a studio's IT (`tiepoint cluster export`). Holds no secret: Key Vault
references only. Must not ask Azure anything. Any thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tiepoint.domain.cluster_plan import ClusterPlan
from tiepoint.ports.infra_library import InfraLibrary


@dataclass(frozen=True, slots=True)
class Part:
    """What of a cluster a template holds.

    Args:
        is_foundation_only: Only what must be there before secrets can be put: the vault and the rights on it.
        nodes: Names of the worker nodes it holds; None = all of the plan. Empty = none.
        only: Modules to keep, such as `nodes` or `storage-lustre`; empty = all.
    """

    is_foundation_only: bool = False
    nodes: tuple[str, ...] | None = None
    only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ComposedTemplate:
    """A template and what it is to be deployed with.

    Args:
        template: Plain JSON.
        parameters: Values by name, in Azure's form: `{"name": {"value": …}}`; no secret.
        secrets: Names of the vault's secrets that must exist before the second step (`adminPassword`, …).
        vault_name: Name of the vault.
        account_name: Name of the storage account.
    """

    template: Mapping[str, Any]
    parameters: Mapping[str, Any]
    secrets: tuple[str, ...]
    vault_name: str
    account_name: str


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
        """
        raise NotImplementedError

    def role_definitions(self) -> Mapping[str, Any]:
        """Return the subscription-scope template of the custom roles."""
        raise NotImplementedError

    def deployer_actions(self, plan: ClusterPlan) -> tuple[str, ...]:
        """Return the actions a person needs to deploy this plan."""
        raise NotImplementedError
