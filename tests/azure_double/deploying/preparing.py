"""A deployment's template made ready: parameters, scope, resources and what they wait for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from azure_double.deploying.records import Deployment
from azure_double.deploying.references import References
from azure_double.deploying.secrets import secret_value
from azure_double.exchange import AzureError
from azure_double.template.parameters import read_parameters
from azure_double.template.planning import Planned, plan
from azure_double.template.refusal import invalid
from azure_double.template.scope import Scope, Surroundings
from azure_double.template.unknown import Unknown, holds_unknown
from azure_double.world import World


@dataclass
class Prepared:
    """A deployment that can be run.

    Args:
        deployment: Which.
        scope: Of its template.
        resources: What it means.
        outputs: As in the template.
        inner: Its nested deployments, by key, when they were prepared along with it.
    """

    deployment: Deployment
    scope: Scope
    resources: list[Planned]
    outputs: dict[str, Any]
    inner: dict[str, Prepared] = field(default_factory=dict)

    def leaves(self) -> Iterator[Planned]:
        """All resources, nested deployments opened, unwanted ones left out."""
        for each in self.resources:
            if not each.is_wanted:
                continue
            if each.is_deployment:
                if each.id.key in self.inner:
                    yield from self.inner[each.id.key].leaves()
            else:
                yield each


def prepare(
    world: World, deployment: Deployment, *, is_running: bool, outer: Scope | None = None, goes_deep: bool = False
) -> Prepared:
    """Make a deployment ready.

    Args:
        world: The state.
        deployment: Which.
        is_running: Whether references and secrets are looked up.
        outer: The scope around it when its expressions are evaluated there.
        goes_deep: Whether nested deployments are prepared along with it.

    Raises:
        AzureError: The template is wrong.
    """
    template = deployment.properties.get("template")
    if "templateLink" in deployment.properties:
        raise AzureError(400, "InvalidTemplateLink", "The double reads no linked templates.")
    if not isinstance(template, dict):
        raise AzureError(400, "InvalidDeployment", "The deployment has no template.")
    references = References(world, is_running=is_running)
    scope = outer or Scope(_surroundings(world, deployment), {}, template.get("variables") or {}, references)
    if outer:
        references = outer.runtime  # type: ignore[assignment]
    else:
        values = read_parameters(
            template.get("parameters") or {}, deployment.properties.get("parameters") or {}, scope,
            lambda reference: secret_value(world, deployment.oid, reference, is_running=is_running),
        )  # fmt: skip
        deployment.values = _plain(template.get("parameters") or {}, values)
        scope = Scope(scope.surroundings, values, scope.variables, references)
    resources = plan(template, scope)
    references.planned = [*references.planned, *resources]
    prepared = Prepared(deployment, scope, resources, template.get("outputs") or {})
    looks_ahead = not is_running and (outer is None or goes_deep)
    for each in resources:
        references.asked = set()
        if each.is_wanted and looks_ahead:
            _look_ahead(world, prepared, each, goes_deep=goes_deep)
            each.needs |= references.asked - {each.id.key}
    if looks_ahead:
        outputs(prepared)
    return prepared


def nested(world: World, parent: Deployment, each: Planned, body: dict[str, Any]) -> tuple[Deployment, bool]:
    """Return a nested deployment's record, and whether it is evaluated in its own scope."""
    properties = dict(body.get("properties") or {})
    raw = each.raw.get("properties") or {}
    options = raw.get("expressionEvaluationOptions") or {}
    properties["template"] = raw.get("template")
    made = Deployment(each.id, parent.oid, properties, parent=parent, time=world.timeline.stamp())
    made.began_at, made.tags = world.timeline.now, body.get("tags") or {}
    return made, str(options.get("scope", "outer")).lower() == "inner"


def nested_body(each: Planned) -> dict[str, Any]:
    """Evaluate a nested deployment but for its template, which has a scope of its own."""
    raw = dict(each.raw)
    raw["properties"] = {key: value for key, value in (raw.get("properties") or {}).items() if key != "template"}
    return Planned(each.id, each.api_version, raw, each.scope).body()


def outputs(prepared: Prepared) -> dict[str, Any]:
    """Work out the outputs.

    Raises:
        AzureError: They cannot be.
    """
    found = {}
    for key, raw in prepared.outputs.items():
        if prepared.scope.value(raw.get("condition", True)) is False:
            continue
        if "copy" in raw:
            value: Any = prepared.scope.looped("", raw["copy"]["count"], raw["copy"]["input"])
        elif "value" in raw:
            value = prepared.scope.value(raw["value"])
        else:
            raise invalid(f"The output '{key}' has no value")
        kind = str(raw.get("type", ""))
        if kind.lower() not in ("string", "int", "bool", "array", "object", "securestring", "secureobject"):
            raise invalid(f"The output '{key}' has the type '{kind}', which does not exist")
        found[key] = {"type": kind[:1].upper() + kind[1:], "value": value}
        if kind.lower().startswith("secure"):
            del found[key]["value"]
    return found


def _look_ahead(world: World, prepared: Prepared, each: Planned, *, goes_deep: bool) -> None:
    if not each.is_deployment:
        each.body()
        return
    body = nested_body(each)
    if not goes_deep:
        return
    child, is_inner = nested(world, prepared.deployment, each, body)
    prepared.inner[each.id.key] = prepare(
        world, child, is_running=False, outer=None if is_inner else each.scope, goes_deep=True
    )


def _surroundings(world: World, deployment: Deployment) -> Surroundings:
    found = deployment.id
    subscription = world.people.subscriptions[found.subscription.lower()]
    group = world.group_of(found) if found.group else None
    return Surroundings(
        found.subscription, subscription.tenant, found.group, group.location if group else deployment.location,
        found.name, world.url, dict(group.tags) if group else {}, subscription.name, deployment.parent is not None,
    )  # fmt: skip


def _plain(declared: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for key, value in values.items():
        kind = str(declared[key].get("type", ""))
        shown: dict[str, Any] = {"type": kind[:1].upper() + kind[1:]}
        if not kind.lower().startswith("secure") and not holds_unknown(value) and not isinstance(value, Unknown):
            shown["value"] = value
        found[key] = shown
    return found
