"""The command line on an own cluster: real processes, real SSH through a jump box, a real agent behind it."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from program import Program
from ssh_server import SshStand


@pytest.fixture
def agent_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The scheduler's own home: another computer than ours."""
    home = tmp_path_factory.mktemp("there")
    yield home
    Program(home).stop()


@pytest_asyncio.fixture
async def stand(agent_home: Path, tmp_path: Path, program: Program) -> AsyncIterator[SshStand]:
    async with SshStand(agent_home, folder=tmp_path / "ssh") as stand:
        yield stand


def _add(stand: SshStand, keys: Path) -> list[str]:
    jump, scheduler = stand.jump.hop(), stand.scheduler.hop()
    lines = [f"[{hop.host}]:{hop.port} {hop.keys[0].line}" for hop in (jump, scheduler)]
    keys.write_text("\n".join(lines) + "\n")
    places = [f"{hop.user}@{hop.host}:{hop.port}" for hop in (scheduler, jump)]
    words = ["cluster", "add", "studio", "--scheduler", places[0], "--jump", places[1]]
    return [*words, "--key", str(stand.key_file), "--host-keys", str(keys), "--json"]


async def test_a_cluster_is_added_asked_watched_and_forgotten(
    stand: SshStand, program: Program, tmp_path: Path
) -> None:
    added = await asyncio.to_thread(program.run, *_add(stand, tmp_path / "keys"))
    assert added.status == 0, added.stderr + added.stdout
    assert added.result["cluster"] == "studio"
    nodes = await asyncio.to_thread(program.run, "nodes", "--cluster", "studio", "--json")
    assert nodes.status == 0, nodes.stdout
    assert nodes.result["state"] == "ok"
    wrong = await asyncio.to_thread(program.run, "pause", "nothing", "--cluster", "studio", "--json")
    assert (wrong.status, wrong.result["error"]["kind"]) == (2, "usage")
    await _watch(program)
    await stand.scheduler.stop()
    lost = await asyncio.to_thread(program.run, "jobs", "--cluster", "studio", "--json")
    assert (lost.status, lost.result["error"]["kind"]) == (1, "connection")
    assert "jump box answers" in lost.result["error"]["summary"]
    gone = await asyncio.to_thread(program.run, "cluster", "remove", "studio", "--json")
    assert gone.status == 0
    nobody = await asyncio.to_thread(program.run, "jobs", "--cluster", "studio", "--json")
    assert (nobody.status, nobody.result["error"]["kind"]) == (4, "sign-in")


async def _watch(program: Program) -> None:
    """Watch everything until Ctrl-C: the link is told as soon as it is up."""
    process = program.start("watch", "--cluster", "studio", "--json")
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            while True:
                told = json.loads(await asyncio.to_thread(process.stdout.readline))
                if told["type"] == "link" and told["link"]["state"] == "connected":
                    break
        process.send_signal(signal.SIGINT)
        rest = await asyncio.to_thread(process.communicate, None, 60)
    finally:
        process.kill()
        process.wait()
    assert json.loads(rest[0].splitlines()[-1])["type"] == "result"
    assert process.returncode == 0


async def test_a_file_for_support_is_written_by_the_command(program: Program, tmp_path: Path) -> None:
    done = await asyncio.to_thread(program.run, "support", str(tmp_path / "support.zip"), "--json")
    assert done.status == 0, done.stdout
    assert done.result["bytes"] == (tmp_path / "support.zip").stat().st_size
