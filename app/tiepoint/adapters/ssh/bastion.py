"""Bastion's native tunnel: a token for one machine's port, then a web socket that carries its bytes.

The way of Azure's own command line: `POST https://ENDPOINT/api/tokens`, then
`wss://ENDPOINT/webtunnelv2/TOKEN?X-Node-Id=NODE` (azure-cli-extensions, bastion/tunnel.py). SSH sees one end of a pair
of sockets, so that no port is opened on this computer. Tokens are kept in memory and never logged. On the loop's
thread; plain requests are made in others.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import socket
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from tiepoint.domain.errors import CloudError, ConnectionLost, NotPermitted, NotThere, TiepointError
from tiepoint.domain.route import BastionTunnel

_REQUEST_S: Final = 20.0
_GOODBYE_S: Final = 3.0
_BLOCK_BYTES: Final = 65536
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Pass:
    """What Bastion gives for one connection."""

    token: str
    node: str


class Door:
    """An open tunnel; `sock` is what SSH speaks over, and belongs to it from then on.

    Args:
        tunnel: Where it leads.
        web: The web socket.
        given: Its pass, given back at the end.
        context: Whose certificates are believed.
    """

    def __init__(self, tunnel: BastionTunnel, web: ClientConnection, given: _Pass, context: ssl.SSLContext) -> None:
        self.sock, self._near = socket.socketpair()
        self._tunnel, self._web, self._given, self._context = tunnel, web, given, context
        for end in (self.sock, self._near):
            end.setblocking(False)
        self._pumping = asyncio.create_task(self._pump(), name="bastion tunnel")

    async def close(self) -> None:
        """End it, and give the pass back."""
        self._pumping.cancel()
        await asyncio.gather(self._pumping, return_exceptions=True)
        self._near.close()
        self.sock.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_GOODBYE_S):
                await self._web.close()
                await asyncio.to_thread(_give_back, self._tunnel, self._given, self._context)

    async def _pump(self) -> None:
        """Carry both ways until either side ends; then SSH sees the end, too."""
        loop = asyncio.get_running_loop()

        async def out() -> None:
            while data := await loop.sock_recv(self._near, _BLOCK_BYTES):
                await self._web.send(data)

        async def back() -> None:
            async for data in self._web:
                await loop.sock_sendall(self._near, data if isinstance(data, bytes) else data.encode())

        ways = [asyncio.ensure_future(out()), asyncio.ensure_future(back())]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in ways:
                each.cancel()
            for ended in await asyncio.gather(*ways, return_exceptions=True):
                if isinstance(ended, OSError | ConnectionClosed):
                    _log.info("Bastion's tunnel ended: %s", ended)
            with contextlib.suppress(OSError):
                self._near.shutdown(socket.SHUT_RDWR)


class BastionDoor:
    """Opens tunnels.

    Args:
        token: Gives the person's access token for Azure's management; asked for each tunnel.
        context: Whose certificates are believed.
    """

    def __init__(self, token: Callable[[], Awaitable[str]], context: Callable[[], ssl.SSLContext]) -> None:
        self._token, self._context = token, context

    async def open(self, tunnel: BastionTunnel) -> Door:
        """Open one. Cancel safe.

        Raises:
            SignInNeeded: Nobody is signed in.
            NotPermitted, NotThere, CloudError: Bastion refuses.
            ConnectionLost: Bastion does not answer.
        """
        token = await self._token()
        context = await asyncio.to_thread(self._context)
        given = await asyncio.to_thread(_ask, tunnel, token, context)
        address = f"wss://{tunnel.endpoint}/webtunnelv2/{given.token}?X-Node-Id={given.node}"
        try:
            web = await connect(
                address, ssl=context, max_size=None, compression=None, open_timeout=_REQUEST_S, logger=_quiet_log
            )
        except (OSError, TimeoutError, WebSocketException) as error:
            # The address holds the pass, and the library's words may hold the address.
            said = str(error).replace(given.token, "…")
            raise _no_answer(tunnel, f"{type(error).__name__}: {said}") from None
        return Door(tunnel, web, given, context)


_quiet_log = logging.getLogger("tiepoint.bastion-frames")
_quiet_log.setLevel(logging.CRITICAL)


def _ask(tunnel: BastionTunnel, token: str, context: ssl.SSLContext) -> _Pass:
    """Ask for a pass; blocks."""
    fields = {
        "resourceId": tunnel.target,
        "protocol": "tcptunnel",
        "workloadHostPort": tunnel.port,
        "aztoken": token,
        "token": "",
    }
    url = f"https://{tunnel.endpoint}/api/tokens"
    request = urllib.request.Request(url, data=urllib.parse.urlencode(fields).encode(), method="POST")
    try:
        with urllib.request.urlopen(request, timeout=_REQUEST_S, context=context) as answer:
            told: Any = json.loads(answer.read(_BLOCK_BYTES))
        return _Pass(str(told["authToken"]), str(told.get("nodeId") or ""))
    except urllib.error.HTTPError as error:
        with error:
            raise _refused(tunnel, error.code, _message(error.read(_BLOCK_BYTES))) from None
    except (OSError, TimeoutError) as error:
        raise _no_answer(tunnel, str(error)) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CloudError(
            f"Bastion ({tunnel.endpoint}) gave an answer that cannot be read.",
            remedy="Try again.",
            retryable=True,
            detail=f"{type(error).__name__}",
        ) from None


def _give_back(tunnel: BastionTunnel, given: _Pass, context: ssl.SSLContext) -> None:
    """Give a pass back; one that Bastion has forgotten is no trouble. Blocks."""
    url = f"https://{tunnel.endpoint}/api/tokens/{urllib.parse.quote(given.token, safe='')}"
    request = urllib.request.Request(url, method="DELETE", headers={"X-Node-Id": given.node})
    try:
        with urllib.request.urlopen(request, timeout=_GOODBYE_S, context=context):
            return
    except urllib.error.HTTPError as error:
        error.close()
    except OSError as error:
        _log.info("Bastion's pass was not given back: %s", type(error).__name__)


def _refused(tunnel: BastionTunnel, code: int, message: str) -> TiepointError:
    if code in (401, 403):
        return NotPermitted(
            f"Bastion ({tunnel.endpoint}) lets you not through.",
            remedy="You need Reader on Bastion, the machine and its network card.",
            detail=f"{code}: {message}",
        )
    if code == 404:
        return NotThere(
            f"Bastion ({tunnel.endpoint}) does not know the machine, or cannot reach it.",
            remedy="Look whether the machine runs, and whether Bastion allows native clients.",
            detail=f"{code}: {message}",
        )
    return CloudError(
        f"Bastion ({tunnel.endpoint}) refuses the tunnel: {message or code}",
        remedy="Try again; it must be of the tier Standard, with native client support.",
        retryable=code >= 500 or code == 429,
        detail=f"{code}: {message}",
    )


def _no_answer(tunnel: BastionTunnel, detail: str) -> ConnectionLost:
    return ConnectionLost(
        f"Bastion ({tunnel.endpoint}) does not answer.",
        remedy="Look whether this computer is online, and whether its address may reach the cluster.",
        retryable=True,
        detail=detail,
    )


def _message(body: bytes) -> str:
    try:
        told: Any = json.loads(body)
    except ValueError:
        return ""
    return str(told.get("message") or "")[:300] if isinstance(told, dict) else ""
