"""Puts steps together into one template with inline nested deployments. Pure; any thread."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from tiepoint.ports.infra_library import InfraLibrary
from tiepoint.services.template.step import Secret, Step

SCHEMA: Final = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
_DEPLOYMENTS_API: Final = "2025-04-01"
_NAMED: Final = {kind: re.compile(rf"\b{kind}\('([A-Za-z0-9]+)'\)") for kind in ("parameters", "variables")}


def assemble(
    library: InfraLibrary,
    steps: Sequence[Step],
    definitions: Mapping[str, Any],
    variables: Mapping[str, Any],
    outputs: Mapping[str, Any],
    vault_id: str,
) -> dict[str, Any]:
    """Return a template. What no step uses of parameters and variables is left out.

    Args:
        library: The modules.
        steps: In any order; what they need and is not among them is taken to be there.
        definitions: Of the outer template's parameters.
        variables: Of the outer template.
        outputs: Of the outer template.
        vault_id: Expression for the vault that `Secret`s are read from.
    """
    names = {step.name for step in steps}
    resources = [_nested(library, step, names, definitions, vault_id) for step in steps]
    outside = [{**each, "properties": {**each["properties"], "template": None}} for each in resources]
    used_variables = _used("variables", [outside, outputs])
    kept = {name: value for name, value in variables.items() if name in used_variables}
    used = _used("parameters", [outside, outputs, kept])
    return {
        "$schema": SCHEMA,
        "contentVersion": "1.0.0.0",
        "parameters": {name: body for name, body in definitions.items() if name in used},
        **({"variables": kept} if kept else {}),
        "resources": resources,
        "outputs": dict(outputs),
    }


def _nested(
    library: InfraLibrary, step: Step, names: set[str], definitions: Mapping[str, Any], vault_id: str
) -> dict[str, Any]:
    template = _module(library, step)
    values = {}
    for name in template["parameters"]:
        if name in step.values:
            values[name] = _value(step.values[name], vault_id)
        elif name in definitions:
            values[name] = _value(f"[parameters('{name}')]", vault_id)
    needs = [need for need in step.needs if need in names]
    return {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": _DEPLOYMENTS_API,
        "name": step.name,
        **({} if step.is_foundation else {"condition": "[not(parameters('foundationOnly'))]"}),
        **({"subscriptionId": step.scope[0], "resourceGroup": step.scope[1]} if step.scope else {}),
        **({"dependsOn": needs} if needs else {}),
        "properties": {
            "mode": "Incremental",
            "expressionEvaluationOptions": {"scope": "Inner"},
            "parameters": values,
            "template": template,
        },
    }


def _module(library: InfraLibrary, step: Step) -> dict[str, Any]:
    template = copy.deepcopy(dict(library.module(step.module)))
    if step.subnets is not None:
        for resource in template["resources"]:
            subnets = resource["properties"]["subnets"]
            resource["properties"]["subnets"] = [each for each in subnets if each["name"] in step.subnets]
    used = _used("parameters", [template["resources"], template.get("outputs"), template.get("variables")])
    template["parameters"] = {name: body for name, body in template["parameters"].items() if name in used}
    return template


def _value(value: Any, vault_id: str) -> dict[str, Any]:
    """Return how a nested deployment is given a value.

    An expression goes over two lines, which Azure takes (template syntax, "Multi-line strings"): the schema of
    deployments wants a value to be either anything or an expression of one line, and never both.
    """
    if isinstance(value, str) and value.startswith("["):
        return {"value": f"{value[:-1]}\n]"}
    if isinstance(value, Secret):
        return {"reference": {"keyVault": {"id": vault_id}, "secretName": value.name}}
    return {"value": value}


def _used(kind: str, value: Any) -> set[str]:
    return {name for text in _texts(value) for name in _NAMED[kind].findall(text)}


def _texts(value: Any) -> Iterator[str]:
    """Return all expressions in it."""
    if isinstance(value, str):
        if value.startswith("["):
            yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)


def size_bytes(template: Mapping[str, Any]) -> int:
    """Return how large a template is on its way to Azure, which takes 4 MB."""
    return len(json.dumps(template, separators=(",", ":")).encode())
