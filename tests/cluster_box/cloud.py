"""What of Azure the box needs: Blob (Azurite behind the double's gate of roles), and identities of its machines.

Nothing is deployed: group, account, containers, machines and roles are put into the double as they would be afterwards.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from azure.storage.blob import BlobServiceClient

from azure_double.blobs import ACCOUNTS, BlobPool
from azure_double.double import AzureDouble
from azure_double.ids import read_id
from azure_double.kinds.storage_account import StorageAccount
from azure_double.world import Group, Resource
from blob_server import BlobServer
from cluster_box.process import TIED
from tls_papers import make_papers

GROUP = "rg-box"
PERSON = "mila@studio.example"
_CONTRIBUTOR = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
_READER = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
CONTAINERS = ("captures", "products")


class BoxCloud:
    """Azurite and a double with one studio account, from its making to `close`.

    Args:
        folder: For certificates.
        machines: Names of the machines that have an identity; the first one is the scheduler.
    """

    def __init__(self, folder: Path, machines: Sequence[str]) -> None:
        folder.mkdir()
        papers = make_papers(folder)
        self._server = BlobServer(papers, ACCOUNTS, TIED)
        self._pool = BlobPool(self._server)
        self.double = AzureDouble(papers, self._pool)
        self.double.guards.play = False
        with self.double.lock:
            self._put_account()
            for name in machines:
                self._put_machine(name)
            self._give_roles(machines[0])

    def _put_account(self) -> None:
        world = self.double.world
        world.groups[GROUP] = Group(self.double.subscription, GROUP, "eastus")
        self.account = self._resource("Microsoft.Storage/storageAccounts/stbox", {"location": "eastus"})
        StorageAccount().put(world, self.account, None)
        for name in CONTAINERS:
            self._pool.make_container(self.account.facts["blob"], name)

    def _put_machine(self, name: str) -> None:
        identity = {"type": "SystemAssigned", "principalId": str(uuid.uuid4())}
        body = {
            "location": "eastus",
            "identity": identity,
            "properties": {"hardwareProfile": {"vmSize": "Standard_D2s_v5"}},
        }
        machine = self._resource(f"Microsoft.Compute/virtualMachines/{name}", body)
        machine.facts.update(power="running", vm_id=str(uuid.uuid4()), guard=False)

    def _give_roles(self, scheduler: str) -> None:
        machine = self.double.world.machine(GROUP, scheduler)
        principal = machine.body["identity"]["principalId"]
        self._assign(principal, _READER, "captures")
        self._assign(principal, _CONTRIBUTOR, "products")
        for name in CONTAINERS:
            self._assign(self.double.people[PERSON].oid, _CONTRIBUTOR, name)

    def _assign(self, principal: str, role: str, container: str) -> None:
        scope = f"{self.account.id.text}/blobServices/default/containers/{container}"
        key = f"{scope}/providers/Microsoft.Authorization/roleAssignments/{uuid.uuid4()}"
        properties = {"principalId": principal, "roleDefinitionId": f"/providers/x/{role}"}
        self.double.world.resources[key.lower()] = Resource(read_id(key), {"properties": properties})

    def _resource(self, path: str, body: dict[str, Any]) -> Resource:
        key = f"/subscriptions/{self.double.subscription}/resourceGroups/{GROUP}/providers/{path}"
        made = Resource(read_id(key), body)
        self.double.world.resources[key.lower()] = made
        return made

    @property
    def ca_file(self) -> Path:
        """The certificate to believe."""
        return Path(self.double.ca_file)

    @property
    def endpoint(self) -> str:
        """Address of the account, without a slash at its end; roles decide there."""
        return str(self.account.facts["told"]).rstrip("/")

    def container(self, name: str) -> str:
        """Address of a container."""
        return f"{self.endpoint}/{name}"

    def identity(self, machine: str) -> str:
        """Base address of a machine's metadata service."""
        return self.double.imds_url(GROUP, machine)

    def witness(self) -> BlobServiceClient:
        """Azure's own client of the account, past the gate; closed with the cloud."""
        return self._pool.client(self.account.facts["blob"])

    @property
    def ports(self) -> tuple[int, ...]:
        """Ports of this computer that machines of the box must reach: Blob and identity."""
        return tuple(int(urlsplit(each).port or 0) for each in (self.endpoint, self.identity("scheduler")))

    def close(self) -> None:
        """End both."""
        self.double.close()
        self._pool.close()
        self._server.close()
        assert not self.double.crashes, self.double.crashes[0]
