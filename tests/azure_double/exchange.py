"""What comes in, what goes out, and how Azure says no."""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Request:
    """A request, read in full.

    Args:
        method: Upper case.
        path: Decoded, without the query.
        query: Its parameters, names in lower case.
        headers: Names in lower case.
        body: As it came.
        claims: What the bearer token says, once that has been checked.
        target: Path and query as they came.
    """

    method: str
    path: str
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    claims: dict[str, Any] = field(default_factory=dict)
    target: str = ""

    def json(self) -> Any:
        """The body as JSON; {} when there is none."""
        if not self.body.strip():
            return {}
        try:
            return json.loads(self.body)
        except ValueError:
            raise AzureError(
                400, "InvalidRequestContent", "The request content was invalid and could not be deserialized."
            ) from None

    def form(self) -> dict[str, str]:
        """The body as a form."""
        return dict(urllib.parse.parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def oid(self) -> str:
        """Object id of the caller."""
        return str(self.claims.get("oid", ""))


def read_request(method: str, target: str, headers: Mapping[str, str], body: bytes) -> Request:
    """Return a request from its raw parts."""
    parts = urllib.parse.urlsplit(target)
    query = {key.lower(): value for key, value in urllib.parse.parse_qsl(parts.query, keep_blank_values=True)}
    path = urllib.parse.unquote(parts.path).rstrip("/") or "/"
    while path.startswith("//"):
        path = path[1:]
    return Request(method, path, query, {key.lower(): value for key, value in headers.items()}, body, target=target)


@dataclass
class Response:
    """An answer.

    Args:
        status: HTTP's.
        body: JSON; text is sent as HTML, bytes as they are; None = nothing.
        headers: More of them.
    """

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def payload(self) -> tuple[bytes, str]:
        """Bytes and their type."""
        if self.body is None:
            return b"", "application/json"
        if isinstance(self.body, bytes):
            return self.body, "application/octet-stream"
        if isinstance(self.body, str):
            return self.body.encode(), "text/html; charset=utf-8"
        return json.dumps(self.body).encode(), "application/json; charset=utf-8"


class AzureError(Exception):
    """Azure says no.

    Args:
        status: HTTP's.
        code: Azure's word.
        message: Azure's sentence.
        details: More errors inside.
        headers: More of them.
        inner: Code of the inner error (Key Vault).
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        details: list[dict[str, Any]] | None = None,
        headers: dict[str, str] | None = None,
        inner: str = "",
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.status, self.code, self.message = status, code, message
        self.details, self.headers, self.inner = details or [], headers or {}, inner

    def error(self) -> dict[str, Any]:
        """Its JSON, without the envelope."""
        found: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.details:
            found["details"] = self.details
        if self.inner:
            found["innererror"] = {"code": self.inner}
        return found

    def response(self) -> Response:
        """The answer it is."""
        return Response(self.status, {"error": self.error()}, dict(self.headers))


class Dropped(Exception):
    """The connection is to break off without an answer."""
