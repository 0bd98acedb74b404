"""A cluster of a studio's own, reached by plain SSH: what a person tells of it once. No secret. Pure; any thread."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tiepoint.domain.route import Hop


@dataclass(frozen=True, slots=True)
class OwnCluster:
    """What is needed to reach it.

    Args:
        name: For people and the command line.
        scheduler: Its scheduler, with pinned keys.
        jumps: Machines in between, with pinned keys.
        captures: Container for captures, `https://…/captures`; empty = photos cannot be sent from here.
        products: Container for products; empty = products stay there.
        key_files: Private key files; none = the SSH agent and the usual ones.
        command: See `Route.command`; empty = the usual one.
        is_windows: Whether the scheduler is a Windows machine.
    """

    name: str
    scheduler: Hop
    jumps: tuple[Hop, ...] = ()
    captures: str = ""
    products: str = ""
    key_files: tuple[Path, ...] = ()
    command: str = ""
    is_windows: bool = False
