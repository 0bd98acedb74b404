"""The cluster in a box, on machines that are network namespaces: needs root, see `why_not`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from cluster_box import network, sshd
from cluster_box.cloud import BoxCloud
from cluster_box.parts import BoxParts, Wishes
from cluster_box.process import TIED
from cluster_box.sshd import SshMachine, make_key
from tiepoint.domain.route import Hop

_DASK_PORT = 8786


def why_not() -> str:
    """Return why there can be no box here, for a skipped test; empty = there can."""
    return network.why_not() or sshd.why_not()


class ClusterBox(BoxParts):
    """Jump box, scheduler and nodes in networks of their own, shared folder, Blob and identity.

    Args:
        wishes: What it is to be.
    """

    def __init__(self, wishes: Wishes | None = None) -> None:
        super().__init__(wishes or Wishes())
        try:
            self._build()
        except BaseException:
            self._stack.close()
            raise

    def _build(self) -> None:
        names = self.wishes.names
        self.network = network.Network(names)
        self._stack.callback(self.network.close)
        if self.cloud:
            self._relay(self.cloud)
        self._put_machines(f"{self.network.inner}:{_DASK_PORT}", self.network.command)
        make_key(self.key_file, "cluster in a box")
        public = self.key_file.with_suffix(".pub").read_text().strip()
        home = {"HOME": str(self.folder / "scheduler")}
        places = {name: self.folder / f"{name}-sshd" for name in ("jump", "scheduler")}
        self.jump = SshMachine(self.network, "jump", places["jump"], public, title="jump box")
        self.scheduler = SshMachine(
            self.network, "scheduler", places["scheduler"], public, setenv=home, title="scheduler"
        )

    def _relay(self, cloud: BoxCloud) -> None:
        networks = [str(self.network.path(name)) for name in ("scheduler", *self.wishes.names)]
        words = [sys.executable, str(Path(__file__).with_name("relay.py")), ",".join(map(str, cloud.ports)), *networks]
        process = subprocess.Popen([*TIED, *words], stdout=subprocess.PIPE, text=True, start_new_session=True)
        self._stack.callback(_end, process)
        assert process.stdout
        assert process.stdout.readline() == "ready\n"

    @property
    def hops(self) -> tuple[Hop, ...]:
        """Jump box and scheduler, with the keys they show now."""
        return self.jump.hop, self.scheduler.hop

    def start(self, *, nodes: bool = True) -> None:
        """Begin sshd, the agent, and the nodes."""
        self._stack.callback(self.jump.stop)
        self._stack.callback(self.scheduler.stop)
        self.jump.start()
        self.scheduler.start()
        self._start_machines(nodes=nodes)

    def cut(self, machine: str) -> None:
        """Pull a machine's cable: nothing is refused, nothing answers."""
        self.network.cut(machine)

    def mend(self, machine: str) -> None:
        """Put it back."""
        self.network.mend(machine)


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    if process.stdout:
        process.stdout.close()
