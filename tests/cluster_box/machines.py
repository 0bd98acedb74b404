"""What runs on the scheduler and on the nodes: the agent, and a supervisor of workers on each node."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cluster_box.process import BoxProcess, has_ended
from program import Program, wait_until
from tiepoint.runtime import folders


@dataclass(frozen=True)
class Surroundings:
    """What every machine of a box has in common.

    Args:
        folder: Of the box.
        command: Turns a command into one that runs on a machine.
        ca_file: Authority of Blob's certificate; None = the system's.
        env: More variables.
    """

    folder: Path
    command: Callable[[str, Sequence[str]], list[str]]
    ca_file: Path | None = None
    env: Mapping[str, str] = field(default_factory=dict)

    def variables(self, machine: str) -> dict[str, str]:
        """Return the environment of a machine's processes: nothing of ours but where Python and its kernels lie."""
        numba = os.environ.get("NUMBA_CACHE_DIR") or str(folders.cache_folder() / "numba")
        home = self.folder / machine
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": str(home),
            "TIEPOINT_HOME": str(home),
            "TIEPOINT_AGENT_CONFIG": str(home / "agent.json"),
            "NUMBA_CACHE_DIR": numba,
            "PYTHONWARNINGS": "default",
            **({"SSL_CERT_FILE": str(self.ca_file)} if self.ca_file else {}),
            **self.env,
        }

    def put_config(self, machine: str, config: Mapping[str, Any]) -> None:
        """Tell a machine what it is."""
        (self.folder / machine).mkdir(exist_ok=True)
        (self.folder / machine / "agent.json").write_text(json.dumps(config, indent=1))


def python(role: str, *args: str) -> list[str]:
    """Return the command of one of our own roles."""
    return [sys.executable, "-P", "-m", "tiepoint", "--child", role, *args]


class AgentMachine:
    """The agent on the scheduler. One that `connect` started in its absence counts as well."""

    def __init__(self, around: Surroundings) -> None:
        self.home = around.folder / "scheduler"
        self._env = around.variables("scheduler")
        command = around.command("scheduler", python("agent", "--idle-s", "0"))
        self._process = BoxProcess(command, self.home / "agent-output.log", self._env, self._answers)
        self.connect = around.folder / "connect"
        words = [f"{key}={value}" for key, value in self._env.items()]
        self.connect.write_text(f"#!/bin/sh\nexec env -i {shlex.join([*words, *python('connect')])}\n")
        self.connect.chmod(0o755)

    @property
    def log(self) -> str:
        """Its log."""
        with contextlib.suppress(OSError):
            return (self.home / "log" / "agent.log").read_text(errors="replace")
        return ""

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self.home / "run" / "agent.sock"))
            except OSError:
                return False
        return True

    def start(self) -> None:
        """Begin it, and wait until one listens; `connect` may have been quicker."""
        try:
            self._process.start()
        except RuntimeError as error:
            raise RuntimeError(f"{error}\n{self.log}") from error

    def stop(self) -> None:
        """End it as systemd does."""
        running = Program(self.home).processes("agent")
        for each in running:
            each.terminate()
        wait_until(lambda: all(map(has_ended, running)), what="the agent to end")
        self._process.stop()

    def kill(self) -> None:
        """End it with SIGKILL; what it started has to notice by itself."""
        for each in Program(self.home).processes("agent"):
            each.kill()
        self._process.kill()

    def restart(self) -> None:
        """End it and begin it again."""
        self.stop()
        self.start()


class NodeMachine:
    """A node's supervisor and its workers."""

    def __init__(self, name: str, around: Surroundings) -> None:
        self.name, self.home = name, around.folder / name
        command = around.command(name, python("node"))
        self._process = BoxProcess(command, self.home / "node-output.log", around.variables(name))

    @property
    def log(self) -> str:
        """Its log."""
        with contextlib.suppress(OSError):
            return (self.home / "log" / "node.log").read_text(errors="replace")
        return ""

    def workers(self) -> list[int]:
        """Return its workers' process ids."""
        return [each.pid for each in Program(self.home).processes("worker")]

    def start(self) -> None:
        """Begin it."""
        self._process.start()

    def stop(self) -> None:
        """End it as systemd does."""
        self._process.stop()

    def kill(self) -> None:
        """End it and its workers at once, as a machine that loses its power."""
        self._process.kill()

    def kill_worker(self) -> int:
        """Kill one worker with SIGKILL and return its id.

        Raises:
            LookupError: None runs.
        """
        return Program(self.home).kill("worker")
