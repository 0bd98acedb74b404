"""Where expressions are evaluated: parameters, variables, loops, and the deployment around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from azure_double.template import functions_resources, functions_text, functions_values
from azure_double.template.expression import Call, Literal, Member, Node, is_expression, parse
from azure_double.template.refusal import invalid, language
from azure_double.template.unknown import Unknown

_PLAIN = {**functions_text.FUNCTIONS, **functions_values.FUNCTIONS}
_DEFAULTS_ONLY = ("newguid", "utcnow")


class Runtime(Protocol):
    """What `reference()` asks."""

    def reference(self, name: str, api_version: str, *, is_full: bool) -> Any:
        """Return a resource's properties, or all of it; `Unknown` when that is not known yet."""


@dataclass(frozen=True)
class Surroundings:
    """The deployment around a template.

    Args:
        subscription: Its id.
        tenant: Its id.
        group: Resource group; empty in a subscription's deployment.
        location: Of the group or the deployment.
        name: Of the deployment.
        url: Resource Manager's.
        group_tags: Tags of the group.
        subscription_name: For people.
        is_nested: Whether it lies in another one: its parameters may not be known yet.
    """

    subscription: str
    tenant: str
    group: str
    location: str
    name: str
    url: str
    group_tags: Mapping[str, str] = field(default_factory=dict)
    subscription_name: str = ""
    is_nested: bool = False


@dataclass(frozen=True)
class Scope:
    """Evaluates expressions.

    Args:
        surroundings: The deployment.
        parameters: Values.
        variables: As they are in the template.
        runtime: For `reference()`.
        loops: Index by name of the copy loop; the empty name is the innermost one.
        busy: Variables that are being evaluated.
        is_default: Whether a parameter's default is evaluated: only there are new GUIDs and the time allowed.
    """

    surroundings: Surroundings
    parameters: Mapping[str, Any]
    variables: Mapping[str, Any]
    runtime: Runtime
    loops: Mapping[str, int] = field(default_factory=dict)
    busy: tuple[str, ...] = ()
    is_default: bool = False

    def within(self, loop: str, index: int) -> Scope:
        """Return the scope inside a loop."""
        return replace(self, loops={**self.loops, loop.lower(): index, "": index})

    def value(self, raw: Any) -> Any:
        """Evaluate a value with everything in it."""
        if isinstance(raw, str):
            if is_expression(raw):
                return self.node(parse(raw))
            return raw[1:] if raw.startswith("[[") else raw
        if isinstance(raw, list):
            return [self.value(each) for each in raw]
        if isinstance(raw, dict):
            return self._object(raw)
        return raw

    def _object(self, raw: dict[str, Any]) -> Any:
        found = {}
        for key, each in raw.items():
            if key == "copy" and isinstance(each, list) and all(isinstance(loop, dict) for loop in each):
                for loop in each:
                    found[loop["name"]] = self.looped(loop["name"], loop["count"], loop["input"])
            else:
                found[self.value(key) if is_expression(key) else key] = self.value(each)
        return found

    def looped(self, name: str, count: Any, template: Any) -> list[Any]:
        """Evaluate a property's loop."""
        times = self.value(count)
        if not isinstance(times, int) or times < 0 or times > 800:
            raise invalid(f"The copy loop '{name}' has the count '{times}', which is not between 0 and 800")
        return [self.within(name, index).value(template) for index in range(times)]

    def node(self, node: Node) -> Any:
        """Evaluate a tree."""
        if isinstance(node, Literal):
            return node.value
        if isinstance(node, Member):
            return self._member(node)
        return self._call(node)

    def _member(self, node: Member) -> Any:
        of, key = self.node(node.of), self.node(node.key)
        if isinstance(of, Unknown):
            return Unknown(f"{of.text}.{key}")
        if isinstance(key, Unknown):
            return Unknown(f"item {key.text}")
        if isinstance(of, dict) and isinstance(key, str):
            for name, value in of.items():
                if name.lower() == key.lower():
                    return value
            if node.is_safe:
                return None
            names = ", ".join(of)
            raise language(
                f"The language expression property '{key}' doesn't exist, available properties are '{names}'."
            )
        if isinstance(of, list) and isinstance(key, int):
            if not -1 < key < len(of):
                raise language(f"The language expression property array index '{key}' is out of bounds.")
            return of[key]
        if node.is_safe and of is None:
            return None
        raise language(f"The language expression property '{key}' can't be evaluated.")

    def _call(self, call: Call) -> Any:
        name = call.name.lower()
        if name == "if":
            return self._if(call)
        if name in ("and", "or"):
            return self._logic(call, stops_at=name == "or")
        arguments = [self.node(each) for each in call.arguments]
        own = getattr(self, f"_do_{name}", None)
        if name not in _PLAIN and not own:
            raise invalid(f"The template function '{call.name}' is not valid")
        if any(isinstance(each, Unknown) for each in arguments):
            return Unknown(f"{call.name}(…)")
        if name in _DEFAULTS_ONLY and not self.is_default:
            raise invalid(
                f"The template function '{call.name}' is not expected at this location: it may be used in "
                "default values "
                "of parameters only"
            )
        try:
            return own(*arguments) if own else _PLAIN[name](*arguments)
        except (TypeError, AttributeError, ValueError, KeyError, IndexError) as error:
            raise language(
                f"The template language function '{call.name}' was given what it cannot use: {error}"
            ) from None

    def _if(self, call: Call) -> Any:
        if len(call.arguments) != 3:
            raise language("The template language function 'if' expects three parameters.")
        condition = self.node(call.arguments[0])
        if isinstance(condition, Unknown):
            return condition
        if not isinstance(condition, bool):
            raise language(f"The template language function 'if' expects a boolean first, not '{condition}'.")
        return self.node(call.arguments[1 if condition else 2])

    def _logic(self, call: Call, *, stops_at: bool) -> Any:
        unknown = None
        for each in call.arguments:
            value = self.node(each)
            if isinstance(value, Unknown):
                unknown = value
            elif not isinstance(value, bool):
                raise language(f"The template language function '{call.name}' expects booleans, not '{value}'.")
            elif value is stops_at:
                return stops_at
        return unknown or not stops_at

    def _do_parameters(self, name: str) -> Any:
        for key, value in self.parameters.items():
            if key.lower() == name.lower():
                return value
        raise invalid(f"The template parameter '{name}' is not found")

    def _do_variables(self, name: str) -> Any:
        low = name.lower()
        if low in self.busy:
            raise invalid(f"The template variable '{name}' is part of a circle: {' > '.join((*self.busy, low))}")
        inner = replace(self, busy=(*self.busy, low), loops={})
        for loop in self.variables.get("copy") or ():
            if loop["name"].lower() == low:
                return inner.looped(loop["name"], loop["count"], loop["input"])
        for key, raw in self.variables.items():
            if key.lower() == low and key != "copy":
                return inner.value(raw)
        raise invalid(f"The template variable '{name}' is not found")

    def _do_copyindex(self, *arguments: Any) -> int:
        name = str(arguments[0]).lower() if arguments and isinstance(arguments[0], str) else ""
        offset = next((each for each in arguments if isinstance(each, int)), 0)
        if name not in self.loops:
            raise language(f"The template function 'copyIndex' is not expected outside of the loop '{name}'.")
        return self.loops[name] + offset

    def _do_reference(self, name: str, api_version: str = "", full: str = "") -> Any:
        return self.runtime.reference(name, api_version, is_full=full.lower() == "full")

    def _do_resourceid(self, *arguments: str) -> str:
        here = self.surroundings
        return functions_resources.resource_id(here.subscription, here.group, *arguments)

    def _do_subscriptionresourceid(self, *arguments: str) -> str:
        return functions_resources.subscription_resource_id(self.surroundings.subscription, *arguments)

    def _do_extensionresourceid(self, scope: str, kind: str, *names: str) -> str:
        return functions_resources.extension_resource_id(scope, kind, *names)

    def _do_tenantresourceid(self, kind: str, *names: str) -> str:
        return functions_resources.extension_resource_id("", kind, *names)

    def _do_subscription(self) -> dict[str, Any]:
        here = self.surroundings
        return {
            "id": f"/subscriptions/{here.subscription}",
            "subscriptionId": here.subscription,
            "tenantId": here.tenant,
            "displayName": here.subscription_name,
        }

    def _do_tenant(self) -> dict[str, Any]:
        return {"tenantId": self.surroundings.tenant}

    def _do_resourcegroup(self) -> dict[str, Any]:
        here = self.surroundings
        if not here.group:
            raise invalid("The template function 'resourceGroup' is not expected at subscription scope")
        return {
            "id": f"/subscriptions/{here.subscription}/resourceGroups/{here.group}",
            "name": here.group,
            "type": "Microsoft.Resources/resourceGroups",
            "location": here.location,
            "tags": dict(here.group_tags),
            "properties": {"provisioningState": "Succeeded"},
        }

    def _do_deployment(self) -> dict[str, Any]:
        here = self.surroundings
        found: dict[str, Any] = {
            "name": here.name,
            "properties": {"mode": "Incremental", "provisioningState": "Accepted"},
        }
        return found if here.group else {**found, "location": here.location}

    def _do_environment(self) -> dict[str, Any]:
        url = self.surroundings.url
        return {
            "name": "AzureDouble",
            "resourceManager": f"{url}/",
            "portal": f"{url}/portal",
            "authentication": {"loginEndpoint": f"{url}/", "audiences": [url], "tenant": "common"},
            "suffixes": {
                "storage": "core.windows.net",
                "keyvaultDns": ".vault.azure.net",
                "azureDatalakeStoreFileSystem": "azuredatalakestore.net",
            },
        }
