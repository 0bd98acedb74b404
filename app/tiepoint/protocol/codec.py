"""Dataclasses to JSON values and back, driven by their annotations.

Unknown fields are ignored and missing ones take their default, so that either side may be newer. Must not know any
particular message. Pure functions, any thread.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Any, Literal, TypeAlias, TypeVar, Union, cast, get_args, get_origin, get_type_hints

JSON: TypeAlias = None | bool | int | float | str | list[Any] | dict[str, Any]
T = TypeVar("T")


class MalformedMessage(ValueError):
    """A message does not have the shape its kind must have; the text names the field."""


def time_text(moment: datetime) -> str:
    """Write an aware moment as RFC 3339 in UTC with milliseconds, such as `2026-11-22T10:00:00.000Z`.

    Raises:
        ValueError: The moment has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a time on the wire needs a time zone")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_time(text: str) -> datetime:
    """Read an RFC 3339 time into an aware moment in UTC.

    Raises:
        MalformedMessage: It is no RFC 3339 time or has no offset.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise MalformedMessage(f"not a time: {text!r}") from error
    if moment.tzinfo is None:
        raise MalformedMessage(f"a time without offset: {text!r}")
    return moment.astimezone(UTC)


def to_json(value: object) -> Any:
    """Turn dataclasses, enums, times, mappings and sequences into what `json.dumps` takes.

    Raises:
        TypeError: Something in it has no JSON form.
    """
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return time_text(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_json(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    raise TypeError(f"no JSON form for {type(value).__name__}")


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
    return cast("T", _decoder(cast("Any", kind))(value, where))


_Decode: TypeAlias = Callable[[object, str], Any]


@cache
def _decoder(kind: Any) -> _Decode:
    if dataclasses.is_dataclass(kind):
        return _dataclass_decoder(cast("type[Any]", kind))
    if kind is Any:
        return lambda value, where: value
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _union_decoder(get_args(kind))
    if origin is Literal:
        return _choice_decoder(get_args(kind))
    if origin in (tuple, list):
        return _sequence_decoder(origin, get_args(kind)[0])
    if origin in (dict, Mapping) or kind in (dict, Mapping):
        return _mapping_decoder((get_args(kind) or (str, Any))[1])
    return _plain_decoder(getattr(kind, "__supertype__", kind))  # a NewType stands for what it wraps


def _dataclass_decoder(kind: type[Any]) -> _Decode:
    hints = get_type_hints(kind)
    fields = [(field, hints[field.name]) for field in dataclasses.fields(kind) if field.init]

    def decode(value: object, where: str) -> Any:
        if not isinstance(value, dict):
            raise MalformedMessage(f"{where}: expected an object")
        known: dict[str, Any] = {}
        for field, hint in fields:
            if field.name in value:
                known[field.name] = _decoder(hint)(value[field.name], f"{where}.{field.name}")
            elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
                raise MalformedMessage(f"{where}: {field.name} is missing")
        return kind(**known)

    return decode


def _union_decoder(kinds: tuple[Any, ...]) -> _Decode:
    others = [_decoder(kind) for kind in kinds if kind is not type(None)]
    takes_none = len(others) < len(kinds)

    def decode(value: object, where: str) -> Any:
        if value is None and takes_none:
            return None
        problem: MalformedMessage | None = None
        for other in others:
            try:
                return other(value, where)
            except MalformedMessage as error:
                problem = problem or error
        raise problem or MalformedMessage(f"{where}: unexpected value")

    return decode


def _choice_decoder(choices: tuple[Any, ...]) -> _Decode:
    def decode(value: object, where: str) -> Any:
        if value not in choices:
            raise MalformedMessage(f"{where}: {value!r} is none of {', '.join(map(repr, choices))}")
        return value

    return decode


def _sequence_decoder(origin: Any, kind: Any) -> _Decode:
    item = _decoder(kind)

    def decode(value: object, where: str) -> Any:
        if not isinstance(value, list):
            raise MalformedMessage(f"{where}: expected a list")
        return origin(item(each, f"{where}[{index}]") for index, each in enumerate(value))

    return decode


def _mapping_decoder(kind: Any) -> _Decode:
    item = _decoder(kind)

    def decode(value: object, where: str) -> Any:
        if not isinstance(value, dict):
            raise MalformedMessage(f"{where}: expected an object")
        return {key: item(each, f"{where}.{key}") for key, each in value.items()}

    return decode


def _plain_decoder(kind: Any) -> _Decode:
    def decode(value: object, where: str) -> Any:
        if kind is datetime and isinstance(value, str):
            return parse_time(value)
        if isinstance(kind, type) and issubclass(kind, Enum):
            try:
                return kind(value)
            except ValueError as error:
                raise MalformedMessage(f"{where}: {value!r} is no {kind.__name__}") from error
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        if isinstance(value, kind) and (kind is bool or not isinstance(value, bool)):
            return value
        raise MalformedMessage(f"{where}: expected {getattr(kind, '__name__', kind)}, not {type(value).__name__}")

    return decode
