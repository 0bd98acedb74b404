"""The process of a daemon: one per user, under a lock held for its whole life, with a log and an end on request.

Main thread of a fresh process.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from tiepoint.runtime import folders
from tiepoint.runtime.endpoint import Endpoint
from tiepoint.runtime.locks import LockTimeout
from tiepoint.runtime.logs import log_to_file

_log = logging.getLogger(__name__)

_IDLE_S: Final = 600.0
# A predecessor may be busy ending what it started.
_LOCK_TIMEOUT_S: Final = 15.0


class Daemon(Protocol):
    """What serves clients."""

    async def serve(self) -> None:
        """Serve until stopped or idle for long."""

    def stop(self) -> None:
        """End soon."""


def run_daemon(endpoint: Endpoint, make: Callable[[float], Daemon], args: Sequence[str]) -> int:
    """Be a daemon.

    Args:
        endpoint: Where it listens.
        make: Makes it, on its loop; is handed after how many idle seconds it ends.
        args: `--idle-s SECONDS`: end after so long without clients and work, 0 = never.

    Returns:
        The exit status; 0 also when another one already runs.
    """
    parser = argparse.ArgumentParser(prog=f"tiepoint-{endpoint.role}")
    parser.add_argument("--idle-s", type=float, default=_IDLE_S)
    options = parser.parse_args(args)
    log_to_file(folders.user_log_file(endpoint.name))
    try:
        with endpoint.lock(timeout_s=_LOCK_TIMEOUT_S):
            asyncio.run(_serve(endpoint.title, make, options.idle_s))
    except LockTimeout:
        _log.info("another %s runs already", endpoint.title)
    except Exception:  # noqa: BLE001 - the last net: nobody reads this process's error stream
        _log.exception("the %s ended unexpectedly", endpoint.title)
        return 1
    return 0


async def _serve(title: str, make: Callable[[float], Daemon], idle_s: float) -> None:
    daemon = make(idle_s)
    loop = asyncio.get_running_loop()
    if sys.platform != "win32":
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, daemon.stop)
    _log.info("the %s starts", title)
    await daemon.serve()
    _log.info("the %s has ended", title)
