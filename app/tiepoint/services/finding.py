"""What the doctor found about one thing. Pure; any thread."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias


class Health(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: what was looked at, how it is, and what to do when it is not well."""

    name: str
    health: Health
    text: str
    remedy: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


Check: TypeAlias = Callable[[], Awaitable[Sequence[Finding]]]
"""A further look of the doctor's; it never raises a TiepointError."""
