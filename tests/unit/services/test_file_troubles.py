"""What is wrong with files is told once each, whoever finds it and whenever somebody begins to listen."""

from __future__ import annotations

import asyncio

from tiepoint.domain.failure import Failure
from tiepoint.services.file_troubles import FileTroubles

ROUNDS, KEYS = Failure("setup", "The list of rounds was broken."), Failure("setup", "The keys cannot be read.")


async def test_told_once_also_from_other_threads_and_to_who_comes_later() -> None:
    troubles = FileTroubles()
    troubles.tell(ROUNDS)
    told: list[Failure] = []
    came = asyncio.Event()

    def hear(failure: Failure) -> None:
        told.append(failure)
        if failure == KEYS:
            came.set()

    off = troubles.listen(hear)
    assert told == [ROUNDS]
    await asyncio.to_thread(troubles.tell, ROUNDS)
    await asyncio.to_thread(troubles.tell, KEYS)
    await came.wait()
    assert told == [ROUNDS, KEYS]
    off()
    late: list[Failure] = []
    troubles.listen(late.append)
    assert late == [ROUNDS, KEYS]
    assert told == [ROUNDS, KEYS]


async def test_what_is_found_last_is_told_before_the_end() -> None:
    troubles = FileTroubles()
    told: list[Failure] = []
    troubles.listen(told.append)
    troubles.tell(KEYS)
    troubles.deliver()
    assert told == [KEYS]


def test_after_the_end_nothing_breaks() -> None:
    troubles = FileTroubles()

    async def listen() -> None:
        troubles.listen(lambda _: None)

    asyncio.run(listen())
    troubles.tell(ROUNDS)
