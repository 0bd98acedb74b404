"""Start of the agent's process: one per user, under a lock held for its whole life."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Sequence
from typing import Final

from tiepoint.agent.agent import Agent
from tiepoint.agent.backends.dask.backend import DaskBackend
from tiepoint.runtime import folders
from tiepoint.runtime.endpoint import AGENT
from tiepoint.runtime.locks import LockTimeout
from tiepoint.runtime.logs import log_to_file

_log = logging.getLogger(__name__)

_IDLE_S: Final = 600.0
# A predecessor may be busy ending its workers.
_LOCK_TIMEOUT_S: Final = 15.0


def main(args: Sequence[str]) -> int:
    """Be the agent.

    Args:
        args: `--idle-s SECONDS`: end after so long without clients and jobs, 0 = never.

    Returns:
        The exit status; 0 also when another agent already runs.
    """
    parser = argparse.ArgumentParser(prog="tiepoint-agent")
    parser.add_argument("--idle-s", type=float, default=_IDLE_S)
    options = parser.parse_args(args)
    log_to_file(folders.user_log_file(AGENT.name))
    try:
        with AGENT.lock(timeout_s=_LOCK_TIMEOUT_S):
            asyncio.run(_serve(options.idle_s))
    except LockTimeout:
        _log.info("another agent runs already")
    except Exception:  # noqa: BLE001 - the last net: nobody reads this process's error stream
        _log.exception("the agent ended unexpectedly")
        return 1
    return 0


async def _serve(idle_s: float) -> None:
    agent = Agent(folders.data_folder() / "jobs.db", DaskBackend(), idle_s=idle_s)
    loop = asyncio.get_running_loop()
    if sys.platform != "win32":
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, agent.stop)
    _log.info("the agent starts")
    await agent.serve()
    _log.info("the agent has ended")
