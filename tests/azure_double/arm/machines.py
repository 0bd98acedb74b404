"""What machines can be told: start, stop, run a script; and their lists with power states."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from azure_double.arm import putting
from azure_double.arm.operations import Operations
from azure_double.arm.roles import demand
from azure_double.exchange import AzureError, Request, Response
from azure_double.ids import read_id
from azure_double.kinds import quota
from azure_double.kinds.machine import TYPE, instance_view, no_capacity, set_power, size_of
from azure_double.kinds.registry import kind_of
from azure_double.routing import Route
from azure_double.world import Resource, World

_ON_THE_WAY = {"start": "starting", "deallocate": "deallocating", "poweroff": "stopping", "restart": "starting"}
_THEN = {"start": "running", "deallocate": "deallocated", "poweroff": "stopped", "restart": "running"}
_ACTIONS = {"start": "start", "deallocate": "deallocate", "poweroff": "powerOff", "restart": "restart"}


class Machines:
    """See the module.

    Args:
        world: The state.
        operations: Where clients ask how it goes.
    """

    def __init__(self, world: World, operations: Operations) -> None:
        self._world, self._operations = world, operations

    def routes(self) -> list[Route]:
        """Its answers."""
        below = r"/providers/Microsoft\.Compute/virtualMachines"
        at = rf"/subscriptions/(?P<sub>[^/]+)(/resourceGroups/(?P<group>[^/]+))?{below}"
        one = r"(?P<path>/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Compute/virtualMachines/[^/]+)"
        return [
            Route("GET", at, self._list),
            Route("GET", rf"{one}/instanceView", self._view),
            Route("POST", rf"{one}/(?P<verb>start|deallocate|powerOff|restart)", self._power),
            Route("POST", rf"{one}/runCommand", self._run),
            Route("POST", rf"{one}/simulateEviction", self._evict),
        ]

    def _list(self, request: Request, sub: str, group: str | None) -> Response:
        scope = f"/subscriptions/{sub}" + (f"/resourceGroups/{group}" if group else "")
        if group:
            self._world.group(group, sub)
        demand(self._world, request.oid, f"{TYPE}/read", scope)
        is_status = request.query.get("statusonly", "").lower() == "true"
        expand = "instanceView" if is_status else request.query.get("$expand", "")
        found = self._world.of_type(TYPE, scope)
        return Response(200, {"value": [kind_of(TYPE).shown(self._world, each, expand=expand) for each in found]})

    def _there(self, path: str) -> Resource:
        found = read_id(path)
        self._world.group_of(found)
        machine = self._world.get(path)
        if not machine:
            raise AzureError(404, "ResourceNotFound", putting.not_found(found))
        return machine

    def _view(self, request: Request, path: str) -> Response:
        demand(self._world, request.oid, f"{TYPE}/instanceView/read", path)
        return Response(200, instance_view(self._there(path)))

    def _power(self, request: Request, path: str, verb: str) -> Response:
        verb = verb.lower()
        demand(self._world, request.oid, f"{TYPE}/{_ACTIONS[verb]}/action", path)
        machine = self._there(path)
        if machine.state in ("Creating", "Deleting"):
            raise AzureError(
                409, "OperationNotAllowed",
                f"Operation '{_ACTIONS[verb]}' is not allowed on VM '{machine.name}' since the VM is marked for "
                "deletion "
                "or still being created.",
            )  # fmt: skip
        self._world.note(
            str(request.claims.get("upn", request.oid)), f"{TYPE}/{_ACTIONS[verb]}/action", path, "Started"
        )
        if verb == "start" and machine.power == "deallocated":
            self._check_start(machine)
        operation = self._world.begin()
        is_there = machine.power == _THEN[verb] and verb != "restart"
        self.change(machine, verb, lambda error: self._ended(request, path, verb, operation, error), at_once=is_there)
        return Response(
            202, None,
            self._operations.headers(
                operation, machine.id.subscription, "Microsoft.Compute", str(machine.body.get("location", ""))
            ),
        )  # fmt: skip

    def _ended(self, request: Request, path: str, verb: str, operation: Any, error: dict[str, Any] | None) -> None:
        self._world.note(
            str(request.claims.get("upn", request.oid)),
            f"{TYPE}/{_ACTIONS[verb]}/action", path, "Failed" if error else "Succeeded", str(error or ""),
        )  # fmt: skip
        self._world.end(operation, error)

    def _check_start(self, machine: Resource) -> None:
        location = str(machine.body.get("location", ""))
        size = size_of(machine.properties)
        quota.check_size(self._world, size, location, zones=machine.body.get("zones") or [], name=machine.name)

    def change(
        self,
        machine: Resource,
        verb: str,
        done: Callable[[dict[str, Any] | None], None] = lambda error: None,
        *,
        at_once: bool = False,
    ) -> None:
        """Change a machine's power; a later change overtakes an earlier one."""
        before = machine.power
        if not at_once:
            set_power(self._world, machine, _ON_THE_WAY[verb])
        turn = machine.facts["turn"] = machine.facts.get("turn", 0) + 1

        def end() -> None:
            if machine.facts.get("turn") != turn:
                done(
                    {
                        "code": "OperationPreempted",
                        "message": "Operation execution has been preempted by a more recent one.",
                    }
                )
                return
            error = no_capacity(self._world, machine) if verb == "start" and before == "deallocated" else None
            fault = self._world.faults.take("fail", path=f"{machine.id.text}/{verb}", name=machine.name)
            if fault:
                error = {"code": fault.code, "message": fault.message}
            set_power(self._world, machine, before if error else _THEN[verb])
            machine.state, machine.facts["failed"] = "Failed" if error else "Succeeded", error
            done(error)

        self._world.timeline.after(0 if at_once else self._world.takes(f"machine/{verb}", machine.name), end)

    def _run(self, request: Request, path: str) -> Response:
        demand(self._world, request.oid, f"{TYPE}/runCommand/action", path)
        machine = self._there(path)
        if machine.power != "running":
            raise AzureError(409, "OperationNotAllowed", "The operation requires the VM to be running (or set to run).")
        body = request.json()
        machine.facts.setdefault("scripts", []).append({"name": "", "script": "\n".join(body.get("script") or ())})
        operation = self._world.begin()
        output, failing = machine.facts.get("script_output", "done\n"), machine.facts.get("script_fails", "")
        result = {
            "value": [
                {
                    "code": "ProvisioningState/succeeded",
                    "level": "Info",
                    "displayStatus": "Provisioning succeeded",
                    "message": f"Enable succeeded: \n[stdout]\n{output}\n[stderr]\n{failing}",
                }
            ]
        }
        takes = self._world.takes("runcommand", machine.name)
        self._world.timeline.after(takes, lambda: self._world.end(operation, result=result))
        return Response(
            202, None,
            self._operations.headers(
                operation, machine.id.subscription, "Microsoft.Compute", str(machine.body.get("location", ""))
            ),
        )  # fmt: skip

    def _evict(self, request: Request, path: str) -> Response:
        demand(self._world, request.oid, f"{TYPE}/simulateEviction/action", path)
        machine = self._there(path)
        if machine.properties.get("priority") != "Spot":
            raise AzureError(409, "OperationNotAllowed", "Only Spot machines can be evicted.")
        machine.facts["preempted_at"] = self._world.timeline.now + 30
        self._world.timeline.after(30, lambda: self.change(machine, "deallocate"))
        return Response(204)
