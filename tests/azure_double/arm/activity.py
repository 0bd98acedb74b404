"""The activity log."""

from __future__ import annotations

import re

from azure_double.arm.roles import demand
from azure_double.exchange import Request, Response
from azure_double.routing import Route
from azure_double.world import World


class Activity:
    """See the module.

    Args:
        world: The state.
    """

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[Route]:
        """Its answers."""
        at = r"/subscriptions/(?P<sub>[^/]+)/providers/Microsoft\.Insights/eventtypes/management/values"
        return [Route("GET", at, self._list)]

    def _list(self, request: Request, sub: str) -> Response:
        demand(self._world, request.oid, "Microsoft.Insights/eventtypes/values/read", f"/subscriptions/{sub}")
        text = request.query.get("$filter", "")
        group = re.search(r"resourceGroupName eq '([^']*)'", text, re.IGNORECASE)
        since = re.search(r"eventTimestamp ge '([^']*)'", text, re.IGNORECASE)
        found = [
            each
            for each in reversed(self._world.activity)
            if each["subscriptionId"].lower() == sub.lower()
            and (not group or each["resourceGroupName"].lower() == group[1].lower())
            and (not since or each["eventTimestamp"][:19] >= since[1][:19])
        ]
        return Response(200, {"value": found[:200]})
