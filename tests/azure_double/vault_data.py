"""Key Vault's data plane: secrets, on a port of each vault's own, with its challenge and its roles."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

from azure_double.arm import roles
from azure_double.entra.tokens import unpacked
from azure_double.exchange import AzureError, Dropped, Request, Response
from azure_double.handed_out import KEPT_IN_VAULTS
from azure_double.kinds.secret import store_secret
from azure_double.routing import Route, Router
from azure_double.world import Resource, World

AUDIENCE = "https://vault.azure.net"
_TYPE = "Microsoft.KeyVault/vaults"


class VaultData:
    """The data plane of all vaults.

    Args:
        world: The state.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def answer(self, name: str, request: Request) -> Response:
        """Return a vault's answer."""
        try:
            self._check_token(request)
            self._fail(request, name)
            return self._handler(request, name)()
        except AzureError as error:
            return error.response()

    def _fail(self, request: Request, name: str) -> None:
        path = f"/vault/{name}{request.path}"
        fault = self._world.faults.take(("429", "503", "drop"), method=request.method, path=path)
        if fault and fault.kind == "drop":
            raise Dropped
        if fault:
            wait = {"Retry-After": f"{fault.retry_after:g}"}
            raise AzureError(int(fault.kind), "Throttled", "The service is busy.", headers=wait)

    def _handler(self, request: Request, name: str) -> Callable[[], Response]:
        vault = next((each for each in self._world.of_type(_TYPE) if each.name.lower() == name.lower()), None)
        if not vault:
            raise AzureError(404, "VaultNotFound", "The vault could not be found.")
        handler = Router(self._routes(vault)).find(request)
        if not handler:
            raise AzureError(404, "NotFound", f"The double has no answer to {request.method} {request.path}.")
        return handler

    def _routes(self, vault: Resource) -> list[Route]:
        def bound(action: str, handler: Callable[..., Response]) -> Callable[..., Response]:
            def run(request: Request, name: str = "", version: str | None = None) -> Response:
                self._demand(request, vault, f"{_TYPE}/secrets/{action}/action", name)
                return handler(vault, request, name, version)

            return run

        one = r"/secrets/(?P<name>[^/]+)"
        return [
            Route("GET", "/secrets", bound("readMetadata", self._list)),
            Route("GET", rf"{one}/versions", bound("readMetadata", self._versions)),
            Route("PUT", one, bound("setSecret", self._set)),
            Route("GET", rf"{one}(/(?P<version>[^/]+))?", bound("getSecret", self._get)),
            Route("DELETE", one, bound("delete", self._delete)),
        ]

    def _check_token(self, request: Request) -> None:
        token = request.headers.get("authorization", "").partition(" ")[2]
        claims = unpacked(token)
        is_good = claims.get("aud", "").rstrip("/") == AUDIENCE and claims.get("exp", 0) > time.time()
        if not is_good or self._world.faults.take("expired", path=f"/vault{request.path}"):
            tenant = self._world.people.tenants[0].id
            raise AzureError(
                401, "Unauthorized", "AKV10000: Request is missing a Bearer or PoP token.",
                headers={
                    "WWW-Authenticate": f'Bearer authorization="{self._world.url}/{tenant}", resource="{AUDIENCE}"',
                    "x-ms-keyvault-service-version": "1.9.2701.1",
                },
            )  # fmt: skip
        request.claims = claims

    def _demand(self, request: Request, vault: Resource, action: str, name: str) -> None:
        scope = f"{vault.id.text}/secrets/{name}" if name else vault.id.text
        if vault.properties.get("enableRbacAuthorization"):
            if roles.may(self._world, request.oid, action, scope, is_data=True):
                return
            inner = "ForbiddenByRbac"
        else:
            if any(each.get("objectId") == request.oid for each in vault.properties.get("accessPolicies") or ()):
                return
            inner = "AccessDenied"
        raise AzureError(
            403, "Forbidden",
            "Caller is not authorized to perform action on resource.\r\nIf role assignments, deny assignments or role "
            "definitions were changed recently, please observe propagation time.\r\nCaller: "
            f"appid=;oid={request.oid}\r\n"
            f"Action: '{action}'\r\nResource: '{scope.lower()}'\r\nAssignment: (not found)\r\n"
            "DenyAssignmentId: null\r\nDecisionReason: null \r\nVault: "
            f"{vault.name};location={vault.body.get('location')}",
            inner=inner,
        )  # fmt: skip

    def _found(self, vault: Resource, name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = vault.facts["secrets"].get(name.lower(), [])
        if not found:
            raise AzureError(
                404, "SecretNotFound",
                f"A secret with (name/id) {name} was not found in this key vault. If you recently deleted this "
                "secret you may "
                "be able to recover it using the correct recovery command.",
            )  # fmt: skip
        return found

    def _list(self, vault: Resource, request: Request, name: str, version: str | None) -> Response:
        rows = [
            _without_value(versions[-1], keeps_version=False)
            for versions in vault.facts["secrets"].values()
            if versions
        ]
        return Response(200, {"value": rows, "nextLink": None})

    def _versions(self, vault: Resource, request: Request, name: str, version: str | None) -> Response:
        found = vault.facts["secrets"].get(name.lower(), [])
        return Response(200, {"value": [_without_value(each) for each in found], "nextLink": None})

    def _set(self, vault: Resource, request: Request, name: str, version: str | None) -> Response:
        body = request.json()
        value = str(body.get("value", ""))
        KEPT_IN_VAULTS.add(value)
        made = store_secret(self._world, vault, name, value, body.get("tags"))
        return Response(200, made)

    def _get(self, vault: Resource, request: Request, name: str, version: str | None) -> Response:
        found = self._found(vault, name)
        if version:
            found = [each for each in found if each["id"].endswith(f"/{version}")] or self._found(
                vault, f"{name}/{version}"
            )
        return Response(200, found[-1])

    def _delete(self, vault: Resource, request: Request, name: str, version: str | None) -> Response:
        last = self._found(vault, name)[-1]
        del vault.facts["secrets"][name.lower()]
        uri = vault.facts["uri"].rstrip("/")
        return Response(200, {**_without_value(last), "recoveryId": f"{uri}/deletedsecrets/{name}/{uuid.uuid4().hex}"})


def _without_value(secret: dict[str, Any], *, keeps_version: bool = True) -> dict[str, Any]:
    found = {key: value for key, value in secret.items() if key != "value"}
    if not keeps_version:
        found["id"] = found["id"].rsplit("/", 1)[0]
    return found
