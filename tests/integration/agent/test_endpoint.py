"""Who may talk to us and how: private endpoint, encrypted loopback, unreadable messages, connect, idle exit."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from client import LIMIT, Client
from gate import Gate

from patience import PATIENCE_S
from program import Program, wait_until
from tiepoint.runtime.children import start_child
from tiepoint.runtime.endpoint import AGENT

Capture = Callable[..., Path]


def listening(program: Program) -> list[tuple[str, int]]:
    """Every address any of our processes listens on, over the network."""
    return [
        (connection.laddr.ip, connection.laddr.port)
        for process in program.processes()
        for connection in process.net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN or connection.type == socket.SOCK_DGRAM
    ]


async def test_nothing_listens_but_encrypted_loopback(
    client: Client, capture: Capture, program: Program, gate: Gate
) -> None:
    assert listening(program) == []
    job = await client.submit(capture(features={"tasks": 2, "gate": gate.path}))
    await client.stage_reached(job["id"], "features")
    addresses = listening(program)
    # The scheduler and the two workers; no dashboard, no web server.
    assert len(addresses) == 3
    assert {address for address, _ in addresses} == {"127.0.0.1"}
    for _, port in addresses:
        assert await _answer(port, b"GET / HTTP/1.0\r\n\r\n") == b""
    gate.open()
    await client.job_until(job["id"], "completed")


async def test_a_plain_dask_client_is_refused(client: Client, capture: Capture, program: Program, gate: Gate) -> None:
    job = await client.submit(capture(features={"tasks": 1, "gate": gate.path}))
    await client.stage_reached(job["id"], "features")
    ports = [port for _, port in listening(program)]
    attempt = (
        "import sys, asyncio\n"
        "from distributed import rpc\n"
        "from distributed.comm import connect\n"
        "from distributed.security import Security\n"
        "async def main():\n"
        "    for address, security in [(f'tcp://127.0.0.1:{p}', None) for p in sys.argv[1:]] + [\n"
        "        (f'tls://127.0.0.1:{p}', Security.temporary()) for p in sys.argv[1:]]:\n"
        "        try:\n"
        "            args = security.get_connection_args('client') if security else {}\n"
        "            comm = await connect(address, timeout=2, **args)\n"
        "            await comm.write({'op': 'identity', 'reply': True}); print('ANSWER', await comm.read())\n"
        "        except Exception as e: print('refused', type(e).__name__)\n"
        "asyncio.run(main())\n"
    )
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", attempt, *map(str, ports)], capture_output=True, text=True, timeout=60
    )
    assert "ANSWER" not in done.stdout, done.stdout
    assert done.stdout.count("refused") == 2 * len(ports), done.stdout + done.stderr
    gate.open()
    assert (await client.job_until(job["id"], "completed"))["error"] is None


async def _answer(port: int, question: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(question)
        return await asyncio.wait_for(reader.read(100), PATIENCE_S)
    except (ConnectionError, TimeoutError):
        return b""
    finally:
        writer.close()


async def test_the_endpoint_is_private(client: Client) -> None:
    folder = Path(AGENT.address()).parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert folder.stat().st_uid == os.getuid()


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"x" * (LIMIT + 2), -32005),
        (b"not json\n", -32700),
        (b'{"jsonrpc": "2.0", "id": "text", "method": "hello"}\n', -32700),
        (b"[" * 200000 + b"\n", -32700),
        (b"\xff\xfe\n", -32700),
    ],
)
async def test_an_unreadable_message_closes_the_stream_only(client: Client, sent: bytes, code: int) -> None:
    reader, writer = await AGENT.open_or_start()
    writer.write(sent)
    answer = json.loads(await asyncio.wait_for(reader.readline(), PATIENCE_S))
    assert answer["error"]["code"] == code
    assert answer["error"]["data"]["summary"]
    assert await reader.read() == b""
    writer.close()
    assert (await client.call("jobs.list"))["jobs"] == []


async def test_hello_comes_first(client: Client) -> None:
    other = await Client.connect(greet=False)
    await other.send("jobs.list")
    answer = await other.read()
    assert answer is not None
    assert answer["error"]["code"] == -32006
    await other.send("hello", client="old", protocol=0)
    answer = await other.read()
    assert answer is not None
    assert answer["error"]["code"] == -32007
    await other.close()


async def test_a_broken_database_is_told_in_the_greeting(program: Program, tiepoint_home: Path) -> None:
    database = tiepoint_home / "data" / "jobs.db"
    database.parent.mkdir(parents=True, exist_ok=True)
    database.write_bytes(b"this is no database" * 100)
    client = await Client.connect()
    await client.close()
    kept = await asyncio.to_thread(Path(client.hello["set_aside"]).read_bytes)
    assert kept.startswith(b"this is no database")


async def test_many_clients_at_once_start_one_agent(program: Program) -> None:
    clients = await asyncio.gather(*(Client.connect() for _ in range(5)))
    assert len({client.hello["epoch"] for client in clients}) == 1
    assert len(program.processes("agent")) == 1
    for client in clients:
        await client.close()


async def test_connect_joins_the_streams(program: Program) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tiepoint", "--child", "connect", stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    request = {"jsonrpc": "2.0", "id": 1, "method": "hello", "params": {"client": "c"}}
    answer, _ = await asyncio.wait_for(process.communicate(json.dumps(request).encode() + b"\n"), PATIENCE_S)
    assert json.loads(answer)["result"]["engine"]["name"] == "tiepoint"
    assert process.returncode == 0


async def test_the_agent_ends_when_idle(program: Program) -> None:
    await asyncio.to_thread(start_child, "agent", ["--idle-s", "0.5"], detached=True)
    endpoint = Path(AGENT.address())
    wait_until(endpoint.exists, what="the agent to listen")
    client = await Client.connect()
    await asyncio.sleep(1.0)
    assert (await client.call("jobs.list"))["jobs"] == []
    await client.close()
    wait_until(lambda: not program.processes(), what="the agent to end")
    assert AGENT.address() == str(endpoint)
    assert endpoint.name not in os.listdir(endpoint.parent)
