"""Several threads that work through a list, each with a door of its own; bounded, and ended at the first failure.

Blocks until the list is done. Any thread.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from tiepoint.agent.round.door import Account, Door
from tiepoint.runtime.stop import Stop, Stopped

T = TypeVar("T")


class Tally:
    """Counts bytes of many threads together.

    Args:
        total: All of them.
        told: Called with bytes done and in all, by any thread.
    """

    def __init__(self, total: int, told: Callable[[int, int], None]) -> None:
        self._lock = threading.Lock()
        self._done, self._total, self._told = 0, total, told
        told(0, total)

    def add(self, size_bytes: int) -> None:
        """Count more of them; fewer than none where something must be done again."""
        with self._lock:
            self._done += size_bytes
            self._told(self._done, self._total)


def work_through(
    things: Iterable[T], do: Callable[[T, Door], None], account: Account, stop: Stop, *, threads: int
) -> None:
    """Do something with each of the things, several at a time.

    Raises:
        Stopped: It was stopped.
        Exception: The first that `do` raised; the others have ended by then.
    """
    waiting: queue.SimpleQueue[T] = queue.SimpleQueue()
    count = 0
    for each in things:
        waiting.put(each)
        count += 1
    own = Stop(stop)
    troubles: list[BaseException] = []

    def work() -> None:
        door = Door(account, own)
        try:
            while not own.is_set:
                do(waiting.get_nowait(), door)
        except queue.Empty:
            pass
        except Stopped:
            pass
        except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
            troubles.append(error)
            own.stop()
        finally:
            door.close()

    crew = [threading.Thread(target=work, name="blob", daemon=True) for _ in range(min(threads, count))]
    try:
        for thread in crew:
            thread.start()
        for thread in crew:
            thread.join()
    finally:
        own.release()
    stop.check()
    if troubles:
        raise troubles[0]


@contextlib.contextmanager
def opened(account: Account, stop: Stop) -> Iterator[Door]:
    """Have a door for a while."""
    door = Door(account, stop)
    try:
        yield door
    finally:
        door.close()
