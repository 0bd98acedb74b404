"""What a box is made of whatever its network: a folder, Blob and identities, certificates, the agent, nodes, a key."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cluster_box import network
from cluster_box.cloud import BoxCloud
from cluster_box.machines import AgentMachine, NodeMachine, Surroundings
from cluster_certificates import make_certificates
from tiepoint.domain.own_cluster import OwnCluster
from tiepoint.domain.route import ClientKeys, Hop, Route


@dataclass(frozen=True)
class Wishes:
    """What the cluster is to be.

    Args:
        nodes: How many nodes.
        slots: Tasks a node does at a time.
        silent_s: A node unheard for so long is given up.
        has_cloud: Whether there are Blob and identities; without them it starts a second sooner.
        env: More variables for agent and nodes.
    """

    nodes: int = 2
    slots: int = 1
    silent_s: float = 15.0
    has_cloud: bool = True
    env: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the nodes."""
        return tuple(f"node-{number:02}" for number in range(1, self.nodes + 1))


class BoxParts:
    """All but the way in; a context manager that leaves nothing behind.

    Args:
        wishes: What it is to be.
    """

    def __init__(self, wishes: Wishes) -> None:
        self.wishes = wishes
        network.sweep()
        self._stack = contextlib.ExitStack()
        self.folder = Path(tempfile.mkdtemp(prefix=f"{network.owner()}-"))
        self._stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self.work, self.key_file = self.folder / "work", self.folder / "key"
        self.work.mkdir()
        self.cloud: BoxCloud | None = None
        if wishes.has_cloud:
            self.cloud = BoxCloud(self.folder / "cloud", ["scheduler", *wishes.names])
            self._stack.callback(self.cloud.close)

    def _put_machines(self, scheduler: str, command: Callable[[str, Sequence[str]], list[str]]) -> None:
        """Tell the machines what they are.

        Args:
            scheduler: Where nodes reach it, host and port.
            command: Turns a command into one that runs on a machine.
        """
        make_certificates(self.folder / "tls")
        ca_file = self.cloud.ca_file if self.cloud else None
        around = Surroundings(self.folder, command, ca_file, self.wishes.env)
        for name in ("scheduler", *self.wishes.names):
            around.put_config(name, self._config(name, scheduler))
        self.agent = AgentMachine(around)
        self.nodes = {name: NodeMachine(name, around) for name in self.wishes.names}

    def _config(self, name: str, scheduler: str) -> dict[str, Any]:
        is_scheduler = name == "scheduler"
        papers = self.folder / "tls" / ("scheduler" if is_scheduler else "node")
        own = {"nodes": self.wishes.names} if is_scheduler else {"node": name, "slots": self.wishes.slots}
        return {
            "engine": "open",
            "work": str(self.work),
            "scheduler": f"tls://{scheduler}",
            "tls": {part: str(papers / f"{part}.pem") for part in ("ca", "certificate", "key")},
            "identity": self.cloud.identity(name) if self.cloud else "http://127.0.0.1:9",
            "silent_s": self.wishes.silent_s,
            "run_folder": "",
            **own,
        }

    def _start_machines(self, *, nodes: bool) -> None:
        self._stack.callback(self._end_machines)
        self.agent.start()
        for node in self.nodes.values() if nodes else ():
            node.start()

    def _end_machines(self) -> None:
        for node in self.nodes.values():
            node.kill()
        self.agent.kill()

    @property
    def hops(self) -> tuple[Hop, ...]:
        """Machines on the way, the scheduler last, with the keys they show now."""
        raise NotImplementedError

    @property
    def command(self) -> str:
        """What joins the agent there."""
        return str(self.agent.connect)

    def own_cluster(self, name: str = "box") -> OwnCluster:
        """Return what a person would tell of it."""
        *jumps, scheduler = self.hops
        places = {each: self.cloud.container(each) for each in ("captures", "products")} if self.cloud else {}
        return OwnCluster(name, scheduler, tuple(jumps), key_files=(self.key_file,), command=self.command, **places)

    def route(self, site: str = "own/box", *, key_file: Path | None = None) -> Route:
        """Return the way to it, with the keys as they are now."""
        *jumps, scheduler = self.hops
        keys = ClientKeys(uses_agent=False, files=(key_file or self.key_file,))
        return Route(site, scheduler, tuple(jumps), keys=keys, command=self.command)

    def close(self) -> None:
        """End everything and remove it."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
