"""How long is waited for machines. Values only; any thread."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds.

    Args:
        hop_s: For one machine, from the first packet to being let in.
        hello_s: For the agent's first answer; it may have to be started.
        alive_s: Between two questions whether a silent machine is still there.
        silences: So many unanswered ones and the connection is given up.
        closing_s: For a goodbye.
    """

    hop_s: float = 15.0
    hello_s: float = 30.0
    alive_s: float = 5.0
    silences: int = 2
    closing_s: float = 2.0
