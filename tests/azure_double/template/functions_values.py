"""Functions of numbers, lists, objects, truth, time and networks."""

from __future__ import annotations

import ipaddress
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from azure_double.template.refusal import language


def contains(where: Any, what: Any) -> bool:
    """Whether a text, list or object holds something."""
    if isinstance(where, dict):
        return any(str(what).lower() == key.lower() for key in where)
    if isinstance(where, str):
        return str(what) in where
    return what in where


def union(*values: Any) -> Any:
    """All items, or all properties; the last ones win."""
    if isinstance(values[0], dict):
        found: dict[str, Any] = {}
        for each in values:
            for key, value in each.items():
                both = isinstance(value, dict) and isinstance(found.get(key), dict)
                found[key] = union(found[key], value) if both else value
        return found
    kept: list[Any] = []
    for each in values:
        kept += [item for item in each if item not in kept]
    return kept


def intersection(*values: Any) -> Any:
    """What all have in common."""
    first, *others = values
    if isinstance(first, dict):
        return {key: value for key, value in first.items() if all(each.get(key) == value for each in others)}
    return [item for item in first if all(item in each for each in others)]


def create_object(*values: Any) -> dict[str, Any]:
    """An object of names and values by turns."""
    if len(values) % 2:
        raise language("The template language function 'createObject' expects names and values by turns.")
    return dict(zip(values[::2], values[1::2], strict=True))


def coalesce(*values: Any) -> Any:
    """The first that is not null."""
    return next((each for each in values if each is not None), None)


def cidr_subnet(network: str, length: int, index: int) -> str:
    """The nth subnet of a size."""
    try:
        whole = ipaddress.ip_network(network)
        first = int(whole.network_address) + index * 2 ** (whole.max_prefixlen - length)
        found = ipaddress.ip_network((first, length))
    except ValueError as error:
        raise language(f"The template language function 'cidrSubnet' is not valid: {error}") from None
    if length < whole.prefixlen or not found.subnet_of(whole):  # type: ignore[arg-type]
        raise language(
            f"The template language function 'cidrSubnet': {network} has no subnet {index} of size /{length}."
        )
    return str(found)


def cidr_host(network: str, index: int) -> str:
    """The nth usable address, the first is 0."""
    whole = ipaddress.ip_network(network)
    if index + 1 >= whole.num_addresses:
        raise language(f"The template language function 'cidrHost': {network} has no host {index}.")
    return str(whole.network_address + index + 1)


def parse_cidr(network: str) -> dict[str, Any]:
    """What there is to know about a network."""
    whole = ipaddress.ip_network(network)
    return {
        "network": str(whole.network_address),
        "netmask": str(whole.netmask),
        "broadcast": str(whole.broadcast_address),
        "firstUsable": str(whole.network_address + 1),
        "lastUsable": str(whole.broadcast_address - 1),
        "cidr": whole.prefixlen,
    }


def utc_now(pattern: str = "yyyyMMddTHHmmssZ") -> str:
    """The time, by .NET's letters."""
    now = datetime.now(UTC)
    letters = (("yyyy", "%Y"), ("MM", "%m"), ("dd", "%d"), ("HH", "%H"), ("mm", "%M"), ("ss", "%S"))
    for old, new in (*letters, ("'", "")):
        pattern = pattern.replace(old, new)
    return now.strftime(pattern)


def _flat(values: tuple[Any, ...]) -> list[Any]:
    return list(values[0]) if len(values) == 1 and isinstance(values[0], list) else list(values)


def _equals(one: Any, other: Any) -> bool:
    if isinstance(one, bool) != isinstance(other, bool):
        return False
    return bool(one == other)


def _take(value: Any, count: int) -> Any:
    return value[: max(0, count)]


def _skip(value: Any, count: int) -> Any:
    return value[max(0, count) :]


def _first(value: Any) -> Any:
    return value[0] if value else ("" if isinstance(value, str) else None)


def _last(value: Any) -> Any:
    return value[-1] if value else ("" if isinstance(value, str) else None)


def _divided(one: int, other: int) -> int:
    if not other:
        raise language("The template language function 'div' cannot divide by zero.")
    return int(one / other)


def _range(start: int, count: int) -> list[int]:
    if count < 0:
        raise language("The template language function 'range' expects a count that is not negative.")
    return list(range(start, start + count))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "add": lambda one, other: one + other,
    "sub": lambda one, other: one - other,
    "mul": lambda one, other: one * other,
    "div": _divided,
    "mod": lambda one, other: one - other * int(one / other),
    "min": lambda *values: min(_flat(values)),
    "max": lambda *values: max(_flat(values)),
    "length": len,
    "empty": lambda value: value is None or len(value) == 0,
    "contains": contains,
    "union": union,
    "intersection": intersection,
    "createarray": lambda *values: list(values),
    "createobject": create_object,
    "array": lambda value: value if isinstance(value, list) else [value],
    "flatten": lambda items: [item for each in items for item in each],
    "items": lambda value: [{"key": key, "value": value[key]} for key in sorted(value)],
    "objectkeys": lambda value: sorted(value),
    "range": _range,
    "first": _first,
    "last": _last,
    "take": _take,
    "skip": _skip,
    "coalesce": coalesce,
    "equals": _equals,
    "less": lambda one, other: one < other,
    "lessorequals": lambda one, other: one <= other,
    "greater": lambda one, other: one > other,
    "greaterorequals": lambda one, other: one >= other,
    "not": lambda value: not value,
    "true": lambda: True,
    "false": lambda: False,
    "null": lambda: None,
    "tryget": lambda value, key: value.get(key) if isinstance(value, dict) else None,
    "cidrsubnet": cidr_subnet,
    "cidrhost": cidr_host,
    "parsecidr": parse_cidr,
    "utcnow": utc_now,
    "newguid": lambda: str(uuid.uuid4()),
}
