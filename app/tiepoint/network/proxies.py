"""The proxy before a server of the web, as the environment or the system names it.

Must not dial, and must not set anything (`runtime.proxy` does). Any thread; asked anew for every connection, because
networks change.
"""

from __future__ import annotations

import base64
import urllib.request
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from tiepoint.domain.errors import ConnectionLost

_PORT: Final = 8080


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

    @property
    def headers(self) -> dict[str, str]:
        """Lines of a request that is meant for the proxy itself."""
        return {"Proxy-Authorization": self.authorization} if self.authorization else {}


def proxy_url(scheme: str, host: str, port: int) -> str:
    """Return the address of the proxy before a server, as it was set; empty = straight. It may hold a password.

    Args:
        scheme: `http` or `https`.
        host: Name or address, without brackets.
        port: The server's.
    """
    while True:
        try:
            return _named(scheme, host, port)
        except KeyError:  # Python reads the variables one by one: another proxy was chosen meanwhile
            continue


def proxy_before(scheme: str, host: str, port: int) -> Proxy | None:
    """Return the proxy before a server; None = straight. Arguments as `proxy_url`.

    Raises:
        ConnectionLost: One is named of a kind that is not understood.
    """
    url = proxy_url(scheme, host, port)
    return _proxy_at(url) if url else None


def _named(scheme: str, host: str, port: int) -> str:
    named = urllib.request.getproxies()
    url = named.get(scheme) or named.get("all") or ""
    # Exceptions may name a port; an address with colons is looked for alone, too, as it would lose its last group.
    spelt = (host, f"[{host}]:{port}") if ":" in host else (f"{host}:{port}",)
    return "" if not url or any(urllib.request.proxy_bypass(each) for each in spelt) else url


def _proxy_at(url: str) -> Proxy:
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host, port = parts.hostname or "", parts.port or _PORT
    except ValueError:
        parts, host, port = urlsplit(""), "", 0
    if parts.scheme != "http" or not host:
        raise ConnectionLost(
            f"The proxy {host or 'that is set'} is of a kind ({parts.scheme or 'unknown'}) that is not understood.",
            remedy="Set one that begins with http:// as the proxy in Settings or in HTTPS_PROXY, or except the server"
            " by NO_PROXY.",
        )
    if parts.username is None:
        return Proxy(host, port)
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
    return Proxy(host, port, "Basic " + base64.b64encode(pair).decode("ascii"))
