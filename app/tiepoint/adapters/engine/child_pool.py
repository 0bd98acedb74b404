"""A few lasting children of one role that answer requests in frames; who ends is started again when next needed.

Must not know what requests mean. What waits is ordered by urgency; a request that nobody waits for any more is not
begun. On the loop's thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from tiepoint.adapters.engine.children import Launch, end_child, error_tail
from tiepoint.domain.errors import EngineFailure, SetupError

Frame: TypeAlias = tuple[dict[str, Any], bytes]
Frames: TypeAlias = list[Frame]
_IDLE_S: Final = 60.0
_REMEDY: Final = "Look what is missing with: tiepoint doctor"


@dataclass(order=True)
class _Request:
    urgency: int
    number: int
    lines: Sequence[bytes] = field(compare=False)
    limit_s: float = field(compare=False)
    answer: asyncio.Future[Frames] = field(compare=False)


class ChildEnded(EngineFailure):
    """A child ended, or did not answer in time, while it worked on a request."""


class ChildPool:
    """Sends each request to a child that is free.

    Args:
        launch: Starts a child.
        role: What it is to be.
        args: Its arguments.
        size: Most children at a time.
        idle_s: A child that nobody asked for so long is ended.
    """

    def __init__(self, launch: Launch, role: str, args: Sequence[str], size: int, idle_s: float = _IDLE_S) -> None:
        self.size = size
        self._launch = launch
        self._role = role
        self._args = tuple(args)
        self._idle_s = idle_s
        self._waiting: list[_Request] = []
        self._numbers = itertools.count()
        self._free: list[_Child] = []
        self._served: dict[asyncio.Task[None], _Request] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._idle: asyncio.TimerHandle | None = None

    async def ask(self, request: dict[str, Any], *, urgency: int, limit_s: float, more: Iterable[bytes] = ()) -> Frames:
        """Send a request and return the frames of its answer.

        Args:
            request: Written as one JSON line.
            urgency: Smaller goes first.
            limit_s: A child that needs longer is ended.
            more: Lines that follow the request.

        Raises:
            SetupError: The child cannot be started.
            ChildEnded: It ended over this request, or took too long.
        """
        answer: asyncio.Future[Frames] = asyncio.get_running_loop().create_future()
        lines = [json.dumps(request).encode("ascii") + b"\n", *more]
        heapq.heappush(self._waiting, _Request(urgency, next(self._numbers), lines, limit_s, answer))
        self._pump()
        return await answer

    async def close(self) -> None:
        """End the children and cancel what waits."""
        waiting, self._waiting = self._waiting, []
        for request in (*waiting, *self._served.values()):
            request.answer.cancel()
        for task in self._served:
            task.cancel()
        await asyncio.gather(*self._served, return_exceptions=True)
        self._end_free()
        await asyncio.gather(*self._ending, return_exceptions=True)

    def _pump(self) -> None:
        """Give what waits to children that are free or not started yet."""
        while self._waiting and len(self._served) < self.size:
            request = heapq.heappop(self._waiting)
            if not request.answer.done():
                child = self._free.pop() if self._free else None
                task = asyncio.create_task(self._serve(request, child))
                self._served[task] = request
                task.add_done_callback(self._after)
        if self._idle is not None:
            self._idle.cancel()
        self._idle = asyncio.get_running_loop().call_later(self._idle_s, self._end_free) if self._free else None

    def _after(self, task: asyncio.Task[None]) -> None:
        self._served.pop(task, None)
        self._pump()

    async def _serve(self, request: _Request, child: _Child | None) -> None:
        """Have one request answered; the child is free again afterwards, or ended."""
        try:
            child = child or await _Child.started(self._launch, self._role, self._args)
            frames = await asyncio.wait_for(child.answer(request.lines), request.limit_s)
        except BaseException as error:
            if child is not None:
                self._end(child)
            if isinstance(error, SetupError | ChildEnded | TimeoutError | ValueError):
                _refuse(request, error)
                return
            request.answer.cancel()
            raise
        self._free.append(child)
        if not request.answer.done():
            request.answer.set_result(frames)

    def _end_free(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None
        free, self._free = self._free, []
        for child in free:
            self._end(child)

    def _end(self, child: _Child) -> None:
        task = asyncio.create_task(child.end())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)


class _Child:
    """One process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._complaints = asyncio.create_task(error_tail(process.stderr))

    @classmethod
    async def started(cls, launch: Launch, role: str, args: Sequence[str]) -> _Child:
        """Start a process.

        Raises:
            SetupError: It cannot be started.
        """
        try:
            return cls(await launch(role, args))
        except OSError as error:
            raise SetupError("The engine cannot be started.", remedy=_REMEDY, detail=str(error)) from error

    async def answer(self, lines: Sequence[bytes]) -> Frames:
        """Ask, and read all frames of the answer.

        Raises:
            SetupError: A part of it cannot be loaded.
            ChildEnded: It ended.
            ValueError: What it said makes no sense.
        """
        requests, answers = self._process.stdin, self._process.stdout
        if requests is None or answers is None:
            raise SetupError("The engine cannot be started.", remedy=_REMEDY, detail="a child without streams")
        try:
            for line in lines:
                requests.write(line)
                await requests.drain()
            return await _frames(answers)
        except (OSError, asyncio.IncompleteReadError) as error:
            raise await self._why() from error

    async def end(self) -> None:
        """Stop it and let go of its streams."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        await end_child(self._process)
        await self._complaints

    async def _why(self) -> SetupError | ChildEnded:
        status = await self._process.wait()
        complaint = await self._complaints
        if "ModuleNotFoundError" in complaint or "ImportError" in complaint:
            return SetupError("A part of the engine cannot be loaded.", remedy=_REMEDY, detail=complaint)
        return ChildEnded("The engine ended.", retryable=True, detail=f"exit status {status}: {complaint}")


async def _frames(stream: asyncio.StreamReader) -> Frames:
    frames: Frames = []
    while True:
        line = await stream.readline()
        if not line:
            raise asyncio.IncompleteReadError(b"", None)
        head = json.loads(line)
        frames.append((head, await stream.readexactly(int(head["bytes"]))))
        if not head.get("more"):
            return frames


def _refuse(request: _Request, error: Exception) -> None:
    if request.answer.done():
        return
    if isinstance(error, TimeoutError):
        error = ChildEnded("The engine did not answer in time.", retryable=True, detail=f"{request.limit_s:g} s")
    elif isinstance(error, ValueError):
        error = ChildEnded("The engine's answer cannot be read.", detail=str(error))
    request.answer.set_exception(error)
