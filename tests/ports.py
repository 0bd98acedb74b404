"""Ports for what has to be told its port before it listens."""

from __future__ import annotations

import random
import socket
from pathlib import Path
from typing import Final

_OUTGOING: Final = Path("/proc/sys/net/ipv4/ip_local_port_range")
_LOWEST: Final = 20_000
_USUAL: Final = 32_768
_chance: Final = random.SystemRandom()


def free_port(host: str = "127.0.0.1") -> int:
    """Return a port that nobody listens on.

    It lies below those that the system takes for connections and for port 0, one of which could have it before it is
    bound. Two tests at one time hardly draw the same.
    """
    while True:
        port = _chance.randrange(_LOWEST, _first_outgoing())
        try:
            socket.create_server((host, port)).close()
        except OSError:
            continue
        return port


def _first_outgoing() -> int:
    try:
        first = int(_OUTGOING.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return _USUAL
    return first if first > _LOWEST + 1000 else _USUAL
