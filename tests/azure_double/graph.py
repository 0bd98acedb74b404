"""Microsoft Graph, as far as it says which identity one of Azure's own services has."""

from __future__ import annotations

import re

from azure_double.entra.tokens import unpacked
from azure_double.exchange import AzureError, Request, Response
from azure_double.routing import Route
from azure_double.world import World

SERVICES = {"4392ab71-2ce2-4b0d-8770-b352745c73f5": "5ea1f00d-0000-4000-8000-00000000aaaa"}
"""Object ids by application: HPC Cache Resource Provider."""


class Graph:
    """See the module.

    Args:
        world: Its faults: `graph` refuses, as tenants do that keep people from reading the directory.
        url: Whose tokens it takes.
    """

    def __init__(self, world: World, url: str) -> None:
        self._world, self._url = world, url

    def routes(self) -> list[Route]:
        """Its answers."""
        return [Route("GET", "/graph/v1.0/servicePrincipals", self._services)]

    def _services(self, request: Request) -> Response:
        _, _, token = request.headers.get("authorization", "").partition(" ")
        if not token or str(unpacked(token).get("aud", "")).rstrip("/") != self._url:
            return AzureError(401, "InvalidAuthenticationToken", "Access token validation failure.").response()
        if self._world.faults.take("graph", method=request.method, path=request.path):
            message = "Insufficient privileges to complete the operation."
            return AzureError(403, "Authorization_RequestDenied", message).response()
        asked = re.fullmatch(r"appId eq '([0-9a-f-]+)'", request.query.get("$filter", ""))
        found = SERVICES.get(asked[1]) if asked else None
        return Response(200, {"value": [{"id": found}] if found else []})
