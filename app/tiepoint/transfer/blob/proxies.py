"""The way to a server: straight, or through the proxy that the environment or the system names.

Must not dial. Any thread; asked anew for every connection, because networks change under a long transfer.
"""

from __future__ import annotations

import base64
import ipaddress
import urllib.request
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import unquote, urlsplit

from tiepoint.domain.errors import UsageError

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


@dataclass(frozen=True, slots=True, repr=False)
class Proxy:
    """A proxy. Its text never shows its password.

    Args:
        host: Name or address.
        port: Number.
        authorization: Value of Proxy-Authorization; empty = none.
    """

    host: str
    port: int
    authorization: str = ""

    def __repr__(self) -> str:
        return f"Proxy({self.host!r}, {self.port})"


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
        UsageError: The environment names one of a kind that is not understood.
    """
    if origin.is_loopback:
        return None
    named = urllib.request.getproxies()
    url = named.get(origin.scheme) or named.get("all")
    if not url or urllib.request.proxy_bypass(origin.host):
        return None
    return _read_proxy(url)


def _read_proxy(url: str) -> Proxy:
    parts = urlsplit(url if "://" in url else f"http://{url}")
    try:
        port = parts.port or 8080
    except ValueError:
        port = 0
    if parts.scheme != "http" or not parts.hostname or not port:
        raise UsageError(
            f"The proxy {parts.hostname or 'of the environment'} is of a kind ({parts.scheme}) that is not understood.",
            remedy="Name one that begins with http:// in HTTPS_PROXY, or except the server by NO_PROXY.",
        )
    if parts.username is None:
        return Proxy(parts.hostname, port)
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
    return Proxy(parts.hostname, port, "Basic " + base64.b64encode(pair).decode("ascii"))
