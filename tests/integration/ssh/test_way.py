"""The way through a jump box to a scheduler, and what breaks on it, over real SSH."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest

from patience import Watch
from ssh_server import SshStand
from tiepoint.adapters.scheduler.client import ProtocolScheduler
from tiepoint.adapters.ssh.hosts import SshHosts
from tiepoint.adapters.ssh.patience import Patience
from tiepoint.domain.errors import AgentUnavailable, ConnectionLost, HostKeyChanged, KeyRefused, ProtocolError
from tiepoint.domain.key_change import read_key_change
from tiepoint.domain.route import ClientKeys

HASTY = pytest.mark.parametrize(
    "patience", [Patience(hop_s=3.0, hello_s=60.0, alive_s=0.3, silences=1, closing_s=0.5)], ids=["hasty"]
)
"""Machines that stand still on purpose are soon given up."""


async def test_a_real_agent_is_joined_through_the_jump_box(stand: SshStand, hosts: SshHosts) -> None:
    scheduler = ProtocolScheduler(lambda: hosts.open_agent(stand.route()), "test 1")
    hello = await scheduler.hello()
    assert hello.protocol == 1
    assert await scheduler.jobs() == ()
    await scheduler.close()
    assert (stand.jump.logins, stand.scheduler.logins) == (1, 1)


async def test_commands_and_agent_share_one_connection(stand: SshStand, hosts: SshHosts) -> None:
    route = stand.route()
    ends = await asyncio.gather(*(hosts.run(route, f"echo {number}; cat", data=b"in") for number in range(5)))
    assert [end.output for end in ends] == [f"{number}\nin" for number in range(5)]
    assert stand.scheduler.logins == 1
    end = await hosts.run(route, "echo said >&2; exit 7")
    assert (end.status, end.output, end.errors) == (7, "", "said\n")


async def test_big_input_and_output_do_not_stand_in_each_others_way(stand: SshStand, hosts: SshHosts) -> None:
    data = bytes(range(256)) * 16384
    end = await hosts.run(stand.route(), "tee /dev/stderr | tail -c 1000000 | wc -c", data=data)
    assert end.output.strip() == "1000000"
    assert 0 < len(end.errors) <= 1 << 20


async def test_a_command_that_does_not_end_is_ended(stand: SshStand, hosts: SshHosts) -> None:
    with pytest.raises(ConnectionLost, match="has not ended within 0 s"):
        await hosts.run(stand.route(), "sleep 60", timeout_s=0.2)
    assert (await hosts.run(stand.route(), "echo well")).output == "well\n"


async def test_a_file_is_copied_in_one_step(stand: SshStand, hosts: SshHosts, tmp_path: Path) -> None:
    file, there, told = tmp_path / "package", stand.home / "there", []
    file.write_bytes(b"x" * 700_000)
    there.write_text("old")
    await hosts.put(stand.route(), file, str(there), lambda done, total: told.append((done, total)))
    assert there.read_bytes() == file.read_bytes()
    assert told[-1] == (700_000, 700_000)
    assert [each.name for each in stand.home.iterdir()] == ["there"]


async def test_a_changed_key_is_refused_with_both_fingerprints(stand: SshStand, hosts: SshHosts) -> None:
    for machine in (stand.jump, stand.scheduler):
        route, old = stand.route(), machine.host_key
        await machine.change_key()
        with pytest.raises(HostKeyChanged) as refused:
            await hosts.open_agent(route)
        assert old.fingerprint in refused.value.summary
        assert machine.host_key.fingerprint in refused.value.summary
        assert machine.title in refused.value.summary
        change = read_key_change(refused.value.detail)
        assert (change.machine, change.pinned, change.offered) == (machine.title, (old,), machine.host_key)
    assert stand.scheduler.logins == 0


async def test_a_machine_without_a_pinned_key_is_looked_at_and_not_spoken_with(
    stand: SshStand, hosts: SshHosts
) -> None:
    route = stand.route()
    with pytest.raises(HostKeyChanged, match="not known yet") as refused:
        await hosts.open_agent(replace(route, target=replace(route.target, keys=())))
    assert read_key_change(refused.value.detail).offered == stand.scheduler.host_key
    assert stand.scheduler.logins == 0


async def test_the_users_own_list_of_hosts_vouches_for_nobody(
    stand: SshStand, hosts: SshHosts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "person"
    (home / ".ssh").mkdir(parents=True)
    line = f"[127.0.0.1]:{stand.jump.port} {stand.jump.host_key.line}\n"
    (home / ".ssh" / "known_hosts").write_text(line)
    monkeypatch.setenv("HOME", str(home))
    route = stand.route()
    with pytest.raises(HostKeyChanged):
        await hosts.open_agent(replace(route, jumps=(replace(route.jumps[0], keys=()),)))


async def test_a_key_nobody_takes(stand: SshStand, hosts: SshHosts) -> None:
    stand.scheduler.refuses_keys = True
    with pytest.raises(KeyRefused) as refused:
        await hosts.open_agent(stand.route())
    assert "scheduler" in refused.value.summary
    assert "account tiepoint" in refused.value.summary
    assert "SHA256:" in refused.value.summary
    stand.scheduler.refuses_keys = False
    await (await hosts.open_agent(stand.route())).close()


async def test_keys_come_from_files_and_agent(
    stand: SshStand, hosts: SshHosts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    by_file = stand.route(keys=ClientKeys(files=(tmp_path / "none", stand.key_file)))
    assert (await hosts.run(by_file, "echo in")).output == "in\n"
    locked = tmp_path / "locked"
    words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f", str(locked)]
    assert await (await asyncio.create_subprocess_exec(*words)).wait() == 0
    with pytest.raises(KeyRefused) as refused:
        await hosts.run(stand.route("own/locked", keys=ClientKeys(files=(locked,))), "echo in")
    assert "there is none to offer" in refused.value.summary
    assert "ssh-add" in refused.value.remedy


@pytest.mark.skipif(shutil.which("ssh-agent") is None, reason="needs ssh-agent (openssh-client)")
async def test_the_ssh_agent_is_asked(
    stand: SshStand, hosts: SshHosts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    socket = tmp_path / "a.sock"
    agent = await asyncio.create_subprocess_exec("ssh-agent", "-D", "-a", str(socket), stdout=asyncio.subprocess.PIPE)
    try:
        assert agent.stdout is not None
        assert b"SSH_AUTH_SOCK" in await agent.stdout.readline()  # it listens
        monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
        client = await asyncssh.connect_agent()
        for key in (asyncssh.generate_private_key("ssh-ed25519"), asyncssh.import_private_key(stand.private_key)):
            await client.add_keys([key])
        client.close()
        await client.wait_closed()
        route = stand.route(keys=ClientKeys(files=(tmp_path / "none",)))
        assert (await hosts.run(route, "echo in")).output == "in\n"
    finally:
        agent.terminate()
        await agent.communicate()


async def test_the_first_machine_that_does_not_answer_is_named(stand: SshStand, hosts: SshHosts) -> None:
    route = stand.route()
    await stand.scheduler.stop()
    with pytest.raises(ConnectionLost, match=r"The jump box answers, the scheduler \(127.0.0.1:\d+\) does not\."):
        await hosts.open_agent(route)
    await stand.jump.stop()
    with pytest.raises(ConnectionLost, match=r"The jump box \(127.0.0.1:\d+\) does not answer\."):
        await hosts.open_agent(route)
    await stand.jump.start()
    await stand.scheduler.start()
    await (await hosts.open_agent(route)).close()


@HASTY
async def test_machines_that_take_a_connection_and_say_nothing(stand: SshStand, hosts: SshHosts) -> None:
    stand.scheduler.is_silent = True
    with pytest.raises(ConnectionLost, match="The jump box answers, the scheduler"):
        await hosts.open_agent(stand.route())
    stand.jump.is_silent = True
    with pytest.raises(ConnectionLost, match="The jump box .* does not answer"):
        await hosts.open_agent(stand.route())


async def test_a_jump_box_that_passes_nothing_on(stand: SshStand, hosts: SshHosts) -> None:
    stand.jump.refuses_forwarding = True
    with pytest.raises(ConnectionLost, match="answers, and lets no connection through"):
        await hosts.open_agent(stand.route())


async def test_something_else_on_the_port(stand: SshStand, hosts: SshHosts) -> None:
    async def web(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(web, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    route = stand.route(jumps=False)
    with pytest.raises(ConnectionLost):
        await hosts.open_agent(replace(route, target=replace(route.target, port=port)))
    server.close()
    await server.wait_closed()


async def test_a_dropped_connection_is_made_again(stand: SshStand, hosts: SshHosts) -> None:
    route = stand.route()
    stream = await hosts.open_agent(route)
    for machine in (stand.jump, stand.scheduler):
        machine.drop()
        with pytest.raises(OSError, match="broke"):
            await stream.read(1000)
        await stream.close()
        stream = await hosts.open_agent(route)
    await stream.close()
    assert stand.jump.logins == 3


@HASTY
async def test_a_half_open_connection_is_noticed(stand: SshStand, hosts: SshHosts) -> None:
    stream = await hosts.open_agent(stand.route())
    stand.jump.freeze()
    watch = Watch()
    with pytest.raises(OSError, match="broke"):
        await stream.read(1000)
    assert watch.took_s() < 3
    with pytest.raises(ConnectionLost, match="The jump box .* does not answer"):
        await hosts.open_agent(stand.route())
    stand.jump.thaw()
    await (await hosts.open_agent(stand.route())).close()


async def test_another_route_to_the_same_site_takes_the_place_of_the_old_one(stand: SshStand, hosts: SshHosts) -> None:
    await hosts.run(stand.route(), "true")
    await stand.scheduler.change_key()
    assert (await hosts.run(stand.route(), "echo new")).output == "new\n"


@pytest.mark.parametrize("status", [127, 9009])
async def test_no_agent_there(stand: SshStand, hosts: SshHosts, status: int) -> None:
    stand.status, stand.complaint = status, "sh: 1: /opt/tiepoint/connect: not found\n"
    with pytest.raises(AgentUnavailable, match="There is no agent on the scheduler"):
        await hosts.open_agent(stand.route())


async def test_sudo_lets_nobody_in(stand: SshStand, hosts: SshHosts) -> None:
    stand.status, stand.complaint = 1, "sudo: a password is required\n"
    with pytest.raises(AgentUnavailable, match="may not join the agent .*: sudo: a password is required"):
        await hosts.open_agent(stand.route())


async def test_an_agent_that_breaks_at_its_start(stand: SshStand, hosts: SshHosts) -> None:
    stand.status, stand.complaint = 2, "The agent did not start; its log is /var/log/x.\n"
    with pytest.raises(AgentUnavailable, match=r"cannot be joined: The agent did not start; its log is /var/log/x\."):
        await hosts.open_agent(stand.route())


async def test_what_machines_say_at_a_login_is_passed_over(stand: SshStand, hosts: SshHosts) -> None:
    stand.noise = b"Welcome to Ubuntu\n\xff\xfe{not json}\n" + b'{"a": 1}\n' + b'{"jsonrpc": 1}\n' + b"[" * 5000 + b"\n"
    stand.complaint = "sudo: unable to resolve host scheduler\n"
    scheduler = ProtocolScheduler(lambda: hosts.open_agent(stand.route()), "test 1")
    assert (await scheduler.hello()).protocol == 1
    await scheduler.close()


async def test_what_never_speaks_the_protocol_is_no_agent(
    stand: SshStand, hosts: SshHosts, expected_logs: list[str]
) -> None:
    expected_logs.append("socket.send() raised exception")  # of the stand's side, which still talks
    stand.connect = ["sh", "-c", "yes 'Everything is fine'"]
    with pytest.raises(ProtocolError, match="is no agent"):
        await hosts.open_agent(stand.route())
    stand.connect = ["sh", "-c", "head -c 3000000 /dev/zero; sleep 60"]
    with pytest.raises(ProtocolError, match="is no agent"):
        await hosts.open_agent(stand.route())


async def test_an_agent_that_stays_silent(stand: SshStand, tmp_path: Path) -> None:

    hosts = SshHosts("test", patience=Patience(hello_s=0.3))
    stand.connect = ["sleep", "60"]
    with pytest.raises(AgentUnavailable, match="its agent says nothing"):
        await hosts.open_agent(stand.route())
    await hosts.close()


async def test_an_agent_that_refuses_our_version_is_heard(stand: SshStand, hosts: SshHosts) -> None:
    stand.connect = [
        "sh",
        "-c",
        """read line; echo '{"jsonrpc":"2.0","id":0,"error":{"code":-32010,"message":"no"}}'""",
    ]
    stream = await hosts.open_agent(stand.route())
    assert b"-32010" in await stream.read(1000)
    await stream.close()


async def test_cancelling_at_any_moment_leaves_nothing(stand: SshStand, hosts: SshHosts) -> None:
    await hosts.run(stand.route(), "true")
    await hosts.close()
    for step in range(24):
        joining = asyncio.create_task(hosts.open_agent(stand.route()))
        await asyncio.sleep(step * 0.004)
        joining.cancel()
        ended = await asyncio.gather(joining, return_exceptions=True)
        if not isinstance(ended[0], BaseException):
            await ended[0].close()
        if step % 3 == 0:
            await hosts.close()
    await (await hosts.open_agent(stand.route())).close()


async def test_many_callers_make_one_connection_and_one_of_them_may_leave(stand: SshStand, hosts: SshHosts) -> None:
    calls = [asyncio.create_task(hosts.run(stand.route(), "echo in")) for _ in range(5)]
    await asyncio.sleep(0.01)
    calls[0].cancel()
    ends = await asyncio.gather(*calls, return_exceptions=True)
    assert [end if isinstance(end, BaseException) else end.output for end in ends[1:]] == ["in\n"] * 4


async def test_a_key_of_the_vault_is_shown_nowhere(
    stand: SshStand, hosts: SshHosts, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    route = stand.route()
    middle = stand.private_key.splitlines()[2]
    await hosts.run(route, "true")
    assert middle not in repr(route)
    assert middle not in caplog.text
