"""Downloads by the real worker from a real Blob server: hostile names, what is here already, full disks, stops."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from azure.storage.blob import BlobBlock

import blob_rights
from blob_server import Container
from fault_proxy import FaultProxy
from patience import Watch
from tiepoint.domain.blob_names import fault_of
from tiepoint.domain.transfer import FileState, Limits, TransferFile, TransferState
from tiepoint.protocol import transfers as messages
from workstation import Refused, Workstation

KIB = 1 << 10
BIG = random.Random(3).randbytes(3000 * KIB + 7)
HOSTILE = [
    *("../up", "a/../../up", "a/../up", "/etc/x", "//host/share/x", "C:/x", "C:x", "x.jpg:stream", "CON", "con.txt"),
    *("COM1", "LPT¹.jpg", "x.", "x ", "y./z", "b//c", "./d", "e/.", "a\tb", "A.jpg", "f?", "g*", 'h"', "i<", "j|"),
    *("cafe\u0301.jpg", "folder", "é" * 200, "~", "%2e%2e", "..\u2215x"),
]
FINE = ["a.jpg", "caf\u00e9.jpg", "folder/x.jpg", "very/deep/in/there/x.jpg", "ünï cödé #1 100%+&.tif", "...dots"]


def put_raw(container: Container, name: str, content: bytes) -> None:
    """Write a blob with its name on the wire exactly as it is: Azure's client would tidy it up."""
    path = f"/{blob_rights.ACCOUNT}/{container.name}/{quote(name, safe='/')}?{blob_rights.sas(container.name)}"
    wire = http.client.HTTPConnection("127.0.0.1", container.server.port, timeout=10)
    with contextlib.closing(wire):
        wire.request("PUT", path, content, {"x-ms-blob-type": "BlockBlob", "x-ms-version": "2021-12-02"})
        wire.getresponse().read()


def put_without_digest(container: Container, name: str, content: bytes) -> None:
    """Write a blob in blocks, of which nobody knows what they hold."""
    blob = container.client.get_blob_client(name)
    blob.stage_block("a", content[:1000])
    blob.stage_block("b", content[1000:])
    blob.commit_block_list([BlobBlock("a"), BlobBlock("b")])


def slow_down(station: Workstation, bytes_per_s: int | None) -> None:
    """Let everything come no faster than this."""
    station.ask(messages.SET_LIMITS, messages.LimitsParams(Limits(bytes_per_s)))


def rows(station: Workstation, transfer: messages.TransferRef | str) -> dict[str, TransferFile]:
    return {file.path: file for file in station.files(transfer)}  # type: ignore[arg-type]


def everything_around(folder: Path, target: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path != target and target not in path.parents}


def test_hostile_names_are_refused_one_by_one_and_the_rest_comes(
    station: Workstation, container: Container, tmp_path: Path
) -> None:
    # Azurite takes names apart as any web server does: what arrives under another name is listed as such.
    for name in [*FINE, *HOSTILE]:
        put_raw(container, f"cap/{name}", f"content of {name}".encode())
    listed = [name.removeprefix("cap/") for name in container.names("cap/")]
    assert sum(fault_of(name) is not None for name in listed) > 15
    target = tmp_path / "a" / "target"
    around = everything_around(tmp_path, target) | {target.parent}
    station.authorize(container.url)

    done = station.wait(station.download(f"{container.url}/cap", target).id)

    assert done.state is TransferState.FAILED
    assert done.trouble is not None
    assert done.trouble.kind == "partial"
    assert everything_around(tmp_path, target) == around
    found = rows(station, done.id)
    assert sorted(found) == sorted(listed)
    assert {state for state in (file.state for file in found.values())} == {FileState.VERIFIED, FileState.FAILED}
    for path, file in found.items():
        if file.state is FileState.VERIFIED:
            assert (target / path).read_bytes() == container.content(f"cap/{path}")
            assert fault_of(path) is None
        else:
            assert file.trouble is not None
            assert "it was left in Blob storage" in file.trouble.summary
    assert {path for path, file in found.items() if file.state is FileState.FAILED} >= {
        name for name in listed if fault_of(name) is not None
    }
    here = {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}
    assert here == {path for path, file in found.items() if file.state is FileState.VERIFIED}
    assert {"a.jpg", "A.jpg"} & here
    assert len({"a.jpg", "A.jpg"} & here) == 1


def test_links_in_the_target_catch_nothing(station: Workstation, container: Container, tmp_path: Path) -> None:
    for name in ("in/x", "in/big", "file", "fine"):
        container.put(f"cap/{name}", BIG if name == "in/big" else b"secret")
    outside, target = tmp_path / "outside", tmp_path / "target"
    outside.mkdir()
    target.mkdir()
    (target / "in").symlink_to(outside)
    (target / "file").symlink_to(outside / "file")
    station.authorize(container.url)

    done = station.wait(station.download(f"{container.url}/cap", target, replaces=True).id)

    states = {path: file.state for path, file in rows(station, done.id).items()}
    assert states == {
        "in/x": FileState.FAILED,
        "in/big": FileState.FAILED,
        "file": FileState.VERIFIED,
        "fine": FileState.VERIFIED,
    }
    assert list(outside.iterdir()) == []
    assert not (target / "file").is_symlink()


def test_again_nothing_comes_and_other_files_are_left_alone(
    station: Workstation, container: Container, fault_proxy: FaultProxy, tmp_path: Path
) -> None:
    container.put("cap/big", BIG, md5=hashlib.md5(BIG).digest())
    put_without_digest(container, "cap/bare", BIG[:-1])
    container.put("cap/small", b"small")
    url, target = fault_proxy.url(container.url), tmp_path / "target"
    station.authorize(url)
    first = station.wait(station.download(f"{url}/cap", target).id)
    assert first.state is TransferState.COMPLETED
    found = rows(station, first.id)
    assert found["big"].digest == hashlib.md5(BIG).hexdigest()
    bare = found["bare"]
    assert (bare.digest, bare.trouble and bare.trouble.kind) == ("", "unverifiable")

    fault_proxy.forget()
    again = station.wait(station.download(f"{url}/cap", target).id)
    assert (again.id, again.state) == (first.id, TransferState.COMPLETED)
    assert again.tally(FileState.SKIPPED).files == 3
    assert dict(fault_proxy.counts) == {"list": 1}

    (target / "small").write_bytes(b"other")
    third = station.wait(station.download(f"{url}/cap", target).id)
    assert third.state is TransferState.FAILED
    assert rows(station, third.id)["small"].state is FileState.CONFLICT
    assert (target / "small").read_bytes() == b"other"
    station.retry(third.id, replaces=True)
    assert station.wait(third.id).state is TransferState.COMPLETED
    assert (target / "small").read_bytes() == b"small"


def test_what_is_not_there_is_said(station: Workstation, container: Container, tmp_path: Path) -> None:
    container.put("capital/x", b"x")
    station.authorize(container.url)
    done = station.wait(station.download(f"{container.url}/cap", tmp_path / "target").id)
    assert done.state is TransferState.FAILED
    assert done.trouble is not None
    assert done.trouble.summary == f"There is nothing to download at {container.url}/cap."


def test_a_single_blob_and_products_only(station: Workstation, container: Container, tmp_path: Path) -> None:
    for name in ("photos/a.jpg", "capture.json", "jobs/1/products/model.glb"):
        container.put(f"cap/{name}", name.encode())
    station.authorize(container.url)
    done = station.wait(station.download(f"{container.url}/cap/photos/a.jpg", tmp_path / "one").id)
    assert done.state is TransferState.COMPLETED
    assert [path.name for path in (tmp_path / "one").iterdir()] == ["a.jpg"]
    place = done.place.__class__(done.place.endpoint, done.place.container, "cap")
    asked = messages.DownloadParams(place, str(tmp_path / "products"), is_products_only=True)
    assert station.wait(station.ask(messages.DOWNLOAD, asked).transfer.id).state is TransferState.COMPLETED
    assert [path.name for path in (tmp_path / "products").iterdir()] == ["jobs"]


def test_a_target_that_cannot_be_written_is_refused_at_once(
    station: Workstation, container: Container, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Refused, match="cannot be written"):
        station.download(f"{container.url}/cap", tmp_path / "file" / "target")
    assert station.transfers() == ()


def test_pause_is_quick_and_going_on_fetches_the_rest_alone(
    station: Workstation, container: Container, fault_proxy: FaultProxy, tmp_path: Path
) -> None:
    container.put("cap/big", BIG, md5=hashlib.md5(BIG).digest())
    url, target = fault_proxy.url(container.url), tmp_path / "target"
    station.authorize(url)
    slow_down(station, 800 * KIB)
    down = station.download(f"{url}/cap", target)
    station.wait(down.id, until=lambda transfer: transfer.done_bytes > 0)
    watch = Watch()
    assert station.pause(down.id).state is TransferState.PAUSED
    assert watch.took_s() < 2.0
    kept = station.transfer(down.id).done_bytes
    assert [path.name.split(".")[0] for path in target.iterdir()] == ["big"]
    slow_down(station, None)
    fault_proxy.forget()
    station.resume(down.id)
    done = station.wait(down.id)
    assert done.state is TransferState.COMPLETED
    assert (target / "big").read_bytes() == BIG
    assert 0 < kept < len(BIG)
    assert fault_proxy.got("get") <= len(BIG) - kept


def test_cancel_keeps_what_came_and_remove_takes_it_away(
    station: Workstation, container: Container, fault_proxy: FaultProxy, tmp_path: Path
) -> None:
    container.put("cap/big", BIG, md5=hashlib.md5(BIG).digest())
    container.put("cap/a", b"a")
    url, target = fault_proxy.url(container.url), tmp_path / "target"
    station.authorize(url)
    slow_down(station, 800 * KIB)
    down = station.download(f"{url}/cap", target)
    station.wait(down.id, until=lambda transfer: transfer.done_bytes > 0)
    assert station.cancel(down.id).state is TransferState.CANCELED
    assert len(list(target.iterdir())) == 2
    station.ask(messages.REMOVE, messages.TransferRef(down.id))
    assert [path.name for path in target.iterdir()] == ["a"]
    assert station.transfers() == ()


def test_a_blob_that_is_replaced_meanwhile_is_begun_again(
    station: Workstation, container: Container, fault_proxy: FaultProxy, tmp_path: Path
) -> None:
    other = random.Random(8).randbytes(len(BIG) + 5)
    container.put("cap/big", BIG)
    url, target = fault_proxy.url(container.url), tmp_path / "target"
    station.authorize(url)
    slow_down(station, 800 * KIB)
    down = station.download(f"{url}/cap", target)
    station.wait(down.id, until=lambda transfer: transfer.done_bytes > 0)
    container.put("cap/big", other, md5=hashlib.md5(other).digest())
    slow_down(station, None)
    done = station.wait(down.id)
    assert done.state is TransferState.COMPLETED
    assert (target / "big").read_bytes() == other
    assert done.bytes_total == len(other)


@pytest.fixture
def small_disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A file system of 2 MB, or of another size."""
    place = tmp_path / "disk"
    place.mkdir()
    size = f"size={getattr(request, 'param', '2m')}"
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", place], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("no right to mount a file system")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


def test_a_disk_that_is_too_small_is_said_at_once(station: Workstation, container: Container, small_disk: Path) -> None:
    container.put("cap/big", BIG)
    station.authorize(container.url)
    done = station.wait(station.download(f"{container.url}/cap", small_disk / "target").id)
    assert done.state is TransferState.FAILED
    assert done.trouble is not None
    assert done.trouble.kind == "no-space"
    assert "are to come" in done.trouble.summary
    assert list((small_disk / "target").iterdir()) == []


@pytest.mark.parametrize("small_disk", ["112m"], indirect=True)
def test_a_disk_that_fills_up_in_the_middle_loses_nothing(
    station: Workstation, container: Container, fault_proxy: FaultProxy, small_disk: Path
) -> None:
    container.put("cap/big", BIG, md5=hashlib.md5(BIG).digest())
    url, target = fault_proxy.url(container.url), small_disk / "target"
    station.authorize(url)
    slow_down(station, 800 * KIB)
    down = station.download(f"{url}/cap", target)
    station.wait(down.id, until=lambda transfer: transfer.done_bytes > 0)
    with contextlib.suppress(OSError), (small_disk / "filler").open("wb", buffering=0) as filler:
        while True:
            filler.write(bytes(KIB))
    slow_down(station, None)
    done = station.wait(down.id)
    assert done.state is TransferState.FAILED
    assert done.trouble is not None
    assert done.trouble.kind == "no-space"
    assert done.done_bytes > 0

    (small_disk / "filler").unlink()
    fault_proxy.forget()
    station.retry(down.id)
    assert station.wait(down.id).state is TransferState.COMPLETED
    assert (target / "big").read_bytes() == BIG
    assert fault_proxy.got("get") <= len(BIG) - done.done_bytes


def test_begun_anew_again_and_again_it_is_whole_in_the_end(
    station: Workstation, container: Container, tmp_path: Path
) -> None:
    """Tasks of an earlier beginning still run while the next one works on the same files."""
    chance = random.Random(5)
    content = {f"f{number}": chance.randbytes(chance.choice([1000, 90_000, 700_000])) for number in range(30)}
    for name, data in content.items():
        container.put(f"cap/{name}", data, md5=hashlib.md5(data).digest())
    target = tmp_path / "target"
    station.authorize(container.url)
    for _ in range(12):
        down = station.download(f"{container.url}/cap", target)
        least = chance.randrange(3) * 100_000
        station.wait(down.id, until=lambda found, least=least: found.done_bytes >= least or found.state.is_over)
        station.cancel(down.id)
    done = station.wait(station.download(f"{container.url}/cap", target).id)
    assert done.state is TransferState.COMPLETED
    assert {path.name: path.read_bytes() for path in target.iterdir()} == content
