"""An own cluster with the frozen program: reached by SSH through a jump box, and served by the frozen agent itself.

The agent there stands before Agisoft's programs, by a stand-in: what it runs in Agisoft's Python comes from the frozen
folder. So do the agent's sources, from which it is packed for other machines. Run by `smoke.sh` with the development
environment; the program alone is given an empty one. Makes and removes its own folders.
Usage: PYTHONPATH=tests python packaging/frozen/own_cluster.py EXECUTABLE
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Final
from unittest import mock

from frozen_program import Frozen, check_logs, expect

from fakes.agisoft.stand import AgisoftStand
from program import Program
from ssh_server import SshStand
from tiepoint import __version__
from tiepoint.adapters.files import agent_package
from tiepoint.resources import read_infra

_NODES: Final = ("node-01", "node-02")
_LONGEST_S: Final = 60


def main(executable: Path) -> None:
    """Pack the agent; add the cluster, ask it, forget it.

    Args:
        executable: The frozen program.

    Raises:
        AssertionError: Something is not as it has to be.
    """
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        _pack(executable, home)
        _require_node(executable, home)
        there, work = home / "there", home / "work"
        for folder in (there, work):
            folder.mkdir()
        agisoft = AgisoftStand("C", work)
        stack.callback(agisoft.close)
        stack.callback(Program(there).stop)
        for node in _NODES:
            agisoft.add_worker(node)
        config = home / "agent.json"
        config.write_text(json.dumps(agisoft.agent_config(work)), encoding="utf-8")
        asyncio.run(_live(executable, home, there, config, agisoft.environment()))
        for logs in (home / "state" / "log", there / "log"):
            check_logs(logs)


def _pack(executable: Path, home: Path) -> None:
    """What the frozen program packs is, byte for byte, what the sources make, and starts."""
    packed = {}
    for name, package in (("frozen", executable.parent / "_internal" / "tiepoint"), ("source", None)):
        zipped = agent_package.ZippedAgent(home / name, __version__, read_infra)
        found = package or agent_package.resources.files("tiepoint")
        with mock.patch.object(agent_package.resources, "files", return_value=found):
            packed[name] = asyncio.run(zipped.pack())
    frozen = packed["frozen"]
    assert frozen.read_bytes() == packed["source"].read_bytes(), "the frozen program packs another agent"
    python = shutil.which("python3", path="/usr/bin:/bin") or sys.executable
    if subprocess.run([python, "-c", "import sys; sys.exit(sys.version_info < (3, 11))"], check=False).returncode:
        python = sys.executable  # the system's is too old for an agent
    told = _ended([python, "-I", str(frozen), "version"], home)
    assert told.stdout.strip() == __version__, f"the packed agent says {told.stdout!r} {told.stderr}"


def _require_node(executable: Path, home: Path) -> None:
    """A node without settings says what it needs."""
    ended = _ended([str(executable), "--child", "node"], home)
    assert ended.returncode == 2, f"the node ended with {ended.returncode}: {ended.stderr}"
    assert "A node needs its name" in ended.stderr, f"the node said: {ended.stderr}"


def _ended(command: list[str], home: Path) -> subprocess.CompletedProcess[str]:
    env = {"HOME": str(home), "TIEPOINT_HOME": str(home / "state"), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=_LONGEST_S, check=False)


async def _live(executable: Path, home: Path, there: Path, config: Path, env: dict[str, str]) -> None:
    program = Frozen(executable, home)
    async with SshStand(there, folder=home / "ssh", env=env, config=config) as stand:
        stand.connect = [str(executable), "--child", "connect"]
        added = await asyncio.to_thread(program.run, *_add(stand, home / "keys"))
        expect(added, state="ok", cluster="studio")
        told = await asyncio.to_thread(program.run, "jobs", "--cluster", "studio")
        expect(told, state="ok", jobs=[])
        nodes = (await asyncio.to_thread(program.run, "nodes", "--cluster", "studio"))["nodes"]
        hosts = sorted(node["host"] for node in nodes)
        assert hosts == sorted(_NODES), f"the cluster's nodes are {nodes}"
        expect(await asyncio.to_thread(program.run, "cluster", "remove", "studio"), state="ok")
        await asyncio.to_thread(Program(there).stop)


def _add(stand: SshStand, keys: Path) -> list[str]:
    jump, scheduler = stand.jump.hop(), stand.scheduler.hop()
    keys.write_text("".join(f"[{hop.host}]:{hop.port} {hop.keys[0].line}\n" for hop in (jump, scheduler)))
    places = [f"{hop.user}@{hop.host}:{hop.port}" for hop in (scheduler, jump)]
    words = ["cluster", "add", "studio", "--scheduler", places[0], "--jump", places[1]]
    return [*words, "--key", str(stand.key_file), "--host-keys", str(keys)]


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
