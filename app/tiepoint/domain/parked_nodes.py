"""Nodes that are parked, and the text in which they are kept until the next start. Pure; any thread."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tiepoint.domain.identifiers import JobId, NodeId


@dataclass(frozen=True, slots=True)
class ParkedNode:
    """One node.

    Args:
        id: As the scheduler called it.
        host: Name of its machine, by which it is known when it comes back.
        machine: Resource id of its machine.
    """

    id: NodeId
    host: str
    machine: str


@dataclass(frozen=True, slots=True)
class ParkedNodes:
    """What is parked on one site.

    Args:
        job: For whose stage.
        until: Name of the stage that needs them; empty = none does.
        nodes: See `ParkedNode`.
        per_hour: What they would cost.
        currency: Of the price.
        is_waking: Whether their machines were started.
        was_off: Whether Azure was seen to have released all of them.
    """

    job: JobId
    until: str
    nodes: tuple[ParkedNode, ...]
    per_hour: float
    currency: str = "USD"
    is_waking: bool = False
    was_off: bool = False


def parked_text(parked: Mapping[str, ParkedNodes]) -> str:
    """Return what is parked, by site, as a text; empty = nothing."""
    if not parked:
        return ""
    return json.dumps({site: dataclasses.asdict(each) for site, each in parked.items()}, sort_keys=True)


def parked_from_text(text: str) -> dict[str, ParkedNodes]:
    """Read `parked_text`; what cannot be read is left out."""
    try:
        told = json.loads(text) if text else {}
    except ValueError:
        return {}
    found = {}
    for site, each in told.items() if isinstance(told, dict) else ():
        parked = _parked(each)
        if parked is not None:
            found[str(site)] = parked
    return found


def _parked(told: Any) -> ParkedNodes | None:
    try:
        nodes = tuple(
            ParkedNode(NodeId(str(each["id"])), str(each["host"]), str(each["machine"])) for each in told["nodes"]
        )
        return ParkedNodes(
            JobId(str(told["job"])),
            str(told["until"]),
            nodes,
            float(told["per_hour"]),
            str(told["currency"]),
            is_waking=bool(told["is_waking"]),
            was_off=bool(told["was_off"]),
        )
    except (KeyError, TypeError, ValueError):
        return None
