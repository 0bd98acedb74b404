"""Calls into people's folders, which may lie on a network file system that hangs: each on a thread of its own.

A thread that hangs in the system cannot be ended. So it is a daemon, which lets the process end, and none of the loop's
own threads, which all else needs; and into a file system that hangs only a few are sent. On a loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import functools
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from tiepoint.domain.errors import FolderSilent
from tiepoint.runtime.mounts import mount_of

T = TypeVar("T")

ANSWER_S: Final = 10.0
"""A folder that has not answered for so long is said to hang."""
MOST_HANGING: Final = 8
"""Calls into one file system that nobody waits for any more, before no others are made."""
_LOOK_AGAIN_S: Final = 0.5
_LOCK: Final = threading.Lock()
_HANGING: Final[Counter[str]] = Counter()


async def in_folder(folder: Path, work: Callable[[], T]) -> T:
    """Run something that touches a folder, and wait for it as long as it takes.

    Cancelling leaves the thread to its end, as `asyncio.to_thread` does.

    Args:
        folder: The folder, or what lies in it.
        work: What to run.

    Raises:
        Exception: Whatever `work` raises.
    """
    while _is_full(folder):  # noqa: ASYNC110 - threads that come back tell no loop
        await asyncio.sleep(_LOOK_AGAIN_S)
    call = _Call(folder, work)
    try:
        return await asyncio.shield(call.done)
    finally:
        call.leave()


async def ask_folder(
    folder: Path, work: Callable[[], T], *, within_s: float | None = None, undo: Callable[[T], object] | None = None
) -> T:
    """Run something that touches a folder, and wait a while for it.

    Args:
        folder: The folder, or what lies in it.
        work: What to run.
        within_s: How long to wait; None = `ANSWER_S`.
        undo: Takes back what was done after nobody waited for it any more; on the same thread.

    Raises:
        FolderSilent: It did not end in time.
        Exception: Whatever `work` raises.
    """
    if _is_full(folder):
        raise folder_silent(folder)
    call = _Call(folder, work, undo)
    try:
        await asyncio.wait({call.done}, timeout=ANSWER_S if within_s is None else within_s)
    finally:
        is_left = call.leave()
    if is_left:
        raise folder_silent(folder)
    return await asyncio.shield(call.done)  # over, but maybe not told on the loop yet


def folder_silent(folder: Path) -> FolderSilent:
    """Return the sentence for a folder that does not answer."""
    return FolderSilent(
        f"The folder {folder} does not answer.",
        remedy="Look at the storage that holds it: its server, and the network to it. What waits for it goes on by "
        "itself once it answers.",
        retryable=True,
    )


class _Call(Generic[T]):
    """One call; begins at once."""

    def __init__(self, folder: Path, work: Callable[[], T], undo: Callable[[T], object] | None = None) -> None:
        self._folder, self._work, self._undo = folder, work, undo
        self._loop = asyncio.get_running_loop()
        self._context = contextvars.copy_context()
        self._place = ""
        self._is_over = self._is_left = False
        self.done: asyncio.Future[T] = self._loop.create_future()
        # When nobody waits for it any more, its failure is read here, else the loop calls it forgotten.
        self.done.add_done_callback(lambda done: done.cancelled() or done.exception())
        threading.Thread(target=self._run, name="folder", daemon=True).start()

    def leave(self) -> bool:
        """Wait for it no more, and return whether it still goes on."""
        with _LOCK:
            if not self._is_over and not self._is_left:
                self._is_left = True
                self._place = _place_of(self._folder)
                _HANGING[self._place] += 1
            return self._is_left

    def _run(self) -> None:
        try:
            result = self._context.run(self._work)
        except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
            self._end(functools.partial(self.done.set_exception, error))
            return
        self._end(functools.partial(self.done.set_result, result))
        if self._is_left and self._undo is not None:
            with contextlib.suppress(OSError):
                self._undo(result)

    def _end(self, settle: Callable[[], Any]) -> None:
        with _LOCK:
            self._is_over = True
            if self._is_left:
                _HANGING[self._place] -= 1
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(settle)


def _is_full(folder: Path) -> bool:
    with _LOCK:
        return _HANGING.total() >= MOST_HANGING and _HANGING[_place_of(folder)] >= MOST_HANGING


def _place_of(folder: Path) -> str:
    """Name the file system: where it is mounted, else the drive or share, or the first folders of the path."""
    return mount_of(str(folder))[0] or str(Path(*folder.parts[:3]))
