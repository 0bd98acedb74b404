"""Values of JSON that nobody vouches for: what makes no sense becomes None and is noted. Pure; any thread."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from tiepoint.domain.plain_text import plain

_LARGEST_COUNT: Final = 10**15
_LONGEST_TEXT: Final = 1000


@dataclass(frozen=True, slots=True)
class JsonObject:
    """One object; `strange` gathers the names of values that are there and make no sense."""

    content: Mapping[str, Any]
    strange: set[str] = field(default_factory=set)
    prefix: str = ""

    def number(self, name: str, least: float = -math.inf, most: float = math.inf) -> float | None:
        """Return a finite number within bounds."""
        value = self.content.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool):
            try:
                if math.isfinite(value) and least <= value <= most:
                    return float(value)
            except OverflowError:
                pass
        self._note(name, value)
        return None

    def count(self, name: str) -> int | None:
        """Return a whole number from zero on."""
        value = self.content.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST_COUNT:
            return value
        self._note(name, value)
        return None

    def text(self, name: str) -> str:
        """Return a text as plain text; empty when there is none."""
        value = self.content.get(name)
        if isinstance(value, str):
            return plain(value[:_LONGEST_TEXT])
        self._note(name, value)
        return ""

    def inner(self, name: str) -> JsonObject:
        """Return an object inside; an empty one when there is none."""
        value = self.content.get(name)
        if not isinstance(value, dict):
            self._note(name, value)
            value = {}
        return JsonObject(value, self.strange, f"{self.prefix}{name}.")

    def inners(self, name: str) -> list[JsonObject]:
        """Return a list of objects; entries of another kind are left out."""
        value = self.content.get(name)
        if not isinstance(value, list):
            self._note(name, value)
            return []
        return [JsonObject(entry, self.strange, f"{self.prefix}{name}.") for entry in value if isinstance(entry, dict)]

    def _note(self, name: str, value: Any) -> None:
        if value is not None:
            self.strange.add(f"{self.prefix}{name}")
