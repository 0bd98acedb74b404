"""Plans of clusters on the real command line: nobody is signed in, and Azure's libraries are not even read."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from program import Program

pytestmark = pytest.mark.integration


@pytest.fixture
def program(tiepoint_home: Path) -> Iterator[Program]:
    made = Program(tiepoint_home)
    try:
        yield made
    finally:
        made.stop()


def test_a_plan_is_made_and_exported_without_a_sign_in(program: Program, tmp_path: Path) -> None:
    plan, template = tmp_path / "cluster.toml", tmp_path / "template.json"
    made = program.run(
        "cluster", "plan", "--profile", "reference", "-o", str(plan), "--set", "access.sources=203.0.113.7"
    )
    assert (made.status, made.stderr) == (0, "")
    assert "schema_version = 1" in plan.read_text(encoding="utf-8")
    assert program.run("cluster", "export", str(plan), "-o", str(template)).status == 0
    assert json.loads(template.read_text(encoding="utf-8"))["resources"]


def test_a_misspelt_plan_is_told_to_programs(program: Program, tmp_path: Path) -> None:
    plan = tmp_path / "cluster.toml"
    plan.write_text('schema_version = 1\n[nodes]\ncuont = 3\n[access]\nsources = ["*"]\n', encoding="utf-8")
    told = program.run("cluster", "plan", str(plan), "--json")
    warnings = [line for line in told.lines if line["type"] == "warning"]
    assert {(each["key"], each["replacement"]) for each in warnings} == {
        ("nodes.cuont", "count"),
        ("access.sources", ""),
    }
    assert (told.status, told.result["is_blocked"], told.result["plan"]["nodes"]["count"]) == (0, True, 5)
    plan.write_text("[nodes\n", encoding="utf-8")
    broken = program.run("cluster", "plan", str(plan))
    assert (broken.status, "line 1, column 7" in broken.stderr) == (3, True)


def test_azures_libraries_are_not_read_for_a_plan(tiepoint_home: Path) -> None:
    code = (
        "import sys; sys.argv = ['tiepoint', 'cluster', 'plan', '--json'];"
        "from tiepoint.cli import main; assert main() == 0;"
        "heavy = {'azure', 'msal', 'keyring', 'numpy', 'PySide6'} & {name.split('.')[0] for name in sys.modules};"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
