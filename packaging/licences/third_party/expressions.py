"""Licence expressions in SPDX's words: which alternative applies, and whether it is on the list of allowed.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from third_party.component import LicenceProblem

_WORD: Final = re.compile(r"\(|\)|[^\s()]+")


class Allowed:
    """What may be passed on with the program.

    Args:
        file: A file like allowed.toml.
    """

    def __init__(self, file: Path) -> None:
        listed: Mapping[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
        self.licences = frozenset(name for group in listed["licences"].values() for name in group)
        self.exceptions: Mapping[str, Mapping[str, str]] = listed.get("exception", {})

    def chosen(self, name: str, expression: str) -> str:
        """Return the licences that apply: of alternatives the first that is allowed.

        Args:
            name: Of the component, for exceptions and for the message.
            expression: In SPDX's words.

        Raises:
            LicenceProblem: Nothing of it is allowed, or it cannot be read.
        """
        exception = self.exceptions.get(name)
        if exception and exception["licence"] == expression:
            return expression
        words = _WORD.findall(expression)
        found, rest = self._either(words, name)
        if rest:
            raise LicenceProblem(f"{name}: the licence expression {expression!r} cannot be read.")
        if found is None:
            raise LicenceProblem(
                f"{name}: the licence {expression} is not on the list in packaging/licences/allowed.toml. "
                "Leave the library out, or add the licence or an exception there with the reason."
            )
        return found

    def _either(self, words: list[str], name: str) -> tuple[str | None, list[str]]:
        found, rest = self._all(words, name)
        while rest and rest[0].upper() == "OR":
            other, rest = self._all(rest[1:], name)
            found = found or other
        return found, rest

    def _all(self, words: list[str], name: str) -> tuple[str | None, list[str]]:
        parts: list[str | None] = []
        rest = ["AND", *words]
        while rest and rest[0].upper() == "AND":
            part, rest = self._one(rest[1:], name)
            parts.append(part)
        known = [part for part in parts if part is not None]
        return (" AND ".join(known) if len(known) == len(parts) else None), rest

    def _one(self, words: list[str], name: str) -> tuple[str | None, list[str]]:
        if not words:
            raise LicenceProblem(f"{name}: its licence expression ends too early.")
        if words[0] == "(":
            found, rest = self._either(words[1:], name)
            if rest[:1] != [")"]:
                raise LicenceProblem(f"{name}: its licence expression lacks a bracket.")
            return found, rest[1:]
        licence, rest = words[0], words[1:]
        if rest and rest[0].upper() == "WITH":
            licence, rest = f"{licence} WITH {rest[1]}", rest[2:]
        return (licence if licence in self.licences else None), rest


def identifiers(expression: str) -> list[str]:
    """Return the licences and exceptions that an expression names, in order, each once."""
    words = [word for word in _WORD.findall(expression) if word not in {"(", ")", "AND", "OR", "WITH"}]
    return list(dict.fromkeys(words))
