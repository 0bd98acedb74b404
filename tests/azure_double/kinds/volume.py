"""Azure NetApp Files: a volume gets addresses to mount from."""

from __future__ import annotations

from azure_double.kinds.kind import Kind
from azure_double.world import Resource, World


class Volume(Kind):
    """See the module."""

    type = "Microsoft.NetApp/netAppAccounts/capacityPools/volumes"

    def made(self, world: World, resource: Resource) -> None:
        """It can be mounted."""
        resource.properties["mountTargets"] = [
            {"mountTargetId": "0", "ipAddress": "10.0.4.4", "smbServerFqdn": "anf-tp.tiepoint.internal"}
        ]
