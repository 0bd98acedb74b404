"""From a template to the resources it means: loops unrolled, conditions decided, ids made, order found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from azure_double.ids import ResourceId, make_id, read_id
from azure_double.template.refusal import invalid
from azure_double.template.scope import Scope
from azure_double.template.unknown import Unknown

DEPLOYMENT = "microsoft.resources/deployments"
_ABOUT = {"type", "name", "apiVersion", "dependsOn", "copy", "condition", "comments", "scope", "resources", "metadata"}
_DEPLOYS_TO = {"resourceGroup", "subscriptionId"}


@dataclass
class Planned:
    """A resource that a template means.

    Args:
        id: Which.
        api_version: In which version.
        raw: As it is in the template.
        scope: Where its expressions are evaluated.
        loop: Name of the copy loop it comes from.
        is_wanted: Whether its condition holds.
        needs: Keys of what must be there before.
        symbol: Symbolic name, where the template has them.
        batch: Number of its batch in a serial loop.
        is_vague: Whether its name cannot be known yet.
    """

    id: ResourceId
    api_version: str
    raw: dict[str, Any]
    scope: Scope
    loop: str = ""
    is_wanted: bool = True
    needs: set[str] = field(default_factory=set)
    symbol: str = ""
    batch: int = 0
    is_vague: bool = False

    @property
    def is_deployment(self) -> bool:
        """Whether it is a nested deployment."""
        return self.id.type.lower() == DEPLOYMENT

    def body(self) -> dict[str, Any]:
        """Evaluate it; what says where it belongs is left out."""
        left_out = _ABOUT | (_DEPLOYS_TO if self.is_deployment else set())
        return without_nulls({key: self.scope.value(raw) for key, raw in self.raw.items() if key not in left_out})


def without_nulls(value: Any) -> Any:
    """Return a value without properties that are null: services take them for left out."""
    if isinstance(value, dict):
        return {key: without_nulls(each) for key, each in value.items() if each is not None}
    return [without_nulls(each) for each in value] if isinstance(value, list) else value


def plan(template: Mapping[str, Any], scope: Scope) -> list[Planned]:
    """Return the resources of a template in its order; conditions that do not hold are kept, as not wanted.

    Raises:
        AzureError: InvalidTemplate.
    """
    check_form(template)
    found: list[Planned] = []
    resources = template["resources"]
    rows = resources.items() if isinstance(resources, dict) else (("", each) for each in resources)
    for symbol, raw in rows:
        found += _unrolled(raw, scope, symbol=symbol)
    seen: dict[str, Planned] = {}
    for each in found:
        if each.is_wanted and each.id.key in seen:
            raise invalid(
                f"The resource '{each.id.type}/{each.id.name}' at line '1' and column '1' is defined multiple "
                "times in a "
                "template. Please see https://aka.ms/arm-syntax-resources for usage details"
            )
        if each.is_wanted:
            seen[each.id.key] = each
    for each in found:
        _resolve(each, found)
    _check_circles(found)
    return found


def check_form(template: Mapping[str, Any]) -> None:
    """Refuse what is no template.

    Raises:
        AzureError: InvalidTemplate.
    """
    for key in ("$schema", "contentVersion", "resources"):
        if key not in template:
            raise invalid(f"The template is missing the required property '{key}'")
    known = {
        "$schema", "contentVersion", "resources", "parameters", "variables", "outputs", "metadata", "languageVersion",
        "functions", "apiProfile", "definitions",
    }  # fmt: skip
    strangers = set(template) - known
    if strangers:
        raise invalid(f"Could not find member '{sorted(strangers)[0]}' on object of type 'Template'")


def _unrolled(raw: dict[str, Any], scope: Scope, *, symbol: str, parent: Planned | None = None) -> Iterator[Planned]:
    for key in ("type", "name", "apiVersion"):
        if key not in raw:
            raise invalid(f"The template resource '{raw.get('name', '')}' is missing the required property '{key}'")
    copy = raw.get("copy")
    if not copy or isinstance(copy, list):
        yield from _one(raw, scope, symbol=symbol, parent=parent)
        return
    count = scope.value(copy["count"])
    if not isinstance(count, int) or not 0 <= count <= 800:
        raise invalid(f"The copy count '{count}' of the loop '{copy['name']}' is not between 0 and 800")
    size = scope.value(copy.get("batchSize", 1)) if str(copy.get("mode", "")).lower() == "serial" else 0
    for index in range(count):
        for each in _one(raw, scope.within(copy["name"], index), symbol=symbol, parent=parent):
            each.loop, each.batch = copy["name"], index // size if size else 0
            yield each


def _one(raw: dict[str, Any], scope: Scope, *, symbol: str, parent: Planned | None) -> Iterator[Planned]:
    kind, name = raw["type"], scope.value(raw["name"])
    is_vague = isinstance(name, Unknown) and scope.surroundings.is_nested
    if is_vague:
        name = "/".join([f"later-{abs(hash((raw['name'], *sorted(scope.loops.items())))):x}"] * kind.count("/"))
    if not isinstance(name, str) or not name:
        raise invalid(
            f"The name '{raw['name']}' of a resource of type '{kind}' cannot be worked out before it is deployed"
        )
    if parent and not kind.lower().startswith(parent.id.type.lower() + "/"):
        kind, name = f"{parent.id.type}/{kind}", f"{'/'.join(parent.id.names)}/{name}"
    names = name.split("/")
    if len(names) != kind.count("/"):
        raise invalid(
            f"The template resource '{name}' for type '{kind}' at line '1' and column '1' has incorrect segment "
            "lengths. A "
            "nested resource type must have identical number of segments as its resource name. A root resource "
            "type must "
            "have segment length one greater than its resource name"
        )
    condition = scope.value(raw.get("condition", True))
    if not isinstance(condition, (bool, Unknown)):
        raise invalid(f"The condition of the resource '{name}' is no boolean: '{condition}'")
    version = scope.value(raw["apiVersion"])
    made = Planned(
        read_id(make_id(_home(raw, scope, kind), kind, names)), version, raw, scope, symbol=symbol,
        is_wanted=condition is not False and (parent is None or parent.is_wanted), is_vague=is_vague,
    )  # fmt: skip
    yield made
    for child in raw.get("resources") or ():
        yield from _unrolled(child, scope, symbol="", parent=made)


def _home(raw: dict[str, Any], scope: Scope, kind: str) -> str:
    here = scope.surroundings
    subscription = f"/subscriptions/{here.subscription}"
    group = here.group
    if kind.lower() == DEPLOYMENT:
        subscription = f"/subscriptions/{scope.value(raw.get('subscriptionId', here.subscription))}"
        group = scope.value(raw.get("resourceGroup", group))
    home = f"{subscription}/resourceGroups/{group}" if group else subscription
    at = scope.value(raw.get("scope", ""))
    if not at:
        return home
    if str(at).startswith("/"):
        return str(at)
    namespace, first, *rest = str(at).split("/")
    if len(rest) % 2 == 0:
        raise invalid(f"The scope '{at}' is no resource's")
    pairs = [first, *rest]
    return f"{home}/providers/{namespace}/{'/'.join(pairs)}"


def _resolve(each: Planned, found: list[Planned]) -> None:
    for raw in each.raw.get("dependsOn") or ():
        name = each.scope.value(raw)
        low = str(name).lower().strip("/")
        hits = [
            other
            for other in found
            if low in (other.id.key.strip("/"), other.loop.lower(), other.symbol.lower())
            or low in ("/".join(other.id.names).lower(), f"{other.id.type}/{'/'.join(other.id.names)}".lower())
        ]
        if not hits:
            raise invalid(
                f"The resource '{name}' is not defined in the template. Please see https://aka.ms/arm-syntax for usage "
                "details"
            )
        each.needs |= {other.id.key for other in hits if other is not each and other.is_wanted}
    each.needs |= {
        other.id.key
        for other in found
        if each.loop and other.loop == each.loop and other.batch < each.batch and other.is_wanted
    }


def _check_circles(found: list[Planned]) -> None:
    left = {each.id.key: set(each.needs) for each in found if each.is_wanted}
    while left:
        free = [key for key, needs in left.items() if not needs & set(left)]
        if not free:
            raise invalid(
                f"Circular dependency detected on resource: '{sorted(left)[0]}'. Please see "
                "https://aka.ms/arm-syntax-resources for usage details"
            )
        for key in free:
            del left[key]
