"""Dataclasses to JSON values and back, driven by their annotations.

Unknown fields are ignored and missing ones take their default, so that either side may be newer. Must not know any
particular message. Pure functions, any thread.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, TypeAlias, TypeVar, cast

from tiepoint.protocol.decoding import WrongError, decoder
from tiepoint.protocol.times import MalformedMessage, parse_time, time_text

__all__ = ["JSON", "MalformedMessage", "from_json", "parse_time", "time_text", "to_json"]
JSON: TypeAlias = None | bool | int | float | str | list[Any] | dict[str, Any]
T = TypeVar("T")


def to_json(value: object) -> Any:
    """Turn dataclasses, enums, times, mappings and sequences into what `json.dumps` takes.

    Raises:
        TypeError: Something in it has no JSON form.
    """
    return cast("Any", _encoder)(type(value))(value)


_Encode: TypeAlias = Callable[[Any], Any]


@cache
def _encoder(kind: type[Any]) -> _Encode:
    if kind is type(None) or (issubclass(kind, bool | int | float | str) and not issubclass(kind, Enum)):
        return lambda value: value
    if issubclass(kind, Enum):
        return lambda value: value.value
    if issubclass(kind, datetime):
        return time_text
    if dataclasses.is_dataclass(kind):
        names = tuple(field.name for field in dataclasses.fields(kind))
        return lambda value: {name: to_json(getattr(value, name)) for name in names}
    if issubclass(kind, Mapping):
        return lambda value: {str(key): to_json(item) for key, item in value.items()}
    if issubclass(kind, list | tuple):
        return lambda value: [to_json(item) for item in value]
    raise TypeError(f"no JSON form for {kind.__name__}")


def from_json(kind: type[T], value: object, where: str = "message") -> T:
    """Read a JSON value as the given type.

    Args:
        kind: A dataclass, or any annotation that appears in one.
        value: What `json.loads` gave.
        where: Path of the value inside the message, for the error text.

    Returns:
        An object of the type.

    Raises:
        MalformedMessage: The value cannot be read as that type.
    """
    try:
        return cast("T", decoder(cast("Any", kind))(value))
    except WrongError as wrong:
        raise MalformedMessage(f"{where}{wrong.path}: {wrong.text}") from None
