"""Starts and ends the stand-in's processes for a test: a server and workers of one generation."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from fakes.agisoft.payloads import VERSIONS
from fakes.agisoft.wire import Line

HERE = Path(__file__).parent
LAUNCHER = HERE / "metashape.sh"


class AgisoftStand:
    """A server and its workers.

    Args:
        generation: A, B or C.
        root: Agisoft's `--root`: everything lies below it.
        resumes_workers: New workers work at once (before C they always do).
    """

    def __init__(self, generation: str, root: Path, *, resumes_workers: bool = True) -> None:
        self.generation = generation
        self.root = root
        self.version = VERSIONS[generation]
        self.resumes_workers = resumes_workers
        self._workers: dict[str, subprocess.Popen[bytes]] = {}
        self._server = self._started_server(0)
        assert self._server.stdout is not None
        self.port = int(self._server.stdout.readline())

    def _started_server(self, port: int) -> subprocess.Popen[bytes]:
        more = ["--resume-workers"] if self.resumes_workers else []
        command = [sys.executable, "-S", str(HERE / "server.py"), self.generation, "--port", str(port), *more]
        return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def restart_server(self) -> None:
        """Kill the server and start another on its port: it knows nothing of earlier batches, and workers are gone."""
        self.kill_server()
        for process in self._workers.values():
            _end(process)
        self._server = self._started_server(self.port)
        assert self._server.stdout is not None
        self._server.stdout.readline()

    def kill_server(self) -> None:
        _end(self._server)

    def add_worker(self, name: str, *, version: str = "", **options: Any) -> None:
        """Let a worker join, and wait until the server has it."""
        command = [sys.executable, "-S", str(HERE / "worker.py"), str(self.port), "--name", name]
        command += ["--version", version or self.version, "--root", str(self.root)]
        for option, value in options.items():
            command += [f"--{option.replace('_', '-')}", str(value)]
        self._workers[name] = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        deadline_s = time.monotonic() + 10
        while not any(each["hostname"] == name and _is_online(each) for each in self.workers()):
            assert time.monotonic() < deadline_s, f"{name} does not join"
            time.sleep(0.02)

    def kill_worker(self, name: str) -> None:
        """Let a worker's process die at once."""
        process = self._workers.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def has_worker(self, name: str) -> bool:
        """Return whether a worker's process runs."""
        return name in self._workers and self._workers[name].poll() is None

    def ask(self, what: str, *args: Any) -> Any:
        """Ask the server in its own words."""
        line = Line("127.0.0.1", self.port)
        try:
            return line.ask(do=what, args=args)
        finally:
            line.close()

    def workers(self) -> list[dict[str, Any]]:
        found = self.ask("workers")
        return list(found if isinstance(found, list) else found.get("items") or found.get("workers") or [])

    def batches(self) -> list[dict[str, Any]]:
        found = self.ask("batches")
        return list(found if isinstance(found, list) else found.get("items") or found.get("batches") or [])

    def worker_id(self, name: str) -> int:
        item = next(each for each in self.workers() if each["hostname"] == name and _is_online(each))
        return int(item.get("worker_id") or item.get("node_id") or item["id"])

    def add_foreign(self, name: str, photos: list[Path], *tasks: str) -> int:
        """Submit a batch as another tool does; it is paused still."""
        path = self.root / f"{name}.psx"
        path.write_text(json.dumps({"chunks": [{"photos": [str(photo) for photo in photos]}]}), encoding="utf-8")
        path.with_name(f"{name}.files").mkdir()
        plain = [{"name": task, "params": {}, "supports_gpu": False, "items": 2} for task in tasks]
        number: int = self.ask("create", str(path), plain, {})
        return number

    def environment(self) -> dict[str, str]:
        """Variables that the launcher needs."""
        return {"AGISOFT_GENERATION": self.generation, "AGISOFT_ROOT": str(self.root), "AGISOFT_PYTHON": sys.executable}

    def agent_config(self, work: Path, poll_s: float = 0.05) -> dict[str, Any]:
        """Content of the agent's settings."""
        metashape = {
            "program": [str(LAUNCHER), "-r"],
            "host": "127.0.0.1",
            "port": self.port,
            "root": str(self.root),
            "poll_s": poll_s,
        }
        return {"engine": "metashape", "work": str(work), "metashape": metashape}

    def close(self) -> None:
        for process in (*self._workers.values(), self._server):
            _end(process)


def _is_online(item: dict[str, Any]) -> bool:
    return str(item.get("state") or item.get("status")).lower() != "offline"


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.kill(process.pid, signal.SIGKILL)
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
