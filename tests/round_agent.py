"""A real agent over an engine of nothing: two stages that wait as long as TOY_STAGES says, and small products.

TOY_STAGES: {"features": {"seconds": 2, "error": true}, "export": {…}}.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tiepoint.agent.agent import Agent
from tiepoint.agent.backend import RunListener, RunOrder
from tiepoint.agent.config import agent_config
from tiepoint.domain.errors import InputError
from tiepoint.domain.node import Node
from tiepoint.protocol.hello import EngineVersion
from tiepoint.protocol.methods import SubmitParams
from tiepoint.runtime import folders, logs

STAGES = ("features", "export")


def _is_open(toy: dict[str, Any]) -> bool:
    """Whether a stage may go on: it has no gate, or the file is there."""
    return "gate" not in toy or os.path.exists(toy["gate"])


class QuickBackend:
    """Implements `agent.backend.Backend`."""

    engine = EngineVersion("quick", "1")
    capabilities = ("jobs.pause", "jobs.retry", "paths", "logs")
    stages = STAGES
    own_queue = steering = reach = recorder = None

    async def start(self) -> None:
        """Nothing."""

    def prepare(self, request: SubmitParams, root: Path) -> None:
        (root / "products").mkdir(parents=True, exist_ok=True)
        (root / "work").mkdir(exist_ok=True)
        (root / "job.json").write_text(json.dumps({"schema_version": 1, "name": request.name}))

    async def run(self, order: RunOrder, listener: RunListener) -> None:
        toys: dict[str, Any] = json.loads(os.environ.get("TOY_STAGES", "{}"))
        for stage in STAGES:
            toy = toys.get(stage, {})
            listener.stage_started(stage, ["all"], [])
            listener.task_started(stage, "all", "node-01")
            while not _is_open(toy):  # noqa: ASYNC110 - another process opens it
                await asyncio.sleep(0.02)
            await asyncio.sleep(toy.get("seconds", 0))
            if toy.get("error"):
                raise InputError("The toy is broken.", remedy="Mend it.")
            listener.task_finished(stage, "all")
            listener.stage_finished(stage, seconds=0, cpu_seconds=0)
        products = order.root / "products"
        photos = sorted((order.root.parent.parent / "photos").rglob("*.JPG"))
        (products / "colmap").mkdir(exist_ok=True)
        (products / "colmap" / "images.txt").write_text("\n".join(path.name for path in photos))
        (products / "model.glb").write_bytes(b"".join(path.read_bytes()[:1000] for path in photos))
        (products / "result.json").write_text(json.dumps({"photos_total": 3, "photos_aligned": 3}))

    def nodes(self) -> tuple[Node, ...]:
        return ()

    def node_log(self, node: str) -> Path | None:
        return None

    def watch_nodes(self, told: Callable[[Node], None]) -> None:
        """Nothing changes."""

    async def rest(self) -> None:
        """Nothing."""

    async def close(self) -> None:
        """Nothing."""


async def _main() -> None:
    agent = Agent(folders.data_folder() / "jobs.db", QuickBackend(), work=agent_config().work)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, agent.stop)
    await agent.serve()


if __name__ == "__main__":
    logs.log_to_file(folders.log_folder() / "agent.log")
    asyncio.run(_main())
