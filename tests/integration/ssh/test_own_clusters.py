"""Own clusters in the whole program: added, spoken with, given an agent, removed; over real SSH."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from program import Program
from ssh_server import SshStand
from tiepoint.bootstrap import open_program
from tiepoint.domain.errors import ConnectionLost, HostKeyChanged, OperationFailed, UsageError
from tiepoint.domain.key_change import read_key_change
from tiepoint.services.program import Program as Services
from tiepoint.services.remote_sites import AgentNeed

SYSTEM_PYTHON = next((path for path in ("/usr/bin/python3",) if os.path.exists(path)), sys.executable)


@pytest.fixture
def agent_home(tmp_path_factory: pytest.TempPathFactory, program: Program) -> AsyncIterator[Path]:
    """The scheduler's own home: another computer than the panel's."""
    home = tmp_path_factory.mktemp("there")
    yield home
    Program(home).stop()


@pytest_asyncio.fixture
async def stand(agent_home: Path, tmp_path: Path) -> AsyncIterator[SshStand]:
    async with SshStand(agent_home, folder=tmp_path / "ssh") as stand:
        yield stand


@pytest_asyncio.fixture
async def services(program: Program) -> AsyncIterator[Services]:
    async with open_program() as services:
        services.remote.remote.start()
        yield services


async def test_a_cluster_is_added_spoken_with_kept_and_removed(stand: SshStand, services: Services) -> None:
    remote, sites = services.remote.remote, services.remote.sites
    site = await remote.add(stand.own_cluster("studio"))
    assert (site.id, site.name) == ("own/studio", "studio")
    assert await site.scheduler.jobs() == ()
    status = await remote.agent(site.id)
    assert (status.need, status.version) == (AgentNeed.NOTHING, status.ours)
    with pytest.raises(UsageError, match="There is a cluster"):
        await remote.add(stand.own_cluster("studio"))
    with pytest.raises(UsageError, match="no name for a cluster"):
        await remote.add(stand.own_cluster("../studio"))
    async with open_program() as again:
        again.remote.remote.start()
        assert again.remote.sites.find("studio").id == "own/studio"
        assert again.remote.remote.own("own/studio") == stand.own_cluster("studio")
    await remote.remove("studio")
    assert sites.get("own/studio") is None
    with pytest.raises(UsageError, match="There is no own cluster"):
        await remote.remove("studio")


async def test_keys_are_compared_before_anything_is_kept(stand: SshStand, services: Services) -> None:
    remote = services.remote.remote
    cluster = stand.own_cluster("studio")
    unknown = replace(cluster, scheduler=replace(cluster.scheduler, keys=()), jumps=())
    with pytest.raises(HostKeyChanged) as asked:
        await remote.add(unknown)
    assert services.remote.sites.get("own/studio") is None
    offered = read_key_change(asked.value.detail).offered
    assert offered is not None
    site = await remote.add(replace(unknown, scheduler=replace(unknown.scheduler, keys=(offered,))))
    await stand.scheduler.change_key()
    with pytest.raises(HostKeyChanged, match="another key than the pinned one"):
        await site.scheduler.hello()
    with pytest.raises(UsageError, match="Nobody but you"):
        await remote.read_keys_again(site.id)
    with pytest.raises(UsageError, match="no machine"):
        await remote.trust(site.id, "toaster", (stand.scheduler.host_key,))
    await remote.trust(site.id, "scheduler", (stand.scheduler.host_key,))
    assert (await site.scheduler.hello()).protocol == 1


async def test_a_cluster_that_cannot_be_reached_is_not_kept(stand: SshStand, services: Services) -> None:
    await stand.scheduler.stop()
    with pytest.raises(ConnectionLost, match="The jump box answers, the scheduler"):
        await services.remote.remote.add(stand.own_cluster("studio"))
    assert services.remote.sites.get("own/studio") is None


async def test_an_agent_is_installed_and_runs_with_the_standard_library_alone(
    stand: SshStand, services: Services, tmp_path: Path
) -> None:
    remote = services.remote.remote
    site = await remote.add(stand.own_cluster("studio"))
    stand.status, stand.complaint = 127, "sh: /opt/tiepoint/connect: not found\n"
    assert (await remote.agent(site.id)).need is AgentNeed.INSTALL
    operation = remote.install_agent(site.id)
    assert remote.install_agent(site.id) is operation
    phases: list[str] = []
    operation.changed.subscribe(lambda snapshot: phases.append(snapshot.progress.phase))
    assert (await operation.wait()).need is AgentNeed.INSTALL  # the stand's command is still missing
    assert [phase for phase in ("look", "copy", "install") if phase in phases] == ["look", "copy", "install"]
    installed = stand.root / "opt/tiepoint/tiepoint-agent"
    assert not (stand.home / "tiepoint-agent.pyz").exists()
    assert (
        "ExecStart=/opt/tiepoint/tiepoint-agent run"
        in (stand.root / "etc/systemd/system/tiepoint-agent.service").read_text()
    )
    # The installed file by a Python without any of our packages: -I shuts out the environment's.
    settings = tmp_path / "agent.json"
    settings.write_text(f'{{"engine": "metashape", "work": "{tmp_path}"}}')
    home = tmp_path / "h"
    home.mkdir()
    stand.connect = [SYSTEM_PYTHON, str(installed), "connect"]
    stand.status, stand.complaint = None, ""
    stand.env = {"TIEPOINT_HOME": str(home), "TIEPOINT_AGENT_CONFIG": str(settings), "PYTHONPATH": ""}
    try:
        status = await remote.agent(site.id)
        assert (status.need, status.version) == (AgentNeed.NOTHING, status.ours)
        assert (await site.scheduler.hello()).engine.name == "metashape"
    finally:
        Program(home).stop()
    changed = stand.root / "etc/tiepoint/agent.json"
    changed.write_text('{"engine": "metashape", "work": "/data"}')
    again = remote.install_agent(site.id)
    assert (await again.wait()).kept == ("/etc/tiepoint/agent.json",)
    assert "/data" in changed.read_text()
    Program(home).stop()


async def test_a_machine_without_a_fit_python_says_so(stand: SshStand, services: Services, tmp_path: Path) -> None:
    site = await services.remote.remote.add(stand.own_cluster("studio"))
    old = tmp_path / "bin"
    old.mkdir()
    (old / "python3").write_text("#!/bin/sh\necho 3.8\n")
    (old / "python3").chmod(0o755)
    stand.env = {"PATH": f"{old}:{os.environ['PATH']}"}
    with pytest.raises(OperationFailed, match=r"has Python 3.8; the agent needs Python 3.11"):
        await services.remote.remote.install_agent(site.id).wait()


async def test_what_the_machine_says_of_a_failed_installation_is_told(stand: SshStand, services: Services) -> None:
    site = await services.remote.remote.add(stand.own_cluster("studio"))
    (stand.root / "opt").write_text("a file where a folder should be")
    with pytest.raises(OperationFailed, match="could not be installed on the scheduler: .*opt"):
        await services.remote.remote.install_agent(site.id).wait()


async def test_installing_can_be_stopped(stand: SshStand, services: Services) -> None:
    site = await services.remote.remote.add(stand.own_cluster("studio"))
    stand.scheduler.freeze()
    operation = services.remote.remote.install_agent(site.id)
    await asyncio.sleep(0.05)
    operation.cancel()
    with pytest.raises(Exception, match="Stopped"):
        await operation.wait()
    stand.scheduler.thaw()


def test_the_script_is_a_shell_script_that_dash_reads() -> None:
    script = Path(__file__).parents[3] / "infra/scripts/agent/install.sh"
    assert subprocess.run(["sh", "-n", str(script)], check=False).returncode == 0
