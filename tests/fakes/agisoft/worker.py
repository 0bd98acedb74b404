"""A worker's process: `worker.py PORT --name NAME --version V --root ROOT`. It ends when the server goes away."""

from __future__ import annotations

import argparse
import queue
import sys
import threading
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from fakes.agisoft import project  # noqa: E402
from fakes.agisoft.wire import Line  # noqa: E402


class Stopped(Exception):
    """The server took the work back."""


class WorkerProcess:
    """Takes one work item after the other."""

    def __init__(self, line: Line, root: Path) -> None:
        self._line = line
        self._root = root
        self._orders: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._is_stopped = threading.Event()

    def run(self) -> None:
        threading.Thread(target=self._listen, daemon=True).start()
        while (order := self._orders.get()) is not None and not order.get("quit"):
            self._is_stopped.clear()
            began_s = time.monotonic()
            try:
                self._work(order)
            except Stopped:
                self._line.send({"do": "failed", "text": "Aborted by user"})
            except Exception as error:  # noqa: BLE001 - whatever a task says is told
                self._line.send({"do": "failed", "text": str(error)})
            else:
                self._line.send({"do": "done", "seconds": time.monotonic() - began_s, "log": "Finished processing"})

    def _work(self, order: dict[str, Any]) -> None:
        if not order["is_licensed"]:
            raise RuntimeError("License not found: all seats of the floating license are in use")
        work = order["work"]
        path = Path(work["path"])
        path = path if path.is_absolute() else self._root / path
        if not path.is_file():
            raise RuntimeError(f"Can't open file: No such file or directory (2): {path}")
        self._line.send({"do": "usage", "usage": {"time": time.time(), "ram_usage": 2_000_000_000, "cpu_usage": 87.5}})
        project.work(path, work["task"], work["params"], work["number"], self._tell)

    def _tell(self, share: float) -> None:
        if self._is_stopped.is_set():
            raise Stopped
        self._line.send({"do": "progress", "share": round(share, 3)})

    def _listen(self) -> None:
        while (order := self._line.read()) is not None:
            if order.get("stop"):
                self._is_stopped.set()
            else:
                if order.get("quit"):
                    self._is_stopped.set()
                self._orders.put(order)
        self._orders.put(None)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("--name", default="node-01")
    parser.add_argument("--version", required=True)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--capability", type=int, default=3)
    parser.add_argument("--gpu-mask", type=int, default=1)
    parser.add_argument("--cpu-enable", type=int, default=0)
    options = parser.parse_args()
    line = Line("127.0.0.1", options.port)
    line.set_timeout(None)
    facts = {
        "host": options.name,
        "version": options.version,
        "capability": options.capability,
        "gpu_mask": options.gpu_mask,
        "cpu_enable": bool(options.cpu_enable),
        "ram_size": 64 * 2**30,
        "uuid": f"uuid-of-{options.name}",
    }
    line.send({"do": "join", "facts": facts})
    WorkerProcess(line, options.root).run()


if __name__ == "__main__":
    main()
