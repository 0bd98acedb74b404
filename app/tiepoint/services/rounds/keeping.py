"""Writing rounds down in a thread, so that no disk and no other program holds up the loop. On the loop's thread."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from tiepoint.domain.errors import TiepointError
from tiepoint.domain.remote_round import Round, RoundId
from tiepoint.ports.round_store import RoundStore

_log: Final = logging.getLogger(__name__)


class RoundKeeper:
    """Keeps each round as it is last; one that cannot be kept goes on, and after a crash one step is done again.

    Args:
        store: Where they are kept.
    """

    def __init__(self, store: RoundStore) -> None:
        self._store = store
        self._waiting: dict[RoundId, Round | None] = {}
        self._writing: asyncio.Task[None] | None = None

    def put(self, round_: Round) -> None:
        """Keep one soon."""
        self._later(round_.id, round_)

    def remove(self, round_id: RoundId) -> None:
        """Forget one soon."""
        self._later(round_id, None)

    async def written(self) -> None:
        """Wait until everything is on the disk, or could not be kept."""
        while self._writing is not None and not self._writing.done():
            await asyncio.wait([self._writing])

    def _later(self, round_id: RoundId, round_: Round | None) -> None:
        self._waiting[round_id] = round_
        if self._writing is None or self._writing.done():
            self._writing = asyncio.get_running_loop().create_task(self._write(), name="keeping rounds")

    async def _write(self) -> None:
        while self._waiting:
            round_id = next(iter(self._waiting))
            round_ = self._waiting.pop(round_id)
            try:
                if round_ is None:
                    await asyncio.to_thread(self._store.remove, round_id)
                else:
                    await asyncio.to_thread(self._store.put, round_)
            except TiepointError as error:
                _log.info("a round could not be kept: %s", error.summary)
