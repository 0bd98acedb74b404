"""Power cuts: the panel killed at every step of a round, the agent while it fetches and while it publishes."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

import round_panel
from fault_proxy import FaultProxy, Request
from faults import Stall, StallReply, busy
from flights import contents
from patience import PATIENCE_S
from round_cluster import RoundCluster
from round_panel import Panel, PanelSettings
from tiepoint.domain.remote_round import RoundState, RoundStep


class PanelProcess:
    """A panel in a process of its own."""

    def __init__(self, settings: PanelSettings) -> None:
        command = [sys.executable, round_panel.__file__, json.dumps(asdict(settings))]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ))

    def lines(self) -> Iterator[dict[str, Any]]:
        """What it says, to its end."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            yield json.loads(line)

    def kill_when(self, step: str) -> str:
        """Kill it once the round is at a step or over; return where it was."""
        last = ""
        for line in self.lines():
            last = line["state"] if line["state"] in ("completed", "failed") else line["step"]
            if line["step"] == step or last in ("completed", "failed"):
                break
        self.close()
        return str(last)

    def close(self) -> int:
        """Kill it if it runs."""
        self._process.kill()
        status = self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        return status


@pytest.fixture
def way(cluster: RoundCluster) -> Iterator[FaultProxy]:
    """What stands before Blob for everybody."""
    port = int(cluster.cloud.endpoint.rsplit(":", 1)[1].split("/")[0])
    with FaultProxy(port, cluster.cloud.double.papers) as proxy:
        yield proxy


def hold(way: FaultProxy, kind: str, folder: str) -> None:
    """Let Blob be too busy for these requests, until it is calm again."""
    way.add(busy(), lambda request: request.kind == kind and folder in request.path.split("/jobs/")[-1], times=100_000)


@pytest.mark.usefixtures("worker")
def test_the_panel_is_killed_at_every_step(
    cluster: RoundCluster, way: FaultProxy, photos: Path, tiepoint_home: Path, tmp_path: Path
) -> None:
    """Each step is held until the panel has seen it and is dead."""
    gate = tmp_path / "gate"
    settings = cluster.panel()
    settings.captures, settings.products = way.url(settings.captures), way.url(settings.products)

    def killed_at(step: str) -> bool:
        return PanelProcess(settings).kill_when(step) == step

    cluster.kill()
    assert PanelProcess(replace(settings, photos=str(photos))).kill_when("upload") == "upload"
    assert killed_at("submit")
    hold(way, "get", "/photos/")
    cluster.start(features={"gate": str(gate)})
    assert killed_at("fetch")
    way.calm()
    assert killed_at("process")
    hold(way, "put", "/products/")
    gate.touch()
    assert killed_at("publish")
    way.calm()
    hold(way, "get", "/products/")
    assert killed_at("download")
    way.calm()
    last = PanelProcess(settings)
    said = list(last.lines())
    last.close()
    assert said[-1]["state"] == "completed", said
    jobs = [path for path in (cluster.work / "captures").glob("*/jobs/*") if path.is_dir()]
    assert len(jobs) == 1
    [here] = (tiepoint_home / "data" / "captures").glob("*/jobs/*")
    assert contents(here / "products") == contents(jobs[0] / "products")


@pytest.mark.parametrize(
    ("step", "fault", "kind", "folder"),
    [
        (RoundStep.FETCH, StallReply(60, after=1), "get", "/photos/"),
        (RoundStep.PUBLISH, Stall(60, after=1), "put", "/products/"),
    ],
)
async def test_the_agent_is_killed_at_its_own_steps(
    step: RoundStep,
    fault: Stall | StallReply,
    kind: str,
    folder: str,
    way: FaultProxy,
    cluster: RoundCluster,
    panel: Panel,
    photos: Path,
) -> None:
    seen = threading.Event()

    def takes(request: Request) -> bool:
        is_meant = request.kind == kind and folder in request.path.split("/jobs/")[-1]
        if is_meant:
            seen.set()
        return is_meant

    way.add(fault, takes, times=100)
    panel.settings.captures = way.url(panel.settings.captures)
    panel.settings.products = way.url(panel.settings.products)
    begun = await panel.rounds.begin(await panel.drop(photos), panel.request())
    assert await asyncio.to_thread(seen.wait, PATIENCE_S)
    await panel.until(lambda each: each.step is step, begun.id)
    cluster.kill()
    way.calm()
    await panel.until(lambda each: each.state is RoundState.WAITING, begun.id)
    cluster.start()
    done = await panel.until(lambda each: each.is_over, begun.id)
    assert done.state is RoundState.COMPLETED, done.failure
    made = cluster.work / "captures" / done.capture / "jobs" / str(done.job)
    assert contents(Path(done.folder) / "products") == contents(made / "products")
