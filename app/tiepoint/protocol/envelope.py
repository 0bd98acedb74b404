"""The three JSON-RPC 2.0 envelopes: request, response, notification.

Request ids are integers given by the client, rising by one per stream. Batches are not used. Any thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tiepoint.domain.failure import Failure
from tiepoint.protocol.codec import MalformedMessage
from tiepoint.protocol.errors import ErrorCode, error_object

_VERSION = "2.0"


@dataclass(frozen=True, slots=True)
class Request:
    """A call that wants an answer."""

    id: int
    method: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def message(self) -> dict[str, Any]:
        """The JSON object to send."""
        return {"jsonrpc": _VERSION, "id": self.id, "method": self.method, "params": dict(self.params)}


@dataclass(frozen=True, slots=True)
class Notification:
    """Something told without wanting an answer (`event`, `snapshot`)."""

    method: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def message(self) -> dict[str, Any]:
        """The JSON object to send."""
        return {"jsonrpc": _VERSION, "method": self.method, "params": dict(self.params)}


@dataclass(frozen=True, slots=True)
class Response:
    """The answer to a request: exactly one of `result` and `error` is meant; `id` is None if it could not be read."""

    id: int | None
    result: Any = None
    error: Mapping[str, Any] | None = None

    def message(self) -> dict[str, Any]:
        """The JSON object to send."""
        if self.error is not None:
            return {"jsonrpc": _VERSION, "id": self.id, "error": dict(self.error)}
        return {"jsonrpc": _VERSION, "id": self.id, "result": self.result}

    @classmethod
    def failed(cls, request_id: int | None, code: ErrorCode, failure: Failure) -> Response:
        """Answer with an error."""
        return cls(request_id, error=error_object(code, failure))


def parse_envelope(message: Mapping[str, Any]) -> Request | Notification | Response:
    """Tell which of the three a message is.

    Raises:
        MalformedMessage: It is none of them.
    """
    if message.get("jsonrpc") != _VERSION:
        raise MalformedMessage("not a JSON-RPC 2.0 message")
    request_id = message.get("id")
    if request_id is not None and (not isinstance(request_id, int) or isinstance(request_id, bool)):
        raise MalformedMessage("the id of a message must be an integer")
    if "method" not in message:
        return _response(message, request_id)
    method, params = message["method"], message.get("params", {})
    if not isinstance(method, str) or not isinstance(params, dict):
        raise MalformedMessage("a method must be a name and its params an object")
    return Notification(method, params) if request_id is None else Request(request_id, method, params)


def _response(message: Mapping[str, Any], request_id: int | None) -> Response:
    error = message.get("error")
    if error is not None and not isinstance(error, dict):
        raise MalformedMessage("the error of a response must be an object")
    if error is None and "result" not in message:
        raise MalformedMessage("neither a method nor a result nor an error")
    return Response(request_id, message.get("result"), error)
