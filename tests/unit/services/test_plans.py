"""Plans from profiles, files, colleagues and the template of 2018."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tiepoint.adapters.files.plan_files import TomlPlanFiles
from tiepoint.domain.cluster_plan import REFERENCE_PLAN, Profile, StorageKind
from tiepoint.domain.errors import InputError, SetByOrganisation, UsageError
from tiepoint.domain.policy import Policy
from tiepoint.services.plans import PlanService

plans = PlanService(TomlPlanFiles())


def test_a_plan_begins_with_a_profile() -> None:
    assert plans.begin(Profile.REFERENCE) == REFERENCE_PLAN
    plan = plans.begin(Profile.SMALL, name="interiors", region="westeurope")
    assert (plan.name, plan.region, plan.nodes.count) == ("interiors", "westeurope", 2)


async def test_what_the_file_says_and_what_does_not_go_are_told_together(tmp_path: Path) -> None:
    path = tmp_path / "cluster.toml"
    path.write_text('schema_version = 1\n[storage]\nkind = "avere"\n[nodes]\nsize = "Standard_NC24s_v2"\n')
    _, findings = await plans.read(path)
    assert [(each.key, each.is_blocking) for each in findings] == [
        ("storage.kind", True),
        ("nodes.size", True),
        ("access.sources", True),
    ]


async def test_a_colleagues_plan_is_imported_with_what_replaces_retired_choices(tmp_path: Path) -> None:
    path = tmp_path / "theirs.toml"
    path.write_text('schema_version = 1\n[storage]\nkind = "avere"\n[nodes]\ncuont = 9\nsize = "NV36ads_A10_v5"\n')
    plan, findings = await plans.import_plan(path)
    assert plan.storage.kind is StorageKind.LUSTRE
    told = {each.key: each.is_blocking for each in findings}
    assert (told["storage.kind"], told["nodes.cuont"], told["nodes.size"]) == (False, True, True)


async def test_a_parameter_file_of_2018_is_imported(tmp_path: Path) -> None:
    path = tmp_path / "azuredeploy.parameters.json"
    path.write_text(
        json.dumps({"parameters": {"nodeCount": {"value": 9}, "nodeVmSize": {"value": "Standard_NC6s_v3"}}})
    )
    plan, findings = await plans.import_plan(path)
    assert plan.nodes.count == 9
    assert [each.key for each in findings if each.is_blocking] == ["access.sources"]


@pytest.mark.parametrize(("name", "text"), [("a.json", "[1]"), ("a.json", "{"), ("a.toml", "{"), ("b.json", None)])
async def test_what_cannot_be_imported_is_refused(tmp_path: Path, name: str, text: str | None) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(InputError):
        await plans.import_plan(tmp_path / name)


def test_changes_are_typed_as_keys_and_values() -> None:
    typed = ["nodes.count=8", "nodes.spot=true", "access.sources=203.0.113.7,198.51.100.0/24", "guard.budget=12.5"]
    plan = plans.changed(REFERENCE_PLAN, typed)
    assert (plan.nodes.count, plan.nodes.spot, plan.guard.budget) == (8, True, 12.5)
    assert plan.access.sources == ("203.0.113.7", "198.51.100.0/24")
    as_in_a_file = plans.changed(REFERENCE_PLAN, ['access.sources=["203.0.113.7", "198.51.100.0/24"]'])
    assert as_in_a_file.access.sources == plan.access.sources


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("nodes.cuont=8", "You may have meant nodes.count=…"),
        ("count", "nodes.count"),
        ("nodes.count=many", "It must be a whole number."),
        ("nodes.spot=maybe", "true or false"),
        ("storage.kind=avere", "Use Azure Managed Lustre"),
    ],
)
def test_what_cannot_be_changed_is_said(change: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        plans.changed(REFERENCE_PLAN, [change])
    assert said in caught.value.remedy


async def test_a_plan_is_written_and_shown(tmp_path: Path) -> None:
    await plans.write(tmp_path / "cluster.toml", REFERENCE_PLAN)
    assert (tmp_path / "cluster.toml").read_text(encoding="utf-8") == plans.text(REFERENCE_PLAN)


def test_under_a_policy_plans_begin_where_and_as_they_may() -> None:
    bound = PlanService(TomlPlanFiles(), Policy(region="westeurope", allowed_profiles=("small",)))
    assert bound.begin().profile is Profile.SMALL
    assert bound.begin(Profile.SMALL, region="eastus").region == "westeurope"
    assert bound.preview(Profile.CUSTOM).profile is Profile.CUSTOM
    with pytest.raises(SetByOrganisation, match="not allow the profile custom") as refused:
        bound.begin(Profile.CUSTOM)
    assert "begin with small" in refused.value.remedy
    none = PlanService(TomlPlanFiles(), Policy(allowed_profiles=()))
    assert none.usual_profile is Profile.REFERENCE
    assert none.findings(none.begin())[0].key == "cluster.profile"


@pytest.mark.parametrize("change", ["cluster.region=eastus", "cluster.profile=custom"])
def test_what_the_organisation_has_set_is_not_changed(change: str) -> None:
    bound = PlanService(TomlPlanFiles(), Policy(region="westeurope", allowed_profiles=("small",)))
    plan = bound.begin()
    with pytest.raises(SetByOrganisation):
        bound.changed(plan, [change])
    assert bound.changed(plan, ["cluster.region=westeurope", "nodes.count=1"]).nodes.count == 1


async def test_a_colleagues_plan_is_brought_into_the_region(tmp_path: Path) -> None:
    bound = PlanService(TomlPlanFiles(), Policy(region="westeurope", allowed_profiles=("small",)))
    path = tmp_path / "theirs.toml"
    path.write_text('schema_version = 1\n[cluster]\nregion = "eastus"\n')
    plan, findings = await bound.read(path)
    assert [each.key for each in findings if each.is_blocking] == [
        "cluster.region",
        "cluster.profile",
        "access.sources",
    ]
    with pytest.raises(SetByOrganisation):
        bound.refuse_forbidden(plan)
    assert bound.repaired(plan, findings).region == "westeurope"
