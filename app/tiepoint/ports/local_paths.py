"""A path of this computer as it is, and whether it can be written. Any task may ask."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from tiepoint.domain.path_causes import Seen


class LocalPaths(Protocol):
    """Looks; changes nothing but for a probe that it removes. Never raises for what is there or not. Cancel safe."""

    async def look(self, path: Path) -> Seen:
        """What is at a path; of a missing one free bytes are those of its nearest parent."""

    async def probe(self, folder: Path) -> bool:
        """Whether a file could be written into a folder, read back and removed."""
