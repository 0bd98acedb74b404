"""What lies between this program and others: the network, the proxy, certificates, the clock, the store for secrets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Reached(StrEnum):
    """How an attempt to reach a place came out."""

    YES = "yes"
    NO = "no"
    """Nobody answered."""
    UNTRUSTED = "untrusted"
    """Somebody answered whose certificate is not believed."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of reaching a place.

    Args:
        reached: See `Reached`.
        problem: Raw; empty = none.
        date: The server's clock, UTC; None where it told none.
    """

    reached: Reached
    problem: str = ""
    date: datetime | None = None


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """Whose certificates are believed.

    Args:
        count: Authorities in the store; None where the system keeps them itself.
        source: File, or what the store is called.
        problem: Why it cannot be read; empty = it can.
    """

    count: int | None
    source: str
    problem: str = ""


class SecretStore(StrEnum):
    """The system's store for secrets."""

    OPEN = "open"
    LOCKED = "locked"
    MISSING = "missing"


class Surroundings(Protocol):
    """Looks at them; changes nothing, sends nothing but what reaching a place needs. Cancel safe; never raises."""

    async def loopback(self) -> str:
        """Let two ends of this computer meet; return what stopped them, empty = nothing."""

    def proxy(self, host: str) -> str:
        """Return the proxy through which a host is reached, `http://HOST:PORT`; empty = straight."""

    async def connect(self, host: str, port: int) -> Reply:
        """Open a connection and close it."""

    async def ask_https(self, host: str, port: int, ca_file: str = "") -> Reply:
        """Ask a web server for its head, through the proxy that holds; the answer's code does not matter.

        Args:
            host: Name.
            port: Mostly 443.
            ca_file: Certificates to believe instead of the system's; empty = the system's.
        """

    async def certificates(self) -> CertificateFacts:
        """Look at the certificates that are believed."""

    async def secrets(self) -> SecretStore:
        """Look whether the system has a store for secrets, and whether it is open; nobody is asked to unlock it."""

    def built(self) -> datetime:
        """Return when this program was put together, UTC; the clock cannot be before that."""
