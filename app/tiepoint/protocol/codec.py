"""Dataclasses to JSON values and back, driven by their annotations.

Unknown fields are ignored and missing ones take their default, so that either side may be newer. What is read is fit
for showing: numbers are finite and of 64 bits, texts can be encoded, times lie in our millennia. Must not know any
particular message. Readers are made once a type and kept: thousands of objects a second are read. Pure functions, any
thread.
"""

from __future__ import annotations

import dataclasses
import math
import types
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Any, Final, Literal, TypeAlias, TypeVar, Union, cast, get_args, get_origin, get_type_hints

JSON: TypeAlias = None | bool | int | float | str | list[Any] | dict[str, Any]
T = TypeVar("T")
_LARGEST_INT: Final = 2**63
# Local times of years at the very edge of what Python knows cannot be told.
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 9000
_MOST_TOLD: Final = 80
_read_time = datetime.fromisoformat


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
        MalformedMessage: It is no RFC 3339 time, has no offset, or lies where clocks of no computer stand.
    """
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None and moment.tzinfo is not UTC:
            moment = moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise MalformedMessage(f"not a time: {_brief(text)}") from error
    if moment.tzinfo is None:
        raise MalformedMessage(f"a time without offset: {_brief(text)}")
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise MalformedMessage(f"no time of ours: {_brief(text)}")
    return moment


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
        return cast("T", _decoder(cast("Any", kind))(value))
    except _WrongError as wrong:
        raise MalformedMessage(f"{where}{wrong.path}: {wrong.text}") from None


_Decode: TypeAlias = Callable[[Any], Any]


class _WrongError(Exception):
    """A value is not as it should be; `path` grows on the way out of the message."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text, self.path = text, ""

    def inside(self, step: str) -> _WrongError:
        self.path = step + self.path
        return self


def _brief(value: object) -> str:
    """Show a value in an error text, which must not become as long as the message."""
    shown = repr(value) if not isinstance(value, int) or abs(value) < _LARGEST_INT else "a huge number"
    return shown if len(shown) <= _MOST_TOLD else shown[: _MOST_TOLD - 3] + "..."


@cache
def _decoder(kind: Any) -> _Decode:
    if dataclasses.is_dataclass(kind):
        return _dataclass_decoder(cast("type[Any]", kind))
    if kind is Any:
        return lambda value: value
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
    fields = [
        (field.name, _decoder(hints[field.name]), _is_required(field))
        for field in dataclasses.fields(kind)
        if field.init
    ]

    def decode(value: Any) -> Any:
        if not isinstance(value, dict):
            raise _WrongError("expected an object")
        known: dict[str, Any] = {}
        name = ""
        try:
            for name, item, is_required in fields:  # noqa: B007  the name is told when reading fails
                if name in value:
                    known[name] = item(value[name])
                elif is_required:
                    break
            else:
                return kind(**known)
        except _WrongError as wrong:
            raise wrong.inside(f".{name}") from None
        raise _WrongError(f"{name} is missing")

    if not kind.__dict__.get("__slots__") or hasattr(kind, "__post_init__"):
        return decode
    slots = [(name, item, kind.__dict__[name].__set__) for name, item, _ in fields]

    def decode_whole(value: Any) -> Any:
        """Fill the slots one by one, which takes half as long as calling the class with a name for each."""
        if not isinstance(value, dict):
            raise _WrongError("expected an object")
        made = object.__new__(kind)
        name = ""
        try:
            for name, item, put in slots:  # noqa: B007  the name is told when reading fails
                put(made, item(value[name]))
        except KeyError:
            return decode(value)
        except _WrongError as wrong:
            raise wrong.inside(f".{name}") from None
        return made

    return decode_whole if len(slots) == len(dataclasses.fields(kind)) else decode


def _is_required(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _union_decoder(kinds: tuple[Any, ...]) -> _Decode:
    others = [_decoder(kind) for kind in kinds if kind is not type(None)]
    takes_none = len(others) < len(kinds)
    if takes_none and len(others) == 1:
        (other,) = others
        return lambda value: None if value is None else other(value)

    def decode(value: Any) -> Any:
        if value is None and takes_none:
            return None
        problem: _WrongError | None = None
        for other in others:
            try:
                return other(value)
            except _WrongError as error:
                problem = problem or error
        raise problem or _WrongError("unexpected value")

    return decode


def _choice_decoder(choices: tuple[Any, ...]) -> _Decode:
    def decode(value: Any) -> Any:
        if value not in choices:
            raise _WrongError(f"{_brief(value)} is none of {', '.join(map(repr, choices))}")
        return value

    return decode


def _sequence_decoder(origin: Any, kind: Any) -> _Decode:
    item = _decoder(kind)

    def decode(value: Any) -> Any:
        if not isinstance(value, list):
            raise _WrongError("expected a list")
        done: list[Any] = []
        try:
            for each in value:
                done.append(item(each))  # noqa: PERF401  how many are done tells which is wrong
        except _WrongError as wrong:
            raise wrong.inside(f"[{len(done)}]") from None
        return done if origin is list else tuple(done)

    return decode


def _mapping_decoder(kind: Any) -> _Decode:
    item = _decoder(kind)

    def decode(value: Any) -> Any:
        if not isinstance(value, dict):
            raise _WrongError("expected an object")
        done: dict[Any, Any] = {}
        for key, each in value.items():
            try:
                done[key] = item(each)
            except _WrongError as wrong:
                raise wrong.inside(f".{str(key)[:_MOST_TOLD]}") from None
        return done

    return decode


def _plain_decoder(kind: Any) -> _Decode:
    if kind is str:
        return _text
    if kind is int:
        return _whole
    if kind is float:
        return _number
    if kind is datetime:
        return _time
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _enum_decoder(kind)

    def decode(value: Any) -> Any:
        if isinstance(value, kind):
            return value
        raise _expected(kind, value)

    return decode


def _enum_decoder(kind: type[Enum]) -> _Decode:
    members = {member.value: member for member in kind}

    def decode(value: Any) -> Any:
        member = members.get(value) if isinstance(value, str | int) else None
        if member is None:
            raise _WrongError(f"{_brief(value)} is no {kind.__name__}")
        return member

    return decode


def _text(value: Any) -> Any:
    if type(value) is str and value.isascii():
        return value
    if not isinstance(value, str):
        raise _expected(str, value)
    return value.encode("utf-8", "replace").decode("utf-8")


def _whole(value: Any) -> Any:
    if type(value) is int and -_LARGEST_INT <= value < _LARGEST_INT:
        return value
    if not isinstance(value, int) or isinstance(value, bool):
        raise _expected(int, value)
    raise _WrongError("a number of more than 64 bits")


def _number(value: Any) -> Any:
    if isinstance(value, float):
        if not math.isfinite(value):
            raise _WrongError("a number without end")
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return float(_whole(value))
    raise _expected(float, value)


def _time(value: Any) -> Any:
    if not isinstance(value, str):
        raise _expected(datetime, value)
    try:
        moment = _read_time(value)
        if moment.tzinfo is UTC and _FIRST_YEAR <= moment.year <= _LAST_YEAR:
            return moment
    except ValueError:
        pass
    try:
        return parse_time(value)
    except MalformedMessage as error:
        raise _WrongError(str(error)) from None


def _expected(kind: Any, value: object) -> _WrongError:
    return _WrongError(f"expected {getattr(kind, '__name__', kind)}, not {type(value).__name__}")
