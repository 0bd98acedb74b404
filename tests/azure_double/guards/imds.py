"""A machine's own metadata service, over plain http: who it is, its token, and what Azure is about to do to it."""

from __future__ import annotations

import threading
import time
import uuid

from azure_double.entra.tokens import machine_token
from azure_double.exchange import Request, Response
from azure_double.world import Resource, World


class Imds:
    """The metadata service of all machines; the path begins with group and name.

    Args:
        world: The state.
        lock: The double's.
    """

    def __init__(self, world: World, lock: threading.RLock) -> None:
        self._world, self._lock = world, lock

    def answer(self, request: Request) -> Response:
        """Return a machine's answer."""
        parts = request.path.strip("/").split("/")
        if request.headers.get("metadata", "").lower() != "true":
            return Response(400, {"error": "Bad request. Required metadata header not specified"})
        with self._lock:
            self._world.timeline.run()
            try:
                machine = self._world.machine(parts[0], parts[1])
            except (KeyError, IndexError):
                return Response(404, {"error": "Not found"})
            if machine.power not in ("running", "deallocating", "stopping"):
                return Response(410, {"error": "The machine does not run."})
            rest = "/".join(parts[2:]).lower()
            if rest == "metadata/identity/oauth2/token":
                return self._token(request, machine)
            if rest in ("metadata/instance", "metadata/instance/compute"):
                return self._instance(machine, whole=not rest.endswith("compute"))
            if rest == "metadata/scheduledevents":
                return self._events(machine)
        return Response(404, {"error": "Not found"})

    def _token(self, request: Request, machine: Resource) -> Response:
        audience = request.query.get("resource", "")
        identity = machine.body.get("identity") or {}
        principal = identity.get("principalId", "")
        for key, each in (identity.get("userAssignedIdentities") or {}).items():
            wanted = (
                request.query.get("client_id"),
                request.query.get("mi_res_id", "").lower(),
                request.query.get("object_id"),
            )
            if not principal or each.get("clientId") == wanted[0] or key.lower() == wanted[1]:
                principal = each.get("principalId", "")
        if not principal:
            return Response(400, {"error": "invalid_request", "error_description": "Identity not found"})
        tenant = self._world.people.subscriptions[machine.id.subscription].tenant
        expires = int(time.time()) + 86400
        audience = audience.rstrip("/") or self._world.url
        if audience == "https://management.azure.com":
            audience = self._world.url
        return Response(
            200,
            {
                "access_token": machine_token(principal, tenant, audience, resource_id=machine.id.text),
                "client_id": str(uuid.uuid5(uuid.NAMESPACE_URL, principal)),
                "expires_in": "86400",
                "expires_on": str(expires),
                "not_before": str(int(time.time()) - 60),
                "resource": audience,
                "token_type": "Bearer",
            },
        )

    def _instance(self, machine: Resource, *, whole: bool) -> Response:
        compute = {
            "azEnvironment": "AzureDouble",
            "location": machine.body.get("location", ""),
            "name": machine.name,
            "osType": "Windows" if "windowsConfiguration" in (machine.properties.get("osProfile") or {}) else "Linux",
            "priority": machine.properties.get("priority", ""),
            "resourceGroupName": machine.id.group,
            "resourceId": machine.id.text,
            "subscriptionId": machine.id.subscription,
            "tagsList": [{"name": key, "value": value} for key, value in machine.tags.items()],
            "tags": ";".join(f"{key}:{value}" for key, value in machine.tags.items()),
            "vmId": machine.facts["vm_id"],
            "vmSize": machine.properties["hardwareProfile"]["vmSize"],
            "zone": (machine.body.get("zones") or [""])[0],
        }
        return Response(200, {"compute": compute, "network": {"interface": []}} if whole else compute)

    def _events(self, machine: Resource) -> Response:
        events = []
        if "preempted_at" in machine.facts and machine.power == "running":
            left = (machine.facts["preempted_at"] - self._world.timeline.now) / max(
                self._world.timeline.clock.scale, 1.0
            )
            events.append(
                {
                    "EventId": str(uuid.uuid5(uuid.NAMESPACE_URL, machine.id.text)),
                    "EventStatus": "Scheduled",
                    "EventType": "Preempt",
                    "ResourceType": "VirtualMachine",
                    "Resources": [machine.name],
                    "NotBefore": time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + left)),
                    "EventSource": "Platform",
                }
            )
        return Response(200, {"DocumentIncarnation": len(events) + 1, "Events": events})
