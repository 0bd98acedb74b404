"""What a fault proxy can do to a request. Each is plain data; the proxy does it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class CutRequest:
    """Reset the connection after so many bytes of the request's body."""

    after: int = 1000


@dataclass(frozen=True)
class CutReply:
    """Reset the connection after so many bytes of the reply's body."""

    after: int = 1000


@dataclass(frozen=True)
class Stall:
    """Read no more of the request's body for a while once so many bytes have come."""

    seconds: float
    after: int = 1000


@dataclass(frozen=True)
class StallReply:
    """Pass no more of the reply's body on for a while."""

    seconds: float
    after: int = 1000


@dataclass(frozen=True)
class CorruptRequest:
    """Change one byte of the request's body."""

    at: int = 100


@dataclass(frozen=True)
class CorruptReply:
    """Change one byte of the reply's body."""

    at: int = 100


@dataclass(frozen=True)
class LoseReply:
    """Let the server do what is asked and cut the connection before it can say so."""


@dataclass(frozen=True)
class BlackHole:
    """Pass nothing at all on for a while, of no connection."""

    seconds: float


@dataclass(frozen=True)
class Answer:
    """Answer in the server's place; it hears nothing of the request."""

    status: int
    code: str = "ServerBusy"
    headers: dict[str, str] = field(default_factory=dict)

    def bytes(self) -> bytes:
        """Return the whole reply."""
        body = f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{self.code}</Code><Message>no</Message></Error>'
        headers = {
            "x-ms-error-code": self.code,
            "Content-Type": "application/xml",
            **self.headers,
            "Content-Length": str(len(body)),
        }
        lines = [f"HTTP/1.1 {self.status} No", *(f"{name}: {value}" for name, value in headers.items())]
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def busy(status: int = 503, retry_after_s: int | None = None) -> Answer:
    """The server says it has too much to do, and when to come again."""
    return Answer(status, headers={} if retry_after_s is None else {"Retry-After": str(retry_after_s)})


Fault = CutRequest | CutReply | Stall | StallReply | CorruptRequest | CorruptReply | LoseReply | BlackHole | Answer
