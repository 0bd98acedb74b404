"""How this machine is: its load, its cards, what Azure and the guard want of it. The loop watches, threads read."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final

from tiepoint.agent.config import AgentConfig
from tiepoint.agent.node import eviction
from tiepoint.agent.node.gpus import CardUsage, cards
from tiepoint.agent.node.guard_folder import is_draining
from tiepoint.agent.node.telemetry import Sampler

_log = logging.getLogger(__name__)

_CARDS_S: Final = 5.0
_NO_CARDS_S: Final = 60.0
"""A driver may be installed while the node already works."""
_EVICTION_S: Final = 2.0
"""A Spot machine has thirty seconds (Azure: Scheduled Events, minimum notice)."""
_NO_AZURE_S: Final = 60.0


class Condition:
    """Looks at the machine.

    Args:
        config: What the machine was told.
        cards_changed: Called when there are more or fewer graphics cards.
    """

    def __init__(self, config: AgentConfig, cards_changed: Callable[[], None]) -> None:
        self._cards_changed = cards_changed
        self._config = config
        self._sampler = Sampler(config.work)
        self._cards: tuple[CardUsage, ...] = ()
        self._notice = ""
        self._is_leaving = False

    @property
    def card_count(self) -> int:
        """How many graphics cards there are."""
        return len(self._cards)

    async def watch(self) -> None:
        """Look at the cards and at Azure's plans without end."""
        await asyncio.gather(self._watch_cards(), self._watch_eviction())

    def now(self) -> dict[str, Any]:
        """Return what a report says; blocks for a moment."""
        usage = self._sampler.sample()
        uses = [card.use for card in self._cards if card.use is not None]
        used = [card.used_bytes for card in self._cards if card.used_bytes is not None]
        return {
            "load": {
                "cpu": usage.cpu,
                "memory_bytes": usage.memory_bytes,
                "gpu": sum(uses) / len(uses) if uses else None,
                "gpu_memory_bytes": sum(used) if used else None,
                "disk_bytes_s": usage.disk_bytes_s,
                "work_bytes_s": usage.work_bytes_s,
            },
            "gpus": [[card.name, card.memory_bytes] for card in self._cards],
            "notice": self._notice,
            "is_leaving": self._is_leaving,
            "is_draining": is_draining(self._config.run_folder),
        }

    async def look_at_cards(self) -> None:
        """Look at the graphics cards once."""
        # A driver that does not answer once has not lost its cards.
        self._cards = await asyncio.to_thread(cards) or self._cards

    async def _watch_cards(self) -> None:
        while True:
            await asyncio.sleep(_CARDS_S if self._cards else _NO_CARDS_S)
            before = len(self._cards)
            await self.look_at_cards()
            if len(self._cards) != before:
                self._cards_changed()

    async def _watch_eviction(self) -> None:
        while self._config.identity:
            try:
                self._notice, self._is_leaving = await asyncio.to_thread(
                    eviction.notice, self._config.identity, self._config.node
                )
                await asyncio.sleep(_EVICTION_S)
            except eviction.NoAnswer as reason:
                _log.debug("no metadata service: %s", reason)
                await asyncio.sleep(_NO_AZURE_S)
