"""Virtual machines: all of them in one request, starts and releases that are not waited for, scripts run there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from tiepoint.adapters.azure.calling import call
from tiepoint.adapters.azure.errors import failure_of_code
from tiepoint.adapters.azure.waiting import ended
from tiepoint.domain.cluster import ROLE_TAG, Machine, MachineRole, Power
from tiepoint.domain.errors import CloudError, NotPermitted, NotThere
from tiepoint.domain.failure import Failure
from tiepoint.domain.resource_ids import group_of, name_of
from tiepoint.domain.resource_labels import role_of_name

if TYPE_CHECKING:
    from tiepoint.adapters.azure.clients import AzureClients

_OUTPUT_CHARACTERS: Final = 4096
_log = logging.getLogger(__name__)


class AzureMachines:
    """See `ports.azure.Machines`.

    Args:
        clients: Of the subscription.
    """

    def __init__(self, clients: AzureClients) -> None:
        self._clients = clients

    async def list(self) -> tuple[Machine, ...]:
        """All machines with their power; see the port."""
        machines = self._clients.compute.virtual_machines

        def listed() -> tuple[Machine, ...]:
            found = (_machine(each.as_dict()) for each in machines.list_all(status_only="true"))
            return tuple(each for each in found if each is not None)

        return await call(self._clients.identity, listed)

    async def begin_start(self, machine_id: str) -> None:
        """Ask for the start; see the port."""
        machines, group, name = self._clients.compute.virtual_machines, group_of(machine_id), name_of(machine_id)
        await call(self._clients.identity, lambda: machines.begin_start(group, name, polling=False))

    async def begin_deallocate(self, machine_id: str) -> None:
        """Ask for the release; see the port."""
        machines, group, name = self._clients.compute.virtual_machines, group_of(machine_id), name_of(machine_id)
        await call(self._clients.identity, lambda: machines.begin_deallocate(group, name, polling=False))

    async def delete(self, machine_id: str) -> None:
        """Delete a machine with its disk, card and rights; see the port."""
        machines, group, name = self._clients.compute.virtual_machines, group_of(machine_id), name_of(machine_id)
        try:
            told = await call(self._clients.identity, lambda: machines.get(group, name).as_dict())
        except NotThere:
            return
        rights = await self._rights(told)
        await ended(self._clients.identity, lambda: machines.begin_delete(group, name))
        cards, disks = _belongings(told)
        interfaces, managed = self._clients.network.network_interfaces, self._clients.compute.disks
        await asyncio.gather(
            *(self._gone(lambda card=card: interfaces.begin_delete(group_of(card), name_of(card))) for card in cards),
            *(self._gone(lambda disk=disk: managed.begin_delete(group_of(disk), name_of(disk))) for disk in disks),
            *(self._given_back(right) for right in rights),
        )

    async def rights(self, machine_id: str) -> tuple[str, ...]:
        """What its identity may do; see the port."""
        machines, group, name = self._clients.compute.virtual_machines, group_of(machine_id), name_of(machine_id)
        try:
            told = await call(self._clients.identity, lambda: machines.get(group, name).as_dict())
        except NotThere:
            return ()
        return await self._rights(told)

    async def run_script(self, machine_id: str, name: str, script: str, *, timeout_s: int = 600) -> str:
        """Run a script there; see the port."""
        commands, machines = self._clients.compute.virtual_machine_run_commands, self._clients.compute.virtual_machines
        group, machine = group_of(machine_id), name_of(machine_id)
        found = await call(self._clients.identity, lambda: machines.get(group, machine).as_dict())
        body: Any = {
            "location": found.get("location", ""),
            "properties": {
                "source": {"script": script},
                "asyncExecution": False,
                "timeoutInSeconds": timeout_s,
                "treatFailureAsDeploymentFailure": False,
            },
        }
        await ended(self._clients.identity, lambda: commands.begin_create_or_update(group, machine, name, body))
        view = await call(
            self._clients.identity,
            lambda: commands.get_by_virtual_machine(group, machine, name, expand="instanceView").as_dict(),
        )
        told = _of(_of(view, "properties"), "instanceView")
        output = (str(told.get("output") or "") + str(told.get("error") or ""))[-_OUTPUT_CHARACTERS:]
        if str(told.get("executionState", "Succeeded")).lower() != "succeeded" or told.get("exitCode"):
            raise CloudError(
                f"A set-up script failed on {machine}.",
                remedy="Try again; the details hold its last lines.",
                retryable=True,
                detail=output,
            )
        return output

    async def _rights(self, told: Mapping[str, Any]) -> tuple[str, ...]:
        principal = str(_of(told, "identity").get("principalId") or "")
        if not principal:
            return ()
        assignments = self._clients.authorization.role_assignments

        def listed() -> tuple[str, ...]:
            found = assignments.list_for_subscription(filter=f"principalId eq '{principal}'")
            return tuple(str(each.id) for each in found if each.id)

        return await call(self._clients.identity, listed)

    async def _given_back(self, right: str) -> None:
        """Delete a role assignment; who may not leaves it, where it gives nobody anything any more."""
        assignments = self._clients.authorization.role_assignments
        try:
            await call(self._clients.identity, lambda: assignments.delete_by_id(right))
        except (NotThere, NotPermitted) as error:
            _log.info("a right of a deleted machine stays: %s", error.summary)

    async def _gone(self, begin: Any) -> None:
        try:
            await ended(self._clients.identity, begin)
        except NotThere:
            return


def _machine(told: Mapping[str, Any]) -> Machine | None:
    """Read a machine; None when it is none of a cluster's."""
    name, facts = str(told.get("name", "")), _of(told, "properties")
    tag = str(_of(told, "tags").get(ROLE_TAG, ""))
    role = MachineRole(tag) if tag in set(MachineRole) else None
    if role is None and not told.get("tags"):
        role = role_of_name(name)  # an answer with the states only may leave the tags out
    if role is None:
        return None
    codes = [str(each.get("code", "")) for each in _of(facts, "instanceView").get("statuses") or []]
    power = next((code.split("/", 1)[1] for code in codes if code.startswith("PowerState/")), "")
    failed = next((code.split("/")[2] for code in codes if code.lower().startswith("provisioningstate/failed/")), "")
    provisioning = next((code.split("/")[1] for code in codes if code.startswith("ProvisioningState/")), "")
    return Machine(
        id=str(told.get("id", "")).lower(),
        name=name,
        role=role,
        size=str(_of(facts, "hardwareProfile").get("vmSize", "")),
        power=Power(power) if power in set(Power) else Power.UNKNOWN,
        provisioning=(provisioning or str(facts.get("provisioningState", ""))).lower(),
        is_spot=str(facts.get("priority", "")).lower() == "spot",
        failure=_failure(failed, facts, name),
    )


def _failure(code: str, facts: Mapping[str, Any], name: str) -> Failure | None:
    if not code:
        return None
    statuses = _of(facts, "instanceView").get("statuses") or []
    said = next((str(each.get("message") or "") for each in statuses if code in str(each.get("code", ""))), "")
    return failure_of_code(code, said or f"{name}: {code}")


def _belongings(told: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Return the ids of a machine's network cards and disks."""
    facts = _of(told, "properties")
    cards = [str(each.get("id")) for each in _of(facts, "networkProfile").get("networkInterfaces") or []]
    storage = _of(facts, "storageProfile")
    drives = [_of(storage, "osDisk"), *(storage.get("dataDisks") or [])]
    disks = [str(_of(drive, "managedDisk").get("id")) for drive in drives if _of(drive, "managedDisk").get("id")]
    return [card for card in cards if card and card != "None"], disks


def _of(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = data.get(key)
    return found if isinstance(found, Mapping) else {}
