"""A gate before Azurite, which takes any token: roles decide about blobs as in Azure. One port for each account.

Every byte goes through Python: a test of speed turns it off (`AzureDouble.checks_blob_roles`).
"""

from __future__ import annotations

import contextlib
import http.client
import ssl
import threading
import time
from collections.abc import Iterator

from azure_double.arm import roles
from azure_double.entra.tokens import unpacked
from azure_double.exchange import Dropped, Request, Response
from azure_double.world import World

_AUDIENCE = "https://storage.azure.com"
_CONTAINERS = "Microsoft.Storage/storageAccounts/blobServices/containers"
_OWN = ("transfer-encoding", "connection", "keep-alive", "content-length", "content-type")


class BlobGate:
    """The gate of one account.

    Args:
        world: The state.
        lock: The double's; held while rights are looked up, not while bytes flow.
        account: Name of the account.
        server: Host and port of Azurite.
        context: What to believe.
    """

    def __init__(
        self, world: World, lock: threading.RLock, *, account: str, server: tuple[str, int], context: ssl.SSLContext
    ) -> None:
        self._world, self._lock, self._account = world, lock, account
        self._server, self._context = server, context

    def answer(self, request: Request) -> Response:
        """Return Azurite's answer, or why there is none."""
        with self._lock:
            self._world.timeline.run()
            refusal = self._refusal(request)
        return refusal or self._forwarded(request)

    def _refusal(self, request: Request) -> Response | None:
        path = f"/blob/{self._account}{request.path}"
        fault = self._world.faults.take(("429", "503", "drop"), method=request.method, path=path)
        if fault and fault.kind == "drop":
            raise Dropped
        if fault:
            return _no(503, "ServerBusy", "The server is busy.")
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        claims = unpacked(token)
        if kind.lower() != "bearer":
            return (
                None
                if kind or "sig" in request.query
                else _no(401, "NoAuthenticationInformation", "No authentication.")
            )
        is_good = claims.get("aud", "").rstrip("/") == _AUDIENCE and claims.get("exp", 0) > time.time()
        if not is_good or self._world.faults.take("expired", path=path):
            return _no(401, "InvalidAuthenticationInfo", "Server failed to authenticate the request.")
        account = next(
            (each for each in self._world.of_type("Microsoft.Storage/storageAccounts") if each.name == self._account),
            None,
        )
        if not account:
            return _no(404, "ResourceNotFound", "The specified resource does not exist.")
        scope, action, is_data = _needed(request, account.id.text)
        if roles.may(self._world, str(claims.get("oid", "")), action, scope, is_data=is_data):
            return None
        return _no(
            403, "AuthorizationPermissionMismatch",
            "This request is not authorized to perform this operation using this permission.",
        )  # fmt: skip

    @contextlib.contextmanager
    def _connection(self) -> Iterator[http.client.HTTPSConnection]:
        connection = http.client.HTTPSConnection(*self._server, context=self._context, timeout=60)
        try:
            yield connection
        finally:
            connection.close()

    def _forwarded(self, request: Request) -> Response:
        headers = {key: value for key, value in request.headers.items() if key not in ("connection", "content-length")}
        with self._connection() as connection:
            connection.request(request.method, request.target, request.body, headers)
            reply = connection.getresponse()
            body = reply.read()
            found = {key: value for key, value in reply.getheaders() if key.lower() not in _OWN}
            found["Content-Type"] = reply.getheader("Content-Type") or "application/octet-stream"
            if request.method == "HEAD" and reply.getheader("Content-Length"):
                found["Content-Length"] = str(reply.getheader("Content-Length"))
            return Response(reply.status, body, found)


def _needed(request: Request, account: str) -> tuple[str, str, bool]:
    """Return scope and action of a request, and whether it is about data."""
    parts = request.path.strip("/").split("/", 2)  # Azurite's account, container, blob
    is_read = request.method in ("GET", "HEAD")
    container = parts[1] if len(parts) > 1 else ""
    if not container:
        return account, f"{_CONTAINERS}/read", False
    scope = f"{account}/blobServices/default/containers/{container}"
    if request.query.get("restype") == "container" and request.query.get("comp") != "list":
        verb = "read" if is_read else "delete" if request.method == "DELETE" else "write"
        return scope, f"{_CONTAINERS}/{verb}", False
    verb = "read" if is_read else "delete" if request.method == "DELETE" else "write"
    return scope, f"{_CONTAINERS}/blobs/{verb}", True


def _no(status: int, code: str, message: str) -> Response:
    text = f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{message}</Message></Error>'
    headers = {"Content-Type": "application/xml", "x-ms-error-code": code}
    if status == 401:
        uri = "https://login.example/common/oauth2/authorize"
        headers["WWW-Authenticate"] = f"Bearer authorization_uri={uri} resource_id={_AUDIENCE}"
    return Response(status, text.encode(), headers)
