"""The addresses of deployments: put, get, list, cancel, validate, what-if, operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from azure_double.arm.operations import Operations
from azure_double.arm.roles import demand
from azure_double.deploying import preflight, what_if
from azure_double.deploying.foreseen import groups_foreseen
from azure_double.deploying.preparing import Prepared, prepare
from azure_double.deploying.records import Deployment
from azure_double.deploying.running import Run, active, cancel
from azure_double.exchange import AzureError, Request, Response
from azure_double.ids import read_id
from azure_double.routing import Route
from azure_double.world import World

_TYPE = "Microsoft.Resources/deployments"


class Deployments:
    """See the module.

    Args:
        world: The state.
        operations: Where clients ask how it goes.
    """

    def __init__(self, world: World, operations: Operations) -> None:
        self._world, self._operations = world, operations

    def routes(self) -> list[Route]:
        """Its answers."""
        many = r"(?P<scope>/subscriptions/[^/]+(/resourcegroups/[^/]+)?)/providers/Microsoft\.Resources/deployments"
        one = rf"(?P<path>{many}/[^/]+)".replace("?P<scope>", "")
        short = r"(?P<group>/subscriptions/[^/]+/resourcegroups/[^/]+)/deployments/(?P<name>[^/]+)/operations"
        return [
            Route("GET", rf"{many}/?", self._list),
            Route("PUT", one, self._put),
            Route("GET HEAD", one, self._get),
            Route("DELETE", one, self._delete),
            Route("POST", rf"{one}/cancel", self._cancel),
            Route("POST", rf"{one}/validate", self._validate),
            Route("POST", rf"{one}/whatIf", self._what_if),
            Route("POST", rf"{one}/exportTemplate", self._export),
            Route("GET", rf"{one}/operations", self._steps),
            Route("GET", short, self._steps_of_group),
            Route("GET", rf"{one}/operations/(?P<key>[^/]+)", self._step),
            Route("GET", rf"{one}/operationStatuses/(?P<key>[^/]+)", self._status),
        ]

    def _made(self, request: Request, path: str) -> Deployment:
        found, body = read_id(path), request.json()
        properties = body.get("properties") or {}
        mode = properties.get("mode", "")
        if mode not in ("Incremental", "Complete"):
            raise AzureError(400, "InvalidDeployment", f"The deployment's mode '{mode}' is not valid.")
        if found.group:
            group = self._world.group_of(found)
            if group.state == "Deleting":
                raise AzureError(
                    409, "ResourceGroupBeingDeleted",
                    f"The resource group '{group.name}' is in deprovisioning state and cannot perform this operation.",
                )  # fmt: skip
        elif not body.get("location"):
            raise AzureError(400, "LocationRequired", "The location is required for deployments at subscription scope.")
        if len(found.name) > 64:
            raise AzureError(
                400, "InvalidDeploymentName", f"The deployment name '{found.name}' is longer than 64 characters."
            )
        made = Deployment(found, request.oid, properties, location=str(body.get("location", "")))
        made.began_at, made.time, made.tags = (
            self._world.timeline.now,
            self._world.timeline.stamp(),
            body.get("tags") or {},
        )
        return made

    def _checked(self, made: Deployment) -> tuple[Prepared, list[str]]:
        prepared = prepare(self._world, made, is_running=False, goes_deep=True)
        return prepared, preflight.check(self._world, prepared)

    def _put(self, request: Request, path: str) -> Response:
        demand(self._world, request.oid, f"{_TYPE}/write", path)
        made = self._made(request, path)
        old = self._world.deployments.get(made.id.key)
        if old and not old.is_over:
            raise active(old)
        if self._world.faults.take("deployment-active", path=path, name=made.id.name):
            raise active(made)
        prepared, _ = self._checked(made)
        self._world.deployments[made.id.key] = made
        self._world.note(str(request.claims.get("upn", "")), f"{_TYPE}/write", path, "Accepted")
        run = Run(self._world, made, prepared, done=lambda error: self._noted(request, path, error))
        self._world.timeline.after(self._world.takes("deployment/start", made.id.name), run.start)
        at = f"{self._world.url}{path}/operationStatuses/{made.correlation}?api-version=2025-04-01"
        headers = {"Azure-AsyncOperation": at, **self._operations.waiting()}
        return Response(200 if old else 201, made.shown(self._world.timeline), headers)

    def _noted(self, request: Request, path: str, error: dict[str, Any] | None) -> None:
        text = str(error) if error else ""
        who = str(request.claims.get("upn", ""))
        self._world.note(who, f"{_TYPE}/write", path, "Failed" if error else "Succeeded", text)

    def _there(self, path: str) -> Deployment:
        found = read_id(path)
        if found.group:
            self._world.group_of(found)
        deployment = self._world.deployments.get(path.lower())
        if not deployment:
            raise AzureError(404, "DeploymentNotFound", f"Deployment '{found.name}' could not be found.")
        return deployment

    def _get(self, request: Request, path: str) -> Response:
        demand(self._world, request.oid, f"{_TYPE}/read", path)
        found = self._there(path)
        return Response(204 if request.method == "HEAD" else 200, found.shown(self._world.timeline))

    def _delete(self, request: Request, path: str) -> Response:
        demand(self._world, request.oid, f"{_TYPE}/delete", path)
        found = self._there(path)
        if not found.is_over:
            raise active(found)
        del self._world.deployments[path.lower()]
        return Response(204)

    def _list(self, request: Request, scope: str) -> Response:
        demand(self._world, request.oid, f"{_TYPE}/read", scope)
        found = read_id(scope)
        if found.group:
            self._world.group_of(found)
        inside = f"{scope}/providers/{_TYPE}/".lower()
        rows = [each for key, each in self._world.deployments.items() if key.startswith(inside)]
        rows.sort(key=lambda each: each.began_at, reverse=True)
        wanted = request.query.get("$filter", "").lower()
        shown = [
            each.shown(self._world.timeline)
            for each in rows
            if "provisioningstate eq" not in wanted or f"'{each.state.lower()}'" in wanted
        ]
        return Response(200, {"value": shown})

    def _cancel(self, request: Request, path: str) -> Response:
        demand(self._world, request.oid, f"{_TYPE}/cancel/action", path)
        found = self._there(path)
        if found.is_over:
            raise AzureError(
                409, "DeploymentCannotBeCancelled",
                f"The deployment '{found.id.name}' cannot be cancelled because it is in the terminal state "
                f"'{found.state}'.",
            )  # fmt: skip
        cancel(self._world, found)
        self._world.note(str(request.claims.get("upn", "")), f"{_TYPE}/cancel/action", path, "Succeeded")
        return Response(204)

    def _validate(self, request: Request, path: str) -> Response:
        demand(self._world, request.oid, f"{_TYPE}/validate/action", path)
        made = self._made(request, path)
        try:
            with groups_foreseen(self._world, made):
                _, ids = self._checked(made)
        except AzureError as error:
            if error.status == 403:
                raise
            return Response(400, {"error": error.error()})
        shown = made.shown(self._world.timeline)
        shown["properties"] |= {"provisioningState": "Succeeded", "validatedResources": [{"id": each} for each in ids]}
        return Response(200, shown)

    def _what_if(self, request: Request, path: str) -> Response:
        demand(self._world, request.oid, f"{_TYPE}/whatIf/action", path)
        made = self._made(request, path)
        operation = self._world.begin()
        with groups_foreseen(self._world, made):
            prepared, _ = self._checked(made)
            changes = what_if.changes(self._world, prepared)
        result = {"status": "Succeeded", "properties": {"changes": changes}}
        finish: Callable[[], None] = lambda: self._world.end(operation, result=result)  # noqa: E731
        self._world.timeline.after(self._world.takes("whatif", made.id.name), finish)
        return Response(202, None, self._operations.location(operation, made.id.subscription))

    def _export(self, request: Request, path: str) -> Response:
        demand(self._world, request.oid, f"{_TYPE}/exportTemplate/action", path)
        return Response(200, {"template": self._there(path).properties["template"]})

    def _steps(self, request: Request, path: str) -> Response:
        demand(self._world, request.oid, f"{_TYPE}/operations/read", path)
        found = self._there(path)
        rows = [each.shown(found, self._world.timeline) for each in reversed(found.steps)]
        return Response(200, {"value": rows})

    def _steps_of_group(self, request: Request, group: str, name: str) -> Response:
        return self._steps(request, f"{group}/providers/{_TYPE}/{name}")

    def _step(self, request: Request, path: str, key: str) -> Response:
        found = self._there(path)
        step = next((each for each in found.steps if each.key == key), None)
        if not step:
            raise AzureError(
                404, "DeploymentOperationNotFound", f"The deployment operation '{key}' could not be found."
            )
        return Response(200, step.shown(found, self._world.timeline))

    def _status(self, request: Request, path: str, key: str) -> Response:
        found = self._there(path)
        body: dict[str, Any] = {"status": found.state}
        if found.error:
            body["error"] = found.error
        return Response(200, body, {} if found.is_over else self._operations.waiting())
