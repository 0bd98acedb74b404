"""Rights that are missing, ended, refused or short-lived: the transfer waits, no file fails, no secret is kept."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

import blob_rights
from blob_server import Container
from fault_proxy import FaultProxy
from faults import Answer
from flights import BLOCKS, KIB, SMALL, assert_is_up, write_flight
from tiepoint.domain.blob_place import BlobPlace, read_place
from tiepoint.domain.transfer import FileState, Transfer, TransferState
from tiepoint.protocol import transfers as messages
from tiepoint.protocol.methods import Nothing
from tls_papers import TlsPapers
from workstation import IMPATIENT, Workstation, assert_completed

NEEDS = TransferState.NEEDS_SIGN_IN


def waits_for_rights(station: Workstation, upload: Transfer) -> Transfer:
    found = station.wait(upload.id, NEEDS, TransferState.FAILED)
    assert found.state is NEEDS
    assert found.tally(FileState.FAILED, FileState.CONFLICT).files == 0
    assert found.trouble is not None
    return found


def test_without_a_right_it_waits_for_one(station: Workstation, container: Container, tmp_path: Path) -> None:
    photos = write_flight(tmp_path / "photos")
    upload = station.upload(photos, container.url)
    waits_for_rights(station, upload)
    station.authorize(container.url)
    assert_is_up(container, station.wait(upload.id), photos)


def test_an_ended_signature_waits_for_a_new_one(station: Workstation, container: Container, tmp_path: Path) -> None:
    photos = write_flight(tmp_path / "photos")
    station.authorize(container.url, blob_rights.sas(container.name, lives_s=-60))
    upload = station.upload(photos, container.url)
    found = waits_for_rights(station, upload)
    assert found.trouble is not None
    assert "expired" in found.trouble.summary or "ended" in found.trouble.summary
    station.authorize(container.url)
    assert_is_up(container, station.wait(upload.id), photos)


def test_a_signature_that_ends_on_the_way_costs_nothing(
    station: Workstation, container: Container, fault_proxy: FaultProxy, tmp_path: Path
) -> None:
    photos = write_flight(tmp_path / "photos", [*SMALL, *BLOCKS])
    url = fault_proxy.url(container.url)
    station.authorize(url)
    fault_proxy.add(Answer(403, "AuthenticationFailed"), "put block", times=1000, skip=6)
    upload = station.upload(photos, url)
    waits_for_rights(station, upload)
    fault_proxy.calm()
    sent = sum(request.sent for request in fault_proxy.requests if request.status == 201)
    fault_proxy.forget()
    station.authorize(url, blob_rights.sas(container.name, lives_s=7200))
    done = station.wait(upload.id)
    assert_completed(station, done)
    assert fault_proxy.sent() <= sum(SMALL + BLOCKS) - sent + 20_000
    assert all(file.attempts <= 1 for file in station.files(done.id))
    assert_is_up(container, done, photos)


@pytest.mark.parametrize("rights", [blob_rights.READ_ONLY, blob_rights.WITHOUT_LIST])
def test_too_few_rights_are_named(rights: str, station: Workstation, container: Container, tmp_path: Path) -> None:
    station.authorize(container.url, blob_rights.sas(container.name, rights))
    upload = station.upload(write_flight(tmp_path / "photos"), container.url)
    found = waits_for_rights(station, upload)
    assert found.trouble is not None
    told = f"{found.trouble.summary} {found.trouble.remedy}"
    assert "write" in told or "list" in told or "Storage Blob Data Contributor" in told


def test_a_signature_of_another_container_waits(
    station: Workstation, container: Container, make_container: Callable[[], Container], tmp_path: Path
) -> None:
    station.authorize(container.url, blob_rights.sas(make_container().name))
    waits_for_rights(station, station.upload(write_flight(tmp_path / "photos"), container.url))


def test_a_container_that_is_not_there_is_said(station: Workstation, container: Container, tmp_path: Path) -> None:
    url = container.url.replace(container.name, "no-such-container")
    station.authorize(url)
    over = station.wait(station.upload(write_flight(tmp_path / "photos"), url).id)
    assert over.state is TransferState.FAILED
    assert over.trouble is not None
    assert "no-such-container" in over.trouble.summary


def test_a_clock_that_is_an_hour_off_is_said(
    station: Workstation, container: Container, fault_proxy: FaultProxy, tmp_path: Path
) -> None:
    url = fault_proxy.url(container.url)
    hour_ago = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() - 3600))
    fault_proxy.add(Answer(403, "AuthenticationFailed", {"Date": hour_ago}), lambda _: True, times=1000)
    station.authorize(url)
    found = waits_for_rights(station, station.upload(write_flight(tmp_path / "photos"), url))
    assert found.trouble is not None
    assert "clock" in found.trouble.summary


def test_bearer_tokens_of_three_seconds_carry_a_longer_upload(
    make_station: Callable[..., Workstation],
    container_https: Container,
    trusts_papers: TlsPapers,
    tmp_path: Path,
) -> None:
    photos = write_flight(tmp_path / "photos", [*SMALL, *BLOCKS, 2000 * KIB])
    station = make_station(tuning={**IMPATIENT, "progress_s": 30.0})
    with FaultProxy(container_https.server.port, trusts_papers) as proxy:
        url = proxy.url(container_https.url)
        proxy.pace(100 * KIB)
        station.authorize(url, blob_rights.bearer(lives_s=3), "bearer")
        began = time.monotonic()
        upload = station.upload(photos, url)
        tokens = 1

        def fresh(found: Transfer) -> bool:
            nonlocal tokens
            if time.monotonic() - began > 2 * tokens:
                station.authorize(url, blob_rights.bearer(lives_s=3), "bearer")
                tokens += 1
            return found.state.is_over

        done = station.wait(upload.id, until=fresh)
        assert tokens >= 3
    assert_completed(station, done)
    assert done.tally(FileState.FAILED).files == 0
    assert_is_up(container_https, done, photos)


def test_a_sign_out_takes_back_what_came_from_the_sign_in_and_nothing_else(
    make_station: Callable[..., Workstation],
    container_https: Container,
    trusts_papers: TlsPapers,
    tmp_path: Path,
) -> None:
    photos = write_flight(tmp_path / "photos", [*SMALL, *BLOCKS, 2000 * KIB])
    station = make_station(tuning={**IMPATIENT, "progress_s": 30.0})
    with FaultProxy(container_https.server.port, trusts_papers) as proxy:
        url = proxy.url(container_https.url)
        proxy.pace(100 * KIB)
        place, _ = read_place(url)
        ours = BlobPlace(place.endpoint, place.container)
        given = messages.AuthorizeParams(ours, "bearer", blob_rights.bearer(), is_by_sign_in=True)
        station.ask(messages.AUTHORIZE, given)
        upload = station.upload(photos, url)
        station.wait(upload.id, TransferState.RUNNING)
        station.ask(messages.FORGET_SIGN_IN, Nothing())
        waits_for_rights(station, upload)
        proxy.calm()
        station.authorize(url)
        station.ask(messages.FORGET_SIGN_IN, Nothing())
        assert_completed(station, station.wait(upload.id))
    assert_is_up(container_https, station.wait(upload.id), photos)


def test_a_certificate_that_nobody_vouches_for_is_said(
    make_station: Callable[..., Workstation], container_https: Container, tmp_path: Path
) -> None:
    station = make_station()
    station.authorize(container_https.url)
    upload = station.upload(write_flight(tmp_path / "photos"), container_https.url)
    found = station.wait(upload.id, until=lambda each: each.trouble is not None)
    assert found.trouble is not None
    assert "certificate" in found.trouble.summary


@pytest.mark.parametrize("kind", ["sas", "bearer"])
def test_secrets_are_nowhere(
    kind: str,
    make_station: Callable[..., Workstation],
    container_https: Container,
    trusts_papers: TlsPapers,
    tmp_path: Path,
) -> None:
    station = make_station()
    secret = blob_rights.sas(container_https.name) if kind == "sas" else blob_rights.bearer()
    secrets = [secret.split("sig=")[1]] if kind == "sas" else secret.split(".")[1:]
    station.authorize(container_https.url, secret, kind)
    photos = write_flight(tmp_path / "photos", [*SMALL, *BLOCKS])
    done = station.wait(station.upload(photos, container_https.url).id)
    assert_is_up(container_https, done, photos)
    with FaultProxy(container_https.server.port, trusts_papers) as proxy:
        url = proxy.url(container_https.url)
        proxy.add(Answer(403, "AuthorizationPermissionMismatch"), lambda _: True, times=1000)
        station.authorize(url, secret, kind)
        refused = waits_for_rights(station, station.upload(photos, url, "two"))
    lines = [
        " ".join([*process.cmdline(), *(process.environ().values() if process.pid != station.pid else [])])
        for process in (psutil.Process(station.pid), *psutil.Process(station.pid).children(recursive=True))
    ]
    written = {path: path.read_bytes() for path in station.home.rglob("*") if path.is_file()}
    assert any(path.suffix == ".sqlite3" for path in written)
    for part in secrets:
        assert part not in repr(refused)
        assert not [line for line in lines if part in line]
        assert not [path for path, content in written.items() if part.encode() in content]
