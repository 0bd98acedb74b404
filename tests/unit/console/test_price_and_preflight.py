"""`cluster price` and `cluster preflight` over fakes: exit codes, words for people, facts for programs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fakes.azure_subscription import Subscription
from fakes.outlet import RecordingOutlet
from fakes.program import FakeProgram
from fakes.region_facts import FakePriceList, quotas
from tiepoint.console import preflight, prices
from tiepoint.domain.cluster_plan import REFERENCE_PLAN, AccessPlan, ClusterPlan, NodesPlan, PlanFinding
from tiepoint.domain.errors import ConfirmationNeeded, SignInNeeded, UsageError
from tiepoint.protocol.codec import to_json
from tiepoint.services.prices import PriceService
from tiepoint.services.program import Program

FILE = Path("cluster.toml")
PLAN = replace(REFERENCE_PLAN, name="atelier", access=AccessPlan(sources=("203.0.113.0/28",)))


def a_program(subscription: Subscription | None = None, plan: ClusterPlan = PLAN) -> tuple[Program, FakeProgram]:
    world = FakeProgram()
    world.azure.sign_in.put_signed_in()
    world.azure.plans.files[FILE] = plan
    real = replace(world.program.azure, prices=PriceService(FakePriceList()))
    real = replace(real, preflight=subscription.preflight) if subscription else real
    return replace(world.program, azure=real), world


async def test_a_price_is_a_table_a_month_and_a_source() -> None:
    outlet = RecordingOutlet()
    program, world = a_program()
    world.azure.plans.read_findings = (PlanFinding("nodes.cout", "There is no such key.", "Did you mean nodes.count?"),)
    assert await prices.price(program, outlet, FILE) == 0
    assert "5 x NV36ads A10 v5 · 3.20" in outlet.text
    assert "A month at 40 h a week:" in outlet.text
    assert "List price in eastus, before discounts, read 2026-11-26" in outlet.text
    assert [warning.summary for warning in outlet.warnings] == ["nodes.cout: There is no such key."]
    facts = to_json(outlet.facts)["price"]
    assert facts["running_per_hour"] == pytest.approx(18.8, abs=0.3)
    assert facts["currency"] == "USD"
    assert facts["lines"][0]["machines"] == ["node-01", "node-02", "node-03", "node-04", "node-05"]
    assert facts["per_month_cold_between"] < facts["per_month_paused_between"]
    assert world.azure.sign_in.calls == [], "a price needs no sign-in"


async def test_a_price_that_is_not_known_is_said() -> None:
    outlet = RecordingOutlet()
    program, _ = a_program(plan=replace(PLAN, nodes=NodesPlan(size="Standard_NC40ads_H100_v5")))
    await prices.price(program, outlet, FILE)
    assert "Not counted, for want of a price: GPU nodes." in outlet.text
    assert "?" in outlet.text


async def test_a_week_has_168_hours() -> None:
    with pytest.raises(UsageError):
        await prices.price(a_program()[0], RecordingOutlet(), FILE, hours_per_week=169)


async def test_a_preflight_where_all_is_well_ends_with_0() -> None:
    outlet = RecordingOutlet()
    assert await preflight.preflight(a_program(Subscription())[0], outlet, FILE) == 0
    assert "Ready to deploy: 0 blocked, 0 warnings" in outlet.text
    assert "Nothing was created, nothing bills." in outlet.text
    assert outlet.advances > 10
    assert outlet.facts["state"] == "ok"


async def test_a_blocked_preflight_ends_with_1_and_says_the_ways_out() -> None:
    outlet, subscription = RecordingOutlet(), Subscription()
    subscription.facts.limits["eastus"] = quotas(A10=(36, 108))
    subscription.facts.forbidden = {"Microsoft.Authorization/roleAssignments/write"}
    assert await preflight.preflight(a_program(subscription)[0], outlet, FILE) == 1
    for words in (
        "BLOCKED: Quota in East US is too small for 5 nodes",
        "- Request 108 more vCPU: https://portal.azure.com/",
        "- Deploy with 2 nodes",
        "missing: Microsoft.Authorization/roleAssignments/write",
        "What would fit:",
        "swedencentral",
        "Not ready to deploy: 2 blocked",
    ):
        assert words in outlet.text
    facts = to_json(outlet.facts)
    assert (facts["state"], facts["exit_code"]) == ("blocked", 1)
    quota = next(check for check in facts["preflight"]["checks"] if check["kind"] == "quota")
    assert quota["quota"]["limit"] == 108
    assert quota["fixes"][1] == {"remedy": "use-node-count", "label": "Deploy with 2 nodes", "value": "2"}


async def test_repairs_register_and_make_what_is_missing_and_check_again() -> None:
    outlet, subscription = RecordingOutlet(), Subscription()
    subscription.facts.not_registered = {"Microsoft.StorageCache"}
    subscription.facts.roles.clear()
    program, _ = a_program(subscription)
    assert await preflight.preflight(program, RecordingOutlet(), FILE) == 1
    assert await preflight.preflight(program, outlet, FILE, repairs=True) == 0
    assert subscription.facts.registered == ["Microsoft.StorageCache"]
    assert [kind for kind, _, _ in outlet.notices] == ["repair", "repair"]


async def test_without_a_sign_in_it_says_so() -> None:
    program, world = a_program()
    world.azure.sign_in.put(account=None)
    with pytest.raises(SignInNeeded) as caught:
        await preflight.preflight(program, RecordingOutlet(), FILE)
    assert caught.value.exit_code == 4


async def test_without_a_terminal_nobody_can_be_asked_to_confirm() -> None:
    program, world = a_program()
    world.azure.preflight.fails = ConfirmationNeeded("Azure wants you to confirm.")
    outlet = RecordingOutlet()
    with pytest.raises(ConfirmationNeeded):
        await preflight.preflight(program, outlet, FILE)
    assert outlet.notices
