"""The way to a server of the web: straight, or through the proxy that the environment or the system names.

Must not dial. Any thread; asked anew for every connection.
"""

from __future__ import annotations

import base64
import urllib.request
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from tiepoint.domain.errors import ConnectionLost

_HTTPS_PORT = 443
_PROXY_PORT = 8080


@dataclass(frozen=True, slots=True, repr=False)
class Way:
    """Whom to connect to, and whom to ask for there. Its text never shows a password.

    Args:
        host: Name or address of the server.
        port: Its port.
        proxy: Name and port of the proxy before it; None = straight.
        authorization: Value of Proxy-Authorization; empty = none.
    """

    host: str
    port: int
    proxy: tuple[str, int] | None = None
    authorization: str = ""


def way_to(parts: SplitResult) -> Way:
    """Return the way to an address.

    Raises:
        ConnectionLost: The environment names a proxy of a kind that is not understood.
    """
    host, port = parts.hostname or "", parts.port or _HTTPS_PORT
    url = proxy_of(host, port)
    return _through(url, host, port) if url else Way(host, port)


def proxy_of(host: str, port: int = _HTTPS_PORT) -> str:
    """Return the address of the proxy before an https server, as it was set; empty = straight. It may hold a password.

    Args:
        host: Name or address, without brackets.
        port: Its port.
    """
    named = urllib.request.getproxies()
    url = named.get("https") or named.get("all")
    is_straight = not url or urllib.request.proxy_bypass(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
    return "" if is_straight else url or ""


def _through(url: str, host: str, port: int) -> Way:
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        proxy = (parts.hostname or "", parts.port or _PROXY_PORT)
    except ValueError:
        parts, proxy = urlsplit(""), ("", 0)
    if parts.scheme != "http" or not proxy[0]:
        raise ConnectionLost(
            f"The proxy {proxy[0] or 'that is set'} is of a kind ({parts.scheme or 'unknown'}) that is not understood.",
            remedy="Set one that begins with http:// as the proxy in Settings, or in HTTPS_PROXY.",
        )
    if parts.username is None:
        return Way(host, port, proxy)
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
    return Way(host, port, proxy, "Basic " + base64.b64encode(pair).decode("ascii"))
