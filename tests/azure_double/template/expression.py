"""Expressions such as `[concat('a', parameters('b').c[0])]`, read into small trees."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from typing import Union

from azure_double.template.refusal import invalid


@dataclass(frozen=True)
class Literal:
    """A text or a whole number."""

    value: str | int


@dataclass(frozen=True)
class Call:
    """A function and its arguments."""

    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Member:
    """A property by name, or an item by position."""

    of: Node
    key: Node
    is_safe: bool = False


Node = Union[Literal, Call, Member]  # noqa: UP007 - a string in annotations above
_TOKEN = re.compile(r"\s*(?:('(?:[^']|'')*')|(-?\d+)|([A-Za-z_][A-Za-z0-9_]*)|(\.\?|[().,\[\]]))")


def is_expression(text: str) -> bool:
    """Whether a text is an expression; `[[` begins a plain text with one bracket."""
    return text.startswith("[") and text.endswith("]") and not text.startswith("[[")


@functools.lru_cache(20000)
def parse(text: str) -> Node:
    """Read an expression with its brackets.

    Raises:
        AzureError: InvalidTemplate.
    """
    reader = _Reader(text[1:-1], text)
    node = reader.expression()
    if reader.token:
        raise reader.error(f"'{reader.token}' was not expected")
    return node


class _Reader:
    def __init__(self, text: str, whole: str) -> None:
        self._text, self._whole, self._at = text, whole, 0
        self.token, self._kind = "", 0
        self._next()

    def error(self, what: str) -> Exception:
        return invalid(f"The template language expression '{self._whole}' is not valid: {what}")

    def _next(self) -> None:
        if not self._text[self._at :].strip():
            self.token, self._kind = "", 0
            return
        match = _TOKEN.match(self._text, self._at)
        if not match:
            raise self.error(f"the character '{self._text[self._at :].strip()[0]}' was not expected")
        self._at = match.end()
        self._kind = match.lastindex or 0
        self.token = match[self._kind]

    def _expect(self, token: str) -> None:
        if self.token != token or self._kind == 1:
            raise self.error(f"'{token}' was expected, not '{self.token or 'the end'}'")
        self._next()

    def expression(self) -> Node:
        node = self._primary()
        while self._kind == 4 and self.token in (".", ".?", "["):
            opening = self.token
            self._next()
            if opening == "[":
                node = Member(node, self.expression())
                self._expect("]")
            else:
                if self._kind != 3:
                    raise self.error("a property's name was expected")
                node = Member(node, Literal(self.token), is_safe=opening == ".?")
                self._next()
        return node

    def _primary(self) -> Node:
        kind, token = self._kind, self.token
        if kind == 1:
            self._next()
            return Literal(token[1:-1].replace("''", "'"))
        if kind == 2:
            self._next()
            return Literal(int(token))
        if kind != 3:
            raise self.error(f"'{token or 'the end'}' was not expected")
        self._next()
        self._expect("(")
        arguments: list[Node] = []
        while self.token != ")" or self._kind == 1:
            arguments.append(self.expression())
            if self.token == "," and self._kind == 4:
                self._next()
            elif self.token != ")":
                raise self.error(f"',' or ')' was expected, not '{self.token or 'the end'}'")
        self._next()
        return Call(token, tuple(arguments))
