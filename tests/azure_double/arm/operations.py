"""Operations that take time: how they are told, and how they are asked for again."""

from __future__ import annotations

from typing import Any

from azure_double.exchange import AzureError, Request, Response
from azure_double.routing import Route
from azure_double.world import Operation, World


class Operations:
    """The addresses of operations.

    Args:
        world: The state.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.look_every_s = 4.0
        """What clients are told to wait between two looks, Azure's seconds."""

    def routes(self) -> list[Route]:
        """Its answers."""
        at = r"/subscriptions/[^/]+/providers/[^/]+/locations/[^/]+"
        return [
            Route("GET", rf"{at}/operations/(?P<key>[^/]+)", self._status),
            Route("GET", rf"{at}/operationresults/(?P<key>[^/]+)", self._result),
            Route("GET", r"/subscriptions/[^/]+/operationresults/(?P<key>[^/]+)", self._result),
        ]

    def waiting(self) -> dict[str, str]:
        """Return the headers that say how long to wait; Azure's clients know one in milliseconds."""
        scale = max(self._world.timeline.clock.scale, 1.0)
        return {"x-ms-retry-after-ms": f"{max(10.0, self.look_every_s * 1000 / scale):.0f}"}

    def headers(self, operation: Operation, subscription: str, namespace: str, location: str) -> dict[str, str]:
        """Return what tells a client where to ask."""
        at = f"{self._world.url}/subscriptions/{subscription}/providers/{namespace}/locations/{location or 'global'}"
        return {
            "Azure-AsyncOperation": f"{at}/operations/{operation.key}?api-version=2026-01-01",
            "Location": f"{at}/operationresults/{operation.key}?api-version=2026-01-01",
            **self.waiting(),
        }

    def location(self, operation: Operation, subscription: str) -> dict[str, str]:
        """The same for what only has a location, such as the deletion of groups."""
        at = f"{self._world.url}/subscriptions/{subscription}/operationresults/{operation.key}?api-version=2026-01-01"
        return {"Location": at, **self.waiting()}

    def _find(self, key: str) -> Operation:
        found = self._world.operations.get(key)
        if not found:
            raise AzureError(404, "OperationNotFound", f"The operation '{key}' was not found.")
        return found

    def _status(self, request: Request, key: str) -> Response:
        found = self._find(key)
        body: dict[str, Any] = {"id": request.path, "name": key, "status": found.status, "startTime": found.began}
        if found.ended:
            body["endTime"] = found.ended
        if found.error:
            body["error"] = found.error
        return Response(200, body, self.waiting() if not found.ended else {})

    def _result(self, request: Request, key: str) -> Response:
        found = self._find(key)
        if found.status == "InProgress":
            again = f"{self._world.url}{request.path}?api-version=2026-01-01"
            return Response(202, None, {"Location": again, **self.waiting()})
        if found.error:
            return Response(409, {"error": found.error})
        return Response(200, found.result)
