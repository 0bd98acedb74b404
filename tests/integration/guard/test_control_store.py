"""The panel's side of the container `control`, by Azure's own library against a real Blob server."""

from __future__ import annotations

import email.utils
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from azure.core.credentials import AccessToken, AccessTokenInfo

from blob_rights import bearer
from blob_server import BlobServer, Container
from scripted_server import ScriptedServer, answer, failure
from tiepoint.adapters.azure.control import AzureControlStore
from tiepoint.domain.cloud import custom_cloud
from tiepoint.domain.cluster import Lease
from tiepoint.domain.control_document import heartbeat_metadata
from tiepoint.domain.errors import ConnectionLost, NotPermitted
from tls_papers import TlsPapers

pytestmark = pytest.mark.integration
T0 = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)
LEASE = Lease("mila on DESK-4", T0, 30, 40.0, "EUR", (("scheduler", 0.384), ("*", 2.2)))


class Signer:
    """A credential whose tokens the Blob server takes."""

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        return AccessToken(bearer(audience=scopes[0].removesuffix("/.default")), int(time.time()) + 3600)

    def get_token_info(self, *scopes: str, options: Any = None) -> AccessTokenInfo:
        return AccessTokenInfo(*self.get_token(*scopes))


class Identity:
    """What the store asks of a sign-in."""

    def __init__(self, papers: TlsPapers) -> None:
        endpoints = {"authority": "https://127.0.0.1:1", "management": "https://127.0.0.1:1"}
        self.cloud = custom_cloud({**endpoints, "ca_file": str(papers.authority)})
        self.credential = Signer()


@pytest.fixture
def store(papers: TlsPapers) -> AzureControlStore:
    return AzureControlStore(cast("Any", Identity(papers)))


async def test_nothing_is_there_yet(store: AzureControlStore, control: Container, azurite: BlobServer) -> None:
    assert await store.read_lease(azurite.endpoint) is None
    assert await store.read_meter(azurite.endpoint) is None
    assert await store.heartbeats(azurite.endpoint) == ()
    await store.drop_lease(azurite.endpoint)
    assert control.names() == []


async def test_no_container_counts_as_empty_and_is_made_when_needed(
    store: AzureControlStore, control: Container, azurite: BlobServer
) -> None:
    control.client.delete_container()
    assert await store.read_lease(azurite.endpoint) is None
    assert await store.heartbeats(azurite.endpoint) == ()
    await store.write_lease(azurite.endpoint, LEASE)
    assert await store.read_lease(azurite.endpoint) == LEASE


async def test_a_dropped_lease_has_ended_and_keeps_its_prices(
    store: AzureControlStore, control: Container, azurite: BlobServer
) -> None:
    wanted = Lease("mila", datetime.now(UTC) + timedelta(hours=1), 30, prices=LEASE.prices)
    await store.write_lease(azurite.endpoint, wanted)
    await store.drop_lease(azurite.endpoint)
    found = await store.read_lease(azurite.endpoint)
    assert found is not None
    assert (found.until <= datetime.now(UTC), found.prices) == (True, LEASE.prices)


async def test_a_new_run_begins_at_nothing(store: AzureControlStore, control: Container, azurite: BlobServer) -> None:
    await store.reset_meter(azurite.endpoint, T0)
    meter = await store.read_meter(azurite.endpoint)
    assert meter is not None
    assert (meter.since, meter.spent, meter.segments) == (T0, 0.0, ())


async def test_what_is_broken_counts_as_absent(
    store: AzureControlStore, control: Container, azurite: BlobServer
) -> None:
    control.put("lease.json", b"{half")
    control.put("meter.json", b"[]")
    control.put("nodes/node-01.json", b"{}")
    control.put("nodes/node-02.json", b"{}", {"time": "yesterday"})
    assert await store.read_lease(azurite.endpoint) is None
    assert await store.read_meter(azurite.endpoint) is None
    assert await store.heartbeats(azurite.endpoint) == ()


async def test_heartbeats_of_all_machines_come_with_one_list(
    store: AzureControlStore, control: Container, azurite: BlobServer
) -> None:
    for number in (1, 2):
        told = heartbeat_metadata(
            time=T0, booted=T0 - timedelta(hours=number), is_busy=number == 1, is_draining=False, message="Grüße"
        )
        control.put(f"nodes/node-0{number}.json", b"{}", told)
    first, second = await store.heartbeats(azurite.endpoint)
    assert (first.name, first.time, first.booted) == ("node-01", T0, T0 - timedelta(hours=1))
    assert (first.is_busy, second.is_busy, second.message) == (True, False, "Grüße")


async def test_draining_is_asked_for_and_taken_back(
    store: AzureControlStore, control: Container, azurite: BlobServer
) -> None:
    await store.ask_to_drain(azurite.endpoint, ["node-07", "node-08"])
    await store.ask_to_drain(azurite.endpoint, ["node-06"])
    await store.ask_to_drain(azurite.endpoint, ["node-06"])
    await store.ask_to_drain(azurite.endpoint, ["node-08"], drains=False)
    assert json.loads(control.content("drain.json"))["names"] == ["node-06", "node-07"]
    control.put("drain.json", b"not json")
    await store.ask_to_drain(azurite.endpoint, ["node-01"])
    assert json.loads(control.content("drain.json"))["names"] == ["node-01"]


async def test_nobody_listening_is_a_lost_connection(papers: TlsPapers) -> None:
    store = AzureControlStore(cast("Any", Identity(papers)))
    with pytest.raises(ConnectionLost):
        await store.read_lease("https://127.0.0.1:1/nobody")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("AuthorizationPermissionMismatch", "Storage Blob Data Contributor is missing"),
        ("AuthorizationFailure", "firewall of the cluster's storage account"),
    ],
)
async def test_a_refusal_says_what_is_missing(papers: TlsPapers, code: str, said: str) -> None:
    store = AzureControlStore(cast("Any", Identity(papers)))
    with (
        ScriptedServer(failure(403, code), context=papers.server_context()) as server,
        pytest.raises(NotPermitted, match=said) as caught,
    ):
        await store.write_lease(server.url.removesuffix("/box"), LEASE)
    assert (caught.value.retryable, bool(caught.value.remedy)) == (True, True)


async def test_a_computer_whose_clock_is_wrong_writes_times_by_blobs_clock(papers: TlsPapers) -> None:
    store = AzureControlStore(cast("Any", Identity(papers)))
    date = f"Date: {email.utils.formatdate(time.time() + 7200, usegmt=True)}"
    now = datetime.now(UTC).replace(microsecond=0)
    metadata = "<time>{0}</time><booted>{0}</booted>".format((now + timedelta(hours=2)).isoformat())
    kind = "<Properties><BlobType>BlockBlob</BlobType></Properties>"
    blobs = f"<Blob><Name>nodes/node-01.json</Name>{kind}<Metadata>{metadata}</Metadata></Blob>"
    listing = f"<?xml version='1.0'?><EnumerationResults><Blobs>{blobs}</Blobs><NextMarker /></EnumerationResults>"
    steps = (
        answer(200, date),
        answer(201, f'ETag: "0x1"\nLast-Modified: {date[6:]}\n{date}'),
        answer(200, f"{date}\nContent-Type: application/xml", listing.encode()),
    )
    with ScriptedServer(*steps, context=papers.server_context()) as server:
        endpoint = server.url.removesuffix("/box")
        await store.write_lease(endpoint, Lease("mila", now + timedelta(minutes=15), 30))
        written = json.loads(server.seen[1].body)
        (heard,) = await store.heartbeats(endpoint)
    until = datetime.fromisoformat(written["until"])
    assert abs((until - now).total_seconds() - 7200 - 900) < 5, "guards would take it for lapsed otherwise"
    assert abs((heard.time - now).total_seconds()) < 5
