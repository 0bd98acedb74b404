"""Who waits until somebody else has started the agent can be stopped at once."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest

from tiepoint.runtime import folders
from tiepoint.runtime.endpoint import AGENT
from tiepoint.runtime.locks import FileLock


async def test_waiting_for_another_starter_leaves_no_thread_behind(tiepoint_home: Path) -> None:
    lock = FileLock(folders.private_folder() / "start.lock")
    assert lock.try_acquire()
    before = threading.active_count()
    try:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(AGENT.open_or_start(), 0.2)
        assert threading.active_count() == before
    finally:
        lock.release()
