"""The engines under contract, each with a real agent's process in a home of its own, and what a test may do to them."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import psutil

from fakes.agisoft.stand import AgisoftStand
from program import Program, wait_until

TOY_ENGINE = Path(__file__).parents[1] / "integration" / "agent" / "toy_engine"
GENERATIONS = {"photoscan-1.4": "A", "metashape-1.8": "B", "metashape-2.3": "C"}
ENGINES = (*GENERATIONS, "dask")
NODES = ("node-01", "node-02")


class Rig:
    """An engine with two nodes.

    Args:
        name: One of ENGINES.
        folder: Everything lies below.
    """

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.home = folder / "home"
        self.home.mkdir()
        self.work = folder / "work"
        self.work.mkdir()
        self.program = Program(self.home)

    def environment(self) -> dict[str, str]:
        """Variables of the agent's process."""
        return {"TIEPOINT_HOME": str(self.home), "PYTHONWARNINGS": "default"}

    def capture(self, name: str, **toy: dict[str, Any]) -> Path:
        """Make a capture of three photos whose stages do what is asked; a `gate` is a file in its folder."""
        folder = self.work / "captures" / name
        (folder / "photos").mkdir(parents=True)
        photos = [{"path": f"{number}.jpg", "size": 4} for number in range(3)]
        for photo in photos:
            (folder / "photos" / str(photo["path"])).write_bytes(b"jpeg")
        for stage in toy.values():
            if stage.get("gate"):
                stage["gate"] = str(folder / "gate")
        (folder / "capture.json").write_text(json.dumps({"photos": photos, "toy": toy}), encoding="utf-8")
        return folder

    def kill_agent(self) -> None:
        """End the agent as a crash does."""
        pid = self.program.kill("agent")
        wait_until(lambda: not psutil.pid_exists(pid), what="the agent to end")

    def lose_busy_node(self, host: str) -> None:
        """Let the machine of a node that works die."""
        raise NotImplementedError

    def mend(self) -> None:
        """Have two nodes that work again."""

    def close(self) -> None:
        self.program.stop()


class DaskRig(Rig):
    """The open engine on this computer, with toys for its stages."""

    def environment(self) -> dict[str, str]:
        path = os.pathsep.join([str(TOY_ENGINE), os.environ.get("PYTHONPATH", "")])
        return {**super().environment(), "PYTHONPATH": path, "TIEPOINT_WORKERS": "2"}

    def lose_busy_node(self, host: str) -> None:
        self.program.kill("worker")


class AgisoftRig(Rig):
    """Agisoft's network processing, by a stand-in."""

    def __init__(self, name: str, folder: Path) -> None:
        super().__init__(name, folder)
        self.stand = AgisoftStand(GENERATIONS[name], self.work)
        for node in NODES:
            self.stand.add_worker(node)
        self.config = folder / "agent.json"
        self.config.write_text(json.dumps(self.stand.agent_config(self.work)), encoding="utf-8")

    def environment(self) -> dict[str, str]:
        config = {"TIEPOINT_AGENT_CONFIG": str(self.config)}
        return {**super().environment(), **self.stand.environment(), **config}

    def lose_busy_node(self, host: str) -> None:
        self.stand.kill_worker(host)

    def mend(self) -> None:
        for node in NODES:
            if not self.stand.has_worker(node):
                self.stand.add_worker(node)

    def close(self) -> None:
        super().close()
        self.stand.close()


def made_rig(name: str, folder: Path) -> Rig:
    """Build the engine of a name."""
    return DaskRig(name, folder) if name == "dask" else AgisoftRig(name, folder)
