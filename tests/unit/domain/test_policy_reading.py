"""From what administrators write to the policy that holds: the first place wins, what is in doubt is strict."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiepoint.domain.policy import NO_POLICY, VALUES, Policy, PolicyProblem
from tiepoint.domain.policy_reading import Layer, policy_of
from tiepoint.domain.settings import Settings

KEY = "A" * 43 + "="
CLIENT = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
GOOD: dict[str, Any] = {
    "updates": False,
    "update_address": "https://updates.studio.example/tiepoint.json",
    "update_keys": (KEY,),
    "tenant": "studio.example",
    "client_id": CLIENT,
    "region": "westeurope",
    "allowed_profiles": ("small", "reference"),
    "proxy": "http://proxy.studio.example:3128",
}
AS_WRITTEN: dict[str, object] = {**GOOD, "update_keys": [KEY], "allowed_profiles": ["reference", "Small"]}
PASCAL = {
    "updates": "Updates",
    "update_address": "UpdateAddress",
    "update_keys": "UpdateKeys",
    "tenant": "Tenant",
    "client_id": "ClientId",
    "region": "Region",
    "allowed_profiles": "AllowedProfiles",
    "proxy": "Proxy",
}


def one(**values: object) -> Policy:
    return policy_of([Layer("here", values)])


@pytest.mark.parametrize("spelling", [{name: name for name in VALUES}, PASCAL])
def test_a_whole_policy_is_read_in_both_spellings(spelling: dict[str, str]) -> None:
    policy = policy_of([Layer("here", {spelling[name]: value for name, value in AS_WRITTEN.items()})])
    assert {name: getattr(policy, name) for name in VALUES} == GOOD
    assert policy.places == dict.fromkeys(VALUES, "here")
    assert policy.problems == ()
    assert policy.names == VALUES


def test_where_nothing_is_set_the_person_decides() -> None:
    assert policy_of([]) == NO_POLICY
    assert one(tenant=None) == NO_POLICY
    assert NO_POLICY.locked == frozenset()
    assert NO_POLICY.applied_to(Settings(tenant="own.example")).tenant == "own.example"


def test_the_first_place_wins_value_by_value() -> None:
    policy = policy_of([Layer("first", {"Region": "eastus"}), Layer("second", {"Region": "westus", "Updates": 0})])
    assert (policy.region, policy.updates) == ("eastus", False)
    assert policy.places == {"region": "first", "updates": "second"}


def test_a_value_in_doubt_in_the_first_place_is_not_loosened_by_the_second() -> None:
    policy = policy_of([Layer("first", {"updates": "perhaps"}), Layer("second", {"updates": True})])
    assert policy.updates is False
    assert policy.places["updates"] == "first"


@pytest.mark.parametrize(
    ("name", "wrong", "counts_as"),
    [
        ("updates", "no", False),
        ("updates", 2, False),
        ("update_address", "http://updates.studio.example", None),
        ("update_address", "", None),
        ("update_keys", KEY, ()),
        ("tenant", "not a tenant", None),
        ("tenant", "", None),
        ("tenant", 7, None),
        ("client_id", "12345", None),
        ("region", "West Europe", None),
        ("region", "", None),
        ("allowed_profiles", "small", ()),
        ("proxy", "socks5://proxy.example:1080", None),
        ("proxy", "http://anna:secret@proxy.example:3128", None),
        ("proxy", "http://proxy.example", None),
    ],
)
def test_what_cannot_be_used_is_told_and_counts_as_its_strictest(name: str, wrong: object, counts_as: object) -> None:
    policy = one(**{name: wrong})
    assert getattr(policy, name) == counts_as
    assert name in policy.unusable
    assert policy.names == (name,)
    (problem,) = policy.problems
    assert (problem.place, problem.name) == ("here", name)
    assert problem.summary
    assert problem.remedy


def test_of_lists_what_can_be_used_holds() -> None:
    policy = one(allowed_profiles=["small", "tiny"], update_keys=[KEY, "x"])
    assert (policy.allowed_profiles, policy.update_keys) == (("small",), (KEY,))
    assert len(policy.problems) == 2
    assert policy.unusable == frozenset()
    assert one(allowed_profiles=[]).allowed_profiles == ()


def test_an_empty_proxy_means_none_and_a_short_one_is_completed() -> None:
    assert one(proxy="").proxy == ""
    assert one(proxy="proxy.example:3128").proxy == "http://proxy.example:3128"


def test_a_password_is_not_repeated() -> None:
    policy = one(proxy="http://anna:hunter2@proxy.example:3128")
    assert "hunter2" not in f"{policy.problems}"


@pytest.mark.parametrize(
    ("written", "remedy"), [("allowed_profile", "Write allowed_profiles."), ("Tennant", "Write Tenant."), ("x", "")]
)
def test_a_name_nobody_knows_is_told_with_the_one_that_was_meant(written: str, remedy: str) -> None:
    (problem,) = one(**{written: "x"}).problems
    assert remedy in problem.remedy
    assert problem.name == written


def test_a_value_set_twice_in_one_place_is_in_doubt() -> None:
    policy = policy_of([Layer("here", {"tenant": "a.example", "Tenant": "b.example"})])
    assert policy.tenant is None
    assert "tenant" in policy.unusable
    assert not policy.allows_tenant("a.example")


def test_a_place_that_cannot_be_read_means_no_updates_and_no_clusters() -> None:
    problem = PolicyProblem("/etc/p", "", "It is no JSON.", "Correct it.")
    policy = policy_of([Layer("/etc/p", problem=problem), Layer("second", {"updates": True, "tenant": "a.example"})])
    assert (policy.updates, policy.allowed_profiles, policy.tenant) == (False, (), "a.example")
    assert policy.problems == (problem,)
    above = policy_of([Layer("first", {"allowed_profiles": ["small"]}), Layer("/etc/p", problem=problem)])
    assert above.allowed_profiles == ("small",)


def test_settings_are_in_effect_as_the_organisation_sets_them() -> None:
    own = Settings(tenant="own.example", proxy="http://own:1", updates=True)
    policy = one(tenant="studio.example", updates=False)
    assert policy.locked == {"tenant", "updates"}
    applied = policy.applied_to(own)
    assert (applied.tenant, applied.updates, applied.proxy) == ("studio.example", False, "http://own:1")
    assert one(proxy="nonsense").applied_to(own).proxy == ""


@pytest.mark.parametrize(("known", "is_allowed"), [("STUDIO.example", True), ("other.example", False), ("", False)])
def test_only_the_named_organisation_is_allowed(known: str, is_allowed: bool) -> None:
    assert one(tenant="studio.example").allows_tenant("tenant-1", known) is is_allowed
    assert NO_POLICY.allows_tenant(known)
    assert not one(tenant=5).allows_tenant(known)


_anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
_names = st.sampled_from([*VALUES, *PASCAL.values()]) | st.text()


@given(st.lists(st.dictionaries(_names, _anything, max_size=6), max_size=3))
def test_nothing_that_can_be_written_breaks_it_or_loosens_what_stands_before(layers: list[dict[str, object]]) -> None:
    first = Layer("first", {"updates": False, "allowed_profiles": ["small"], "region": "eastus"})
    policy = policy_of([first, *(Layer(str(place), values) for place, values in enumerate(layers))])
    assert (policy.updates, policy.allowed_profiles, policy.region) == (False, ("small",), "eastus")
    policy.applied_to(Settings()).check()


def test_a_region_is_shown_as_it_was_written_and_taken_in_small_letters() -> None:
    wrong = policy_of([Layer("p", {"region": "West Europe"})])
    assert "“West Europe” is" in wrong.problems[0].summary
    assert policy_of([Layer("p", {"region": "WestEurope"})]).region == "westeurope"
