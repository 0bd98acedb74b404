"""Joining an agent there: its first words are waited for, and what machines say before it is passed over.

Login messages and complaints of sudo come before the protocol; a missing command comes instead of it. On the loop.
"""

from __future__ import annotations

import asyncio
import json
import logging
from typing import TYPE_CHECKING, Final

from tiepoint.adapters.ssh.failures import broken, no_agent, silent_agent
from tiepoint.domain.errors import ProtocolError, TiepointError
from tiepoint.domain.route import Route
from tiepoint.protocol import PROTOCOL_VERSION
from tiepoint.protocol.envelope import Request
from tiepoint.protocol.framing import encode_message
from tiepoint.protocol.methods import HELLO

if TYPE_CHECKING:
    from tiepoint.adapters.ssh.channel import Command

_MOST_NOISE_BYTES: Final = 64 * 1024
_LONGEST_ANSWER_BYTES: Final = 1 << 20
_BLOCK_BYTES: Final = 65536
_FIRST_ID: Final = 0
_log = logging.getLogger(__name__)


async def greet(command: Command, route: Route, *, client: str, wait_s: float) -> None:
    """Let an agent say its first word; the stream is the protocol's from then on, as if nothing had been said.

    Args:
        command: What joins it, just started.
        route: The way there, for sentences.
        client: Name and version of this program.
        wait_s: Longest wait.

    Raises:
        AgentUnavailable: There is none, it may not be joined, or it stays silent.
        ConnectionLost: The connection broke.
        ProtocolError: What speaks there is no agent.
    """
    noise = bytearray()
    try:
        async with asyncio.timeout(wait_s):
            hello = Request(_FIRST_ID, HELLO.name, {"client": client, "protocol": PROTOCOL_VERSION})
            await command.write(encode_message(hello.message()))
            rest = await _after_noise(command, route, noise)
    except TimeoutError:
        raise silent_agent(route, wait_s, bytes(noise)) from None
    except OSError as error:
        await _last_words(command)
        raise _ended(command, route, str(error)) from error
    if noise:
        _log.info("%s said before its agent: %s", route.site, bytes(noise[:500]))
    command.put_back(rest)


async def _after_noise(command: Command, route: Route, noise: bytearray) -> bytes:
    """Return what was read after the answer to the greeting."""
    buffer = bytearray()
    while True:
        data = await command.read(_BLOCK_BYTES)
        if not data:
            await _last_words(command)
            raise _ended(command, route, "the command ended")
        buffer += data
        while (end := buffer.find(b"\n")) >= 0:
            line = bytes(buffer[: end + 1])
            del buffer[: end + 1]
            match _meaning(line):
                case "answer":
                    return bytes(buffer)
                case "protocol":
                    return line + bytes(buffer)
            noise += line
        if len(noise) > _MOST_NOISE_BYTES or len(buffer) > _LONGEST_ANSWER_BYTES:
            raise ProtocolError(
                f"What answers on the {route.target.title} in the agent's place is no agent.",
                remedy="Look what the command runs there, and what its account's shell prints at a login.",
                detail=bytes((noise or buffer)[:500]).decode(errors="replace"),
            )


def _meaning(line: bytes) -> str:
    """Tell noise from the answer to the greeting, and from anything else of the protocol."""
    if b'"jsonrpc"' not in line:
        return "noise"
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return "noise"
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
        return "noise"
    return "answer" if message.get("id") == _FIRST_ID and message.get("error") is None else "protocol"


def _ended(command: Command, route: Route, detail: str) -> TiepointError:
    if command.is_broken:
        return broken(route, detail)
    return no_agent(route, command.status, command.errors)


async def _last_words(command: Command) -> None:
    """Wait until status and complaint have come, too; they follow the end of the output."""
    await command.ended.wait()
