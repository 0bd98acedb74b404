"""`tiepoint policy` for whoever hands one out."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from fakes.outlet import RecordingOutlet
from tiepoint.console.policy import policy
from tiepoint.domain.policy import NO_POLICY, Policy
from tiepoint.domain.policy_reading import Layer, policy_of


def _program(found: Policy) -> Any:
    return cast("Any", SimpleNamespace(preferences=SimpleNamespace(policy=found)))


async def test_every_value_is_told_with_its_place() -> None:
    outlet = RecordingOutlet()
    found = policy_of([Layer("/etc/p", {"updates": False, "proxy": "", "allowed_profiles": [], "tenant": "a.example"})])
    assert await policy(_program(found), outlet) == 0
    for part in ("Not looked for", "Straight, no proxy", "None", "a.example", "/etc/p"):
        assert part in outlet.text
    assert outlet.facts["policy"]["updates"] is False
    assert outlet.facts["policy"]["region"] is None
    assert outlet.facts["places"]["tenant"] == "/etc/p"


async def test_what_cannot_be_used_is_told_and_fails() -> None:
    outlet = RecordingOutlet()
    assert await policy(_program(policy_of([Layer("/etc/p", {"region": 5})])), outlet) == 2
    assert "/etc/p, region" in outlet.warnings[0].summary
    assert "Cannot be used" in outlet.text
    assert outlet.facts["unusable"] == ["region"]


async def test_no_policy_is_fine() -> None:
    outlet = RecordingOutlet()
    assert await policy(_program(NO_POLICY), outlet) == 0
    assert "all settings are your own" in outlet.text
