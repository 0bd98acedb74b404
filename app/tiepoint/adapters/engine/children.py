"""A child process that answers in JSON lines, one object a line, on its stdout.

Must not know how a child is started (bootstrap injects that) nor what its lines mean. On the loop that started it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Any, TypeAlias

from tiepoint.domain.errors import EngineFailure, SetupError, TiepointError, error_from_dict

Launch: TypeAlias = Callable[[str, Sequence[str]], Awaitable[asyncio.subprocess.Process]]
"""Starts a child of a role with arguments, all three of its streams being pipes; raises OSError."""
_ERROR_TAIL_CHARACTERS = 2000
_END_WAIT_S = 2.0


async def child_lines(
    launch: Launch, role: str, args: Sequence[str], request: Any = None
) -> AsyncGenerator[dict[str, Any], None]:
    """Start a child, give it one JSON line, and yield what it answers. Closing the iterator ends the child.

    Args:
        launch: Starts it.
        role: What it is to be.
        args: Its arguments.
        request: Written to its stdin as one line, which is then closed; None = nothing is written.

    Yields:
        Its lines in order. A line `{"type": "error", ...}` is raised instead.

    Raises:
        SetupError: The child cannot be started.
        EngineFailure: It ended with an error and said none.
        TiepointError: What it said.
    """
    try:
        process = await launch(role, args)
    except OSError as error:
        raise SetupError("The engine cannot be started.", remedy=_DOCTOR, detail=str(error)) from error
    complaints = asyncio.create_task(error_tail(process.stderr))
    feeding = asyncio.create_task(_feed(process.stdin, request))
    try:
        async for line in _lines(process.stdout):
            if line.get("type") == "error":
                raise error_from_dict(line)
            yield line
        status = await process.wait()
        if status != 0:
            raise _ended_early(status, await complaints)
    finally:
        feeding.cancel()
        await end_child(process)
        complaints.cancel()


async def child_answer(launch: Launch, role: str, args: Sequence[str], request: Any = None) -> dict[str, Any]:
    """Start a child and return its last line; empty when it says nothing. Raises as `child_lines`."""
    last: dict[str, Any] = {}
    async with aclosing(child_lines(launch, role, args, request)) as lines:
        async for line in lines:
            last = line
    return last


_DOCTOR = "Look what is missing with: tiepoint doctor"


async def _lines(stream: asyncio.StreamReader | None) -> AsyncGenerator[dict[str, Any], None]:
    while stream is not None and (line := await stream.readline()):
        with contextlib.suppress(ValueError):
            message = json.loads(line)
            if isinstance(message, dict):
                yield message


async def _feed(stream: asyncio.StreamWriter | None, request: Any) -> None:
    if stream is None:
        return
    with contextlib.suppress(OSError):
        if request is not None:
            stream.write(json.dumps(request).encode() + b"\n")
            await stream.drain()
        stream.close()
        await stream.wait_closed()


async def error_tail(stream: asyncio.StreamReader | None) -> str:
    """Read a stream to its end and return its last characters."""
    kept = ""
    while stream is not None and (data := await stream.read(65536)):
        kept = (kept + data.decode("utf-8", "replace"))[-_ERROR_TAIL_CHARACTERS:]
    return kept


async def end_child(process: asyncio.subprocess.Process) -> None:
    """Stop a child: asked first, killed when it does not listen."""
    if process.returncode is not None:
        return
    _signal(process, is_asked=True)
    try:
        await asyncio.wait_for(process.wait(), _END_WAIT_S)
    except TimeoutError:
        _signal(process, is_asked=False)
        await process.wait()


def _signal(process: asyncio.subprocess.Process, *, is_asked: bool) -> None:
    """Signal a child, but never wait for it as `Process.terminate` does: asyncio would miss the status of its end."""
    with contextlib.suppress(ProcessLookupError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.kill(process.pid, signal.SIGTERM if is_asked else signal.SIGKILL)


def _ended_early(status: int, complaint: str) -> TiepointError:
    if "ModuleNotFoundError" in complaint or "ImportError" in complaint:
        return SetupError("A part of the engine cannot be loaded.", remedy=_DOCTOR, detail=complaint)
    return EngineFailure(
        "The engine ended before it was done.",
        remedy="Try again; if it happens again, report it with the log.",
        retryable=True,
        detail=f"exit status {status}: {complaint}",
    )
