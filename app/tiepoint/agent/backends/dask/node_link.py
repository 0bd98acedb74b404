"""The stream between a node's supervisor and the agent, on the port of the agent's scheduler. Imports distributed late.

Messages are flat dicts with a word in `what`. The node says `report` again and again and `ended` when a worker's
process ended; the agent says `heard` to each report, `joined` when a worker's process has joined its scheduler, and
`call` with a number, which the node answers with `answer`. Whoever hears nothing for a while gives the other up: the
node then ends its tasks before the agent gives them to others. Loop's thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import logging
from collections.abc import Callable
from typing import Any, Final

from tiepoint.agent.config import TlsFiles

_log = logging.getLogger(__name__)

OPERATION: Final = "tiepoint_node"
_CONNECT_S: Final = 10.0


class LinkLost(Exception):  # noqa: N818 - it says what happened to the link
    """The other side is gone, or silent for too long; the text says which."""


class NodeLink:
    """One end of the stream.

    Args:
        comm: The stream as distributed has it, open.
        silent_s: After so long without a word the other side is gone.
    """

    def __init__(self, comm: Any, silent_s: float) -> None:
        self._comm = comm
        self._silent_s = silent_s
        self._sending = asyncio.Lock()
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}

    async def send(self, what: str, **content: Any) -> None:
        """Send one message.

        Raises:
            LinkLost: It cannot be sent.
        """
        try:
            async with asyncio.timeout(self._silent_s), self._sending:
                await self._comm.write({"what": what, **content})
        except (OSError, TimeoutError) as error:
            raise LinkLost(str(error) or "nothing can be sent") from error

    async def call(self, method: str, *, timeout_s: float, **params: Any) -> dict[str, Any]:
        """Ask the other side and wait for its answer.

        Raises:
            LinkLost: The link ends before.
            TimeoutError: It takes too long.
        """
        number = next(self._numbers)
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            async with asyncio.timeout(timeout_s):
                await self.send("call", number=number, method=method, params=params)
                return await answer
        finally:
            self._waiting.pop(number, None)

    async def listen(self, heard: Callable[[dict[str, Any]], None]) -> None:
        """Hear messages until the link ends; answers go to who waits for them.

        Args:
            heard: Called with every other message; returns at once.

        Raises:
            LinkLost: It has ended.
        """
        try:
            while True:
                message = await self._next()
                if message["what"] == "answer":
                    waiting = self._waiting.get(message["number"])
                    if waiting is not None and not waiting.done():
                        waiting.set_result(_plain(message["result"]))
                else:
                    heard(message)
        finally:
            self.close()

    def close(self) -> None:
        """End the stream at once. Idempotent."""
        self._comm.abort()
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(LinkLost("the connection has ended"))
                waiting.exception()  # it is read by whoever waits; this keeps the loop from calling it forgotten

    async def welcomed(self) -> None:
        """Wait for the first word, which says whether this node may join.

        Raises:
            LinkLost: It may not, or nothing is said.
        """
        message = await self._next()
        if message["what"] != "welcome":
            raise LinkLost(str(message.get("why") or "the agent refuses this node"))

    async def _next(self) -> dict[str, Any]:
        try:
            message = await asyncio.wait_for(self._comm.read(), self._silent_s)
        except TimeoutError as error:
            raise LinkLost(f"nothing was heard for {self._silent_s:.0f} s") from error
        except OSError as error:
            raise LinkLost("the connection has ended") from error
        if not isinstance(message, dict) or not isinstance(message.get("what"), str):
            raise LinkLost("it says what nobody understands")
        return message


async def connect_to_agent(address: str, tls: TlsFiles, silent_s: float, **facts: Any) -> NodeLink:
    """Join the agent's scheduler as a node.

    Args:
        address: Of the scheduler, `tls://HOST:PORT`.
        tls: The node's certificate.
        silent_s: See `NodeLink`.
        facts: What the node says about itself.

    Raises:
        LinkLost: The agent does not answer, or refuses; the text says why.
    """
    from distributed.comm import connect

    from tiepoint.agent.backends.dask.configuration import security_of_files

    arguments = security_of_files(tls).get_connection_args("worker")
    try:
        comm = await connect(address, timeout=_CONNECT_S, **arguments)
    except OSError as error:
        raise LinkLost(f"{address} does not answer: {_innermost(error)}") from error
    link = NodeLink(comm, silent_s)
    try:
        with contextlib.suppress(OSError):
            await comm.write({"op": OPERATION, "reply": False, "facts": facts})
        await link.welcomed()
    except BaseException:
        link.close()
        raise
    return link


def _plain(answer: Any) -> dict[str, Any]:
    """Read an answer; it travels as JSON, because distributed's own coding makes tuples of lists."""
    try:
        read: Any = json.loads(answer)
    except (TypeError, ValueError):
        read = None
    return read if isinstance(read, dict) else {"problem": "its answer cannot be read"}


def _innermost(error: BaseException) -> str:
    """Return what is behind distributed's own sentences."""
    while error.__cause__ is not None or error.__context__ is not None:
        error = error.__cause__ or error.__context__ or error
    return str(error) or type(error).__name__
