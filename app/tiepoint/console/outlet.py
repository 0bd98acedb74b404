"""Where a command's words go: the interface that people's and programs' output have in common.

Commands call these methods only, and so never ask whether `--json` was given. On the loop's thread.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from typing import Any, Final, Protocol, TextIO

from tiepoint.domain.cluster_operation import ClusterOperation
from tiepoint.domain.failure import Failure
from tiepoint.domain.plain_text import plain
from tiepoint.domain.transfer import Transfer
from tiepoint.services.monitor import MonitorSnapshot
from tiepoint.services.reconstruction import RunSnapshot

_STEERING: Final = re.compile("[\x00-\x08\x0b-\x1f\x80-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What moves a terminal's cursor, or turns its writing around; lines and columns are ours to make."""


class Outlet(Protocol):
    """Takes what a command has to say."""

    def progress(self, snapshot: RunSnapshot) -> None:
        """Show how far a run is; may be called any number of times a second."""

    def advance(self, what: str, done: int, total: int | None, unit: str) -> None:
        """Show how far something simple is."""

    def transfer(self, transfer: Transfer) -> None:
        """Show how far a transfer is; may be called any number of times a second."""

    def cluster(self, operation: ClusterOperation) -> None:
        """Show how far an operation on a cluster is; may be called any number of times a second."""

    def site(self, name: str, snapshot: MonitorSnapshot) -> None:
        """Show a cluster's jobs and nodes as they are; may be called any number of times a second."""

    def notice(self, kind: str, facts: Mapping[str, Any], text: str) -> None:
        """Tell something on the way that a person has to act on: `facts` for programs, `text` for people."""

    def warning(self, warning: Failure, **facts: Any) -> None:
        """Tell something that does not stop the command."""

    def error(self, failure: Failure) -> None:
        """Tell what stopped the command."""

    def result(self, facts: Mapping[str, Any], text: str) -> None:
        """Give the command's answer, once, as its last word: `facts` for programs, `text` for people."""

    def close(self) -> None:
        """Leave the terminal as it was; may be called twice."""


class OutputLost(Exception):
    """What a command says reaches nobody: the reader has gone, or the disk under it is full.

    Args:
        cause: What the system said.
    """

    def __init__(self, cause: OSError) -> None:
        super().__init__(str(cause))
        self.reason = (cause.strerror or str(cause)).lower()
        self.is_unread = isinstance(cause, BrokenPipeError)


def write_line(stream: TextIO | None, text: str) -> None:
    """Write a line and send it off, whatever the stream's encoding can and cannot show; it steers no terminal.

    Args:
        stream: Where to; None = the program was started with that stream closed.
        text: The line.

    Raises:
        OutputLost: It cannot be written.
    """
    if stream is None:
        return
    encoding = stream.encoding or "utf-8"
    text = _STEERING.sub(lambda found: plain(found[0]), text)
    try:
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
        stream.flush()
    except OSError as error:
        raise OutputLost(error) from error


def stdout_line(text: str) -> None:
    """Write a line to stdout."""
    write_line(sys.stdout, text)


def stderr_line(text: str) -> None:
    """Write a line to stderr."""
    write_line(sys.stderr, text)
