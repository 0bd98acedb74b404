"""Making captures from what people drop, and checking photos before a job.

Must not read files itself (`ports.capture_store`, `ports.photo_inspector`). On the loop's thread.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tiepoint.domain.capture import Capture, Drop, require_enough
from tiepoint.domain.errors import InputError
from tiepoint.domain.operation import OperationProgress
from tiepoint.domain.photo import PhotoFacts, SetFinding
from tiepoint.ports.capture_store import CaptureStore
from tiepoint.ports.photo_inspector import PhotoInspector
from tiepoint.services.operations import Operation, Operations, Report

_KEEP: Final = "keep "


@dataclass(frozen=True, slots=True)
class KeptCapture:
    """A capture, what of the drop was passed over, and whether the capture was there already."""

    capture: Capture
    drop: Drop
    is_reused: bool


class CaptureService:
    """Scans, checks and keeps photos."""

    def __init__(self, store: CaptureStore, inspector: PhotoInspector, operations: Operations) -> None:
        self._store = store
        self._inspector = inspector
        self._operations = operations

    async def scan(self, paths: Sequence[Path], output: Path | None = None) -> Drop:
        """Find the photos in files and folders.

        Args:
            paths: Files and folders.
            output: Folder for the products; what an earlier job put there is not taken for photos.

        Raises:
            InputError: A path cannot be read, two names collide, or there are too few photos.
        """
        drop = await self._store.scan(paths, output=output)
        require_enough(drop.photos, drop.skipped)
        return drop

    def keep(self, drop: Drop, name: str = "") -> Operation[KeptCapture]:
        """Keep a drop as a capture; the same photos under the same name are the same capture, never a second copy.

        Args:
            drop: What `scan` found.
            name: What people call it; empty = the drop's own name.

        Returns:
            The operation; its phases are `read` (photos) and `copy` (bytes). Fails as `CaptureStore` does.
        """
        wanted = name.strip() or drop.name
        key = f"{_KEEP}{wanted} {hash(drop.photos):x}"
        return self._operations.start(key, lambda report: self._kept(wanted, drop, report))

    @property
    def being_kept(self) -> tuple[str, ...]:
        """Names of the captures whose photos are being copied now."""
        keys = [operation.snapshot.key for operation in self._operations.running]
        return tuple(key.removeprefix(_KEEP).rpartition(" ")[0] for key in keys if key.startswith(_KEEP))

    async def scan_any(self, paths: Sequence[Path]) -> Drop:
        """Find the photos in files and folders, however few.

        Raises:
            InputError: A path cannot be read, or two names collide.
        """
        return await self._store.scan(paths)

    async def check(self, drop: Drop) -> AsyncGenerator[PhotoFacts | SetFinding, None]:
        """Look at every photo to its last pixel, without keeping anything.

        Yields:
            One for each photo, as soon as it is known; then what there is to say about all of them.

        Raises:
            SetupError: The engine cannot be started.
        """
        photos = [(photo.source, photo.path) for photo in drop.photos]
        async with contextlib.aclosing(self._inspector.inspect(photos, decode=True)) as inspected:
            async for found in inspected:
                yield found

    async def _kept(self, name: str, drop: Drop, report: Report) -> KeptCapture:
        known = await self._store.find(name, drop)
        if known is not None:
            return KeptCapture(known, drop, is_reused=True)
        facts = await self._facts(drop, report)
        capture = await self._store.create(name, drop, facts, report)
        return KeptCapture(capture, drop, is_reused=False)

    async def _facts(self, drop: Drop, report: Report) -> dict[str, PhotoFacts]:
        """Read what the photos say of themselves, and refuse at once what no engine could use."""
        facts: dict[str, PhotoFacts] = {}
        photos = [(photo.source, photo.path) for photo in drop.photos]
        async with contextlib.aclosing(self._inspector.inspect(photos, decode=False)) as inspected:
            async for found in inspected:
                if isinstance(found, PhotoFacts):
                    facts[found.path] = found
                    report(OperationProgress("read", len(facts), len(photos), "photos"))
                elif found.severity == "error":
                    raise InputError(found.summary, remedy=found.remedy, detail=_problems(facts.values()))
        return facts


def _problems(facts: Iterable[PhotoFacts]) -> str:
    return "; ".join(f"{each.path}: {each.problem.summary}" for each in facts if each.problem is not None)
