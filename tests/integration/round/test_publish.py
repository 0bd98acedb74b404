"""Stage `publish` against a real Blob server over https, and addresses that must not see the machine's right."""

from __future__ import annotations

import hashlib
import random
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from blob_server import Container
from fault_proxy import FaultProxy
from faults import Answer, CutRequest, LoseReply, Stall
from tiepoint.agent.round import publish
from tiepoint.agent.round.address import blob_folder
from tiepoint.agent.round.door import Account
from tiepoint.agent.round.publish import Published, publish_job
from tiepoint.domain.errors import OperationFailed, UsageError
from tiepoint.runtime.stop import Stop, Stopped

JOB = "cap/jobs/job"
MESH = random.Random(3).randbytes(2_500_000)
MakeAccount = Callable[[str], Account]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A job's folder with a small product, a folder, and one that goes in three blocks."""
    monkeypatch.setattr(publish, "ONE_PIECE", 1 << 20)
    monkeypatch.setattr(publish, "BLOCK", 1 << 20)
    (tmp_path / "products" / "colmap" / "sparse").mkdir(parents=True)
    (tmp_path / "products" / "model.glb").write_bytes(MESH)
    (tmp_path / "products" / "result.json").write_text("{}")
    (tmp_path / "products" / "colmap" / "sparse" / "ä b.bin").write_bytes(b"")
    (tmp_path / "job.json").write_text('{"name": "job"}')
    (tmp_path / "job.log").write_text("started\n")
    return tmp_path


NAMES = ["colmap", "model.glb", "result.json"]
ALL = ["job.json", "job.log", "products/colmap/sparse/ä b.bin", "products/model.glb", "products/result.json"]


def put(account: MakeAccount, root: Path, stop: Stop | None = None) -> Published:
    return publish_job(account(JOB), root, NAMES, stop or Stop(), lambda *_: None)


def test_everything_goes_up_with_its_digest_and_only_once(
    account: MakeAccount, container: Container, proxy: FaultProxy, root: Path
) -> None:
    found = put(account, root)
    assert [name.removeprefix(f"{JOB}/") for name in container.names()] == ALL
    assert container.content(f"{JOB}/products/model.glb") == MESH
    for name in container.names():
        claimed = container.properties(name).content_settings.content_md5
        assert bytes(claimed or b"") == hashlib.md5(container.content(name)).digest()
    assert found.moved_bytes == found.size_bytes
    assert proxy.requests[-1].path.endswith("/job.json")
    proxy.forget()
    put(account, root)
    assert not [each for each in proxy.requests if each.method == "PUT" and "/products/" in each.path]


def test_a_product_that_changed_goes_up_again(account: MakeAccount, container: Container, root: Path) -> None:
    put(account, root)
    (root / "products" / "model.glb").write_bytes(MESH[:-1] + b"?")
    put(account, root)
    assert container.content(f"{JOB}/products/model.glb") == MESH[:-1] + b"?"


def test_blocks_that_are_there_are_not_sent_again(
    account: MakeAccount, container: Container, proxy: FaultProxy, root: Path
) -> None:
    proxy.add(Answer(400, "InvalidInput"), "commit")
    with pytest.raises(OperationFailed):
        put(account, root)
    proxy.forget()
    put(account, root)
    assert proxy.counts["block"] == 0
    assert container.content(f"{JOB}/products/model.glb") == MESH


def test_faults_on_the_way_cost_time_alone(
    account: MakeAccount, container: Container, proxy: FaultProxy, root: Path
) -> None:
    proxy.add(CutRequest(after=1), "put block", times=2)
    proxy.add(Answer(503, headers={"Retry-After": "0"}), "put block commit", times=3, skip=1)
    proxy.add(Answer(429, "TooManyRequests"), "list")
    proxy.add(LoseReply(), "commit")
    put(account, root)
    assert container.content(f"{JOB}/products/model.glb") == MESH
    assert [name.removeprefix(f"{JOB}/") for name in container.names()] == ALL


def test_job_json_is_not_there_before_everything_is(
    account: MakeAccount, container: Container, proxy: FaultProxy, root: Path
) -> None:
    proxy.add(Answer(403, "AuthorizationPermissionMismatch"), lambda request: "result.json" in request.path, times=9)
    with pytest.raises(OperationFailed, match="may not use"):
        put(account, root)
    assert f"{JOB}/job.json" not in container.names()


def test_what_somebody_deletes_meanwhile_is_noticed(
    account: MakeAccount, container: Container, proxy: FaultProxy, root: Path
) -> None:
    def deleting(request: object) -> bool:
        if str(getattr(request, "kind", "")) == "commit":
            container.client.delete_blob(f"{JOB}/products/result.json")
        return False

    proxy.add(Answer(500), deleting)
    with pytest.raises(OperationFailed, match=r"result\.json is not in Blob storage as it was put"):
        put(account, root)
    proxy.calm()
    put(account, root)


def test_it_stops_at_once(account: MakeAccount, proxy: FaultProxy, root: Path) -> None:
    stop, began = Stop(), threading.Event()

    def is_block(request: object) -> bool:
        is_one = str(getattr(request, "kind", "")) == "block"
        if is_one:
            began.set()
        return is_one

    proxy.add(Stall(60, after=1), is_block, times=9)
    threading.Thread(target=lambda: (began.wait(10), stop.stop()), daemon=True).start()
    with pytest.raises(Stopped):
        put(account, root, stop)


def test_a_container_that_is_gone_is_said(account: MakeAccount, container: Container, root: Path) -> None:
    bad = account(JOB)
    place = blob_folder(bad.place.url.replace(container.name, "no-such-container"))
    with pytest.raises(OperationFailed, match="no container no-such-container"):
        publish_job(Account(place, bad.identity, bad.patience, bad.context), root, NAMES, Stop(), lambda *_: None)


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/captures/a",
        "https://studio.blob.core.windows.net.evil.example/captures/a",
        "https://evil.example/.blob.core.windows.net/a",
        "http://studio.blob.core.windows.net/captures/a",
        "http://127.0.0.1:10000/devstoreaccount1/captures/a",
        "https://studio.blob.core.windows.net/captures",
        "https://studio.blob.core.windows.net/captures/a?sig=x",
        "https://studio.blob.core.windows.net@evil.example/captures/a",
        "https://studio.blob.core.windows.net/captures/../a",
        "file:///etc/passwd",
        "",
    ],
)
def test_the_right_is_given_to_storage_of_azure_alone(address: str) -> None:
    with pytest.raises(UsageError):
        blob_folder(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://studio.blob.core.windows.net/captures/a/b",
        "https://studio.z7.blob.storage.azure.net/captures/a",
        "https://127.0.0.1:10000/devstoreaccount1/captures/a",
    ],
)
def test_addresses_that_are_good(address: str) -> None:
    assert blob_folder(address).url == address
