"""Machines as network namespaces: panel - jump box - scheduler - nodes, each pair joined by its own cable.

Nothing forwards: the scheduler is reached through the jump box only, nodes from the scheduler only. Names begin with
`tpbox-PID-START-`, so that the next start sweeps what a killed owner left. Needs root, `ip` and util-linux.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from cluster_box.process import TIED

PREFIX = "tpbox"
_OWNED = re.compile(rf"{PREFIX}-(\d+)-(\d+)-")
_SLOTS = 255
_NEEDED = {"ip": "iproute2", "nsenter": "util-linux", "unshare": "util-linux", "setpriv": "util-linux"}


def why_not() -> str:
    """Return why there can be no namespaces here; empty = there can."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return "network namespaces need root"
    missing = sorted({package for name, package in _NEEDED.items() if not shutil.which(name)})
    if missing:
        return f"{', '.join(missing)} is not installed"
    name = f"{owner()}-try"
    tries = (
        ["ip", "netns", "add", name],
        ["ip", "-n", name, "link", "add", "try0", "type", "veth", "peer", "name", "try1"],
        ["ip", "-n", name, "link", "add", "try2", "type", "bridge"],
        ["nsenter", f"--net=/run/netns/{name}", "unshare", "--uts", "sh", "-c", "echo try >/proc/sys/kernel/hostname"],
    )
    try:
        for words in tries:
            tried = subprocess.run(words, capture_output=True, text=True, check=False)
            if tried.returncode:
                return f"this system allows no networks of our own: {tried.stderr.strip()}"
    finally:
        subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)
    return ""


def owner() -> str:
    """Return what names of this process's namespaces and folders begin with."""
    return f"{PREFIX}-{os.getpid()}-{_started(os.getpid())}"


def sweep() -> list[str]:
    """End and remove what owners that are no more left behind; return the names of what was removed."""
    gone = [name for name in namespaces() if _is_orphan(name)]
    for name in gone:
        end_all(name)
        subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}-*"):
        if _is_orphan(folder.name):
            shutil.rmtree(folder, ignore_errors=True)
            gone.append(str(folder))
    return gone


def namespaces() -> list[str]:
    """Return the names of all namespaces of boxes."""
    try:
        names = os.listdir("/run/netns")
    except OSError:
        return []
    return sorted(name for name in names if _OWNED.match(name))


def pids(namespace: str) -> list[int]:
    """Return the processes in a namespace."""
    found = subprocess.run(["ip", "netns", "pids", namespace], capture_output=True, text=True, check=False)
    return [int(word) for word in found.stdout.split()]


def end_all(namespace: str) -> None:
    """Kill every process in a namespace, until there is none."""
    for _ in range(200):
        left = pids(namespace)
        if not left:
            return
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)
    raise RuntimeError(f"processes in {namespace} do not end: {pids(namespace)}")


def _is_orphan(name: str) -> bool:
    found = _OWNED.match(name)
    return bool(found) and _started(int(found[1])) != int(found[2])


def _started(pid: int) -> int:
    """When a process started, in the kernel's ticks (proc(5), field 22); 0 = there is none."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19])
    except OSError:
        return 0


class Network:
    """The machines of one box, from its making to `close`.

    Args:
        nodes: Names of the nodes.
    """

    def __init__(self, nodes: Sequence[str]) -> None:
        self.nodes = tuple(nodes)
        self._cable, self._slot = self._claimed()
        self._namespaces = {name: f"{owner()}-{self._slot}-{name}" for name in ("jump", "scheduler", *self.nodes)}
        self.addresses = {
            "panel": f"198.18.{self._slot}.1",
            "jump": f"198.18.{self._slot}.2",
            "scheduler": f"198.19.{self._slot}.126",
            **{name: f"198.19.{self._slot}.{130 + number}" for number, name in enumerate(self.nodes)},
        }
        """By machine, as the machine before it on the way sees it. The ranges are for tests of networks (RFC 2544)."""
        self.inner = f"198.19.{self._slot}.254"
        """The scheduler, as nodes see it."""
        try:
            self._build()
        except BaseException:
            self.close()
            raise

    def _claimed(self) -> tuple[str, int]:
        """Make the panel's cable; its name is taken by nobody else, and so is its range."""
        for slot in range(1, _SLOTS):
            cable = f"{PREFIX}{slot}"
            made = _ip("link", "add", cable, "type", "veth", "peer", "name", f"{cable}p", check=False)
            if not made.returncode:
                return cable, slot
            if "exists" not in made.stderr:
                raise RuntimeError(f"no cable can be made: {made.stderr.strip()}")
        raise RuntimeError("all ranges for boxes are taken")

    def _build(self) -> None:
        for name in self._namespaces.values():
            _ip("netns", "add", name)
            _ip("-n", name, "link", "set", "lo", "up")
        slot, jump, scheduler = self._slot, self._namespaces["jump"], self._namespaces["scheduler"]
        _ip("link", "set", f"{self._cable}p", "netns", jump, "name", "panel")
        self._plug("", self._cable, f"198.18.{slot}.1/30")
        self._plug(jump, "panel", f"198.18.{slot}.2/30")
        _ip("route", "add", f"198.19.{slot}.0/24", "via", f"198.18.{slot}.2", "dev", self._cable)
        _ip("-n", jump, "link", "add", "scheduler", "type", "veth", "peer", "name", "jump", "netns", scheduler)
        self._plug(jump, "scheduler", f"198.19.{slot}.1/25")
        self._plug(scheduler, "jump", f"198.19.{slot}.126/25")
        _ip("-n", scheduler, "link", "add", "nodes", "type", "bridge")
        self._plug(scheduler, "nodes", f"{self.inner}/25")
        for name in self.nodes:
            node = self._namespaces[name]
            _ip("-n", scheduler, "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", node)
            _ip("-n", scheduler, "link", "set", name, "master", "nodes", "up")
            self._plug(node, "eth0", f"{self.addresses[name]}/25")

    def _plug(self, namespace: str, cable: str, address: str) -> None:
        inside = ("-n", namespace) if namespace else ()
        _ip(*inside, "address", "add", address, "dev", cable)
        _ip(*inside, "link", "set", cable, "up")

    def path(self, machine: str) -> Path:
        """Return the file that is a machine's network."""
        return Path("/run/netns") / self._namespaces[machine]

    def command(self, machine: str, command: Sequence[str]) -> list[str]:
        """Return a command as it is run on a machine: in its network, under its name, ended with whoever starts it."""
        named = 'echo "$0" >/proc/sys/kernel/hostname && exec "$@"'
        return [
            "nsenter", f"--net={self.path(machine)}", "unshare", "--uts", "sh", "-c", named, machine,
            *TIED, *command,
        ]  # fmt: skip

    def pids(self, machine: str) -> list[int]:
        """Return the processes on a machine."""
        return pids(self._namespaces[machine])

    def end_all(self, machine: str) -> None:
        """Kill every process on a machine."""
        end_all(self._namespaces[machine])

    def cut(self, machine: str) -> None:
        """Pull a machine's cable: nothing is refused, nothing answers."""
        self._set(machine, "down")

    def mend(self, machine: str) -> None:
        """Put it back."""
        self._set(machine, "up")

    def _set(self, machine: str, state: str) -> None:
        at, cable = {"jump": ("jump", "panel"), "scheduler": ("jump", "scheduler")}.get(machine, ("scheduler", machine))
        _ip("-n", self._namespaces[at], "link", "set", cable, state)

    def close(self) -> None:
        """End all that runs on the machines, and remove them."""
        for name in self._namespaces.values():
            if name in namespaces():
                end_all(name)
                _ip("netns", "del", name, check=False)
        _ip("link", "del", self._cable, check=False)


def can_connect(host: str, port: int, timeout_s: float) -> bool:
    """Whether something answers there, from this process's own network."""
    try:
        socket.create_connection((host, port), timeout_s).close()
    except OSError:
        return False
    return True


def _ip(*words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(["ip", *words], capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise RuntimeError(f"ip {' '.join(words)}: {done.stderr.strip()}")
    return done
