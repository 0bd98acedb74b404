"""Resource groups, resources of any type, and what has been done to them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from tiepoint.adapters.azure.calling import call
from tiepoint.adapters.azure.times import read_time
from tiepoint.adapters.azure.waiting import ended
from tiepoint.domain.cluster import CLUSTER_TAG, ActivityEntry, CloudResource
from tiepoint.domain.errors import NotThere
from tiepoint.domain.resource_ids import name_of
from tiepoint.domain.resource_labels import label_of
from tiepoint.ports.azure import GroupFacts

if TYPE_CHECKING:
    from tiepoint.adapters.azure.clients import AzureClients

_ACTIVITY_VERSION: Final = "2015-04-01"
_MOST_LINES: Final = 100
_TONES: Final = {"failed": "error", "succeeded": "ok", "started": "info", "accepted": "info"}
_VERBS: Final = {
    "write": "created or changed",
    "delete": "deleted",
    "start/action": "started",
    "deallocate/action": "released",
    "restart/action": "restarted",
    "archive/action": "archived",
}


class AzureResources:
    """See `ports.azure.CloudResources`.

    Args:
        clients: Of the subscription.
    """

    def __init__(self, clients: AzureClients) -> None:
        self._clients = clients

    async def cluster_groups(self) -> tuple[GroupFacts, ...]:
        """Groups with a cluster's tag; see the port."""
        groups = self._clients.resources.resource_groups

        def listed() -> tuple[GroupFacts, ...]:
            found = groups.list(filter=f"tagName eq '{CLUSTER_TAG}'")
            return tuple(_group(each.as_dict()) for each in found)

        return tuple(each for each in await call(self._clients.identity, listed) if each.tags.get(CLUSTER_TAG))

    async def list(self, group: str) -> tuple[CloudResource, ...]:
        """All resources of a group; see the port."""
        resources, portal = self._clients.resources.resources, self._clients.identity.cloud.portal

        def listed() -> tuple[CloudResource, ...]:
            found = resources.list_by_resource_group(group, expand="provisioningState")
            return tuple(_resource(each.as_dict(), portal) for each in found)

        return await call(self._clients.identity, listed)

    async def get(self, resource_id: str, api_version: str) -> Mapping[str, Any]:
        """A resource as Azure has it; see the port."""
        resources = self._clients.resources.resources

        def read() -> Mapping[str, Any]:
            return resources.get_by_id(resource_id, api_version=api_version).as_dict()

        return await call(self._clients.identity, read)

    async def put(self, resource_id: str, api_version: str, body: Mapping[str, Any]) -> None:
        """Make or change a resource; see the port."""
        resources, content = self._clients.resources.resources, dict(body)
        await ended(
            self._clients.identity,
            lambda: resources.begin_create_or_update_by_id(resource_id, content, api_version=api_version),
        )

    async def post(
        self, resource_id: str, action: str, api_version: str, body: Mapping[str, Any] | None = None
    ) -> None:
        """Let a resource do something; see the port."""
        from azure.core.rest import HttpRequest

        url = f"{self._clients.identity.cloud.management}{resource_id}/{action}"
        request = HttpRequest("POST", url, params={"api-version": api_version}, json=dict(body) if body else None)
        client: Any = self._clients.resources

        def sent() -> None:
            with client.send_request(request) as response:
                response.raise_for_status()

        await call(self._clients.identity, sent)

    async def delete(self, resource_id: str, api_version: str) -> None:
        """Delete a resource; see the port."""
        resources = self._clients.resources.resources
        try:
            await ended(
                self._clients.identity, lambda: resources.begin_delete_by_id(resource_id, api_version=api_version)
            )
        except NotThere:
            return

    async def begin_delete_group(self, group: str) -> None:
        """Ask for the deletion of a group; see the port."""
        groups = self._clients.resources.resource_groups
        try:
            await call(self._clients.identity, lambda: groups.begin_delete(group, polling=False))
        except NotThere:
            return

    async def tag_group(self, group: str, tags: Mapping[str, str]) -> None:
        """Set tags of a group; see the port."""
        scope = f"/subscriptions/{self._clients.subscription}/resourcegroups/{group}"
        body: Any = {"operation": "Merge", "properties": {"tags": dict(tags)}}
        labels = self._clients.resources.tags
        await ended(self._clients.identity, lambda: labels.begin_update_at_scope(scope, body))

    async def activity(self, group: str, since: datetime) -> tuple[ActivityEntry, ...]:
        """The group's activity log; see the port."""
        from azure.core.rest import HttpRequest

        subscription, management = self._clients.subscription, self._clients.identity.cloud.management
        url = f"{management}/subscriptions/{subscription}/providers/Microsoft.Insights/eventtypes/management/values"
        begin = since.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        condition = f"eventTimestamp ge '{begin}' and resourceGroupName eq '{group}'"
        client: Any = self._clients.resources

        def read() -> list[Mapping[str, Any]]:
            request = HttpRequest("GET", f"{url}?api-version={_ACTIVITY_VERSION}&$filter={quote(condition)}")
            with client.send_request(request) as response:
                response.raise_for_status()
                content = response.json()
            return list(content.get("value") or []) if isinstance(content, dict) else []

        entries = [entry for each in await call(self._clients.identity, read) if (entry := _activity(each))]
        return tuple(sorted(entries, key=lambda entry: entry.time, reverse=True)[:_MOST_LINES])


def _group(told: Mapping[str, Any]) -> GroupFacts:
    facts = told.get("properties") or {}
    return GroupFacts(
        name=str(told.get("name", "")),
        region=str(told.get("location", "")),
        tags={str(key): str(value) for key, value in (told.get("tags") or {}).items()},
        state=str(facts.get("provisioningState", "succeeded")).lower(),
    )


def _resource(told: Mapping[str, Any], portal: str) -> CloudResource:
    resource_id = str(told.get("id", ""))
    state = str(told.get("provisioningState") or (told.get("properties") or {}).get("provisioningState") or "")
    return CloudResource(
        id=resource_id,
        type=str(told.get("type", "")),
        name=str(told.get("name", "")),
        location=str(told.get("location", "")),
        state=state.lower(),
        portal_url=f"{portal}/#resource{resource_id}" if portal and resource_id else "",
    )


def _activity(told: Mapping[str, Any]) -> ActivityEntry | None:
    """Read a line of the log; None for what says nothing to people, such as reads and intermediate steps."""
    time = read_time(str(told.get("eventTimestamp", "")))
    status = str((told.get("status") or {}).get("value", "")).lower()
    operation = str((told.get("operationName") or {}).get("value", ""))
    if time is None or status not in _TONES or not operation:
        return None
    resource_id = str(told.get("resourceId", ""))
    end = next((end for end in _VERBS if operation.lower().endswith(f"/{end}")), "")
    if not end:
        return None
    named, verb = label_of(operation[: -len(end) - 1], name_of(resource_id)), _VERBS[end]
    words = {"started": "asked for", "accepted": "asked for", "failed": "failed"}.get(status, "")
    text = f"{named}: {verb}" + (f", {words}" if words else "")
    return ActivityEntry(time, text, _TONES[status], str(told.get("caller", "")))
