"""A few lasting children of one role that answer requests in frames; who ends is started again when next needed.

Must not know what requests mean. What waits is ordered by urgency; a request that nobody waits for any more is not
begun. On the loop's thread.
"""

from __future__ import annotations

import asyncio
import contextlib
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
        self._waiting: asyncio.PriorityQueue[_Request] = asyncio.PriorityQueue()
        self._numbers = itertools.count()
        self._runners: set[asyncio.Task[None]] = set()
        self._idle = 0

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
        self._waiting.put_nowait(_Request(urgency, next(self._numbers), lines, limit_s, answer))
        if self._idle < self._waiting.qsize() and len(self._runners) < self.size:
            runner = asyncio.create_task(self._run())
            self._runners.add(runner)
            runner.add_done_callback(self._runners.discard)
        return await answer

    async def close(self) -> None:
        """End the children and cancel what waits."""
        runners = tuple(self._runners)
        for runner in runners:
            runner.cancel()
        await asyncio.gather(*runners, return_exceptions=True)
        while not self._waiting.empty():
            self._waiting.get_nowait().answer.cancel()

    async def _run(self) -> None:
        """Serve requests with one child after another until there are none for a while."""
        child: _Child | None = None
        try:
            while (request := await self._next()) is not None:
                if request.answer.done():
                    continue
                try:
                    child = child or await _Child.started(self._launch, self._role, self._args)
                    frames = await asyncio.wait_for(child.answer(request.lines), request.limit_s)
                except asyncio.CancelledError:
                    request.answer.cancel()
                    raise
                except (SetupError, ChildEnded, TimeoutError, ValueError) as error:
                    _refuse(request, error)
                    await _end(child)
                    child = None
                else:
                    _fulfil(request, frames)
        finally:
            await _end(child)

    async def _next(self) -> _Request | None:
        self._idle += 1
        try:
            return await asyncio.wait_for(self._waiting.get(), self._idle_s)
        except TimeoutError:
            return None if self._waiting.empty() else self._waiting.get_nowait()
        finally:
            self._idle -= 1


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


async def _end(child: _Child | None) -> None:
    if child is not None:
        await child.end()


def _fulfil(request: _Request, frames: Frames) -> None:
    if not request.answer.done():
        request.answer.set_result(frames)


def _refuse(request: _Request, error: Exception) -> None:
    if request.answer.done():
        return
    if isinstance(error, TimeoutError):
        error = ChildEnded("The engine did not answer in time.", retryable=True, detail=f"{request.limit_s:g} s")
    elif isinstance(error, ValueError):
        error = ChildEnded("The engine's answer cannot be read.", detail=str(error))
    request.answer.set_exception(error)
