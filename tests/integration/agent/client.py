"""A small client of the agent for tests: requests by name, events as they come."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from typing import Any

from patience import PATIENCE_S
from tiepoint.protocol.framing import MESSAGE_LIMIT_BYTES, decode_message, encode_message
from tiepoint.runtime.endpoint import AGENT


class Refused(Exception):
    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["message"])
        self.error = error


class Client:
    """One stream to the agent of TIEPOINT_HOME."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.events: list[dict[str, Any]] = []
        self._number = 0

    @classmethod
    async def connect(cls, *, greet: bool = True) -> Client:
        client = cls(*await AGENT.open_or_start())
        if greet:
            client.hello = await client.call("hello", client="test 1", protocol=1)
        return client

    @classmethod
    async def join(cls, timeout_s: float = PATIENCE_S) -> Client:
        """Connect to an agent that somebody else has started."""
        async with asyncio.timeout(timeout_s):
            while True:
                try:
                    client = cls(*await AGENT.open())
                    break
                except OSError:
                    await asyncio.sleep(0.05)
        client.hello = await client.call("hello", client="test 1", protocol=1)
        return client

    hello: dict[str, Any]

    async def send(self, method: str, **params: Any) -> int:
        self._number += 1
        self.writer.write(encode_message({"jsonrpc": "2.0", "id": self._number, "method": method, "params": params}))
        await self.writer.drain()
        return self._number

    async def read(self) -> dict[str, Any] | None:
        line = await self.reader.readline()
        return decode_message(line) if line else None

    async def call(self, method: str, **params: Any) -> Any:
        number = await self.send(method, **params)
        while True:
            message = await self.read()
            if message is None:
                raise ConnectionError("the agent closed the stream")
            if message.get("id") == number:
                if "error" in message:
                    raise Refused(message["error"])
                return message["result"]
            self.events.append(message)

    async def next_event(self) -> dict[str, Any]:
        if self.events:
            return self.events.pop(0)
        message = await self.read()
        if message is None:
            raise ConnectionError("the agent closed the stream")
        return message

    async def job_until(self, job: str, *states: str, timeout_s: float = PATIENCE_S) -> dict[str, Any]:
        """Poll until the job is in one of the states."""
        async with asyncio.timeout(timeout_s):
            while True:
                found = (await self.call("jobs.get", job=job))["job"]
                if found["state"] in states:
                    return dict(found)
                await asyncio.sleep(0.05)

    async def submit(self, capture: Path, **more: Any) -> dict[str, Any]:
        params = {"capture": str(capture), "preset": "draft", "key": capture.name, **more}
        return dict((await self.call("jobs.submit", **params))["job"])

    async def stage_reached(self, job: str, stage: str, timeout_s: float = PATIENCE_S) -> None:
        """Wait until a task of the stage runs."""
        await self._tasks(job, stage, "running", 1, timeout_s)

    async def tasks_done(self, job: str, stage: str, count: int, timeout_s: float = PATIENCE_S) -> None:
        """Wait until so many tasks of the stage are done."""
        await self._tasks(job, stage, "completed", count, timeout_s)

    async def _tasks(self, job: str, stage: str, state: str, count: int, timeout_s: float) -> None:
        async with asyncio.timeout(timeout_s):
            while True:
                stages = (await self.call("jobs.get", job=job))["job"]["stages"]
                if next(each for each in stages if each["name"] == stage)["tasks"][state] >= count:
                    return
                await asyncio.sleep(0.05)

    async def nodes(self) -> dict[str, dict[str, Any]]:
        """Return the nodes by name."""
        return {node["id"]: node for node in (await self.call("nodes.list"))["nodes"]}

    async def nodes_are(self, *states: str, names: tuple[str, ...] = (), timeout_s: float = PATIENCE_S) -> None:
        """Poll until the nodes, or those named, are in one of the states."""
        async with asyncio.timeout(timeout_s):
            while True:
                known = await self.nodes()
                if all(known[name]["state"] in states for name in names or known):
                    return
                await asyncio.sleep(0.05)

    async def node_works(self, name: str) -> None:
        """Poll until a task has begun on a node; a busy one may have it on its way there."""
        async with asyncio.timeout(PATIENCE_S):
            while not (await self.nodes())[name]["task_since"]:  # noqa: ASYNC110  another process is polled
                await asyncio.sleep(0.05)

    async def close(self) -> None:
        self.writer.close()
        with contextlib.suppress(ConnectionError):
            await self.writer.wait_closed()


LIMIT = MESSAGE_LIMIT_BYTES
