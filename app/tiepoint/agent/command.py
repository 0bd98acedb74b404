"""The command `tiepoint-agent`, for services and SSH.

`connect` joins the endpoint, `run` serves, `stop` ends it; `node` keeps the workers of one machine of a cluster.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys

from tiepoint import __version__
from tiepoint.protocol.envelope import Request
from tiepoint.protocol.framing import encode_message
from tiepoint.protocol.methods import AGENT_STOP, HELLO
from tiepoint.runtime.endpoint import AGENT
from tiepoint.runtime.entry import run_child

_USAGE = "usage: tiepoint-agent connect | run [--idle-s SECONDS] | stop [idle] | node | version\n"


def main() -> int:
    """Run what the first argument asks for and return the exit status."""
    action, *args = sys.argv[1:] or [""]
    if action == "stop" and args in ([], ["idle"]):
        return asyncio.run(_stop("idle" if args else "now"))
    if action == "version":
        sys.stdout.write(f"{__version__}\n")
        return 0
    roles = {"connect": "connect", "run": "agent", "node": "node"}
    if action not in roles:
        sys.stderr.write(_USAGE)
        return 2
    return run_child([roles[action], *args])


async def _stop(when: str) -> int:
    """Ask a running agent to end; running jobs can be resumed later, or, with `idle`, are run to their end first."""
    try:
        reader, writer = await AGENT.open()
    except OSError:
        sys.stderr.write("no agent is running\n")
        return 0
    requests = (Request(1, HELLO.name, {"client": "tiepoint-agent stop"}), Request(2, AGENT_STOP.name, {"when": when}))
    writer.writelines([encode_message(request.message()) for request in requests])
    with contextlib.suppress(ConnectionError):
        await writer.drain()
        if when == "idle":  # it may work for hours: its two answers are enough
            await reader.readline()
            await reader.readline()
        while when == "now" and await reader.read(65536):
            pass
    writer.close()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()
    return 0
