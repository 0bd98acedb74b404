"""Plans as people write them: misspelt, retired, of the wrong kind, from a newer program."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiepoint.domain.cluster_plan import (
    CUSTOM_PLAN,
    PROFILES,
    REFERENCE_PLAN,
    SMALL_PLAN,
    AccessKind,
    ClusterPlan,
    DirectoryKind,
    Engine,
    NodesPlan,
    Profile,
    SchedulerOs,
    StorageKind,
)
from tiepoint.domain.errors import InputError
from tiepoint.domain.plan_keys import KEYS, value_of
from tiepoint.domain.plan_reading import nearest, read_plan, repaired, value_from_text

anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)


def as_data(plan: ClusterPlan) -> dict[str, Any]:
    data: dict[str, Any] = {"schema_version": 1}
    for key in KEYS:
        if value_of(plan, key) is not None:
            data.setdefault(key.table, {})[key.name] = value_of(plan, key)
    return data


@pytest.mark.parametrize("profile", Profile)
def test_every_profile_is_read_back(profile: Profile) -> None:
    assert read_plan(as_data(PROFILES[profile])) == (PROFILES[profile], ())


def test_what_is_left_out_has_the_profiles_own_value() -> None:
    plan, findings = read_plan({"schema_version": 1, "cluster": {"profile": "small"}})
    assert (plan, findings) == (SMALL_PLAN, ())
    assert read_plan({"schema_version": 1})[0] == REFERENCE_PLAN


@pytest.mark.parametrize(
    ("data", "key", "said", "replacement"),
    [
        ({"cluster": {"nmae": "x"}}, "cluster.nmae", "You may have meant name.", "name"),
        ({"nodes": {"cuont": 3}}, "nodes.cuont", "You may have meant count.", "count"),
        ({"nodes": {"Count": 3}}, "nodes.Count", "You may have meant count.", "count"),
        ({"guard": {"idle-minutes": 30}}, "guard.idle-minutes", "You may have meant idle_minutes.", "idle_minutes"),
        ({"node": {"count": 3}}, "node", "You may have meant [nodes].", "nodes"),
        ({"clutser": {}}, "clutser", "You may have meant [cluster].", "cluster"),
        ({"idle_minutes": 3}, "idle_minutes", "Move it below [guard].", ""),
        ({"count": 3}, "count", "Move it below [nodes].", ""),
        ({"nodes": {"budget": 3}}, "nodes.budget", "Move it below [guard].", "guard.budget"),
        ({"weather": {}}, "weather", "The tables are cluster, scheduler", ""),
        ({"nodes": {"colour": 1}}, "nodes.colour", "It may have: size, count, spot.", ""),
        ({"nodes": 5}, "nodes", "Write it as [nodes].", ""),
        ({"storage": {"kind": "lustr"}}, "storage.kind", "You may have meant lustre.", "lustre"),
        ({"access": {"kind": "jumpboxes"}}, "access.kind", "You may have meant jump-boxes.", "jump-boxes"),
        ({"cluster": {"engine": "magic"}}, "cluster.engine", "It may be metashape or open.", ""),
        ({"nodes": {"count": "5"}}, "nodes.count", "It must be a whole number.", ""),
        ({"nodes": {"count": 2.5}}, "nodes.count", "It must be a whole number.", ""),
        ({"nodes": {"count": True}}, "nodes.count", "It must be a whole number.", ""),
        ({"nodes": {"count": 0}}, "nodes.count", "Write 1.", "1"),
        ({"nodes": {"count": 10**30}}, "nodes.count", "Write 200.", "200"),
        ({"nodes": {"spot": "yes"}}, "nodes.spot", "It must be true or false, without quotes.", ""),
        ({"guard": {"budget": float("nan")}}, "guard.budget", "It must be a number.", ""),
        ({"guard": {"idle_minutes": 2}}, "guard.idle_minutes", "Write 5.", "5"),
        ({"access": {"sources": [1]}}, "access.sources", "It must be a list", ""),
        ({"cluster": {"name": 7}}, "cluster.name", "It must be a text in quotes", ""),
        ({"cluster": {"name": "x" * 1000}}, "cluster.name", "Shorten it.", ""),
    ],
)
def test_what_cannot_be_used_is_named_with_what_may_be_meant(
    data: dict[str, Any], key: str, said: str, replacement: str
) -> None:
    plan, (finding,) = read_plan({"schema_version": 1, **data})
    assert (finding.key, finding.replacement, finding.is_blocking) == (key, replacement, True)
    assert said in finding.remedy
    assert plan == REFERENCE_PLAN


@pytest.mark.parametrize(
    ("data", "key", "said", "replacement"),
    [
        ({"storage": {"kind": "avere"}}, "storage.kind", "Avere vFXT was retired on 2025-09-30.", "lustre"),
        ({"storage": {"kind": "Avere vFXT"}}, "storage.kind", "Avere vFXT was retired", "lustre"),
        ({"storage": {"kind": "hpc-cache"}}, "storage.kind", "Azure HPC Cache was retired", "lustre"),
        ({"storage": {"kind": "beegfs"}}, "storage.kind", "BeeGFS mirrors its data only", "lustre"),
        ({"storage": {"kind": "glusterfs"}}, "storage.kind", "GlusterFS has had no", "lustre"),
        ({"scheduler": {"os": "centos 7.5"}}, "scheduler.os", "CentOS ended on 2024-06-30.", "linux"),
        ({"scheduler": {"os": "Windows Server 2016"}}, "scheduler.os", "ends on 2027-01-12", "windows"),
        ({"cluster": {"engine": "photoscan"}}, "cluster.engine", "has been called Metashape", "metashape"),
        ({"avere": {"nodes": 3}}, "avere", "Avere vFXT was retired", "lustre"),
        ({"nodes": {"image": "CentOS 7"}}, "nodes.image", "CentOS ended", "linux"),
        ({"nodes": {"gpu": "NCv3"}}, "nodes.gpu", "NCv3 (NCv3) was retired", "Standard_NV36ads_A10_v5"),
        ({"access": {"public_ip": "Basic"}}, "access.public_ip", "The Basic public IP was retired", ""),
    ],
)
def test_retired_choices_are_answered_with_what_replaces_them(
    data: dict[str, Any], key: str, said: str, replacement: str
) -> None:
    _, (finding,) = read_plan({"schema_version": 1, **data})
    assert (finding.key, finding.replacement) == (key, replacement)
    assert said in finding.summary
    assert finding.remedy


def test_choices_may_differ_in_case_and_hyphens() -> None:
    data = {"directory": {"kind": "Active_Directory"}, "access": {"kind": "JUMP BOXES"}, "cluster": {"engine": "Open"}}
    plan, findings = read_plan({"schema_version": 1, **data})
    assert findings == ()
    assert (plan.directory.kind, plan.access.kind) == (DirectoryKind.ACTIVE_DIRECTORY, AccessKind.JUMP_BOXES)


def test_a_plan_of_a_newer_program_is_refused() -> None:
    with pytest.raises(InputError, match="schema_version 2; this program knows 1"):
        read_plan({"schema_version": 2})


@pytest.mark.parametrize(("version", "is_blocking"), [({}, False), ({"schema_version": "1"}, True)])
def test_a_version_that_is_missing_or_none_is_told(version: dict[str, Any], is_blocking: bool) -> None:
    _, (finding,) = read_plan(version)
    assert (finding.key, finding.is_blocking) == ("schema_version", is_blocking)


def test_replacements_can_be_put_in() -> None:
    data = {"storage": {"kind": "avere"}, "cluster": {"engine": "photoscan"}, "nodes": {"count": 500}}
    plan, findings = read_plan({"schema_version": 1, **data})
    mended = repaired(plan, findings)
    assert (mended.storage.kind, mended.engine, mended.nodes.count) == (StorageKind.LUSTRE, Engine.METASHAPE, 200)


@given(
    st.dictionaries(
        st.sampled_from([key.table for key in KEYS]) | st.text(max_size=9),
        st.dictionaries(st.sampled_from([key.name for key in KEYS]) | st.text(max_size=9), anything) | anything,
    )
)
def test_no_file_at_all_makes_it_fall_over(data: dict[str, Any]) -> None:
    data.pop("schema_version", None)
    plan, findings = read_plan(data)
    assert isinstance(plan.nodes.count, int)
    assert not any("\n" in finding.summary or "\x1b" in finding.summary for finding in findings)
    repaired(plan, findings)


@given(
    st.builds(
        lambda count, spot, os, seats: replace(
            CUSTOM_PLAN,
            nodes=NodesPlan(count=count, spot=spot),
            scheduler=replace(CUSTOM_PLAN.scheduler, os=os),
            metashape_seats=seats,
        ),
        st.integers(1, 200),
        st.booleans(),
        st.sampled_from(SchedulerOs),
        st.none() | st.integers(1, 500),
    )
)
def test_any_plan_is_read_back(plan: ClusterPlan) -> None:
    assert read_plan(as_data(plan)) == (plan, ())


def test_typed_values_are_read_by_their_kind() -> None:
    keys = {key.path: key for key in KEYS}
    assert repr(value_from_text(keys["nodes.count"], "8")) == "8"
    assert value_from_text(keys["guard.budget"], "8.5") == 8.5
    assert value_from_text(keys["nodes.spot"], "yes") is True
    assert value_from_text(keys["access.sources"], "1.2.3.4, 5.6.7.8") == ["1.2.3.4", "5.6.7.8"]
    assert value_from_text(keys["nodes.count"], "many") == "many"
    assert nearest("strage", ["storage", "nodes"]) == "storage"
