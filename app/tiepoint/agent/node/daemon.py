"""Start of a node's supervisor: `tiepoint-agent node`. Main thread of a fresh process."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Sequence

from tiepoint.agent.backends.dask.sizing import Sizing, sizing_of_this_computer
from tiepoint.agent.config import AgentConfig, TlsFiles, agent_config
from tiepoint.agent.node.answers import LOG_NAME
from tiepoint.agent.node.supervisor import Supervisor
from tiepoint.domain.errors import TiepointError
from tiepoint.runtime import folders
from tiepoint.runtime.logs import log_to_file

_log = logging.getLogger(__name__)


def main(args: Sequence[str]) -> int:
    """Be the supervisor until told to end.

    Args:
        args: None.

    Returns:
        The exit status: 0 when it was told to end, 2 when the machine was not told what it needs.
    """
    if args:
        sys.stderr.write("tiepoint-agent node takes no arguments\n")
        return 2
    try:
        config = agent_config()
    except TiepointError as error:
        sys.stderr.write(f"{error.summary} {error.remedy}\n")
        return 2
    if not config.node or not config.scheduler or config.tls is None:
        sys.stderr.write("A node needs its name, the scheduler's address and a certificate in the agent's settings.\n")
        return 2
    log_to_file(folders.user_log_file(LOG_NAME))
    sizing = sizing_of_this_computer()
    if config.slots > 0:
        sizing = Sizing(config.slots, sizing.memory_bytes)
    try:
        asyncio.run(_serve(config, sizing, config.tls))
    except Exception:  # noqa: BLE001 - the last net: what it prints is read by nobody
        _log.exception("the node ended unexpectedly")
        return 1
    return 0


async def _serve(config: AgentConfig, sizing: Sizing, tls: TlsFiles) -> None:
    supervisor = Supervisor(config, sizing, tls)
    loop = asyncio.get_running_loop()
    if sys.platform != "win32":
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, supervisor.stop)
    _log.info("the node %s starts with %d workers", config.node, sizing.workers)
    await supervisor.serve()
    _log.info("the node %s has ended", config.node)
