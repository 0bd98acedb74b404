"""Set-up of a Linux machine, run for real in a folder, with the system's commands played by small scripts."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infra.variants import composed
from tiepoint.agent.config import AgentConfig
from tiepoint.protocol.codec import from_json
from tiepoint.services.cluster_life.certificates import new_cluster_certificates

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("sh") is None, reason="these scripts are for Linux"
)

SECRET = "PLANTED-ACTIVATION-CODE"
PLAYED = (
    "systemctl",
    "systemd-tmpfiles",
    "apt-get",
    "apt-mark",
    "apt-cache",
    "groupadd",
    "useradd",
    "usermod",
    "dpkg-query",
    "modprobe",
    "curl",
    "gpg",
    "nvidia-smi",
    "getent",
)
ANSWERS = {
    "getent": "exit 0",
    "dpkg-query": "printf 'install ok installed'",
    "nvidia-smi": "printf 'GPU 0: A10\\nGPU 1: A10\\n'",
}


class Machine:
    """A folder that stands for a machine's root."""

    def __init__(self, root: Path, variant: str, variable: str, facts: dict[str, str]) -> None:
        self.root, self.log = root, root / "calls.log"
        self.commands = root / "commands"
        for folder in (
            "commands",
            "etc/systemd/system",
            "etc/tmpfiles.d",
            "etc/apt/sources.list.d",
            "var/lib",
            "usr/share/keyrings",
        ):
            (root / folder).mkdir(parents=True)
        for name in PLAYED:
            self.play(name, ANSWERS.get(name, ":"))
        self.play("install", 'for last; do :; done; mkdir -p "$last"')
        script = composed(variant).template["variables"][variable]
        for name, value in facts.items():
            script = script.replace(name, value)
        self.placing, _, run = self._moved(script).rpartition("exec ")
        self.run = run.strip()

    def play(self, name: str, body: str) -> None:
        path = self.commands / name
        path.write_text(f'#!/bin/sh\necho "{name} $*" >>"{self.log}"\n{body}\n')
        path.chmod(0o755)

    def place(self) -> None:
        subprocess.run(["sh", "-c", self.placing], check=True, env=self._environment())

    def setup(self) -> str:
        done = subprocess.run(
            ["sh", self.run], check=False, env=self._environment(), capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr
        assert done.stderr == ""
        return done.stdout

    def calls(self) -> list[str]:
        return self.log.read_text().splitlines()

    def text(self, path: str) -> str:
        return (self.root / path).read_text()

    def _moved(self, text: str) -> str:
        return re.sub(r"(?<![\w/.])/(etc|opt|var|usr/share/keyrings|work)\b", rf"{self.root}/\1", text)

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "PATH": f"{self.commands}:{os.environ['PATH']}"}


FACTS = {
    "@BLOB_ENDPOINT@": "https://tpstudio.blob.core.windows.net/",
    "@VAULT_URI@": "https://kv-studio.vault.azure.net/",
    "@ARM_ENDPOINT@": "https://management.azure.com/",
    "@PACKAGE@": "",
    "@METASHAPE@": "https://studio.example/metashape.tar.gz",
}


def test_a_node_on_lustre(tmp_path: Path) -> None:
    machine = Machine(tmp_path, "lustre-dns-bastion-open-linux-one", "nodesScript", FACTS)
    machine.place()
    said = machine.setup()
    assert said.splitlines()[-1] == "tiepoint: ready"
    assert "no package of Tiepoint was given" in said
    guard = json.loads(machine.text("etc/tiepoint/guard.json"))
    assert guard["role"] == "node"
    assert guard["blob_endpoint"] == "https://tpstudio.blob.core.windows.net/"
    assert guard["arm_endpoint"] == "https://management.azure.com"
    assert guard["idle_minutes"] == 30
    unit = machine.text("etc/systemd/system/work.mount")
    assert "What=lustre.studio.internal@tcp:/lustrefs" in unit
    assert "flock" in unit
    assert (tmp_path / "work" / "projects").is_dir()
    assert "systemctl enable --quiet --now tiepoint-guard.timer" in machine.calls()
    assert "systemctl start work.mount" in machine.calls()


def test_it_can_be_run_again(tmp_path: Path) -> None:
    machine = Machine(tmp_path, "lustre-dns-bastion-open-linux-one", "nodesScript", FACTS)
    machine.place()
    machine.setup()
    files = {path: path.read_bytes() for path in (tmp_path / "etc").rglob("*") if path.is_file()}
    machine.place()
    machine.setup()
    assert files == {path: path.read_bytes() for path in (tmp_path / "etc").rglob("*") if path.is_file()}


def test_metashape_is_activated_through_a_pipe_and_once(tmp_path: Path) -> None:
    machine = Machine(tmp_path, "netapp-ad-bastion-metashape-linux-one", "nodesScript", FACTS)
    machine.place()
    (tmp_path / "opt/tiepoint/secret.py").write_text(f"#!/bin/sh\nprintf {SECRET}\n")
    program = tmp_path / "opt/metashape-pro/metashape.sh"
    program.parent.mkdir(parents=True)
    machine.play("metashape.sh", f"cat >{tmp_path}/typed")
    shutil.copy(machine.commands / "metashape.sh", program)
    (program.parent / ".archive").write_text(FACTS["@METASHAPE@"] + "\n")
    machine.setup()
    machine.setup()
    assert (tmp_path / "typed").read_text() == SECRET
    runs = [line for line in machine.calls() if line.startswith("metashape.sh")]
    assert runs == [f"metashape.sh -r {tmp_path}/opt/tiepoint/activate.py"]
    assert SECRET not in machine.log.read_text()
    settings = machine.text("etc/tiepoint/worker.env").splitlines()
    assert settings == ["SERVER=scheduler.tiepoint.private:5840", "GPU_MASK=3", "CPU_ENABLE=0"]
    assert "What=netapp.tiepoint.private:" in machine.text("etc/systemd/system/work.mount")
    assert "systemctl enable --quiet --now metashape-worker.service" in machine.calls()


def test_a_licence_is_given_back_once(tmp_path: Path) -> None:
    machine = Machine(tmp_path, "netapp-ad-bastion-metashape-linux-one", "nodesScript", FACTS)
    machine.place()
    machine.play("metashape.sh", ":")
    program = tmp_path / "opt/metashape-pro/metashape.sh"
    program.parent.mkdir(parents=True)
    shutil.copy(machine.commands / "metashape.sh", program)
    (tmp_path / "var/lib/tiepoint").mkdir(parents=True)
    (tmp_path / "var/lib/tiepoint/activated").touch()
    machine.run = str(tmp_path / "opt/tiepoint/deactivate.sh")
    machine.setup()
    machine.setup()
    assert machine.calls().count("metashape.sh --deactivate") == 1


def test_a_scheduler_on_blob_alone(tmp_path: Path) -> None:
    machine = Machine(tmp_path, "blob-dns-bastion-metashape-linux-one", "schedulerScript", FACTS)
    machine.place()
    program = tmp_path / "opt/metashape-pro/metashape.sh"
    program.parent.mkdir(parents=True)
    (program.parent / ".archive").write_text(FACTS["@METASHAPE@"] + "\n")
    said = machine.setup()
    assert "no shared storage" in said
    assert not (tmp_path / "etc/systemd/system/work.mount").exists()
    assert json.loads(machine.text("etc/tiepoint/guard.json"))["role"] == "scheduler"
    assert "systemctl enable --quiet --now metashape-server.service" in machine.calls()
    assert not [line for line in machine.calls() if "worker" in line]


def test_a_kernel_without_a_client_is_named(tmp_path: Path) -> None:
    machine = Machine(tmp_path, "lustre-dns-bastion-open-linux-one", "nodesScript", FACTS)
    machine.place()
    machine.play("modprobe", "exit 1")
    (tmp_path / "etc/os-release").write_text("VERSION_CODENAME=noble\n")
    (tmp_path / "usr/share/keyrings/microsoft.gpg").write_text("key")
    done = subprocess.run(
        ["sh", machine.run], check=False, env=machine._environment(), capture_output=True, text=True, timeout=120
    )
    assert done.returncode != 0
    assert "no Lustre client for the kernel" in done.stderr
    assert "amlfs-noble" in machine.text("etc/apt/sources.list.d/amlfs.list")


PAIR = new_cluster_certificates("studio")


def open_machine(tmp_path: Path, variable: str, certificate: str, variant: str = "lustre") -> Machine:
    """Return a machine of the open engine, with its package and the vault at hand."""
    facts = {**FACTS, "@PACKAGE@": "tiepoint==1.0"}
    machine = Machine(tmp_path, f"{variant}-dns-bastion-open-linux-one", variable, facts)
    machine.place()
    (tmp_path / "vault.pem").write_text(certificate)
    (tmp_path / "opt/tiepoint/secret.py").write_text(
        f'#!/bin/sh\necho "secret $1" >>{machine.log}\ncat {tmp_path}/vault.pem\n'
    )
    programs = tmp_path / "opt/tiepoint/venv/bin"
    programs.mkdir(parents=True)
    for name in ("python", "pip"):
        machine.play(name, ":")
        shutil.copy(machine.commands / name, programs)
        (machine.commands / name).unlink()
    return machine


def test_a_node_of_the_open_engine_is_told_its_scheduler_and_gets_its_certificate(tmp_path: Path) -> None:
    machine = open_machine(tmp_path, "nodesScript", PAIR.node)
    machine.setup()
    told = json.loads(machine.text("etc/tiepoint/agent.json"))
    assert told["scheduler"] == "tls://10.0.1.250:8786"
    assert told["node"]
    assert "secret nodeCertificate" in machine.calls()
    tls = from_json(AgentConfig, told).tls
    assert tls is not None
    assert Path(tls.key).read_text() + Path(tls.certificate).read_text() + Path(tls.ca).read_text() == PAIR.node
    assert Path(tls.key).stat().st_mode & 0o777 == 0o640
    assert "systemctl restart tiepoint-node.service" in machine.calls()
    assert not [line for line in machine.calls() if "tiepoint-agent" in line]
    before = machine.calls().count("systemctl restart tiepoint-node.service")
    machine.setup()
    assert machine.calls().count("systemctl restart tiepoint-node.service") == before


def test_a_scheduler_of_the_open_engine_is_told_its_nodes(tmp_path: Path) -> None:
    machine = open_machine(tmp_path, "schedulerScript", PAIR.scheduler)
    machine.setup()
    told = from_json(AgentConfig, json.loads(machine.text("etc/tiepoint/agent.json")))
    assert told.nodes == ("node-01", "node-02", "node-03", "node-04", "node-05")
    assert told.node == ""
    assert "secret schedulerCertificate" in machine.calls()
    assert "systemctl restart tiepoint-agent.service" in machine.calls()
    program = tmp_path / "opt/tiepoint/tiepoint-agent"
    assert program.readlink() == tmp_path / "opt/tiepoint/venv/bin/tiepoint-agent"


def test_a_certificate_that_is_not_whole_changes_nothing(tmp_path: Path) -> None:
    program = Path(__file__).parents[3] / "infra/scripts/linux/certificate.py"
    text = program.read_text().replace("/etc/tiepoint/tls", str(tmp_path / "tls"))
    for given in ("", PAIR.node[:-60], "-----BEGIN PRIVATE KEY-----"):
        done = subprocess.run(
            [sys.executable, "-c", text], input=given, capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 1
        assert "not whole" in done.stderr
    assert not (tmp_path / "tls").exists()


def test_with_blob_alone_the_scheduler_shares_its_disk_with_the_nodes(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    scheduler = open_machine(tmp_path / "a", "schedulerScript", PAIR.scheduler, "blob")
    scheduler.play("exportfs", ":")
    (tmp_path / "a/etc/exports.d").mkdir()
    scheduler.setup()
    assert "10.0.1.0/24(rw,sync,no_subtree_check,root_squash)" in scheduler.text("etc/exports.d/tiepoint.exports")
    (tmp_path / "b").mkdir()
    node = open_machine(tmp_path / "b", "nodesScript", PAIR.node, "blob")
    node.setup()
    assert "What=scheduler.studio.internal:" in node.text("etc/systemd/system/work.mount")


@pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")
def test_certificates_made_by_hand_are_what_machines_take(tmp_path: Path) -> None:
    program = Path(__file__).parents[3] / "infra/scripts/certificates.sh"
    subprocess.run(["sh", str(program), str(tmp_path)], check=True, capture_output=True, timeout=60)
    text = (program.parent / "linux/certificate.py").read_text().replace("/etc/tiepoint/tls", str(tmp_path / "tls"))
    for role in ("scheduler", "node"):
        made = (tmp_path / f"{role}Certificate.pem").read_text()
        subprocess.run([sys.executable, "-c", text], input=made, text=True, timeout=120, check=True)
        command = ["openssl", "verify", "-x509_strict", "-CAfile", "ca.pem", "certificate.pem"]
        subprocess.run(command, cwd=tmp_path / "tls", check=True, capture_output=True, timeout=120)
