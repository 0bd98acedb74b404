"""Machines reached by SSH, jump boxes or Bastion in between: streams to the agent, commands, and files.

All calls raise:
    HostKeyChanged: A machine on the way has another key than the pinned one, or none is pinned; nothing was sent to it.
    KeyRefused: A machine takes none of our keys.
    ConnectionLost: The network, a jump box or the scheduler does not answer; the summary says which is the first that
        does not, and which still do.
    AgentUnavailable: The scheduler answers, and there is no agent on it.
All are cancel safe, and none asks anybody anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tiepoint.domain.route import Route


class RemoteStream(Protocol):
    """Standard input and output of a command there, as bytes."""

    async def read(self, limit_bytes: int) -> bytes:
        """Read what is there, at most so much; empty at the end. Raises OSError."""

    async def write(self, data: bytes) -> None:
        """Write all of it, waiting while the other side is slow. Raises OSError."""

    async def close(self) -> None:
        """Close it; never raises."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a command ended.

    Args:
        status: Its exit status.
        output: Standard output, text; at most 1 MiB of its end.
        errors: Standard error, the same way.
    """

    status: int
    output: str
    errors: str


class RemoteHosts(Protocol):
    """One SSH connection a route, shared by whoever asks, kept alive, and made again when it broke."""

    async def open_agent(self, route: Route) -> RemoteStream:
        """Join the agent (`Route.command`)."""

    async def run(self, route: Route, command: str, *, data: bytes = b"", timeout_s: float = 60.0) -> RunResult:
        """Run a command on the scheduler; its status is in the result, not raised.

        Args:
            route: Where.
            command: For its shell. Holds no secret; those go by `data`.
            data: Standard input.
            timeout_s: After this it is ended; ConnectionLost.
        """

    async def put(
        self, route: Route, file: Path, remote: str, report: Callable[[int, int], None] | None = None
    ) -> None:
        """Copy a file there, beside its place first, then in one step. Idempotent.

        Args:
            route: Where.
            file: On this computer.
            remote: Absolute path there.
            report: Is told bytes done and in all.
        """

    async def forget(self, site: str) -> None:
        """Close the connection of a site, if there is one."""

    async def close(self) -> None:
        """Close all."""
