"""A cluster of processes on the loopback interface: an agent with a TLS scheduler, and a supervisor for each node."""

from __future__ import annotations

import http.server
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cluster_certificates import make_certificates
from patience import PATIENCE_S
from ports import free_port
from program import Program, wait_until


class AgentCluster:
    """Agent and nodes, each in a home of its own; the agent's is the test's TIEPOINT_HOME.

    Args:
        folder: For everything.
        agent_home: The agent's home.
        nodes: Their names, with how many tasks each takes at a time.
        silent_s: See `AgentConfig`.
        identity: See `AgentConfig`.
        work: The shared folder; None = one is made.
    """

    def __init__(
        self,
        folder: Path,
        agent_home: Path,
        nodes: dict[str, int],
        *,
        silent_s: float = 8.0,
        identity: str = "",
        work: Path | None = None,
    ) -> None:
        self.folder = folder
        self.work = work or folder / "shared"
        self.work.mkdir(parents=True, exist_ok=True)
        folder.mkdir(exist_ok=True)
        make_certificates(folder / "tls")
        self.agent = Program(agent_home)
        self.slots = nodes
        self.nodes = {name: Program(folder / name) for name in nodes}
        self.variables: dict[str, str] = {}
        self._silent_s = silent_s
        self._identity = identity
        self._address = f"tls://127.0.0.1:{free_port()}"
        self._ran: dict[str, subprocess.Popen[bytes]] = {}

    def complete(self) -> None:
        """Start again what has ended, and let go on what is frozen."""
        for name, process in tuple(self._ran.items()):
            if process.poll() is not None:
                self.start_agent() if name == "agent" else self.start_node(name)
            elif name != "agent":
                self.freeze_node(name, is_frozen=False)

    def start(self) -> AgentCluster:
        """Start everything."""
        self.start_agent()
        for name in self.nodes:
            self.start_node(name)
        return self

    def start_agent(self) -> subprocess.Popen[bytes]:
        """Start the agent."""
        return self._start(self.agent, "agent", ["--idle-s", "0"], self._config("scheduler", nodes=[*self.nodes]))

    def start_node(self, name: str) -> subprocess.Popen[bytes]:
        """Start a node's supervisor."""
        more = {"node": name, "slots": self.slots[name], "run_folder": str(self.run_folder(name))}
        (self.run_folder(name) / "tasks").mkdir(parents=True, exist_ok=True)
        return self._start(self.nodes[name], "node", [], self._config("node", **more))

    def run_folder(self, name: str) -> Path:
        """Return where a node's tasks say that they work."""
        return self.folder / f"run-{name}"

    def kill_agent(self) -> None:
        """Kill the agent."""
        self._ran["agent"].kill()
        # As long as it has not been waited for, some of its threads may hold the socket.
        self._ran["agent"].wait(PATIENCE_S)

    def kill_node(self, name: str) -> None:
        """Kill a supervisor, and with it all that it has started."""
        self._ran[name].kill()
        self._ran[name].wait(PATIENCE_S)
        wait_until(lambda: not self.nodes[name].processes(), what=f"{name} to end")

    def freeze_node(self, name: str, *, is_frozen: bool = True) -> None:
        """Let all of a node fall silent without a word, or go on."""
        for process in self.nodes[name].processes():
            os.kill(process.pid, signal.SIGSTOP if is_frozen else signal.SIGCONT)

    def stop(self) -> None:
        """End everything."""
        for program in (self.agent, *self.nodes.values()):
            for process in program.processes():
                process.resume()
            program.stop()
        for ran in self._ran.values():
            ran.wait(PATIENCE_S)

    def logs(self) -> str:
        """Return what the logs of all of them hold."""
        homes = [program.home for program in (self.agent, *self.nodes.values())]
        return "\n".join(path.read_text(errors="replace") for home in homes for path in (home / "log").glob("*.log"))

    def _config(self, role: str, **more: Any) -> Path:
        tls = {name: str(self.folder / "tls" / role / f"{name}.pem") for name in ("ca", "certificate", "key")}
        content = {
            "work": str(self.work),
            "scheduler": self._address,
            "tls": tls,
            "silent_s": self._silent_s,
            "identity": self._identity,
            **more,
        }
        path = self.folder / f"{more.get('node', role)}.json"
        path.write_text(json.dumps(content))
        return path

    def _start(self, program: Program, role: str, args: list[str], config: Path) -> subprocess.Popen[bytes]:
        process = self.start_beside(program, role, config, args)
        self._ran[program.home.name if role == "node" else role] = process
        return process

    def start_beside(
        self, program: Program, role: str, config: Path, args: Sequence[str] = ()
    ) -> subprocess.Popen[bytes]:
        """Start one more process that the caller ends."""
        command = [sys.executable, "-P", "-m", "tiepoint", "--child", role, *args]
        env = {**program.env, "TIEPOINT_AGENT_CONFIG": str(config), **self.variables}
        return subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL)


class MetadataService:
    """Azure's metadata service as far as it tells what Azure is about to do."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                is_ours = self.headers["Metadata"] == "true" and self.path.startswith("/metadata/scheduledevents?")
                self.send_response(200 if is_ours else 400)
                self.end_headers()
                self.wfile.write(json.dumps({"DocumentIncarnation": 1, "Events": service.events}).encode())

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
