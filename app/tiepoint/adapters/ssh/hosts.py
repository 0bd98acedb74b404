"""Machines reached by SSH: one connection for each site, shared by whoever asks, and made again when it broke.

asyncssh is read when the first connection is made, in a thread of its own. On the loop's thread.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from tiepoint.adapters.ssh.patience import Patience
from tiepoint.domain.errors import ConnectionLost, SignInNeeded
from tiepoint.domain.route import Route
from tiepoint.ports.remote import RemoteStream, RunResult

if TYPE_CHECKING:
    from tiepoint.adapters.ssh.channel import Command
    from tiepoint.adapters.ssh.way import Way

T = TypeVar("T")
_MOST_OUTPUT_BYTES: Final = 1 << 20
_BLOCK_BYTES: Final = 65536
_log = logging.getLogger(__name__)


async def _nobody() -> str:
    raise SignInNeeded("Nobody is signed in to Azure.", remedy="Sign in on the Cluster page, or with: tiepoint sign-in")


class SshHosts:
    """Implements `ports.remote.RemoteHosts`.

    Args:
        client: Name and version of this program, for agents' logs.
        token: Gives the person's token for Azure's management, for Bastion; raises SignInNeeded.
        context: Whose certificates Bastion's are judged by.
        patience: How long machines are waited for.
    """

    def __init__(
        self,
        client: str,
        token: Callable[[], Awaitable[str]] = _nobody,
        context: Callable[[], ssl.SSLContext] = ssl.create_default_context,
        patience: Patience | None = None,
    ) -> None:
        self._client, self._token, self._context = client, token, context
        self._patience = patience or Patience()
        self._lines: dict[str, _Line] = {}

    async def open_agent(self, route: Route) -> RemoteStream:
        """Join the agent; see the port."""
        await _libraries()
        from tiepoint.adapters.ssh.agent_stream import greet

        async def join(way: Way) -> RemoteStream:
            command: Command = await _started(way, route.command)
            try:
                await greet(command, route, client=self._client, wait_s=self._patience.hello_s)
            except BaseException:
                command.abandon()
                raise
            return command

        return await self._with(route, join)

    async def run(self, route: Route, command: str, *, data: bytes = b"", timeout_s: float = 60.0) -> RunResult:
        """Run a command; see the port."""
        await _libraries()

        # Only the start is tried again: what may have run there once is not run twice.
        session: Command = await self._with(route, lambda way: _started(way, command, _MOST_OUTPUT_BYTES))
        try:
            async with asyncio.timeout(timeout_s):
                return await _ran(session, data)
        except TimeoutError:
            where = f"the {route.target.title} ({route.target.host})"
            raise ConnectionLost(
                f"A command on {where} has not ended within {timeout_s:.0f} s.",
                remedy="Try again; the machine may be very busy.",
                retryable=True,
                detail=command[:200],
            ) from None
        except OSError as error:
            from tiepoint.adapters.ssh.failures import broken

            raise broken(route, str(error)) from error
        finally:
            session.abandon()

    async def put(
        self, route: Route, file: Path, remote: str, report: Callable[[int, int], None] | None = None
    ) -> None:
        """Copy a file; see the port."""
        await _libraries()
        from tiepoint.adapters.ssh.copying import copy

        await self._with(route, lambda way: copy(way, file, remote, report))

    async def forget(self, site: str) -> None:
        """Close the connection of a site; see the port."""
        line = self._lines.pop(site, None)
        if line is not None:
            await line.close()

    async def close(self) -> None:
        """Close all; see the port."""
        for site in tuple(self._lines):
            await self.forget(site)

    async def _with(self, route: Route, work: Callable[[Way], Awaitable[T]]) -> T:
        """Do something over the shared connection, once more over a new one where the old one proves to be gone."""
        import asyncssh

        from tiepoint.adapters.ssh.failures import broken

        line = self._lines.setdefault(route.site, _Line())
        for is_last in (False, True):
            way, is_new = await line.way(route, self._opened)
            try:
                return await work(way)
            except (OSError, asyncssh.Error) as error:
                why = f"{type(error).__name__}: {error}"
                await line.drop(way)
                if is_new or is_last:
                    raise broken(route, f"{why} {way.why_lost}") from error
                _log.info("connecting to %s again: %s", route.site, why)
            except ConnectionLost:
                if way.is_open or is_new or is_last:
                    raise
                _log.info("connecting to %s again: %s", route.site, way.why_lost)
        raise AssertionError("not reached")

    async def _opened(self, route: Route) -> Way:
        from tiepoint.adapters.ssh.bastion import BastionDoor
        from tiepoint.adapters.ssh.way import Way

        way = Way(route, self._patience)
        await way.open(BastionDoor(self._token, self._context))
        return way


class _Line:
    """The connection of one site: one way at a time."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._way: Way | None = None

    async def way(self, route: Route, opened: Callable[[Route], Awaitable[Way]]) -> tuple[Way, bool]:
        """Return the open way, or a new one, and whether it is new."""
        async with self._lock:
            if self._way is not None and self._way.is_open and self._way.route == route:
                return self._way, False
            await self._closed()
            self._way = await opened(route)
            return self._way, True

    async def drop(self, way: Way) -> None:
        """Close a way that does not hold, unless another has taken its place."""
        async with self._lock:
            if self._way is way:
                await self._closed()

    async def close(self) -> None:
        async with self._lock:
            await self._closed()

    async def _closed(self) -> None:
        way, self._way = self._way, None
        if way is not None:
            await way.close()


async def _libraries() -> None:
    """Read the libraries of SSH without stopping the window."""
    await asyncio.to_thread(importlib.import_module, "tiepoint.adapters.ssh.way")
    # It tells of every connection and command; what matters of it is in our own words.
    logging.getLogger("asyncssh").setLevel(logging.WARNING)


async def _started(way: Way, command: str, most_errors: int = 8192) -> Command:
    from tiepoint.adapters.ssh.channel import Command

    session = Command(most_errors)
    await way.scheduler.create_session(lambda: session, command, encoding=None)
    return session


async def _ran(session: Command, data: bytes) -> RunResult:
    feeding = asyncio.create_task(_fed(session, data), name="input of a remote command")
    output = bytearray()
    try:
        while block := await session.read(_BLOCK_BYTES):
            output += block
            del output[:-_MOST_OUTPUT_BYTES]
        await session.ended.wait()
    finally:
        feeding.cancel()
        await asyncio.gather(feeding, return_exceptions=True)
    if session.is_broken or session.status is None:
        raise ConnectionResetError("the connection broke before the command ended")
    return RunResult(session.status, output.decode(errors="replace"), session.errors)


async def _fed(session: Command, data: bytes) -> None:
    """Give a command its input; one that does not read it all is no trouble."""
    try:
        for start in range(0, len(data), _BLOCK_BYTES):
            await session.write(data[start : start + _BLOCK_BYTES])
        session.end_input()
    except OSError:
        return
