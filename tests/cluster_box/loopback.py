"""The box without root: the same agent, nodes, Blob and identity as processes on loopback, SSH in this process.

Not what namespaces are: every machine is this one, so nothing shows that the scheduler is behind the jump box.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from typing import Any

from cluster_box.parts import BoxParts, Wishes
from cluster_box.process import TIED
from ports import free_port
from ssh_server import LOOPBACK, SshStand
from tiepoint.domain.route import Hop


class LoopbackBox(BoxParts):
    """See the module.

    Args:
        wishes: What it is to be.
    """

    def __init__(self, wishes: Wishes | None = None) -> None:
        super().__init__(wishes or Wishes())
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="ssh-stand")
        try:
            self._put_machines(f"{LOOPBACK}:{free_port()}", _here)
            self.stand = SshStand(self.folder / "scheduler", folder=self.folder / "ssh")
        except BaseException:
            self._stack.close()
            self._loop.close()
            raise

    @property
    def hops(self) -> tuple[Hop, ...]:
        """Jump box and scheduler, with the keys they show now."""
        return self.stand.jump.hop(), self.stand.scheduler.hop()

    def start(self, *, nodes: bool = True) -> None:
        """Begin SSH, the agent, and the nodes."""
        self._thread.start()
        self._stack.callback(self._end_loop)
        self._wait(self.stand.__aenter__())
        self._stack.callback(lambda: self._wait(self.stand.__aexit__()))
        self.key_file.touch(mode=0o600)
        self.key_file.write_text(self.stand.private_key)
        self._start_machines(nodes=nodes)

    def _wait(self, work: Coroutine[Any, Any, Any]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    def _end_loop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


def _here(_machine: str, command: Sequence[str]) -> list[str]:
    return [*TIED, *command]
