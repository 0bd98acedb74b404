"""One step of a deployment: an ARM module with what it is given and what must be there before it.

Must not know plans. Pure; any thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

ACCOUNT_API: Final = "2026-04-01"
VAULT_API: Final = "2026-02-01"
"""API versions of the resources that a template asks about, see infra/README."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A parameter that Azure itself reads from the vault while it deploys.

    Args:
        name: Of the secret.
    """

    name: str


@dataclass(frozen=True, slots=True)
class Step:
    """A nested deployment.

    Args:
        name: Of it, such as `nodes-setup`.
        module: Which ARM module, such as `setup-nodes`.
        family: What `Part.only` may name to have it, with its like: `nodes`.
        needs: Names of the steps before it.
        values: What the module is given, by parameter: plain values, expressions of the outer template, or `Secret`.
            A parameter that is not named is handed through from the outer template's of the same name.
        is_foundation: Whether it must be there before secrets can be put.
        subnets: Of a network's subnets, which to keep.
        scope: Expressions for subscription and group where it is deployed into another one; empty = this one.
    """

    name: str
    module: str
    family: str
    needs: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    is_foundation: bool = False
    subnets: tuple[str, ...] | None = None
    scope: tuple[str, str] | None = None


def resource_id(resource_type: str, *names: str) -> str:
    """Return an expression for the id of a resource of this group.

    Args:
        resource_type: Such as `Microsoft.Network/virtualNetworks`.
        names: Of it and its parents.
    """
    quoted = ", ".join(f"'{name}'" for name in names)
    return f"[resourceId('{resource_type}', {quoted})]"


def parameter(name: str) -> str:
    """Return an expression for a parameter of the outer template."""
    return f"[parameters('{name}')]"


def output_of(step: str, name: str) -> str:
    """Return an expression for what a step has said, without its brackets."""
    return f"reference('{step}').outputs.{name}.value"
