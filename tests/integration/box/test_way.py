"""The way to the scheduler over Debian's sshd: what it refuses and what it says about it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from cluster_box.box import ClusterBox
from cluster_box.sshd import SshMachine, make_key
from tiepoint.adapters.scheduler.client import ProtocolScheduler
from tiepoint.adapters.ssh.hosts import SshHosts
from tiepoint.adapters.ssh.patience import Patience
from tiepoint.domain.errors import AgentUnavailable, ConnectionLost, HostKeyChanged, KeyRefused
from tiepoint.domain.route import Hop, Route

IMPATIENT = Patience(hop_s=5.0)


@pytest_asyncio.fixture
async def hosts() -> AsyncIterator[SshHosts]:
    hosts = SshHosts("tiepoint test", patience=IMPATIENT)
    yield hosts
    await hosts.close()


async def test_the_agent_is_joined_through_the_jump_box(toy_box: ClusterBox, hosts: SshHosts) -> None:
    before = toy_box.jump.logins(), toy_box.scheduler.logins()
    scheduler = ProtocolScheduler(lambda: hosts.open_agent(toy_box.route()), "tiepoint test")
    hello = await scheduler.hello()
    assert hello.host == "scheduler"
    assert hello.work == str(toy_box.work)
    await scheduler.close()
    assert (toy_box.jump.logins() - before[0], toy_box.scheduler.logins() - before[1]) == (1, 1)


async def test_commands_and_files_go_the_same_way(toy_box: ClusterBox, hosts: SshHosts, tmp_path: Path) -> None:
    route = toy_box.route()
    done = await hosts.run(route, "cat; hostname; echo oh >&2; exit 3", data=b"handed in\n")
    assert (done.status, done.output, done.errors) == (3, "handed in\nscheduler\n", "oh\n")
    file = tmp_path / "parcel"
    file.write_bytes(bytes(range(256)) * 5000)
    there = toy_box.folder / "scheduler" / "parcel"
    await hosts.put(route, file, str(there))
    assert there.read_bytes() == file.read_bytes()


@pytest.mark.parametrize("name", ["jump", "scheduler"])
async def test_a_changed_host_key_is_refused_with_both_fingerprints(
    name: str, toy_box: ClusterBox, hosts: SshHosts
) -> None:
    machine: SshMachine = getattr(toy_box, name)
    route, pinned = toy_box.route(), machine.host_key
    await asyncio.to_thread(machine.change_key)
    before = machine.logins()
    with pytest.raises(HostKeyChanged) as refused:
        await hosts.open_agent(route)
    assert machine.title in refused.value.summary
    assert pinned.fingerprint in refused.value.summary
    assert machine.host_key.fingerprint in refused.value.summary
    assert machine.logins() == before
    stream = await hosts.open_agent(toy_box.route("own/again"))
    await stream.close()


async def test_a_key_that_was_never_pinned_is_not_accepted(toy_box: ClusterBox, hosts: SshHosts) -> None:
    route = toy_box.route()
    with pytest.raises(HostKeyChanged, match="not known yet") as refused:
        await hosts.open_agent(replace(route, target=replace(route.target, keys=())))
    assert toy_box.scheduler.host_key.fingerprint in refused.value.summary


async def test_a_wrong_key_is_refused_by_the_jump_box(toy_box: ClusterBox, hosts: SshHosts, tmp_path: Path) -> None:
    make_key(tmp_path / "stranger", "stranger")
    with pytest.raises(KeyRefused, match="jump box"):
        await hosts.open_agent(toy_box.route(key_file=tmp_path / "stranger"))


async def test_a_scheduler_without_sshd_is_told_from_a_jump_box_that_is_off(
    toy_box: ClusterBox, hosts: SshHosts
) -> None:
    await asyncio.to_thread(toy_box.scheduler.stop)
    try:
        with pytest.raises(ConnectionLost, match=r"jump box answers, the scheduler \(.*\) does not"):
            await hosts.open_agent(toy_box.route())
    finally:
        await asyncio.to_thread(toy_box.scheduler.start)
    await hosts.forget("own/box")
    await asyncio.to_thread(toy_box.jump.stop)
    try:
        with pytest.raises(ConnectionLost, match=r"The jump box \(.*\) does not answer"):
            await hosts.open_agent(toy_box.route())
    finally:
        await asyncio.to_thread(toy_box.jump.start)


async def test_a_cut_cable_behind_the_jump_box_is_said_so(toy_box: ClusterBox, hosts: SshHosts) -> None:
    toy_box.cut("scheduler")
    try:
        with pytest.raises(ConnectionLost, match="jump box answers, the scheduler"):
            await hosts.open_agent(toy_box.route())
    finally:
        toy_box.mend("scheduler")


async def test_the_scheduler_is_not_reached_past_the_jump_box(toy_box: ClusterBox, hosts: SshHosts) -> None:
    with pytest.raises(ConnectionLost, match=r"The scheduler \(.*\) does not answer"):
        await hosts.open_agent(replace(toy_box.route(), jumps=()))


async def test_a_jump_box_that_is_no_scheduler_joins_no_agent(toy_box: ClusterBox, hosts: SshHosts) -> None:
    jump = Hop("scheduler", toy_box.jump.host, 22, "root", (toy_box.jump.host_key,))
    route = Route("own/jump", jump, keys=toy_box.route().keys, command=toy_box.command)
    with pytest.raises(AgentUnavailable):
        await hosts.open_agent(route)


async def test_a_machine_without_an_agent_is_said_so(toy_box: ClusterBox, hosts: SshHosts) -> None:
    with pytest.raises(AgentUnavailable, match="no agent"):
        await hosts.open_agent(replace(toy_box.route(), command="/opt/tiepoint/connect"))
