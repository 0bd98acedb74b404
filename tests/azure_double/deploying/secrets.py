"""Secrets that parameters refer to: the vault must be there, open to templates, and hold them."""

from __future__ import annotations

from typing import Any

from azure_double.arm.roles import demand
from azure_double.exchange import AzureError
from azure_double.template.unknown import Unknown
from azure_double.world import World


def secret_value(world: World, oid: str, reference: dict[str, Any], *, is_running: bool) -> Any:
    """Return the value that a parameter refers to.

    Args:
        world: The state.
        oid: Who deploys.
        reference: `{"keyVault": {"id": …}, "secretName": …}`.
        is_running: Otherwise a vault that is still to come is no error.

    Raises:
        AzureError: KeyVaultParameterReference….
    """
    vault_id = str((reference.get("keyVault") or {}).get("id", ""))
    name = str(reference.get("secretName", ""))
    vault = world.get(vault_id)
    if not vault:
        if not is_running:
            return Unknown(f"secret {name}")
        raise AzureError(
            400, "KeyVaultParameterReferenceNotFound",
            f"The specified KeyVault '{vault_id}' could not be found.",
        )  # fmt: skip
    demand(world, oid, "Microsoft.KeyVault/vaults/deploy/action", vault_id)
    if not vault.properties.get("enabledForTemplateDeployment"):
        raise AzureError(
            400, "KeyVaultParameterReferenceAuthorizationFailed",
            f"The vault '{vault.name}' is not enabled for template deployment.",
        )  # fmt: skip
    versions = vault.facts["secrets"].get(name.lower())
    if not versions:
        raise AzureError(
            400, "KeyVaultParameterReferenceSecretRetrieveFailed",
            f"The secret of KeyVault parameter '{name}' cannot be retrieved. Http status code: 'NotFound'. Error "
            "message: "
            f"'A secret with (name/id) {name} was not found in this key vault.'",
        )  # fmt: skip
    return versions[-1]["value"]
