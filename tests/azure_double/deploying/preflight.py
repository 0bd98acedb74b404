"""What Resource Manager checks before it accepts a deployment: form, rights, schemas, names, sizes, quotas."""

from __future__ import annotations

import uuid
from typing import Any

from azure_double.arm import putting
from azure_double.deploying.preparing import Prepared
from azure_double.exchange import AzureError
from azure_double.kinds import machine, quota
from azure_double.kinds.registry import kind_of
from azure_double.template.planning import Planned
from azure_double.template.unknown import as_expressions, holds_unknown
from azure_double.world import World

_NAMED = ("microsoft.storage/storageaccounts", "microsoft.keyvault/vaults")


def check(world: World, prepared: Prepared) -> list[str]:
    """Check everything a deployment means, nested deployments too; return the resources' ids.

    Raises:
        AzureError: What is wrong, everything of a kind at once.
    """
    leaves = list(prepared.leaves())
    oid, name = prepared.deployment.oid, prepared.deployment.id.name
    forbidden, details = [], []
    for each in leaves:
        body = as_expressions(each.body())
        try:
            putting.check_put(world, oid, each.id, body, each.api_version, may_lack=True)
        except AzureError as error:
            if error.status == 403:
                forbidden.append((each, error))
            elif error.code == "InvalidRequestContent":
                raise
            else:
                details.append(error.error())
    if forbidden:
        raise _forbidden(forbidden)
    details += _names(world, leaves) + _machines(world, leaves)
    if details:
        raise AzureError(
            400, "InvalidTemplateDeployment",
            f"The template deployment '{name}' is not valid according to the validation procedure. The tracking id is "
            f"'{uuid.uuid4()}'. See inner errors for details.",
            details=details,
        )  # fmt: skip
    return [each.id.text for each in leaves if not each.is_vague]


def _forbidden(found: list[tuple[Planned, AzureError]]) -> AzureError:
    sentences = " ".join(
        f"Authorization failed for template resource '{each.id.name}' of type '{each.id.type}'. {error.message}"
        for each, error in found
    )
    details = [{"code": error.code, "target": each.id.text, "message": error.message} for each, error in found]
    if len(found) == 1:
        return AzureError(403, found[0][1].code, sentences, details=details)
    return AzureError(
        403, "InvalidTemplateDeployment", f"Deployment failed with multiple errors: '{sentences}'", details=details
    )


def _names(world: World, leaves: list[Planned]) -> list[dict[str, Any]]:
    found = []
    for each in leaves:
        if each.id.type.lower() in _NAMED:
            try:
                kind_of(each.id.type).check(world, each.id, as_expressions(each.body()), world.get(each.id.text))
            except AzureError as error:
                found.append(
                    {
                        "code": "PreflightValidationCheckFailed",
                        "message": "Preflight validation failed. Please refer to the details for the specific errors.",
                        "details": [{**error.error(), "target": each.id.name}],
                    }
                )
    return found


def _machines(world: World, leaves: list[Planned]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    wanted: dict[str, dict[str, tuple[str, bool]]] = {}
    for each in leaves:
        if each.id.type.lower() != machine.TYPE.lower():
            continue
        body = each.body()
        location, size = body.get("location"), machine.size_of(body.get("properties") or {})
        if holds_unknown(location) or holds_unknown(size):
            continue
        location = str(location).replace(" ", "").lower()
        try:
            if not world.get(each.id.text):
                quota.check_size(world, size, location, zones=body.get("zones") or [], name=each.id.name)
        except AzureError as error:
            if not any(error.message == other["message"] for other in found):
                found.append(error.error())
        is_spot = (body.get("properties") or {}).get("priority") == "Spot"
        wanted.setdefault(location, {})[each.id.text] = (size, is_spot)
    for location, machines in wanted.items():
        try:
            quota.check(world, machines, location)
        except AzureError as error:
            found.append({"code": "QuotaExceeded", "message": error.message})
    return found
