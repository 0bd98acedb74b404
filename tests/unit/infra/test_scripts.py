"""What machines run: sound shell, complete, and without anything that must not stand there."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from infra.variants import NAMES, composed, templates

SCRIPTS = Path(__file__).resolve().parents[3] / "infra" / "scripts"
SHELL = sorted(path.name for path in (SCRIPTS / "linux").glob("*.sh"))
UNITS = sorted(path.name for path in (SCRIPTS / "linux" / "systemd").iterdir() if path.suffix != ".conf")


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed here")
def test_shellcheck_has_no_objection() -> None:
    done = subprocess.run(
        ["shellcheck", "-x", "-S", "style", *SHELL], cwd=SCRIPTS / "linux", capture_output=True, text=True, check=False
    )
    assert done.stdout == ""


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed here")
@pytest.mark.parametrize("variable", ["schedulerScript", "nodesScript"])
@pytest.mark.parametrize("name", ["lustre-dns-bastion-open-linux-one", "netapp-ad-bastion-metashape-linux-one"])
def test_a_whole_script_is_sound(name: str, variable: str) -> None:
    script = composed(name).template["variables"][variable]
    done = subprocess.run(["shellcheck", "-s", "sh", "-"], input=script, capture_output=True, text=True, check=False)
    assert done.stdout == ""


def test_a_whole_script_puts_every_file_in_its_place(tmp_path: Path) -> None:
    script = composed("lustre-dns-bastion-open-linux-one").template["variables"]["nodesScript"]
    moved = re.sub(r"(?<![\w/])/(etc|opt)/", rf"{tmp_path}/\1/", script.rpartition("exec /opt/tiepoint/setup.sh")[0])
    for folder in ("systemd/system", "tmpfiles.d"):
        (tmp_path / "etc" / folder).mkdir(parents=True)
    subprocess.run(["sh", "-c", moved], check=True)
    for name in SHELL:
        placed = (tmp_path / "opt/tiepoint" / name).read_text()
        assert placed.replace(str(tmp_path), "") == (SCRIPTS / "linux" / name).read_text()
    assert sorted(path.name for path in (tmp_path / "etc/systemd/system").iterdir()) == UNITS
    facts = (tmp_path / "etc/tiepoint/cluster.conf").read_text()
    assert "role=node\n" in facts
    assert "zone=studio.internal\n" in facts


def _files() -> list[Path]:
    """Return all scripts; Python leaves compiled ones beside those that tests import."""
    return [path for path in SCRIPTS.rglob("*") if path.is_file() and path.parent.name != "__pycache__"]


def test_nothing_is_started_by_cron() -> None:
    assert not [path for path in _files() if "cron" in path.read_text()]


def test_units_are_complete() -> None:
    for name in UNITS:
        text = (SCRIPTS / "linux" / "systemd" / name).read_text()
        assert "[Unit]\nDescription=" in text, name
        if name.endswith(".service"):
            assert "NoNewPrivileges=yes" in text, name
            assert "ExecStart=/" in text, name
        if name != "tiepoint-guard.service":  # its timer starts it
            assert "[Install]\nWantedBy=" in text, name


def test_no_secret_is_on_a_command_line() -> None:
    for path in _files():
        text = path.read_text()
        assert not re.search(r"--activate\s", text), path
        assert not re.search(r"-(Password|AsPlainText)\s+['\"]", text), path
        assert not re.search(r"\$\([^)]*secret\.py", text), path


@pytest.mark.parametrize("name", NAMES)
def test_cloud_init_is_the_same_for_ever(name: str) -> None:
    template = composed(name).template
    text = template.get("variables", {}).get("cloudInit")
    assert text is None or text == (SCRIPTS / "linux" / "cloud-init.yaml").read_text()


@pytest.mark.parametrize("name", NAMES)
def test_everything_is_filled_in_by_azure(name: str) -> None:
    template = composed(name).template
    for variable, text in template["variables"].items():
        marks = set(re.findall(r"@[A-Z_]{4,}@", text))
        given = [line for line in _expressions(template) if f"variables('{variable}')" in line]
        assert given, variable
        for line in given:
            assert all(f"'{mark}'" in line for mark in marks), variable


@pytest.mark.parametrize("name", NAMES)
def test_scripts_for_windows_keep_their_borders(name: str) -> None:
    for variable, text in composed(name).template["variables"].items():
        if "Set-Content -Encoding UTF8" in text:
            lines = text.splitlines()
            opened = [number for number, line in enumerate(lines) if line.endswith("@'")]
            closed = [number for number, line in enumerate(lines) if line.startswith("'@")]
            assert len(opened) == len(closed), variable
            assert all(low < high for low, high in zip(opened, closed, strict=True)), variable


def test_a_licence_is_given_back_by_the_script_that_lies_there() -> None:
    assert "/opt/tiepoint/deactivate.sh" in templates().deactivate_script()


def _expressions(template: object) -> list[str]:
    text = json.dumps(template)
    return [json.loads(f'"{found}"') for found in re.findall(r'"(\[(?:[^"\\]|\\.)*\])"', text)]
