"""What an organisation lets be deployed: where, and how large."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tiepoint.domain.cluster_plan import PROFILES, AccessPlan, ClusterPlan, GuardPlan, NodesPlan, Profile, StoragePlan
from tiepoint.domain.errors import SetByOrganisation
from tiepoint.domain.plan_policy import allowed_profiles, counts_as, policy_findings, refuse_forbidden
from tiepoint.domain.policy import NO_POLICY, Policy

SMALL, REFERENCE, CUSTOM = (PROFILES[each] for each in (Profile.SMALL, Profile.REFERENCE, Profile.CUSTOM))


def keys(plan: ClusterPlan, policy: Policy) -> list[str]:
    found = policy_findings(plan, policy)
    assert all(each.is_blocking and each.summary and each.remedy for each in found)
    return [each.key for each in found]


@pytest.mark.parametrize("plan", PROFILES.values())
def test_without_a_policy_everything_goes(plan: ClusterPlan) -> None:
    assert keys(plan, NO_POLICY) == []
    refuse_forbidden(plan, NO_POLICY)


def test_another_region_is_refused_and_the_right_one_offered() -> None:
    (found,) = policy_findings(SMALL, Policy(region="westeurope"))
    assert (found.key, found.replacement) == ("cluster.region", "westeurope")
    assert keys(replace(SMALL, region="westeurope"), Policy(region="westeurope")) == []
    with pytest.raises(SetByOrganisation, match="westeurope only"):
        refuse_forbidden(SMALL, Policy(region="westeurope"))


def test_where_the_region_is_in_doubt_nothing_is_deployed() -> None:
    policy = Policy(unusable=frozenset({"region"}), places={"region": "/etc/p"})
    (found,) = policy_findings(SMALL, policy)
    assert "/etc/p" in found.remedy


@pytest.mark.parametrize(
    ("plan", "allowed", "is_fine"),
    [
        (SMALL, ("small",), True),
        (REFERENCE, ("small",), False),
        (CUSTOM, ("small", "reference"), False),
        (CUSTOM, ("custom",), True),
        (SMALL, (), False),
        (replace(SMALL, name="other", access=AccessPlan(sources=("203.0.113.7",))), ("small",), True),
        (replace(SMALL, guard=GuardPlan(budget=40.0)), ("small",), True),
        (replace(SMALL, nodes=replace(SMALL.nodes, count=1, spot=True)), ("small",), True),
        (replace(SMALL, nodes=replace(SMALL.nodes, count=3)), ("small",), False),
        (replace(SMALL, nodes=NodesPlan(count=2)), ("small",), False),
        (replace(SMALL, storage=StoragePlan()), ("small",), False),
        (replace(REFERENCE, storage=replace(REFERENCE.storage, capacity_tib=8)), ("reference",), False),
        (replace(REFERENCE, scheduler=replace(REFERENCE.scheduler, size="standard_d8s_V5")), ("reference",), True),
        (replace(SMALL, nodes=replace(SMALL.nodes, count=3)), ("small", "custom"), True),
    ],
)
def test_a_profile_is_a_promise_about_its_size(plan: ClusterPlan, allowed: tuple[str, ...], is_fine: bool) -> None:
    assert keys(plan, Policy(allowed_profiles=allowed)) == ([] if is_fine else ["cluster.profile"])


@pytest.mark.parametrize("profile", Profile)
def test_every_profile_counts_as_itself(profile: Profile) -> None:
    assert counts_as(PROFILES[profile]) is profile


@pytest.mark.parametrize(("allowed", "found"), [(None, tuple(Profile)), (("custom", "small"), ("small", "custom"))])
def test_the_allowed_profiles_keep_their_order(allowed: Any, found: Any) -> None:
    assert allowed_profiles(Policy(allowed_profiles=allowed)) == found
