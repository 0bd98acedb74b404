"""The stages `fetch` and `publish` of one job, as the agent's loop sees them: started, told, stopped within seconds.

The loop's thread; the work itself is on threads of its own.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Final, TypeVar
from weakref import WeakValueDictionary

from tiepoint.agent.backend import RunListener
from tiepoint.agent.config import agent_config
from tiepoint.agent.round.address import blob_folder
from tiepoint.agent.round.door import Account
from tiepoint.agent.round.fetch import fetch_capture
from tiepoint.agent.round.identity import MachineIdentity
from tiepoint.agent.round.publish import publish_job
from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.space import size_text
from tiepoint.runtime.stop import Stop

T = TypeVar("T")
_TELL_S: Final = 0.1
_ENDING_S: Final = 4.0


class _Lock(asyncio.Lock):
    """A lock that can be held weakly."""


_LOCKS: WeakValueDictionary[str, _Lock] = WeakValueDictionary()
"""By folder: two jobs of one capture bring its photos one after the other."""


class RoundWork:
    """Does both stages.

    Args:
        listener: Hears how far they are.
        identity: Gives the machine's right; None = as the machine's settings say.
    """

    def __init__(self, listener: RunListener, identity: MachineIdentity | None = None) -> None:
        self._listener = listener
        self._identity = identity

    async def fetch(self, source: str, capture: Path) -> None:
        """Bring a capture from Blob.

        Raises:
            TiepointError: As `fetch.fetch_capture`.
        """
        account = self._account(blob_folder(source))
        lock = _LOCKS.setdefault(str(capture), _Lock())
        async with self._stage("fetch", "photos"), lock:
            stop = Stop()
            found = await _threaded(
                lambda told: fetch_capture(account, capture, stop, told), stop, self._told("fetch", "photos")
            )
            moved = f"{size_text(found.moved_bytes)} came from {account.place.url}, the rest was there"
            self._listener.logged("info", "fetch", f"{found.photos} photos of {size_text(found.size_bytes)}: {moved}")

    async def publish(self, publish: str, job: str, root: Path, names: Sequence[str]) -> str:
        """Put a job's products into Blob.

        Returns:
            Address of the job's folder there.

        Raises:
            TiepointError: As `publish.publish_job`.
        """
        place = blob_folder(publish).below(job)
        account = self._account(place)
        async with self._stage("publish", "products"):
            stop = Stop()
            found = await _threaded(
                lambda told: publish_job(account, root, names, stop, told), stop, self._told("publish", "products")
            )
            moved = f"{size_text(found.moved_bytes)} went to {place.url}, the rest was there"
            self._listener.logged("info", "publish", f"{found.files} files of {size_text(found.size_bytes)}: {moved}")
        return place.url

    def _account(self, place: BlobPlace) -> Account:
        config = agent_config()
        if self._identity is None:
            self._identity = MachineIdentity(config.identity)
        return Account(place, self._identity, signatures=config.signatures)

    @contextlib.asynccontextmanager
    async def _stage(self, stage: str, task: str) -> AsyncIterator[None]:
        began_s = time.monotonic()
        self._listener.stage_started(stage, [task], [])
        self._listener.task_started(stage, task, "scheduler")
        yield
        self._listener.task_finished(stage, task)
        self._listener.stage_finished(stage, seconds=time.monotonic() - began_s, cpu_seconds=0.0)

    def _told(self, stage: str, task: str) -> Callable[[int, int], None]:
        """Return what any thread may call as often as it likes: the loop hears of it ten times a second."""
        loop = asyncio.get_running_loop()
        last_s = 0.0

        def told(done: int, total: int) -> None:
            nonlocal last_s
            now_s = time.monotonic()
            if now_s - last_s >= _TELL_S or done >= total:
                last_s = now_s
                with contextlib.suppress(RuntimeError):  # the loop has ended
                    loop.call_soon_threadsafe(self._listener.task_progressed, stage, task, done, total)

        return told


async def _threaded(work: Callable[[Callable[[int, int], None]], T], stop: Stop, told: Callable[[int, int], None]) -> T:
    """Run something on a thread; cancelling stops it, and does not wait for one that hangs in the system."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if done.done():
            return
        if error is None:
            done.set_result(result)  # type: ignore[arg-type]
        else:
            done.set_exception(error)

    def run() -> None:
        result: T | None = None
        problem: BaseException | None = None
        try:
            result = work(told)
        except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
            problem = error
        with contextlib.suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(settle, result, problem)

    threading.Thread(target=run, name="round", daemon=True).start()
    try:
        return await asyncio.shield(done)
    except asyncio.CancelledError:
        stop.stop()
        await asyncio.wait({done}, timeout=_ENDING_S)
        if done.done() and not done.cancelled():
            done.exception()
        raise
