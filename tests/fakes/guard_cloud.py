"""What a guard meets on a machine: Azure's metadata service over http and Resource Manager over https, for one group.

It keeps machines with their powers, and what was asked of it; released machines are so at once.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from blob_rights import bearer
from tls_papers import TlsPapers

GROUP = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-studio"


@dataclass
class GuardCloud:
    """The cloud of one test.

    Args:
        papers: For https.
    """

    papers: TlsPapers
    powers: dict[str, str] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    released: list[str] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    refusals: dict[str, int] = field(default_factory=dict)
    """Status by a part of the path, for requests that are to fail."""
    asked: list[str] = field(default_factory=list)
    clients: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._servers: list[tuple[ThreadingHTTPServer, threading.Thread]] = []
        self.imds = f"http://127.0.0.1:{self._start(is_secure=False)}"
        self.arm = f"https://127.0.0.1:{self._start(is_secure=True)}"

    def add(self, name: str, role: str, power: str = "running") -> None:
        """Put a machine into the group."""
        self.powers[name], self.roles[name] = power, role

    def close(self) -> None:
        for server, thread in self._servers:
            server.shutdown()
            thread.join()
            server.server_close()

    def answer(self, method: str, url: str, headers: Any) -> tuple[int, Any]:
        """Answer a request."""
        path = urlsplit(url).path
        self.asked.append(f"{method} {path}")
        for part, status in self.refusals.items():
            if part in path:
                return status, {"error": {"code": "Refused", "message": "Words that nobody logs."}}
        if path.startswith("/metadata/"):
            return self._metadata(path, url, headers)
        if not str(headers.get("Authorization", "")).startswith("Bearer "):
            return 401, {"error": {"code": "AuthenticationFailed"}}
        if method == "GET" and path == f"{GROUP}/providers/Microsoft.Compute/virtualMachines":
            return 200, {"value": [self._machine(name) for name in self.powers]}
        name = path.split("/virtualMachines/")[-1].split("/")[0]
        if name not in self.powers:
            return 404, {"error": {"code": "ResourceNotFound"}}
        if method == "GET" and path.endswith("/instanceView"):
            codes = ["ProvisioningState/succeeded", f"PowerState/{self.powers[name]}"]
            return 200, {"statuses": [{"code": code} for code in codes]}
        if method == "POST" and path.endswith("/deallocate"):
            self.released.append(name)
            self.powers[name] = "deallocated"
            return 202, None
        return 400, {"error": {"code": "NotKnownHere"}}

    def _machine(self, name: str) -> dict[str, Any]:
        place = f"{GROUP}/providers/Microsoft.Compute/virtualMachines/{name}"
        return {"id": place, "name": name, "tags": {"tiepoint-role": self.roles[name]}}

    def _metadata(self, path: str, url: str, headers: Any) -> tuple[int, Any]:
        if headers.get("Metadata") != "true":
            return 400, {"error": "Bad request"}
        if path == "/metadata/identity/oauth2/token":
            query = parse_qs(urlsplit(url).query)
            self.clients += query.get("client_id", [])
            token = bearer(audience=query["resource"][0].rstrip("/"))
            return 200, {"access_token": token, "expires_on": "9999999999", "token_type": "Bearer"}
        if path == "/metadata/scheduledevents":
            return 200, {"DocumentIncarnation": 1, "Events": self.events}
        return 200, {"resourceId": f"{GROUP}/providers/Microsoft.Compute/virtualMachines/node-01", "name": "node-01"}

    def _start(self, *, is_secure: bool) -> int:
        cloud = self

        class Handler(BaseHTTPRequestHandler):
            def _reply(self) -> None:
                size = int(self.headers.get("Content-Length") or 0)
                self.rfile.read(size)
                status, content = cloud.answer(self.command, self.path, self.headers)
                body = b"" if content is None else json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = _reply  # noqa: N815

            def log_message(self, *_: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if is_secure:
            server.socket = self.papers.server_context().wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        self._servers.append((server, thread))
        return server.server_port
