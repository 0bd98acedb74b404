"""Faults that a test asks for, by rule and so many times."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from typing import Any

KINDS = (
    "graph",
    "429", "503", "500", "drop", "slow", "slow-answer", "claims", "expired", "deployment-active", "allocation", "sku",
    "fail", "forbidden",
)  # fmt: skip


@dataclass
class Fault:
    """One rule.

    Args:
        kind: One of `KINDS`.
        path: Regular expression that must be found in the request's path (or resource id, for what happens to one).
        method: Upper case; empty = any.
        name: Name of the resource it happens to; empty = any.
        times: How often; -1 = always.
        skip: How many that fit are let through first.
        retry_after: Seconds told with 429 and 503.
        seconds: Azure's seconds an operation takes longer (`slow`), or ours that an answer takes (`slow-answer`).
        code: Of `fail`.
        message: Of `fail`.
        claims: What `claims` demands.
        hits: How often it has happened.
    """

    kind: str
    path: str = ""
    method: str = ""
    name: str = ""
    times: int = 1
    skip: int = 0
    retry_after: float = 1
    seconds: float = 0.0
    code: str = "InternalServerError"
    message: str = "Encountered internal server error."
    claims: dict[str, Any] = field(
        default_factory=lambda: {"access_token": {"acrs": {"essential": True, "values": ["p1"]}}}
    )
    hits: int = 0

    def fits(self, method: str, path: str, name: str) -> bool:
        """Whether it is about this."""
        return (
            (not self.method or self.method.upper() == method.upper())
            and re.search(self.path, path, re.IGNORECASE) is not None
            and (not self.name or self.name.lower() == name.lower())
        )


class Faults:
    """All rules. Any thread."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, kind: str, **more: Any) -> Fault:
        """Add a rule; see `Fault`."""
        assert kind in KINDS, f"no fault {kind}; there are {KINDS}"
        with self._lock:
            self._rules.append(Fault(kind, **more))
            return self._rules[-1]

    def clear(self) -> None:
        """Remove all."""
        with self._lock:
            self._rules.clear()

    def take(self, kinds: str | tuple[str, ...], *, method: str = "", path: str = "", name: str = "") -> Fault | None:
        """Return the rule that strikes now, and count it; None = nothing happens."""
        wanted = (kinds,) if isinstance(kinds, str) else kinds
        with self._lock:
            for rule in self._rules:
                if rule.kind not in wanted or not rule.times or not rule.fits(method, path, name):
                    continue
                if rule.skip:
                    rule.skip -= 1
                    continue
                rule.times -= rule.times > 0
                rule.hits += 1
                return rule
        return None

    def standing(self, kind: str, *, method: str = "", path: str = "") -> list[Fault]:
        """Return the rules that hold as long as they are not met (`claims`); they are not used up."""
        with self._lock:
            return [each for each in self._rules if each.kind == kind and each.times and each.fits(method, path, "")]
