"""A jump box and a scheduler in this process: real SSH by asyncssh over loopback, a real agent behind the scheduler.

Needs no root. Every machine stands behind a gate, a plain TCP port that can refuse, fall silent or cut what goes
through it, as networks do. The agent belongs to whoever gave its home: end it with `program.Program(home).stop()`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Self

import asyncssh

from tiepoint.domain.own_cluster import OwnCluster
from tiepoint.domain.route import CONNECT_COMMAND, ClientKeys, Hop, HostKey, Route

LOOPBACK = "127.0.0.1"
_BLOCK_BYTES = 65536


class Gate:
    """A port in front of a server that behaves as a bad network would."""

    def __init__(self) -> None:
        self.port = 0
        self.is_silent = False
        """New connections are taken, and not a byte goes through."""
        self._moves = asyncio.Event()
        self._moves.set()
        self._server: asyncio.Server | None = None
        self._inner = 0
        self._is_closed = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()

    async def open(self, inner: int) -> None:
        """Listen, always on the same port, and hand on to another one."""
        self._inner, self._is_closed = inner, False
        self._server = await asyncio.start_server(self._accept, LOOPBACK, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Refuse from now on, and cut what there is."""
        self._is_closed = True
        if self._server is not None:
            self._server.close()
        self.cut()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()
        self._server = None

    def cut(self) -> None:
        """Break all connections, as a reset does."""
        for writer in tuple(self._writers):
            writer.transport.abort()

    def freeze(self) -> None:
        """Let nothing through any more, and tell nobody: half-open connections."""
        self._moves.clear()

    def thaw(self) -> None:
        """Let everything through again, what waited first."""
        self._moves.set()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_closed:  # it was taken before the end and comes after it
            writer.transport.abort()
            return
        task = asyncio.ensure_future(self._joined(reader, writer))
        self._tasks.add(task)
        self._writers.add(writer)

        def over(_task: asyncio.Task[None]) -> None:  # also of a task that was cancelled before its first step
            self._tasks.discard(task)
            self._writers.discard(writer)
            writer.transport.abort()

        task.add_done_callback(over)

    async def _joined(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers, inner = [writer], socket.socket()
        try:
            if self.is_silent:
                await reader.read(-1)
                return
            inner.setblocking(False)
            await asyncio.get_running_loop().sock_connect(inner, (LOOPBACK, self._inner))
            inner_reader, inner_writer = await asyncio.open_connection(sock=inner)
            writers.append(inner_writer)
            self._writers.add(inner_writer)
            pumps = [self._pumped(reader, inner_writer), self._pumped(inner_reader, writer)]
            await asyncio.gather(*pumps)
        except OSError:
            return
        finally:
            for each in writers:
                self._writers.discard(each)
                each.transport.abort()
                with contextlib.suppress(OSError):
                    await each.wait_closed()
            inner.close()

    async def _pumped(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(_BLOCK_BYTES):
            await self._moves.wait()
            writer.write(data)
            await writer.drain()
        await self._moves.wait()
        if writer.can_write_eof():
            writer.write_eof()


class Machine:
    """A machine with an SSH server.

    Args:
        stand: Whose.
        title: `jump box` or `scheduler`.
    """

    def __init__(self, stand: SshStand, title: str) -> None:
        self._stand, self.title, self.gate = stand, title, Gate()
        self._key = asyncssh.generate_private_key("ssh-ed25519")
        self._acceptor: asyncssh.SSHAcceptor | None = None
        self.logins = 0
        self.refuses_keys = False
        self.refuses_forwarding = False
        self.user = "tiepoint"

    @property
    def port(self) -> int:
        """Where it is reached on loopback."""
        return self.gate.port

    @property
    def is_silent(self) -> bool:
        """Whether new connections are taken and never answered."""
        return self.gate.is_silent

    @is_silent.setter
    def is_silent(self, value: bool) -> None:
        self.gate.is_silent = value

    @property
    def host_key(self) -> HostKey:
        """Its public key."""
        kind, data = self._key.export_public_key().decode().split()[:2]
        return HostKey(kind, data)

    def hop(self) -> Hop:
        """The machine as a hop, its key pinned."""
        return Hop(self.title, LOOPBACK, self.port, self.user, (self.host_key,))

    async def start(self) -> None:
        """Answer, on the same port as before."""
        self._acceptor = await asyncssh.listen(
            LOOPBACK,
            0,
            server_factory=lambda: _Server(self, self._stand),
            server_host_keys=[self._key],
            process_factory=self._stand.run if self.title == "scheduler" else None,
            sftp_factory=True if self.title == "scheduler" else None,
            encoding=None,
            config=[],
        )
        await self.gate.open(self._acceptor.get_port())

    async def stop(self) -> None:
        """Be gone: what is connected breaks, and nobody gets in."""
        await self.gate.close()
        acceptor, self._acceptor = self._acceptor, None
        if acceptor is not None:
            acceptor.close()
            await acceptor.wait_closed()

    async def restart(self) -> None:
        """Stop and start."""
        await self.stop()
        await self.start()

    def drop(self) -> None:
        """Break its connections; new ones are taken."""
        self.gate.cut()

    def freeze(self) -> None:
        """Let nothing through any more, in either direction; connections stay open."""
        self.gate.freeze()

    def thaw(self) -> None:
        """End of `freeze`."""
        self.gate.thaw()

    async def change_key(self) -> None:
        """Come back with another host key, as a machine that was made anew."""
        await self.stop()
        self._key = asyncssh.generate_private_key("ssh-ed25519")
        await self.start()


class _Server(asyncssh.SSHServer):
    """Who may come in, and whether they may go on."""

    def __init__(self, machine: Machine, stand: SshStand) -> None:
        self._machine, self._stand = machine, stand

    def begin_auth(self, username: str) -> bool:
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        known = key.public_data in self._stand.accepted
        return known and username == self._machine.user and not self._machine.refuses_keys

    def auth_completed(self) -> None:
        self._machine.logins += 1

    def connection_requested(self, dest_host: str, dest_port: int, orig_host: str, orig_port: int) -> Any:
        if self._machine.title != "jump box" or self._machine.refuses_forwarding:
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_ADMINISTRATIVELY_PROHIBITED, "forwarding is off")
        dialling = asyncio.ensure_future(self._connection.forward_connection(dest_host, dest_port))
        self._stand.passed_on.add(dialling)
        return asyncio.shield(dialling)

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn


class SshStand:
    """Both machines; an async context manager that leaves no process of its own behind.

    Args:
        agent_home: TIEPOINT_HOME of the agent on the scheduler.
        folder: For keys, the account's home and the root of what is installed.
        env: More variables for commands there.
        config: TIEPOINT_AGENT_CONFIG of the agent.
    """

    def __init__(
        self, agent_home: Path, *, folder: Path, env: Mapping[str, str] | None = None, config: Path | None = None
    ) -> None:
        self.folder = folder
        self.jump, self.scheduler = Machine(self, "jump box"), Machine(self, "scheduler")
        self.commands: list[str] = []
        self.noise, self.complaint = b"", ""
        self.status: int | None = None
        self.connect: list[str] | None = None
        """Command line that the connect command runs instead of a real `tiepoint-agent connect`."""
        self._client_key = asyncssh.generate_private_key("ssh-ed25519", comment="stand")
        self.private_key = self._client_key.export_private_key().decode()
        """Our private key, OpenSSH text."""
        self.accepted = {self._client_key.public_data}
        self.env = dict(env or {})
        """More variables for commands there."""
        self._env = {"TIEPOINT_HOME": str(agent_home)}
        if config is not None:
            self._env["TIEPOINT_AGENT_CONFIG"] = str(config)
        self.passed_on: set[asyncio.Future[Any]] = set()
        """What the jump box has dialled for clients."""
        self._running: set[asyncio.Task[None]] = set()

    @property
    def key_file(self) -> Path:
        """The same key in a file."""
        path = self.folder / "id_stand"
        if not path.exists():
            path.touch(0o600)
            path.write_text(self.private_key)
        return path

    @property
    def root(self) -> Path:
        """Root of what is installed on the scheduler (`DESTDIR` of commands there)."""
        return self.folder / "machine"

    @property
    def home(self) -> Path:
        """Home folder of the account on the scheduler."""
        return self.folder / "home"

    async def __aenter__(self) -> Self:
        for each in (self.folder, self.root, self.home):
            each.mkdir(parents=True, exist_ok=True)
        await self.scheduler.start()
        await self.jump.start()
        return self

    async def __aexit__(self, *_reason: object) -> None:
        for task in tuple(self._running):
            if task.get_name() == "command":
                task.cancel()
        while self._running:
            await asyncio.wait(self._running)
        await self.jump.stop()
        await self.scheduler.stop()
        for passed in await asyncio.gather(*self.passed_on, return_exceptions=True):
            if not isinstance(passed, BaseException):
                passed.close()  # the jump box dialled for a client that had left, and would not hang up
        await asyncio.sleep(0)

    def route(self, site: str = "own/stand", *, jumps: bool = True, keys: ClientKeys | None = None) -> Route:
        """The way to the scheduler as it is now, its keys pinned, with our key as text."""
        hops = (self.jump.hop(),) if jumps else ()
        return Route(site, self.scheduler.hop(), hops, keys=keys or ClientKeys(self.private_key, uses_agent=False))

    def own_cluster(self, name: str = "stand", **changes: Any) -> OwnCluster:
        """The stand as a person would add it."""
        return OwnCluster(
            **{
                "name": name,
                "scheduler": self.scheduler.hop(),
                "jumps": (self.jump.hop(),),
                "key_files": (self.key_file,),
                **changes,
            }
        )

    async def run(self, process: asyncssh.SSHServerProcess[bytes]) -> None:
        """Run what a client asks for, as the scheduler's login shell would."""
        command = process.command or ""
        self.commands.append(command)
        joins = command == CONNECT_COMMAND
        with contextlib.suppress(OSError, asyncssh.Error):
            if joins and self.complaint:
                process.stderr.write(self.complaint.encode())
            if joins and self.status is not None:
                process.exit(self.status)
                return
            if joins and self.noise:
                process.stdout.write(self.noise)
        words = (self.connect or [sys.executable, "-P", "-m", "tiepoint", "--child", "connect"]) if joins else None
        task = asyncio.create_task(self._run(process, words or ["sh", "-c", command]), name="command")
        self._keep(task)
        await asyncio.wait([task])

    async def _run(self, process: asyncssh.SSHServerProcess[bytes], words: list[str]) -> None:
        env = {**os.environ, "HOME": str(self.home), "DESTDIR": str(self.root), **self._env, **self.env}
        pipe = asyncio.subprocess.PIPE
        child = await asyncio.create_subprocess_exec(
            *words, stdin=pipe, stdout=pipe, stderr=pipe, env=env, cwd=self.home, start_new_session=True
        )
        assert child.stdin is not None
        fed = asyncio.ensure_future(_feed(process, child.stdin))
        said = asyncio.gather(_hand(child.stdout, process.stdout), _hand(child.stderr, process.stderr))
        gone = asyncio.ensure_future(process.channel.wait_closed())
        try:
            await asyncio.wait((said, gone), return_when=asyncio.FIRST_COMPLETED)
            if said.done() and not said.exception():
                process.exit(await child.wait())
        finally:
            ending = asyncio.ensure_future(_ended(child, (fed, said, gone)))
            self._keep(ending)
            await asyncio.shield(ending)

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._running.add(task)
        task.add_done_callback(self._running.discard)


async def _ended(child: asyncio.subprocess.Process, tasks: Iterable[asyncio.Future[Any]]) -> None:
    """Let go of a command, whatever state it is in."""
    for each in tasks:
        each.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    _kill(child)
    for number in (0, 1, 2):  # they may be full, or held by what it started, and `wait` waits for them, too
        child._transport.get_pipe_transport(number).close()  # type: ignore[attr-defined]
    await child.wait()


def _kill(child: asyncio.subprocess.Process) -> None:
    """End a command with all it started; the agent is in a session of its own, and stays."""
    if child.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)


async def _feed(process: asyncssh.SSHServerProcess[bytes], stdin: asyncio.StreamWriter) -> None:
    try:
        with contextlib.suppress(OSError, asyncssh.Error):
            while data := await process.stdin.read(_BLOCK_BYTES):
                stdin.write(data)
                await stdin.drain()
    finally:
        stdin.close()


async def _hand(reader: asyncio.StreamReader | None, writer: asyncssh.SSHWriter[bytes]) -> None:
    assert reader is not None
    while data := await reader.read(_BLOCK_BYTES):
        writer.write(data)
        await writer.drain()
