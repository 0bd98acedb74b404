"""Readers of JSON values, one a type, made once and kept: thousands of objects a second are read.

What is read is fit for showing: numbers are finite and of 64 bits, texts can be encoded, times lie in our millennia.
`codec.from_json` is what others call. Pure functions, any thread.
"""

from __future__ import annotations

import dataclasses
import math
import types
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import Enum
from functools import cache
from typing import Any, Literal, TypeAlias, Union, cast, get_args, get_origin, get_type_hints

from tiepoint.protocol.times import FIRST_YEAR, LARGEST_INT, LAST_YEAR, MOST_TOLD, MalformedMessage, brief, parse_time

_read_time = datetime.fromisoformat
_Decode: TypeAlias = Callable[[Any], Any]


class WrongError(Exception):
    """A value is not as it should be; `path` grows on the way out of the message."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text, self.path = text, ""

    def inside(self, step: str) -> WrongError:
        """Note where in the message it was; returns itself."""
        self.path = step + self.path
        return self


@cache
def decoder(kind: Any) -> _Decode:
    """Return what reads values of a type; it raises WrongError."""
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
        (field.name, decoder(hints[field.name]), _is_required(field))
        for field in dataclasses.fields(kind)
        if field.init
    ]

    def decode(value: Any) -> Any:
        if not isinstance(value, dict):
            raise WrongError("expected an object")
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
        except WrongError as wrong:
            raise wrong.inside(f".{name}") from None
        raise WrongError(f"{name} is missing")

    if not kind.__dict__.get("__slots__") or hasattr(kind, "__post_init__"):
        return decode
    slots = [(name, item, kind.__dict__[name].__set__) for name, item, _ in fields]

    def decode_whole(value: Any) -> Any:
        """Fill the slots one by one, which takes half as long as calling the class with a name for each."""
        if not isinstance(value, dict):
            raise WrongError("expected an object")
        made = object.__new__(kind)
        name = ""
        try:
            for name, item, put in slots:  # noqa: B007  the name is told when reading fails
                put(made, item(value[name]))
        except KeyError:
            return decode(value)
        except WrongError as wrong:
            raise wrong.inside(f".{name}") from None
        return made

    return decode_whole if len(slots) == len(dataclasses.fields(kind)) else decode


def _is_required(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _union_decoder(kinds: tuple[Any, ...]) -> _Decode:
    others = [decoder(kind) for kind in kinds if kind is not type(None)]
    takes_none = len(others) < len(kinds)
    if takes_none and len(others) == 1:
        (other,) = others
        return lambda value: None if value is None else other(value)

    def decode(value: Any) -> Any:
        if value is None and takes_none:
            return None
        problem: WrongError | None = None
        for other in others:
            try:
                return other(value)
            except WrongError as error:
                problem = problem or error
        raise problem or WrongError("unexpected value")

    return decode


def _choice_decoder(choices: tuple[Any, ...]) -> _Decode:
    def decode(value: Any) -> Any:
        if value not in choices:
            raise WrongError(f"{brief(value)} is none of {', '.join(map(repr, choices))}")
        return value

    return decode


def _sequence_decoder(origin: Any, kind: Any) -> _Decode:
    item = decoder(kind)

    def decode(value: Any) -> Any:
        if not isinstance(value, list):
            raise WrongError("expected a list")
        done: list[Any] = []
        try:
            for each in value:
                done.append(item(each))  # noqa: PERF401  how many are done tells which is wrong
        except WrongError as wrong:
            raise wrong.inside(f"[{len(done)}]") from None
        return done if origin is list else tuple(done)

    return decode


def _mapping_decoder(kind: Any) -> _Decode:
    item = decoder(kind)

    def decode(value: Any) -> Any:
        if not isinstance(value, dict):
            raise WrongError("expected an object")
        done: dict[Any, Any] = {}
        for key, each in value.items():
            try:
                done[key] = item(each)
            except WrongError as wrong:
                raise wrong.inside(f".{str(key)[:MOST_TOLD]}") from None
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
            raise WrongError(f"{brief(value)} is no {kind.__name__}")
        return member

    return decode


def _text(value: Any) -> Any:
    if not isinstance(value, str):
        raise _expected(str, value)
    return value


def _whole(value: Any) -> Any:
    if type(value) is int and -LARGEST_INT <= value < LARGEST_INT:
        return value
    if not isinstance(value, int) or isinstance(value, bool):
        raise _expected(int, value)
    raise WrongError("a number of more than 64 bits")


def _number(value: Any) -> Any:
    if isinstance(value, float):
        if not math.isfinite(value):
            raise WrongError("a number without end")
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return float(_whole(value))
    raise _expected(float, value)


def _time(value: Any) -> Any:
    if not isinstance(value, str):
        raise _expected(datetime, value)
    try:
        moment = _read_time(value)
        if moment.tzinfo is UTC and FIRST_YEAR <= moment.year <= LAST_YEAR:
            return moment
    except ValueError:
        pass
    try:
        return parse_time(value)
    except MalformedMessage as error:
        raise WrongError(str(error)) from None


def _expected(kind: Any, value: object) -> WrongError:
    return WrongError(f"expected {getattr(kind, '__name__', kind)}, not {type(value).__name__}")
