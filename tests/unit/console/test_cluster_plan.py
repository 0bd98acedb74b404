"""`cluster plan` and `cluster import`, from what is typed to the file and the words."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from fakes.outlet import RecordingOutlet
from tiepoint.adapters.files.plan_files import TomlPlanFiles
from tiepoint.console.cluster_plan import PlanRequest, import_plan, plan
from tiepoint.domain.errors import InputError, SetByOrganisation, UsageError
from tiepoint.domain.policy import Policy
from tiepoint.services.plans import PlanService

plans = PlanService(TomlPlanFiles())
program = cast("Any", SimpleNamespace(azure=SimpleNamespace(plans=plans)))
ME = "access.sources=203.0.113.7"


@pytest.fixture
def outlet() -> RecordingOutlet:
    return RecordingOutlet()


async def test_without_an_output_the_plan_is_printed(outlet: RecordingOutlet, tmp_path: Path) -> None:
    assert await plan(program, outlet, None, PlanRequest()) == 0
    assert "[nodes]" in outlet.text
    (tmp_path / "cluster.toml").write_text(outlet.text)
    assert (await plans.read(tmp_path / "cluster.toml"))[0].nodes.count == 5


async def test_a_profile_is_written_and_what_is_to_be_settled_is_told(outlet: RecordingOutlet, tmp_path: Path) -> None:
    output = tmp_path / "cluster.toml"
    wanted = PlanRequest("Small", "interiors", "westeurope", ("nodes.count=3",), output)
    assert await plan(program, outlet, None, wanted) == 0
    found, _ = await plans.read(output)
    assert (found.name, found.region, found.nodes.count) == ("interiors", "westeurope", 3)
    assert [each.summary.split(":")[0] for each in outlet.warnings] == ["access.sources"]
    assert "1 thing is to be settled" in outlet.text
    assert outlet.facts["is_blocked"] is True


async def test_a_plan_that_can_be_deployed_names_the_next_step(outlet: RecordingOutlet, tmp_path: Path) -> None:
    output = tmp_path / "cluster.toml"
    await plan(program, outlet, None, PlanRequest(changes=(ME,), output=output))
    assert outlet.warnings == []
    assert f"tiepoint cluster price {output}" in outlet.text


async def test_a_plan_is_changed_in_its_place_with_its_comments(outlet: RecordingOutlet, tmp_path: Path) -> None:
    path = tmp_path / "cluster.toml"
    path.write_text("schema_version = 1\n[nodes]\ncount = 2 # Anna\n[weather]\n")
    await plan(program, outlet, path, PlanRequest(changes=("nodes.count=9", ME), output=path))
    assert "count = 9 # Anna" in path.read_text()
    assert [each.summary.split(":")[0] for each in outlet.warnings] == ["weather"]


async def test_a_file_that_is_there_is_kept_unless_told(outlet: RecordingOutlet, tmp_path: Path) -> None:
    output = tmp_path / "cluster.toml"
    output.write_text("schema_version = 1\n")
    with pytest.raises(UsageError, match="is there already"):
        await plan(program, outlet, None, PlanRequest(output=output))
    assert await plan(program, outlet, None, PlanRequest("small", output=output, replaces=True)) == 0
    assert (await plans.read(output))[0].nodes.count == 2


@pytest.mark.parametrize(
    "wanted", [PlanRequest("huge"), PlanRequest(changes=("nodes.cuont=3",)), PlanRequest(changes=("nodes.count=x",))]
)
async def test_what_cannot_be_typed_is_said(outlet: RecordingOutlet, wanted: PlanRequest) -> None:
    with pytest.raises(UsageError):
        await plan(program, outlet, None, wanted)


async def test_a_profile_and_a_file_exclude_each_other(outlet: RecordingOutlet, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        await plan(program, outlet, tmp_path / "cluster.toml", PlanRequest("small"))
    with pytest.raises(InputError):
        await plan(program, outlet, tmp_path / "cluster.toml", PlanRequest())


async def test_the_template_of_2018_is_imported(outlet: RecordingOutlet, tmp_path: Path) -> None:
    path, output = tmp_path / "azuredeploy.parameters.json", tmp_path / "cluster.toml"
    values = {
        "nodeCount": 7,
        "nodeVmSize": "Standard_NC24s_v2",
        "useNfsStorage": "yes",
        "nfsDnsEntry": "vfxt,10.1.0.17",
    }
    path.write_text(json.dumps({"parameters": {name: {"value": value} for name, value in values.items()}}))
    assert await import_plan(program, outlet, path, PlanRequest(output=output)) == 0
    found, left = await plans.read(output)
    assert found.nodes.count == 7
    assert [each.key for each in left if each.is_blocking] == ["access.sources"]
    said = " ".join(each.summary for each in outlet.warnings)
    assert ("Avere vFXT was retired" in said, "NCv2" in said) == (True, True)


@pytest.mark.parametrize(
    "wanted", [PlanRequest(profile="custom"), PlanRequest(region="eastus"), PlanRequest(changes=("cluster.region=x1",))]
)
async def test_what_the_organisation_does_not_allow_is_refused(outlet: RecordingOutlet, wanted: PlanRequest) -> None:
    bound = PlanService(TomlPlanFiles(), Policy(region="westeurope", allowed_profiles=("small",)))
    under_policy = cast("Any", SimpleNamespace(azure=SimpleNamespace(plans=bound)))
    with pytest.raises(SetByOrganisation):
        await plan(under_policy, outlet, None, wanted)
    assert await plan(under_policy, outlet, None, PlanRequest()) == 0
    assert 'region = "westeurope"' in outlet.text
