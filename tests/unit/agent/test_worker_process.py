"""A worker's process that is killed while it waits for a file system that hangs: nobody waits for its end."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest

from patience import PATIENCE_S, until
from tiepoint.agent.backends.dask import worker_process
from tiepoint.agent.backends.dask.worker_process import WorkerProcess


@pytest.mark.skipif(sys.platform == "win32", reason="processes of Windows are ended otherwise")
async def test_a_process_that_does_not_end_is_left_to_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    processes: list[asyncio.subprocess.Process] = []

    async def start(_role: str, **streams: Any) -> asyncio.subprocess.Process:
        processes.append(await asyncio.create_subprocess_exec("sleep", "600", **streams))
        return processes[0]

    monkeypatch.setattr(worker_process, "start_child_async", start)
    monkeypatch.setattr(worker_process, "kill_group", lambda _pid: None)  # as a kill does that the system holds back
    monkeypatch.setattr(worker_process, "_ENDING_S", 0.01)
    worker = WorkerProcess("worker-1", lambda name: {"name": name}, tmp_path / "log", lambda *_: None)
    worker.start()
    await until(lambda: worker.pid is not None)
    try:
        async with asyncio.timeout(PATIENCE_S):
            await worker.stop()
        assert not worker.is_running
        assert processes[0].returncode is None
    finally:
        processes[0].kill()
        await processes[0].wait()
