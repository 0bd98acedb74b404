"""Notices when a folder that a job needs does not answer any more, and when it does again. Asyncio."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tiepoint.agent.disk_watch import free_bytes
from tiepoint.runtime.folder_calls import ANSWER_S, in_folder

_PERIOD_S: Final = 3.0
_LOOK_S: Final = 1.0


async def watch_folder(
    folder: Path,
    told: Callable[[bool], None],
    *,
    waits_s: Callable[[], float] = lambda: 0.0,
    answer_s: float = ANSWER_S,
) -> None:
    """Return never; tell whenever the folder falls silent (True) and whenever it answers again (False).

    Args:
        folder: The folder.
        told: Is told.
        waits_s: For how long something else has been waiting for it: a file system may answer some questions only.
        answer_s: Longer than that is silence.
    """
    loop = asyncio.get_running_loop()
    is_silent = False
    while True:
        began_s = loop.time()
        answer = asyncio.ensure_future(in_folder(folder, functools.partial(free_bytes, folder)))
        try:
            while True:
                await asyncio.wait({answer}, timeout=_LOOK_S)
                silence_s = max(waits_s(), 0.0 if answer.done() else loop.time() - began_s)
                if (silence_s >= answer_s) != is_silent:
                    is_silent = not is_silent
                    told(is_silent)
                if answer.done():
                    break
        finally:
            answer.cancel()
        await asyncio.sleep(_LOOK_S if is_silent else _PERIOD_S)
