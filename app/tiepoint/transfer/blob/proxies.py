"""The servers of Blob storage, and the proxy before one: this computer is always reached straight.

Must not dial. Any thread; the proxy is asked for anew for every connection, because networks change under a long
transfer.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from tiepoint.domain.errors import UsageError
from tiepoint.network.proxies import Proxy, proxy_before

_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Origin:
    """A server.

    Args:
        scheme: `http` or `https`.
        host: Name or address, without brackets.
        port: Always a number.
        netloc: As it stands in the header Host.
    """

    scheme: str
    host: str
    port: int
    netloc: str

    @property
    def is_loopback(self) -> bool:
        """Whether it is this computer."""
        return is_loopback(self.host)


@lru_cache(maxsize=64)
def origin_of(endpoint: str) -> Origin:
    """Return the server of an endpoint of Blob storage."""
    parts = urlsplit(endpoint)
    host = _ascii(parts.hostname or "")
    netloc = f"[{host}]" if ":" in host else host
    netloc = netloc if parts.port is None else f"{netloc}:{parts.port}"
    return Origin(parts.scheme, host, parts.port or _PORTS[parts.scheme], netloc)


def _ascii(host: str) -> str:
    """Return a host's name as it is looked up and sent."""
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise UsageError(f"{host!a} is no name of a server.", remedy="Check the address.") from error


def is_loopback(host: str) -> bool:
    """Whether a name or address means this computer."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def proxy_for(origin: Origin) -> Proxy | None:
    """Return the proxy on the way to a server; None = there is none.

    Raises:
        ConnectionLost: One is named of a kind that is not understood.
    """
    return None if origin.is_loopback else proxy_before(origin.scheme, origin.host, origin.port)
