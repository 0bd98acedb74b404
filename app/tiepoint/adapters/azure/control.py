"""The container `control` of a cluster's Blob account, by azure-storage-blob. Blocking calls run in threads.

Times are this computer's on the program's side and Blob's in the container, see `blob_clock`.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeVar

from azure.core import MatchConditions
from azure.core.exceptions import (
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.storage.blob import BlobServiceClient, ContainerClient, ContentSettings, LinearRetry

from tiepoint.adapters.azure.blob_clock import NONE, BlobClock, heartbeat_by, lease_by, meter_by
from tiepoint.adapters.azure.calling import call
from tiepoint.adapters.azure.trust import trust_options
from tiepoint.domain import control_document as documents
from tiepoint.domain.cluster import Lease, Meter
from tiepoint.domain.errors import Conflict, NotPermitted
from tiepoint.ports.azure import Heartbeat

if TYPE_CHECKING:
    from tiepoint.adapters.azure.identity import AzureIdentity

T = TypeVar("T")
_CONNECT_S: Final = 15
_READ_S: Final = 30
_TRIES: Final = 3
_JSON: Final = ContentSettings(content_type="application/json", cache_control="no-store")
_ANYWAY: Final = {"overwrite": True}
_NO_ROLE: Final = ("AuthorizationPermissionMismatch", "InsufficientAccountPermissions")
_NO_WAY_IN: Final = ("AuthorizationFailure", "AuthorizationSourceIPMismatch")


class AzureControlStore:
    """See `ports.azure.ControlStore`.

    Args:
        identity: Whose rights; its cloud says which certificates to believe.
    """

    def __init__(self, identity: AzureIdentity) -> None:
        self._identity = identity
        self._clock = BlobClock()

    async def read_lease(self, endpoint: str) -> Lease | None:
        """The lease; see the port."""
        found = await self._in(endpoint, lambda control: _readable(documents.read_lease, control, documents.LEASE_BLOB))
        return lease_by(found, -self._ahead(endpoint)) if found else None

    async def write_lease(self, endpoint: str, lease: Lease) -> None:
        """Replace the lease; see the port."""

        def write(control: ContainerClient) -> None:
            content = documents.lease_document(lease_by(lease, self._surely_ahead(endpoint, control)))
            _write(control, documents.LEASE_BLOB, content)

        await self._in(endpoint, write)

    async def drop_lease(self, endpoint: str) -> None:
        """Let the lease end now; its prices stay, because guards count by them."""
        await self._in(endpoint, lambda control: _drop_lease(control, lambda: self._ahead(endpoint)))

    async def read_meter(self, endpoint: str) -> Meter | None:
        """The meter; see the port."""
        found = await self._in(endpoint, lambda control: _readable(documents.read_meter, control, documents.METER_BLOB))
        return meter_by(found, -self._ahead(endpoint)) if found else None

    async def reset_meter(self, endpoint: str, start: datetime) -> None:
        """Begin a new run; see the port."""

        def write(control: ContainerClient) -> None:
            begun = documents.new_meter(start + self._surely_ahead(endpoint, control))
            _write(control, documents.METER_BLOB, documents.meter_document(begun))

        await self._in(endpoint, write)

    async def heartbeats(self, endpoint: str) -> tuple[Heartbeat, ...]:
        """What all machines said last; see the port."""
        found = await self._in(endpoint, _heartbeats)
        return tuple(heartbeat_by(each, -self._ahead(endpoint)) for each in found)

    async def ask_to_drain(self, endpoint: str, names: Sequence[str], *, drains: bool = True) -> None:
        """Ask machines to take no new task; see the port."""
        await self._in(endpoint, lambda control: _ask_to_drain(control, frozenset(names), drains=drains))

    def _ahead(self, endpoint: str) -> timedelta:
        return self._clock.ahead(endpoint) or NONE

    def _surely_ahead(self, endpoint: str, control: ContainerClient) -> timedelta:
        """Return how far Blob's clock is ahead; where it was never heard, it is asked for something small."""
        if self._clock.ahead(endpoint) is None:
            control.exists()
        return self._ahead(endpoint)

    async def _in(self, endpoint: str, do: Callable[[ContainerClient], T]) -> T:
        return await call(self._identity, self._with_container, endpoint, do)

    def _with_container(self, endpoint: str, do: Callable[[ContainerClient], T]) -> T:
        cloud = self._identity.cloud
        with BlobServiceClient(
            endpoint,
            credential=self._identity.credential,
            audience=cloud.storage_audience,
            connection_timeout=_CONNECT_S,
            read_timeout=_READ_S,
            # Whoever polls asks again soon; the library's own patience is over a minute.
            retry_policy=LinearRetry(backoff=1, retry_total=2, random_jitter_range=0),
            raw_response_hook=lambda answer: self._clock.hear(endpoint, answer.http_response.headers),
            **trust_options(cloud),
        ) as service:
            try:
                return do(service.get_container_client(documents.CONTAINER))
            except HttpResponseError as error:
                refusal = _refusal(error)
                if refusal is None:
                    raise
                raise refusal from error


def _refusal(error: HttpResponseError) -> NotPermitted | None:
    """Say in words what Blob's two usual refusals mean; Resource Manager's rights do not open Blob's data."""
    told = getattr(error, "error_code", "")
    code = str(getattr(told, "value", told))
    if code in _NO_ROLE:
        return NotPermitted(
            "You may not read or write the cluster's control data: the role Storage Blob Data Contributor is missing.",
            remedy="Ask an owner of the subscription for it. When it was given just now, wait up to 10 minutes.",
            retryable=True,
            detail=code,
        )
    if code in _NO_WAY_IN:
        return NotPermitted(
            "The firewall of the cluster's storage account does not let this computer in.",
            remedy="Add your address to access.sources in the plan, and deploy it again.",
            retryable=True,
            detail=code,
        )
    return None


def _readable(read: Callable[[object], T], control: ContainerClient, name: str) -> T | None:
    """Return a document; one that is not there or cannot be understood is None."""
    try:
        return read(_read(control, name)[0])
    except documents.UnreadableDocument:
        return None


def _read(control: ContainerClient, name: str) -> tuple[Any, str]:
    """Return a document with its version; None and an empty version where there is none."""
    try:
        download = control.download_blob(name)
        content = download.readall()
    except ResourceNotFoundError:
        return None, ""
    version = str(download.properties.etag)
    try:
        return json.loads(content), version
    except ValueError:
        return None, version


def _write(control: ContainerClient, name: str, content: Mapping[str, Any], conditions: Any = _ANYWAY) -> None:
    data = json.dumps(content).encode()
    try:
        control.upload_blob(name, data, content_settings=_JSON, **conditions)
    except ResourceNotFoundError:
        # Deployed by a template without it, or removed by hand: its content is all ours.
        control.create_container()
        control.upload_blob(name, data, overwrite=True, content_settings=_JSON)


def _drop_lease(control: ContainerClient, ahead: Callable[[], timedelta]) -> None:
    lease = _readable(documents.read_lease, control, documents.LEASE_BLOB)
    now = datetime.now(UTC) + ahead()
    if lease is not None and lease.until > now:
        _write(control, documents.LEASE_BLOB, documents.lease_document(dataclasses.replace(lease, until=now)))


def _heartbeats(control: ContainerClient) -> tuple[Heartbeat, ...]:
    found = []
    try:
        for blob in control.list_blobs(documents.NODES_PREFIX, include=["metadata"]):
            heartbeat = _heartbeat(documents.machine_of(blob.name), blob.metadata)
            if heartbeat is not None:
                found.append(heartbeat)
    except ResourceNotFoundError:
        return ()
    return tuple(found)


def _heartbeat(name: str, metadata: Mapping[str, str] | None) -> Heartbeat | None:
    if not name or not metadata:
        return None
    try:
        return Heartbeat(name, *documents.read_heartbeat(metadata))
    except documents.UnreadableDocument:
        return None


def _ask_to_drain(control: ContainerClient, names: frozenset[str], *, drains: bool) -> None:
    """Change the list by what is asked; somebody else's change in between is seen and kept."""
    for _ in range(_TRIES):
        content, version = _read(control, documents.DRAIN_BLOB)
        known = documents.read_drain(content)
        wanted = known | names if drains else known - names
        if wanted == known:
            return
        unchanged = {"overwrite": True, "etag": version, "match_condition": MatchConditions.IfNotModified}
        conditions = unchanged if version else {"overwrite": False}
        try:
            _write(control, documents.DRAIN_BLOB, documents.drain_document(wanted), conditions)
        except (ResourceModifiedError, ResourceExistsError):
            continue
        return
    raise Conflict(
        "Somebody else changes which machines take tasks at this moment.", remedy="Try it again.", retryable=True
    )
