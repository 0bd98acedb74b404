"""`tiepoint cluster export` with the real modules; nobody is signed in."""

import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from fakes.outlet import RecordingOutlet
from infra.template_checks import problems
from infra.variants import templates
from tiepoint.adapters.files.plan_files import TomlPlanFiles
from tiepoint.console.cluster_export import export
from tiepoint.domain.errors import InputError
from tiepoint.services.plans import PlanService
from tiepoint.services.program import Program

PLAN = 'schema_version = 1\n[cluster]\nname = "studio"\n[access]\nsources = [{sources}]\n'


def program() -> Program:
    parts = SimpleNamespace(plans=PlanService(TomlPlanFiles()), templates=templates())
    return cast("Program", SimpleNamespace(azure=parts))


def plan(folder: Path, sources: str = '"203.0.113.0/24"', more: str = "") -> Path:
    path = folder / "cluster.toml"
    path.write_text(PLAN.format(sources=sources) + more)
    return path


async def test_template_and_roles_are_written(tmp_path: Path) -> None:
    outlet = RecordingOutlet()
    output, roles = tmp_path / "template.json", tmp_path / "roles.json"
    assert await export(program(), cast("Any", outlet), plan(tmp_path), output=output, roles=roles) == 0
    template = json.loads(output.read_text())
    assert problems(template) == []
    assert "uniqueString" in template["parameters"]["accountName"]["defaultValue"]
    assert len(json.loads(roles.read_text())["resources"]) == 4
    assert outlet.facts["files"] == [str(output), str(roles)]
    assert outlet.facts["missing_parameters"] == ["sshPublicKey"]
    assert "sshPrivateKey" not in outlet.text
    assert sorted(os.listdir(tmp_path)) == ["cluster.toml", "roles.json", "template.json"]


async def test_secrets_that_somebody_must_put_are_said(tmp_path: Path) -> None:
    outlet = RecordingOutlet()
    more = '[scheduler]\nos = "windows"\n[storage]\nkind = "blob"\n'
    await export(program(), cast("Any", outlet), plan(tmp_path, more=more), output=tmp_path / "template.json")
    assert outlet.facts["secrets"] == ["adminPassword"]
    assert "adminPassword" in outlet.text


async def test_without_a_file_the_template_is_the_answer(tmp_path: Path) -> None:
    outlet = RecordingOutlet()
    await export(program(), cast("Any", outlet), plan(tmp_path))
    assert json.loads(outlet.text) == outlet.facts["template"]


async def test_addresses_may_be_left_to_whoever_deploys(tmp_path: Path) -> None:
    outlet = RecordingOutlet()
    output = tmp_path / "template.json"
    await export(program(), cast("Any", outlet), plan(tmp_path, sources=""), output=output)
    assert outlet.warnings
    assert outlet.facts["missing_parameters"] == ["sourceAddresses", "firewallRules", "sshPublicKey"]
    assert "sourceAddresses" in outlet.text


@pytest.mark.parametrize(
    ("sources", "more"),
    [
        ('"0.0.0.0/0"', ""),
        ('"203.0.113.0/24"', '[scheduler]\nos = "windows"\n'),  # Lustre has no client for Windows
        ('"203.0.113.0/24"', '[storage]\nkind = "netapp"\n'),  # without Active Directory
    ],
)
async def test_what_cannot_be_deployed_is_not_exported(tmp_path: Path, sources: str, more: str) -> None:
    output = tmp_path / "template.json"
    with pytest.raises(InputError) as caught:
        await export(program(), cast("Any", RecordingOutlet()), plan(tmp_path, sources, more), output=output)
    assert caught.value.remedy
    assert not output.exists()


async def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    output = tmp_path / "nowhere" / "template.json"
    with pytest.raises(InputError, match="nowhere"):
        await export(program(), cast("Any", RecordingOutlet()), plan(tmp_path), output=output)
