"""The way to a scheduler, opened hop by hop: each through the one before it, each with its key checked.

Whatever goes wrong says which is the first machine that does not answer. On the loop's thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import Any

import asyncssh

from tiepoint.adapters.ssh.bastion import BastionDoor, Door
from tiepoint.adapters.ssh.client_keys import KeyRing
from tiepoint.adapters.ssh.failures import is_too_many, key_refused, no_answer, other_key
from tiepoint.adapters.ssh.host_check import NO_LIST, CheckedMachine, key_kinds
from tiepoint.adapters.ssh.patience import Patience
from tiepoint.domain.errors import ConnectionLost, TiepointError
from tiepoint.domain.route import Hop, Route


class Way:
    """An open way to one scheduler.

    Args:
        route: Which.
        patience: How long is waited.
    """

    def __init__(self, route: Route, patience: Patience) -> None:
        self.route = route
        self._patience = patience
        self._connections: list[asyncssh.SSHClientConnection] = []
        self._machines: list[CheckedMachine] = []
        self._door: Door | None = None

    @property
    def is_open(self) -> bool:
        """Whether nothing of it has broken."""
        return bool(self._machines) and not any(machine.is_lost for machine in self._machines)

    @property
    def why_lost(self) -> str:
        """What broke."""
        return "; ".join(machine.why_lost for machine in self._machines if machine.is_lost)

    @property
    def scheduler(self) -> asyncssh.SSHClientConnection:
        """The connection to the machine at its end."""
        return self._connections[-1]

    async def open(self, doors: BastionDoor) -> None:
        """Connect to all machines. Cancel safe: nothing is left open.

        Args:
            doors: Opens Bastion's tunnels.
        """
        ring = KeyRing(self.route.keys)
        try:
            for place, hop in enumerate((*self.route.jumps, self.route.target)):
                await self._step(place, hop, ring, doors)
        except BaseException:
            await self.close()
            raise
        finally:
            await ring.close()

    async def close(self) -> None:
        """Break all of it, the far end first; nobody there is waited for longer than a goodbye takes."""
        connections, self._connections = self._connections, []
        for connection in reversed(connections):
            connection.abort()
        door, self._door = self._door, None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._patience.closing_s):
                for connection in reversed(connections):
                    await connection.wait_closed()
        if door is not None:
            await door.close()

    async def _step(self, place: int, hop: Hop, ring: KeyRing, doors: BastionDoor) -> None:
        machine, sock = CheckedMachine(hop, ring), None
        options: dict[str, Any] = {}
        try:
            async with asyncio.timeout(self._patience.hop_s):
                if place:
                    options = {"tunnel": self._connections[-1]}
                elif self.route.bastion is not None:
                    self._door = await doors.open(self.route.bastion)
                    options = {"sock": self._door.sock}
                else:
                    options = {"sock": (sock := await _dialled(hop))}
                connection = await asyncssh.connect(
                    hop.host,
                    hop.port,
                    username=hop.user,
                    client_factory=lambda: machine,
                    client_keys=None,
                    agent_path=None,
                    known_hosts=NO_LIST,
                    server_host_key_algs=key_kinds(hop),
                    x509_trusted_certs=None,
                    preferred_auth=("publickey",),
                    gss_host=None,
                    config=None,
                    keepalive_interval=self._patience.alive_s,
                    keepalive_count_max=self._patience.silences,
                    connect_timeout=None,
                    login_timeout=0,
                    **options,
                )
        except BaseException as error:
            if sock is not None:
                sock.close()
            if not isinstance(error, TimeoutError | OSError | asyncssh.Error | ValueError):
                raise
            raise self._said(error, place, hop, machine, ring) from error
        self._connections.append(connection)
        self._machines.append(machine)

    def _said(self, error: Exception, place: int, hop: Hop, machine: CheckedMachine, ring: KeyRing) -> TiepointError:
        """Return what an error of a step means."""
        detail = f"{type(error).__name__}: {error}"
        if isinstance(error, TimeoutError):
            return no_answer(self.route, place, f"no answer within {self._patience.hop_s:.0f} s")
        if machine.refused is not None or isinstance(error, asyncssh.HostKeyNotVerifiable):
            return other_key(hop, machine.refused)
        if isinstance(error, asyncssh.PermissionDenied) or is_too_many(error):
            return key_refused(hop, machine.offered, ring.locked, detail)
        if isinstance(error, asyncssh.ChannelOpenError):
            return self._not_passed_on(error, place, detail)
        if isinstance(error, asyncssh.KeyExchangeFailed | asyncssh.ProtocolNotSupported | asyncssh.ProtocolError):
            return ConnectionLost(
                f"The {hop.title} ({hop.host}:{hop.port}) answers, but not as an SSH server we can speak with.",
                remedy="Look whether address and port are right.",
                retryable=True,
                detail=detail,
            )
        return no_answer(self.route, place, detail)

    def _not_passed_on(self, error: asyncssh.ChannelOpenError, place: int, detail: str) -> TiepointError:
        before = self.route.jumps[place - 1] if place else self.route.target
        if error.code == asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED:
            return ConnectionLost(
                f"The {before.title} ({before.host}) answers, and lets no connection through.",
                remedy="Its SSH server must allow TCP forwarding (AllowTcpForwarding).",
                detail=detail,
            )
        return no_answer(self.route, place, detail)


async def _dialled(hop: Hop) -> socket.socket:
    """Return a connection to the first machine; whoever asked for it closes it, whatever comes then."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(hop.host, hop.port, type=socket.SOCK_STREAM)
    last: OSError = OSError(f"{hop.host} has no address")
    for family, kind, protocol, _name, address in found:
        sock = socket.socket(family, kind, protocol)
        try:
            sock.setblocking(False)
            await loop.sock_connect(sock, address)
        except OSError as error:
            sock.close()
            last = error
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise last
