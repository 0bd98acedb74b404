"""Values of a template's parameters: given, by default, or missing; checked as Resource Manager checks them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from azure_double.template.refusal import invalid
from azure_double.template.scope import Scope
from azure_double.template.unknown import Unknown, holds_unknown

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,), "securestring": (str,), "int": (int,), "bool": (bool,), "array": (list,), "object": (dict,),
    "secureobject": (dict,),
}  # fmt: skip


def read_parameters(
    declared: Mapping[str, Any], given: Mapping[str, Any], scope: Scope, secret: Callable[[dict[str, Any]], Any]
) -> dict[str, Any]:
    """Return all values.

    Args:
        declared: The template's `parameters`.
        given: The deployment's: `{"name": {"value": …}}` or `{"name": {"reference": …}}`.
        scope: Defaults are evaluated in it.
        secret: Fetches a secret for a reference.

    Raises:
        AzureError: InvalidTemplate.
    """
    names = {key.lower(): key for key in declared}
    strangers = [key for key in given if key.lower() not in names]
    if strangers:
        raise invalid(
            f"The template parameters '{', '.join(strangers)}' in the parameters file are not valid; they are "
            "not present "
            "in the original template and can therefore not be provided at deployment time. The only supported "
            "parameters "
            f"for this template are '{', '.join(declared)}'"
        )
    have = {names[key.lower()]: each for key, each in given.items()}
    found: dict[str, Any] = {}
    for key, rules in declared.items():
        found[key] = _value(key, rules, have.get(key), replace(scope, parameters=found, is_default=True), secret)
        if not holds_unknown(found[key]):
            _check(key, rules, found[key])
    return found


def _value(
    key: str, rules: dict[str, Any], given: dict[str, Any] | None, scope: Scope, secret: Callable[[dict[str, Any]], Any]
) -> Any:
    if given is not None and isinstance(given, Unknown):
        return given
    if given is not None and "reference" in given:
        if not str(rules.get("type", "")).lower().startswith("secure"):
            raise invalid(
                f"The template parameter '{key}' is a reference to a key vault but is not declared as securestring"
            )
        return secret(given["reference"])
    if given is not None and "value" in given:
        return given["value"]
    if "defaultValue" in rules:
        return scope.value(rules["defaultValue"])
    raise invalid(
        f"The value for the template parameter '{key}' at line '1' and column '1' is not provided. Please see "
        "https://aka.ms/arm-create-parameter-file for usage details"
    )


def _check(key: str, rules: dict[str, Any], value: Any) -> None:
    kind = str(rules.get("type", "")).lower()
    if kind not in _TYPES:
        raise invalid(f"The template parameter '{key}' has the type '{rules.get('type')}', which does not exist")
    is_odd_bool = isinstance(value, bool) and kind == "int"
    if not isinstance(value, _TYPES[kind]) or is_odd_bool:
        raise invalid(f"Template parameter JToken type is not valid. Expected '{kind}' for '{key}'")
    if "allowedValues" in rules:
        allowed = rules["allowedValues"]
        if not all(each in allowed for each in (value if isinstance(value, list) else [value])):
            raise invalid(
                f"The provided value for the template parameter '{key}' is not valid. The value '{value}' is not "
                "part of the "
                f"allowed value(s): '{','.join(map(str, allowed))}'"
            )
    size = value if isinstance(value, int) else len(value)
    least, most = ("minValue", "maxValue") if isinstance(value, int) else ("minLength", "maxLength")
    if kind != "bool" and (size < rules.get(least, size) or size > rules.get(most, size)):
        raise invalid(
            f"The provided value for the template parameter '{key}' is not valid: {size} is outside of {least} "
            f"and {most}"
        )
