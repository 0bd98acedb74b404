"""What runs in machines: extensions and managed run commands. What a script says is up to the test."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from azure_double.exchange import AzureError
from azure_double.ids import ResourceId
from azure_double.kinds.kind import Kind
from azure_double.world import Resource, World


def demand_running(world: World, found: ResourceId) -> Resource:
    """Return the machine that a child is for; it must run or be about to.

    Raises:
        AzureError: 404 or 409.
    """
    machine = world.get(found.parent)
    if not machine:
        raise AzureError(
            404, "ParentResourceNotFound",
            f"Failed to perform 'write' on resource(s) of type '{found.type}', because the parent resource "
            f"'{found.parent}' could not be found.",
        )  # fmt: skip
    if machine.power not in ("running", "starting"):
        raise AzureError(
            409, "OperationNotAllowed",
            "Cannot modify extensions in the VM when the VM is not running.",
        )  # fmt: skip
    return machine


class Extension(Kind):
    """An extension; protected settings are never shown."""

    type = "Microsoft.Compute/virtualMachines/extensions"

    def check(self, world: World, found: ResourceId, body: dict[str, Any], old: Resource | None) -> None:
        """Its machine must run."""
        demand_running(world, found)


def _output(machine: Resource, resource: Resource) -> str:
    """What a script says: host keys where it asks for them (`facts["host_keys"]`), else what a test has put."""
    if "ssh_host_" in str((resource.properties.get("source") or {}).get("script", "")):
        return str(machine.facts.setdefault("host_keys", new_host_key()))
    return str(machine.facts.get("script_output", f"{resource.name}: done\n"))


def new_host_key() -> str:
    """A machine's public key, as its file in /etc/ssh has it."""
    key = Ed25519PrivateKey.generate().public_key()
    encoding, kind = serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
    return f"{key.public_bytes(encoding, kind).decode()} root@machine\n"


class RunCommand(Kind):
    """A managed run command. A script whose machine has `facts["script_fails"]` fails."""

    type = "Microsoft.Compute/virtualMachines/runCommands"

    def check(self, world: World, found: ResourceId, body: dict[str, Any], old: Resource | None) -> None:
        """Its machine must run."""
        demand_running(world, found)

    def put(self, world: World, resource: Resource, old: dict[str, Any] | None) -> None:
        """Remember the script: tests look at `facts["scripts"]` of the machine."""
        machine = world.get(resource.id.parent)
        assert machine is not None
        script = (resource.properties.get("source") or {}).get("script", "")
        machine.facts.setdefault("scripts", []).append({"name": resource.name, "script": script})
        resource.facts["view"] = {"executionState": "Running", "startTime": world.timeline.stamp()}

    def made(self, world: World, resource: Resource) -> None:
        """It has run."""
        machine = world.get(resource.id.parent)
        failing = machine.facts.get("script_fails", "") if machine else "The machine is gone."
        resource.facts["view"] |= {
            "executionState": "Failed" if failing else "Succeeded",
            "exitCode": 1 if failing else 0,
            "output": _output(machine, resource) if machine else "",
            "error": failing,
            "endTime": world.timeline.stamp(),
        }

    def takes_s(self, world: World, resource: Resource, *, is_new: bool) -> float:
        """A script runs anew each time."""
        return world.takes(self.type, resource.name)

    def shown(self, world: World, resource: Resource, *, expand: str = "") -> dict[str, Any]:
        """With what came of it when that is asked for."""
        body = super().shown(world, resource)
        body["properties"].pop("protectedParameters", None)
        if "instanceview" in expand.lower():
            body["properties"]["instanceView"] = dict(resource.facts.get("view", {}))
        return body
