"""A machine's metadata service for tests: gives tokens that Azurite takes, as many and as long-lived as it is told."""

from __future__ import annotations

import http.server
import json
import threading
import time
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import blob_rights


class MetadataService:
    """The service; a context manager.

    Attributes:
        lives_s: How long tokens live from now on.
        given: Tokens given.
        answers: Statuses to answer with before the next token, the first one first.
    """

    def __init__(self) -> None:
        self.lives_s = 3600.0
        self.given: list[str] = []
        self.answers: list[int] = []
        service = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:  # noqa: N802
                status, content = service._answer(self.path, self.headers.get("Metadata", ""))
                body = json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args: Any) -> None:
                """Say nothing."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=lambda: self._server.serve_forever(0.05), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, target: str, header: str) -> tuple[int, dict[str, Any]]:
        parts = urlsplit(target)
        query = parse_qs(parts.query)
        if header.lower() != "true" or not parts.path.endswith("/metadata/identity/oauth2/token"):
            return 400, {"error": "bad request"}
        if query.get("resource") != ["https://storage.azure.com/"] or "api-version" not in query:
            return 400, {"error": "invalid_resource"}
        if self.answers:
            return self.answers.pop(0), {"error": "told to"}
        token = blob_rights.bearer(lives_s=self.lives_s)
        self.given.append(token)
        return 200, {
            "access_token": token,
            "expires_in": str(int(self.lives_s)),
            "expires_on": str(int(time.time() + self.lives_s)),
            "token_type": "Bearer",
        }
