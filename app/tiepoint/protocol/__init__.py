"""The scheduler protocol: JSON-RPC 2.0, one JSON object a line, between a client and the agent next to a scheduler.

What travels is declared here once for both sides. The objects themselves (`Job`, `Stage`, `Node`, `Failure`) are the
domain's; `codec` turns any of these dataclasses into JSON and back and ignores fields it does not know.

    framing   bytes <-> lines, with the 1 MiB limit          envelope  request, response, notification
    codec     dataclass <-> JSON                             errors    codes, and failures as JSON-RPC errors
    hello     the greeting, and the capabilities             methods   the method table: params and result of each
    events    what the agent tells unasked                   samples/  one message of each kind, for both sides' tests

Standard library and `tiepoint.domain` only. No input or output happens here. Any thread.
"""

from __future__ import annotations

PROTOCOL_VERSION = 1
OLDEST_PROTOCOL_VERSION = 1
