"""The dask scheduler of a cluster: listens for nodes with TLS, in the agent's loop, and tells who joins and leaves."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from tiepoint.agent.backends.dask.machines import Machines
from tiepoint.agent.backends.dask.node_link import OPERATION, NodeLink
from tiepoint.agent.backends.dask.reporter import TOPIC
from tiepoint.agent.config import TlsFiles
from tiepoint.domain.errors import SetupError

_CLOSING_S: Final = 3.0


class NodesScheduler:
    """Scheduler and client.

    Args:
        address: Where nodes find it, `tls://HOST:PORT`.
        tls: Its certificate.
        machines: Are told who joins and leaves.
        silent_s: See `NodeLink`.
        reported: Hears what workers say about their tasks.
    """

    def __init__(
        self,
        address: str,
        tls: TlsFiles,
        machines: Machines,
        silent_s: float,
        reported: Callable[[dict[str, Any]], None],
    ) -> None:
        self._address = address
        self._tls = tls
        self._machines = machines
        self._silent_s = silent_s
        self._reported = reported
        self._scheduler: Any = None
        self._forgetting: set[asyncio.Task[Any]] = set()
        self.client: Any = None

    async def start(self) -> None:
        """Listen.

        Raises:
            SetupError: The address or the certificate cannot be used.
        """
        from tiepoint.agent.backends.dask import configuration

        place = urlsplit(self._address)
        try:
            configuration.configure()
            security = await asyncio.to_thread(configuration.security_of_files, self._tls)
            scheduler = configuration.QuietScheduler(
                host=place.hostname, port=place.port or 8786, protocol="tls", security=security, dashboard=False
            )
            await scheduler
        except (OSError, ValueError, RuntimeError) as error:
            raise SetupError(
                f"The scheduler cannot listen on {self._address}.",
                remedy="See that the address is this machine's and free, and that its certificate is there.",
                retryable=True,
                detail=f"{error}: {error.__cause__ or ''}",
            ) from error
        self._scheduler = scheduler
        scheduler.handlers[OPERATION] = self._serve
        scheduler.add_plugin(_membership(self._machines), name="tiepoint")
        self._machines.remove_worker = self._forget
        from distributed import Client

        self.client = await Client(scheduler.address, security=security, asynchronous=True, set_as_default=False)
        self.client.subscribe_topic(TOPIC, lambda event: self._reported(event[1]))

    async def close(self) -> None:
        """End it; nodes end their workers by themselves. Idempotent."""
        self._machines.close()
        client, self.client = self.client, None
        scheduler, self._scheduler = self._scheduler, None
        for part in (client, scheduler):
            if part is not None:
                with contextlib.suppress(TimeoutError, OSError):
                    await asyncio.wait_for(part.close(), _CLOSING_S)

    async def _serve(self, comm: Any, facts: dict[str, Any]) -> None:
        await self._machines.serve(NodeLink(comm, self._silent_s), facts)

    def _forget(self, address: str) -> None:
        """Let the scheduler forget a worker without waiting for its word."""
        if self._scheduler is None:
            return
        work = self._scheduler.remove_worker(address, stimulus_id="tiepoint-node-gone", close=False)
        task = asyncio.get_running_loop().create_task(work)
        self._forgetting.add(task)
        task.add_done_callback(self._forgetting.discard)


def _membership(machines: Machines) -> Any:
    from distributed import SchedulerPlugin

    names: dict[str, str] = {}

    class Membership(SchedulerPlugin):  # type: ignore[misc]
        """Tells when a worker has joined or left."""

        def add_worker(self, scheduler: Any, worker: str, **_: Any) -> None:
            names[worker] = str(scheduler.workers[worker].name)
            machines.worker_joined(names[worker], worker)

        def remove_worker(self, scheduler: Any, worker: str, **_: Any) -> None:
            del scheduler
            name = names.pop(worker, None)
            if name is not None:
                machines.worker_left(name)

    return Membership()
