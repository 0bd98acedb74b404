"""The script by which the panel puts an agent on a machine: run for real below another root."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("sh") is None, reason="this script is for Linux"
)

SCRIPTS = Path(__file__).parents[3] / "infra/scripts"
BEGIN = r"/usr/bin/env TIEPOINT_HOME\=/var/lib/tiepoint-agent TIEPOINT_AGENT_CONFIG\=/etc/tiepoint/agent.json"
COMMANDS = f"{BEGIN} /opt/tiepoint/venv/bin/tiepoint-agent connect, {BEGIN} /opt/tiepoint/tiepoint-agent connect"


def installed(root: Path, account: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Install an agent that does nothing, as the panel does for an account with sudo."""
    root.mkdir(exist_ok=True)
    package = root / "tiepoint-agent.pyz"
    package.write_text("#!/bin/sh\necho 1.0\n")
    return subprocess.run(
        ["sh", str(SCRIPTS / "agent/install.sh"), str(package), ""],
        env={**os.environ, "DESTDIR": str(root), "SUDO_USER": account, **more},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_whoever_installs_it_may_join_it_and_run_nothing_else(tmp_path: Path) -> None:
    root = tmp_path / "machine"
    for account in ("mila", "STUDIO\\jan", "mila", "ada@studio.example"):
        done = installed(root, account)
        assert (done.returncode, done.stderr) == (0, "")
    file = root / "etc/sudoers.d/tiepoint-agent"
    lines = file.read_text().splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["mila", "STUDIO\\\\jan", "ada\\@studio.example"]
    assert all(line.partition(" ")[2] == f"ALL=(hpcuser) NOPASSWD: {COMMANDS}" for line in lines)
    assert not re.search(r"[*?\[]", file.read_text())
    assert file.stat().st_mode & 0o777 == 0o440
    assert [path.name for path in file.parent.iterdir()] == ["tiepoint-agent"]


def test_a_right_that_sudo_cannot_read_is_not_put_in_its_place(tmp_path: Path) -> None:
    commands = tmp_path / "commands"
    commands.mkdir()
    (commands / "visudo").write_text("#!/bin/sh\nexit 1\n")
    (commands / "visudo").chmod(0o755)
    done = installed(tmp_path / "machine", "mila", PATH=f"{commands}:{os.environ['PATH']}")
    assert done.returncode == 1
    assert "sudo does not take the right for mila" in done.stderr
    assert list((tmp_path / "machine/etc/sudoers.d").iterdir()) == []


def test_both_ways_of_setting_a_machine_up_start_the_same_program(tmp_path: Path) -> None:
    """A deployment's unit stays when the panel installs the agent, so it must start what the panel puts there."""
    root = tmp_path / "machine"
    assert installed(root, "mila").returncode == 0
    by_panel = (root / "etc/systemd/system/tiepoint-agent.service").read_text()
    by_deployment = (SCRIPTS / "linux/systemd/tiepoint-agent.service").read_text()
    for words in ("ExecStart=", "ExecStop=", "StateDirectoryMode="):
        said = [line for line in by_panel.splitlines() if line.startswith(words)]
        assert said == [line for line in by_deployment.splitlines() if line.startswith(words)]
    program = by_deployment.partition("ExecStart=")[2].split()[0]
    assert os.access(root / program.lstrip("/"), os.X_OK)
    units = (SCRIPTS / "linux/systemd").glob("tiepoint-*.service")
    assert all("StateDirectoryMode=0700" in unit.read_text() for unit in units if "guard" not in unit.name)


OURS = ("opt/tiepoint/connect", "etc/tiepoint/agent.json", "etc/systemd/system/tiepoint-agent.service")


def updated(root: Path, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """Update by the script of a later version, which writes all three files otherwise."""
    later = tmp_path / "later.sh"
    text = (SCRIPTS / "agent/install.sh").read_text()
    later.write_text(text.replace("Joins an SSH session", "Later: joins an SSH session")
                     .replace("Tiepoint's agent: takes", "Later: takes")
                     .replace('"work": "/work"}', '"work": "/work", "slots": 0}'))  # fmt: skip
    package = root / "tiepoint-agent.pyz"
    package.write_text("#!/bin/sh\necho 2.0\n")
    return subprocess.run(
        ["sh", str(later), str(package), ""],
        env={**os.environ, "DESTDIR": str(root), "SUDO_USER": "mila"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def is_later(file: Path) -> bool:
    return "Later: " in file.read_text() or "slots" in file.read_text()


def test_an_update_renews_what_the_installation_wrote(tmp_path: Path) -> None:
    root = tmp_path / "machine"
    assert installed(root, "mila").returncode == 0
    for _ in range(2):
        done = updated(root, tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        assert "kept" not in done.stdout
        assert all(is_later(root / name) for name in OURS)
    assert (root / "opt/tiepoint/connect").stat().st_mode & 0o777 == 0o755
    assert installed(root, "mila").returncode == 0  # and back
    assert not any(is_later(root / name) for name in OURS)
    assert not list(root.rglob("*.new"))


def test_what_somebody_changed_stays_and_is_named(tmp_path: Path) -> None:
    root = tmp_path / "machine"
    assert installed(root, "mila").returncode == 0
    settings = root / OURS[1]
    settings.write_text('{"engine": "metashape", "work": "/data"}\n')
    for _ in range(2):
        done = updated(root, tmp_path)
        assert re.findall("^tiepoint: kept (.*)$", done.stdout, re.MULTILINE) == ["/etc/tiepoint/agent.json"]
        assert settings.read_text() == '{"engine": "metashape", "work": "/data"}\n'
        assert is_later(Path(f"{settings}.new"))
        assert is_later(root / OURS[0])
        assert is_later(root / OURS[2])


def test_what_a_deployment_wrote_is_left_to_it(tmp_path: Path) -> None:
    root = tmp_path / "machine"
    for name, text in zip(OURS, ("#!/bin/sh\n", "{}\n", "[Unit]\n"), strict=True):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    (root / "etc/tiepoint/cluster.conf").write_text("engine=metashape\n")
    done = installed(root, "mila")
    assert (done.returncode, done.stderr) == (0, "")
    assert "kept" not in done.stdout
    assert [(root / name).read_text() for name in OURS] == ["#!/bin/sh\n", "{}\n", "[Unit]\n"]
    assert not list(root.rglob("*.new"))


def test_a_unit_of_the_first_versions_is_renewed(tmp_path: Path) -> None:
    root = tmp_path / "machine"
    assert installed(root, "mila").returncode == 0
    unit = root / OURS[2]
    now = unit.read_text()
    unit.write_text(now.replace("StateDirectoryMode=0700\n", ""))
    (root / "opt/tiepoint/.written").unlink()  # they kept no list
    assert "kept" not in installed(root, "mila").stdout
    assert unit.read_text() == now
