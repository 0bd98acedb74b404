"""Partial results while a job runs.

Must not read files itself (`ports.preview_store`). On the loop's thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path
from typing import Final

from tiepoint.domain.job import Job
from tiepoint.domain.preview import Preview
from tiepoint.ports.preview_store import PreviewStore

_PERIOD_S: Final = 1.0


class PreviewService:
    """Looks at what jobs have so far.

    Args:
        store: Where partial results lie.
        sleep: Waits between two looks; a test gives its own clock.
    """

    def __init__(self, store: PreviewStore, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._store = store
        self._sleep = sleep

    async def read(self, job: Job) -> Preview | None:
        """Look once; works for paused, failed and completed jobs as well."""
        return None if job.folder is None else await self._store.read(Path(job.folder))

    async def watch(self, job: Job) -> AsyncGenerator[Preview, None]:
        """Follow a job's partial result for as long as the iterator is read; about one look a second.

        Yields:
            What is there at once, then each new one. Never ends by itself: close it when the job is over or the
            page is left.
        """
        known = ""
        while job.folder is not None:
            preview = await self._store.read(Path(job.folder), known)
            if preview is not None:
                known = preview.revision
                yield preview
            await self._sleep(_PERIOD_S)
