"""Manifests of releases without a server, and a memory without a file."""

from __future__ import annotations

from collections.abc import Sequence

from tiepoint.domain.errors import ConnectionLost, TiepointError
from tiepoint.domain.release import Manifest


class FakeUpdateSource:
    """Gives `manifest`, or fails with `failure`; remembers what it was asked."""

    def __init__(self) -> None:
        self.manifest: Manifest | None = None
        self.failure: TiepointError | None = None
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    async def fetch(self, address: str, keys: Sequence[str]) -> Manifest:
        self.asked.append((address, tuple(keys)))
        if self.failure is not None:
            raise self.failure
        if self.manifest is None:
            raise ConnectionLost("updates.example does not answer.")
        return self.manifest


class FakeUpdateMemory:
    """Sequences by address."""

    def __init__(self) -> None:
        self.sequences: dict[str, int] = {}

    def last_sequence(self, address: str) -> int:
        return self.sequences.get(address, 0)

    def remember(self, address: str, sequence: int) -> None:
        self.sequences[address] = sequence
