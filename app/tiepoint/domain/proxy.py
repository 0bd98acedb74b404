"""The proxy for all that goes to the network: what is one, and which one holds.

Must not set anything (`runtime.proxy` does). Pure; any thread.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from tiepoint.domain.policy import Policy
from tiepoint.domain.settings import Settings

_HOST: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]")
_HIGHEST_PORT: Final = 65535


def read_proxy(text: str) -> str:
    """Return a proxy's address as it is kept, `http://HOST:PORT`.

    Args:
        text: As it was written; `http://` may be left out.

    Raises:
        ValueError: It is none; the text says what is wrong, one sentence.
    """
    typed = text.strip()
    written = typed if "://" in typed else f"http://{typed}"
    try:
        parts = urlsplit(written)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError("This is no address of a proxy.") from None
    if parts.scheme != "http":
        raise ValueError("A proxy is spoken to by http; https servers are reached through it all the same.")
    if parts.username is not None:
        raise ValueError("A name or a password must not stand here: this place is not secret.")
    shown = f"[{host}]" if ":" in host else host
    if not _HOST.fullmatch(shown) or parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise ValueError("This is no address of a proxy.")
    if not port or port > _HIGHEST_PORT:
        raise ValueError("The port is missing.")
    return f"http://{shown}:{port}"


def chosen_proxy(policy: Policy, settings: Settings) -> str | None:
    """Return which proxy holds.

    Args:
        policy: What the organisation sets.
        settings: The person's, as they are in effect.

    Returns:
        Its address; empty = none, straight to every server; None = as the system says.
    """
    return policy.proxy if policy.proxy is not None else settings.proxy or None
