"""Manifests of releases without a server, and a memory without a file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tiepoint.domain.errors import ConnectionLost, TiepointError
from tiepoint.domain.release import Download, Manifest, Release, UpdateNotes

ISSUED = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
NOTES = "Orthomosaics open twice as fast.\nA lost link to a cluster is found again after the computer slept."


def a_download(system: str = "linux-x86_64-deb", size_bytes: int = 412_000_000) -> Download:
    return Download(system, f"https://updates.example/tiepoint.{system}", size_bytes, "5f" * 32)


def a_release(version: str = "0.2.0", **changes: Any) -> Release:
    systems = ("linux-x86_64-deb", "linux-x86_64-run", "windows-x86_64", "macos-arm64")
    values: dict[str, Any] = {"published": ISSUED, "notes": NOTES, "downloads": tuple(map(a_download, systems))}
    return Release(version, **{**values, **changes})


def a_manifest(*releases: Release, sequence: int = 7, issued: datetime = ISSUED, days: int = 90) -> Manifest:
    return Manifest(sequence, issued, issued + timedelta(days=days), releases or (a_release(),))


class FakeUpdateSource:
    """Gives `manifest`, or fails with `failure`; remembers what it was asked. `held` keeps an answer back."""

    def __init__(self) -> None:
        self.manifest: Manifest | None = None
        self.failure: TiepointError | None = None
        self.asked: list[tuple[str, tuple[str, ...]]] = []
        self.held: asyncio.Event | None = None
        self.came, self.cut = asyncio.Event(), 0

    async def fetch(self, address: str, keys: Sequence[str]) -> Manifest:
        self.asked.append((address, tuple(keys)))
        self.came.set()
        if self.held is not None:
            try:
                await self.held.wait()
            except asyncio.CancelledError:
                self.cut += 1
                raise
        if self.failure is not None:
            raise self.failure
        if self.manifest is None:
            raise ConnectionLost("updates.example does not answer.", remedy="Check the network, then look again.")
        return self.manifest


class FakeUpdateMemory:
    """What is known, in memory; `failure` = it can be neither read nor written."""

    def __init__(self) -> None:
        self.notes = UpdateNotes()
        self.failure: TiepointError | None = None
        self.reads = 0

    def load(self) -> UpdateNotes:
        self.reads += 1
        if self.failure is not None:
            raise self.failure
        return self.notes

    def change(self, change: Callable[[UpdateNotes], UpdateNotes]) -> UpdateNotes:
        if self.failure is not None:
            raise self.failure
        self.notes = change(self.notes)
        return self.notes
