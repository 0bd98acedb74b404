"""The server's process: `server.py GENERATION [--resume-workers] [--version V] [--port P]`; prints its port.

Clients and workers connect by TCP; a worker that goes away is lost with what it did. Asyncio, one thread.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from fakes.agisoft import payloads  # noqa: E402
from fakes.agisoft.state import Farm, Item, Task, Worker  # noqa: E402

ON_FAILURE = {"A": "aborted", "B": "paused", "C": "failed"}


class Server:
    """Answers clients and hands out work."""

    def __init__(self, generation: str, version: str, *, resumes_workers: bool) -> None:
        self.generation = generation
        self.farm = Farm(version, resumes_workers=resumes_workers, on_failure=ON_FAILURE[generation])
        self.started = time.time()
        self._writers: dict[int, asyncio.StreamWriter] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        worker: Worker | None = None
        try:
            while line := await reader.readline():
                message = json.loads(line)
                if message["do"] == "join":
                    worker = self._join(message, writer)
                elif worker is not None:
                    self._hear(worker, message)
                else:
                    _send(writer, self._answer(message))
        except ConnectionError:
            pass
        finally:
            if worker is not None:
                self.farm.lost(worker)
                self._writers.pop(worker.id, None)
                self._assign()
            writer.close()

    def _join(self, message: dict[str, Any], writer: asyncio.StreamWriter) -> Worker:
        worker = self.farm.add_worker(**message["facts"])
        self._writers[worker.id] = writer
        worker.log.append({"type": "info", "text": f"worker {worker.host} connected"})
        self._assign()
        return worker

    def _hear(self, worker: Worker, message: dict[str, Any]) -> None:
        what = message["do"]
        if what == "progress" and worker.item is not None:
            worker.item.progress = message["share"]
            self.farm.touch(worker, worker.batch)
        elif what == "done":
            self.farm.completed(worker, message["seconds"])
        elif what == "failed":
            worker.log.append({"type": "error", "text": message["text"]})
            self.farm.failed(worker, message["text"])
        elif what == "usage":
            worker.usage = [*worker.usage[-9:], message["usage"]]
            self.farm.touch(worker)
        if "log" in message:
            worker.log.append({"type": "info", "text": message["log"]})
        self._assign()

    def _assign(self) -> None:
        for worker in self.farm.assignments():
            batch, task = worker.batch, worker.task
            busy = sum(each.item is not None for each in self.farm.workers.values())
            work = {
                "path": batch.path,
                "task": task.name,
                "params": task.params,
                "number": task.items.index(worker.item),
            }
            worker.log.append({"type": "info", "text": f"{task.name} started"})
            _send(self._writers[worker.id], {"work": work, "is_licensed": busy <= self.farm.licences})

    def _answer(self, message: dict[str, Any]) -> dict[str, Any]:
        try:
            return {"ok": getattr(self, "do_" + message["do"])(*message.get("args", ()))}
        except (KeyError, AttributeError, TypeError, ValueError) as error:
            return {"error": f"Invalid request: {error!r}"}

    def do_server(self) -> Any:
        return {"time_started": self.started, "version": self.farm.version}

    def do_create(self, path: str, tasks: list[dict[str, Any]], meta: dict[str, Any]) -> int:
        made = [
            Task(each["name"], each["params"], each["supports_gpu"], [Item() for _ in range(each["items"])])
            for each in tasks
        ]
        if any(not batch.is_over and batch.path == path for batch in self.farm.batches.values()):
            raise ValueError("Batch already exists")
        batch = self.farm.add_batch(path, made, meta)
        return batch.id

    def do_find(self, path: str) -> int:
        found = [batch.id for batch in self.farm.batches.values() if batch.path == path and not batch.is_aborted]
        return found[-1] if found else -1

    def do_batches(self, revision: int = 0) -> Any:
        changed = [batch for batch in self.farm.batches.values() if batch.revision > revision]
        items = [payloads.batch_item(batch, self.farm, self.generation) for batch in changed]
        return self._listed(items, {"B": "items", "C": "batches"})

    def do_workers(self, revision: int = 0) -> Any:
        changed = [worker for worker in self.farm.workers.values() if worker.revision > revision]
        items = [payloads.worker_item(worker, self.generation) for worker in changed]
        return self._listed(items, {"B": "items", "C": "workers"})

    def _listed(self, items: list[Any], names: dict[str, str]) -> Any:
        if self.generation == "A":
            return items
        return {names[self.generation]: items, "next_revision": self.farm.clock}

    def do_batch(self, number: int, revision: int = 0) -> Any:
        return payloads.batch_status(self.farm.batches[number], self.farm, self.generation)

    def do_worker(self, number: int, revision: int = 0) -> Any:
        worker = self.farm.workers[number]
        log, worker.log = (worker.log, worker.log) if not revision else (worker.log[-5:], worker.log)
        return {**payloads.worker_item(worker, self.generation), "log": log, "next_revision": self.farm.clock}

    def do_set_batch(self, number: int, name: str, value: Any) -> None:
        batch = self.farm.batches[number]
        setattr(batch, name, value)
        if name == "paused" and not value and batch.has_failed is False:
            for task in batch.tasks:  # a failed item is tried again when the batch is let go on
                for item in task.items:
                    if item.state == "failed":
                        item.state, item.tries = "waiting", 0
        self.farm.touch(batch)
        self._assign()

    def do_abort_batch(self, number: int) -> None:
        batch = self.farm.batches[number]
        batch.is_aborted = not batch.is_completed
        batch.finished = batch.finished or time.time()
        for worker in self.farm.workers.values():
            if worker.batch is batch:
                _send(self._writers[worker.id], {"stop": True})
        self.farm.touch(batch)

    def do_set_worker(self, number: int, name: str, value: Any) -> None:
        setattr(self.farm.workers[number], name, value)
        self.farm.touch(self.farm.workers[number])
        self._assign()

    def do_quit_worker(self, number: int) -> None:
        _send(self._writers[number], {"quit": True})

    def do_abort_worker(self, number: int) -> None:
        _send(self._writers[number], {"stop": True})

    def do_licences(self, seats: int) -> None:
        self.farm.licences = seats

    def do_forget(self, number: int) -> None:
        del self.farm.batches[number]


def _send(writer: asyncio.StreamWriter, message: dict[str, Any]) -> None:
    if not writer.is_closing():
        writer.write(json.dumps(message).encode() + b"\n")


async def _main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("generation", choices="ABC")
    parser.add_argument("--resume-workers", action="store_true")
    parser.add_argument("--version", default="")
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    version = options.version or payloads.VERSIONS[options.generation]
    resumes = options.resume_workers or options.generation != "C"
    server = Server(options.generation, version, resumes_workers=resumes)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", options.port, limit=2**24)
    sys.stdout.write(f"{listening.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)  # until whoever started it goes away


if __name__ == "__main__":
    asyncio.run(_main())
