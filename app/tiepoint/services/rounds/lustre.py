"""Lustre's own way to make photos in Blob appear on it: an import job. On the loop's thread.

Source: "Create an import job" in Azure's documentation of Managed Lustre, and its resource `amlFilesystems/importJobs`.
Only what lies in the container that the file system is joined to can be imported; the rest the agent there fetches.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.cluster import CloudResource
from tiepoint.domain.errors import TiepointError
from tiepoint.ports.azure import Azure
from tiepoint.services.rounds.places import Places

VERSION: Final = "2026-01-01"
_TYPE: Final = "microsoft.storagecache/amlfilesystems"
_LOOK_S: Final = 5.0
_MOST_LOOKS: Final = 360
_OVER: Final = frozenset({"completed", "completedpartial", "failed", "canceled"})
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LustreImport:
    """Implements `kit.Importing`.

    Args:
        places: Knows the clusters.
        azure: Asks Azure.
        now: The clock, UTC.
        sleep: Waits between looks.
    """

    places: Places
    azure: Callable[[], Azure]
    now: Callable[[], datetime]
    sleep: Callable[[float], Awaitable[None]]

    async def bring(self, site: str, place: BlobPlace) -> None:
        """See `kit.Importing`: without a right to it, or if it fails, the agent fetches, which takes longer."""
        lustre = self._lustre(site)
        if lustre is None:
            return
        try:
            await self._import(lustre, place)
        except TiepointError as error:
            _log.info("photos are not imported into Lustre, and will be fetched: %s (%s)", error.summary, error.detail)

    def _lustre(self, site: str) -> CloudResource | None:
        cluster = self.places.cluster(site)
        resources = () if cluster is None else cluster.resources
        return next((each for each in resources if each.type.lower() == _TYPE), None)

    async def _import(self, lustre: CloudResource, place: BlobPlace) -> None:
        resources = self.azure().resources
        settings = _settings(await resources.get(lustre.id, VERSION))
        if not str(settings.get("container", "")).lower().endswith(f"/containers/{place.container}".lower()):
            return
        name = f"tiepoint-{hashlib.sha256(place.prefix.encode()).hexdigest()[:12]}-{self.now():%Y%m%d%H%M%S}"
        job = f"{lustre.id}/importJobs/{name}"
        properties = {
            "importPrefixes": [f"/{place.prefix}"],
            "conflictResolutionMode": "Skip",
            "maximumErrors": -1,
        }
        await resources.put(job, VERSION, {"location": lustre.location, "properties": properties})
        for _look in range(_MOST_LOOKS):
            found = await resources.get(job, VERSION)
            if _state(found) in _OVER:
                return
            await self.sleep(_LOOK_S)


def _settings(body: Mapping[str, Any]) -> Mapping[str, Any]:
    return ((body.get("properties") or {}).get("hsm") or {}).get("settings") or {}


def _state(body: Mapping[str, Any]) -> str:
    properties = body.get("properties") or {}
    status = (properties.get("status") or {}).get("state") or properties.get("state") or ""
    return str(status).lower()
