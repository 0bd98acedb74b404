"""A cluster's plan as tags of its resource group, so that every computer finds it. Pure; any thread.

Addresses that it may be reached from stay out: tags are readable for everybody who may read the subscription.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any, Final

from tiepoint.domain.cluster import CLUSTER_TAG, PLAN_TAG
from tiepoint.domain.cluster_plan import PLAN_SCHEMA_VERSION, ClusterPlan
from tiepoint.domain.plan_keys import SCHEMA_KEY
from tiepoint.protocol.codec import MalformedMessage, from_json, to_json

STATE_TAG: Final = "tiepoint-state"
"""On the group: `cold` while what bills when paused is removed, `data-kept` once only data is left, else empty."""
COLD: Final = "cold"
DATA_KEPT: Final = "data-kept"
ZONES_TAG: Final = "tiepoint-zones"
"""On the group: `node-03=2 node-07=3`, for nodes that found capacity in a zone of their own only."""
_LONGEST: Final = 250
"""Azure takes 256 characters a tag's value (Resource Manager's limits)."""
_MOST_TAGS: Final = 12


def tags_of(plan: ClusterPlan) -> dict[str, str]:
    """Return a cluster's name and plan as tags."""
    open_plan = dataclasses.replace(plan, access=dataclasses.replace(plan.access, sources=()))
    text = json.dumps({SCHEMA_KEY: PLAN_SCHEMA_VERSION, **to_json(open_plan)}, separators=(",", ":"), ensure_ascii=True)
    pieces = [text[start : start + _LONGEST] for start in range(0, len(text), _LONGEST)]
    names = [PLAN_TAG if index == 0 else f"{PLAN_TAG}-{index + 1}" for index in range(len(pieces))]
    return {CLUSTER_TAG: plan.name, **dict(zip(names, pieces, strict=True))}


def plan_of(tags: Mapping[str, str]) -> ClusterPlan | None:
    """Return the plan that tags hold, None when they hold none that this program can read."""
    names = [PLAN_TAG, *(f"{PLAN_TAG}-{number}" for number in range(2, _MOST_TAGS + 1))]
    text = "".join(tags.get(name, "") for name in names)
    if not text:
        return None
    # Pieces of an older, longer plan may lie behind the newest one: tags are set and never removed.
    try:
        content, _ = json.JSONDecoder().raw_decode(text)
        return plan_from_json(content) if _is_readable(content) else None
    except (ValueError, RecursionError):
        return None


def _is_readable(content: object) -> bool:
    """Whether it is a plan of a version that this program knows; with half a plan nothing may be done to a cluster."""
    return isinstance(content, dict) and "name" in content and content.get(SCHEMA_KEY) == PLAN_SCHEMA_VERSION


def plan_to_json(plan: ClusterPlan) -> dict[str, Any]:
    """Return a whole plan, its addresses too, as JSON for this computer's own journal."""
    content: dict[str, Any] = to_json(plan)
    return content


def plan_from_json(content: object) -> ClusterPlan:
    """Read what `plan_to_json` made.

    Raises:
        ValueError: It is none.
    """
    try:
        return from_json(ClusterPlan, content)
    except MalformedMessage:
        raise
    except TypeError as error:
        raise MalformedMessage(str(error)) from error


def zones_of(tags: Mapping[str, str]) -> dict[str, str]:
    """Return the zones of nodes that stand in one of their own, by the group's tags."""
    pairs = (part.split("=", 1) for part in tags.get(ZONES_TAG, "").split() if "=" in part)
    return {name: zone for name, zone in pairs if zone.isdecimal()}


def zones_tag(zones: Mapping[str, str]) -> dict[str, str]:
    """Return zones of nodes as a tag; as many as it takes."""
    text = ""
    for name, zone in sorted(zones.items()):
        pair = f"{name}={zone}"
        text = f"{text} {pair}".strip() if len(text) + len(pair) < _LONGEST else text
    return {ZONES_TAG: text}
