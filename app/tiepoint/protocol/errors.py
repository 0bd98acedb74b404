"""Error codes of the protocol, and failures as JSON-RPC error objects.

JSON-RPC 2.0 reserves -32768 to -32000; -32000 to -32099 are the server's own (https://www.jsonrpc.org/specification).
The code says which family a client can react to by itself; what people read is the `Failure` in `data`. Any thread.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any

from tiepoint.domain.failure import Failure
from tiepoint.protocol.codec import MalformedMessage, from_json, to_json


class ErrorCode(IntEnum):
    """Why a request was answered with an error."""

    PARSE_ERROR = -32700
    INVALID_REQUEST = -32600
    METHOD_NOT_FOUND = -32601
    INVALID_PARAMS = -32602
    INTERNAL_ERROR = -32603
    FAILED = -32000
    """The request was fine and doing it failed; `data` says why."""
    UNKNOWN_JOB = -32001
    UNKNOWN_NODE = -32002
    WRONG_STATE = -32003
    """The job or node is not in a state in which this can be done."""
    NOT_CAPABLE = -32004
    """This engine cannot do it; its capabilities say so."""
    MESSAGE_TOO_LONG = -32005
    HELLO_FIRST = -32006
    """The first request on a stream must be `hello`."""
    VERSION_REFUSED = -32007
    STOPPING = -32008
    """The agent is on its way out; connect again and a new one starts."""


def error_object(code: ErrorCode, failure: Failure) -> dict[str, Any]:
    """Build JSON-RPC's `error` member."""
    return {"code": int(code), "message": failure.summary, "data": to_json(failure)}


def read_error(error: object) -> tuple[int, Failure]:
    """Read JSON-RPC's `error` member, also one from a foreign or newer agent.

    Returns:
        The code, and the failure as far as it was told.
    """
    if not isinstance(error, dict):
        return int(ErrorCode.INTERNAL_ERROR), Failure("protocol", "The agent answered with an unreadable error.")
    code = error.get("code")
    message = str(error.get("message") or "The agent refused the request.")
    try:
        failure = from_json(Failure, error.get("data"))
    except MalformedMessage:
        failure = Failure("protocol", message)
    return code if isinstance(code, int) else int(ErrorCode.INTERNAL_ERROR), failure
