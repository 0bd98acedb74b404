"""Deployments through Resource Manager: handed in without waiting, then looked at with their nested ones opened."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from tiepoint.adapters.azure.calling import call
from tiepoint.adapters.azure.errors import failure_of_code, failure_of_status
from tiepoint.adapters.azure.new_group import wrapped
from tiepoint.adapters.azure.times import read_duration_s, read_time
from tiepoint.domain.failure import Failure
from tiepoint.domain.preflight import Change, ChangeKind
from tiepoint.domain.resource_ids import group_of, name_of, type_of
from tiepoint.domain.resource_names import part_of
from tiepoint.ports.azure import DeploymentState, DeploymentStep

if TYPE_CHECKING:
    from tiepoint.adapters.azure.clients import AzureClients

_NESTED: Final = "microsoft.resources/deployments"
_OURS: Final = re.compile(r"tiepoint-.+-\d{8}-\d{4}(-\d+)?$")
"""The program's own deployments; nested ones have other names."""
_UNDER_WAY: Final = ("accepted", "running", "ready", "creating", "updating")
_ENDED: Final = ("succeeded", "failed", "canceled")
_MOST_KEPT: Final = 500
_CHANGES: Final = {kind.value.replace("-", ""): kind for kind in ChangeKind} | {"deploy": ChangeKind.MODIFY}


class AzureDeployments:
    """See `ports.azure.Deployments`.

    Args:
        clients: Of the subscription.
    """

    def __init__(self, clients: AzureClients) -> None:
        self._clients = clients
        self._over: dict[tuple[str, ...], tuple[DeploymentStep, ...]] = {}
        """Steps of nested deployments that are over, by group, name and time: they are not asked for again."""

    async def make_group(self, group: str, region: str, tags: Mapping[str, str]) -> None:
        """Make the group; see the port."""
        groups = self._clients.resources.resource_groups

        def made() -> None:
            from azure.core.exceptions import ResourceNotFoundError

            # Making it again would take away tags that are not given, and refuses another region.
            try:
                known = groups.get(group).as_dict()
            except ResourceNotFoundError:
                known = {}
            place = str(known.get("location") or region)
            groups.create_or_update(group, {"location": place, "tags": {**(known.get("tags") or {}), **tags}})

        await call(self._clients.identity, made)

    async def validate(
        self, group: str, name: str, template: Mapping[str, Any], parameters: Mapping[str, Any], *, region: str = ""
    ) -> None:
        """Let Azure check a template; see the port."""
        deployments, body = self._clients.deployments.deployments, _body(template, parameters)

        def checked() -> Mapping[str, Any]:
            if self._is_to_be_made(group, region):
                whole: Any = wrapped(group, region, template, parameters)
                return deployments.begin_validate_at_subscription_scope(name, whole).result().as_dict()
            return deployments.begin_validate(group, name, body).result().as_dict()

        _raise_for(await call(self._clients.identity, checked))

    async def what_if(
        self, group: str, name: str, template: Mapping[str, Any], parameters: Mapping[str, Any], *, region: str = ""
    ) -> tuple[Change, ...]:
        """What deploying it would do; see the port."""
        deployments, body = self._clients.deployments.deployments, _body(template, parameters)

        def asked() -> Mapping[str, Any]:
            if self._is_to_be_made(group, region):
                whole: Any = wrapped(group, region, template, parameters)
                return deployments.begin_what_if_at_subscription_scope(name, whole).result().as_dict()
            return deployments.begin_what_if(group, name, body).result().as_dict()

        found = await call(self._clients.identity, asked)
        _raise_for(found)
        changes = found.get("changes") or _of(found, "properties").get("changes") or []
        return tuple(_change(each) for each in changes)

    async def begin(self, group: str, name: str, template: Mapping[str, Any], parameters: Mapping[str, Any]) -> None:
        """Hand a deployment in; see the port."""
        deployments, body = self._clients.deployments.deployments, _body(template, parameters)
        await call(self._clients.identity, lambda: deployments.begin_create_or_update(group, name, body, polling=False))

    async def state(self, group: str, name: str) -> DeploymentState:
        """How it is; see the port."""
        deployments = self._clients.deployments.deployments
        found = await call(self._clients.identity, lambda: deployments.get(group, name).as_dict())
        told = _of(found, "properties")
        outputs = {key: _of(told, "outputs")[key].get("value") for key in _of(told, "outputs")}
        error = _of(told, "error")
        failure = None
        if error:
            code, message = str(error.get("code", "")), str(error.get("message", ""))
            failure = failure_of_code(code, message, error.get("details") or ())
        return DeploymentState(name, str(told.get("provisioningState", "")).lower(), outputs, failure)

    async def steps(self, group: str, name: str) -> tuple[DeploymentStep, ...]:
        """Its resources, nested deployments opened; see the port."""
        return await call(self._clients.identity, lambda: tuple(self._opened(group, name, set())))

    async def active(self, group: str) -> tuple[str, ...]:
        """Names of those that run; see the port."""
        deployments = self._clients.deployments.deployments

        def listed() -> list[dict[str, Any]]:
            return [each.as_dict() for each in deployments.list_by_resource_group(group)]

        found = [
            (str(_of(each, "properties").get("timestamp", "")), str(each.get("name", "")))
            for each in await call(self._clients.identity, listed)
            if str(_of(each, "properties").get("provisioningState", "")).lower() in _UNDER_WAY
        ]
        return tuple(name for _, name in sorted(found, reverse=True) if _OURS.fullmatch(name))

    async def cancel(self, group: str, name: str) -> None:
        """Ask it to stop; see the port."""
        if (await self.state(group, name)).is_over:
            return
        deployments = self._clients.deployments.deployments
        await call(self._clients.identity, lambda: deployments.cancel(group, name))

    def _is_to_be_made(self, group: str, region: str) -> bool:
        return bool(region) and not self._clients.resources.resource_groups.check_existence(group)

    def _opened(self, group: str, name: str, seen: set[tuple[str, str]]) -> Iterable[DeploymentStep]:
        """Read a deployment's operations and those of the deployments in it; blocking, in a thread."""
        seen.add((group.lower(), name.lower()))
        for operation in self._clients.deployments.deployment_operations.list(group, name):
            told = _of(operation.as_dict(), "properties")
            target = _of(told, "targetResource")
            resource_id = str(target.get("id", ""))
            if not resource_id or str(told.get("provisioningOperation", "Create")).lower() == "read":
                continue
            step = _step(told, target)
            nested = (group_of(resource_id).lower(), name_of(resource_id).lower())
            if step.type.lower() != _NESTED:
                yield step
            elif nested not in seen:
                inner = self._nested(group_of(resource_id) or group, name_of(resource_id), told, seen)
                yield from inner
                if step.failure is not None and not any(each.failure for each in inner):
                    yield step

    def _nested(
        self, group: str, name: str, told: Mapping[str, Any], seen: set[tuple[str, str]]
    ) -> tuple[DeploymentStep, ...]:
        """Return a nested deployment's steps."""
        from azure.core.exceptions import ResourceNotFoundError

        key = (group.lower(), name.lower(), str(told.get("operationId", "")), str(told.get("timestamp", "")))
        if key in self._over:
            return self._over[key]
        try:
            found = tuple(self._opened(group, name, seen))
        except ResourceNotFoundError:
            return ()  # it waits for what it depends on and is not made yet
        if str(told.get("provisioningState", "")).lower() in _ENDED:
            if len(self._over) >= _MOST_KEPT:
                self._over.clear()
            self._over[key] = found
        return found


def _raise_for(found: Mapping[str, Any]) -> None:
    """A refusal comes as an answer, not as a failed request."""
    error = _of(found, "error")
    if error:
        code, message = str(error.get("code", "")), str(error.get("message", ""))
        raise failure_of_code(code, message, error.get("details") or ()).as_error()


def _body(template: Mapping[str, Any], parameters: Mapping[str, Any]) -> Any:
    return {"properties": {"mode": "Incremental", "template": dict(template), "parameters": dict(parameters)}}


def _of(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = data.get(key)
    return found if isinstance(found, Mapping) else {}


def _step(told: Mapping[str, Any], target: Mapping[str, Any]) -> DeploymentStep:
    state = str(told.get("provisioningState", "")).lower()
    failure: Failure | None = failure_of_status(told.get("statusMessage")) if state == "failed" else None
    if state == "failed" and failure is None:
        failure = failure_of_code(str(told.get("statusCode", "")), "Azure did not say why.")
    return DeploymentStep(
        resource_id=str(target.get("id", "")),
        type=str(target.get("resourceType", "")),
        name=str(target.get("resourceName", "")),
        state=state,
        time=_moment(told.get("timestamp")),
        took_s=read_duration_s(str(told.get("duration") or "")),
        failure=failure,
    )


def _moment(value: object) -> datetime | None:
    return read_time(str(value)) if value else None


def _change(told: Mapping[str, Any]) -> Change:
    resource_id = str(told.get("resourceId", ""))
    kind = _CHANGES.get(str(told.get("changeType", "")).lower(), ChangeKind.UNSUPPORTED)
    resource_type, name = type_of(resource_id), name_of(resource_id)
    paths = [str(each.get("path", "")) for each in told.get("delta") or [] if isinstance(each, Mapping)]
    return Change(resource_id, resource_type, name, kind, part_of(resource_type, name), tuple(paths))
