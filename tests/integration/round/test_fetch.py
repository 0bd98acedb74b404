"""Stage `fetch` against a real Blob server over https, with everything that can befall it on the way."""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fault_proxy import FaultProxy
from faults import Answer, CorruptReply, CutReply, StallReply
from machine_right import MetadataService
from round_stand import CAPTURE, HASTY, PATIENT, Sent, manifest_of
from tiepoint.agent.round.door import Account
from tiepoint.agent.round.fetch import Fetched, fetch_capture
from tiepoint.domain.errors import CloudError, InputError, NotPermitted, OperationFailed
from tiepoint.runtime.stop import Stop, Stopped

chance = random.Random(7)
PHOTOS = {
    "DJI_0001.JPG": chance.randbytes(300_000),
    "DCIM/100 MEDIA/DJI_0002.JPG": chance.randbytes(700_001),
    "ä/ß č.jpg": chance.randbytes(10),
    "empty.jpg": b"",
}
MakeAccount = Callable[..., Account]


def photos_in(capture: Path) -> dict[str, bytes]:
    folder = capture / "photos"
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def fetch(account: MakeAccount, capture: Path, *, told: list[tuple[int, int]] | None = None) -> Fetched:
    heard = told if told is not None else []
    return fetch_capture(account(CAPTURE), capture, Stop(), lambda *done: heard.append(done))


def test_a_capture_comes_whole_and_only_once(
    sent: Sent, account: MakeAccount, proxy: FaultProxy, tmp_path: Path
) -> None:
    sent.put(PHOTOS)
    told: list[tuple[int, int]] = []
    found = fetch(account, tmp_path / "c", told=told)
    assert photos_in(tmp_path / "c") == PHOTOS
    assert manifest_of(tmp_path / "c")["id"] == CAPTURE
    assert (found.photos, found.moved_bytes) == (4, 1_000_011)
    assert told[0] == (0, 1_000_011)
    assert told[-1] == (1_000_011, 1_000_011)
    assert not list((tmp_path / "c" / ".fetch").glob("*.part"))
    proxy.forget()
    assert fetch(account, tmp_path / "c").moved_bytes == 0
    assert [each.kind for each in proxy.requests if each.kind == "get"] == ["get"]  # the manifest


def test_what_lies_there_is_checked_and_kept(sent: Sent, account: MakeAccount, tmp_path: Path) -> None:
    """As Lustre's import leaves it: all files, no record of ours."""
    sent.put(PHOTOS)
    for path, content in PHOTOS.items():
        target = tmp_path / "c" / "photos" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    (tmp_path / "c" / "photos" / "DJI_0001.JPG").write_bytes(b"x" * 300_000)
    assert fetch(account, tmp_path / "c").moved_bytes == 300_000
    assert photos_in(tmp_path / "c") == PHOTOS


def test_a_photo_that_was_replaced_in_blob_comes_again(sent: Sent, account: MakeAccount, tmp_path: Path) -> None:
    sent.put(PHOTOS)
    fetch(account, tmp_path / "c")
    sent.put({"DJI_0001.JPG": b"another photo"})
    assert fetch(account, tmp_path / "c").moved_bytes == 13
    assert photos_in(tmp_path / "c") == sent.photos


def test_cut_connections_go_on_where_they_were(
    sent: Sent, account: MakeAccount, proxy: FaultProxy, tmp_path: Path
) -> None:
    sent.put(PHOTOS)
    proxy.add(CutReply(after=150_000), lambda request: request.path.endswith(".JPG"), times=3)
    proxy.add(Answer(503, headers={"Retry-After": "0"}), "get", times=3)
    proxy.add(Answer(429, "TooManyRequests"), "list")
    found = fetch(account, tmp_path / "c")
    assert photos_in(tmp_path / "c") == PHOTOS
    assert found.moved_bytes == 1_000_011  # not one byte twice


def test_a_stalled_server_is_asked_again(sent: Sent, account: MakeAccount, proxy: FaultProxy, tmp_path: Path) -> None:
    sent.put(PHOTOS)
    proxy.add(StallReply(30, after=100_000), lambda request: request.path.endswith("DJI_0001.JPG"))
    fetch(lambda prefix: account(prefix, replace(PATIENT, progress_s=2.0)), tmp_path / "c")
    assert photos_in(tmp_path / "c") == PHOTOS


def test_a_damaged_photo_comes_again_and_twice_fails(
    sent: Sent, account: MakeAccount, proxy: FaultProxy, tmp_path: Path
) -> None:
    sent.put(PHOTOS)

    def first(request: object) -> bool:
        return str(getattr(request, "path", "")).endswith("DJI_0001.JPG")

    proxy.add(CorruptReply(at=1000), first)
    fetch(account, tmp_path / "c")
    assert photos_in(tmp_path / "c") == PHOTOS
    proxy.add(CorruptReply(at=1000), first, times=2)
    with pytest.raises(OperationFailed, match=r"DJI_0001\.JPG came damaged"):
        fetch(account, tmp_path / "other")
    assert not (tmp_path / "other" / "capture.json").exists()


def test_a_part_of_an_earlier_run_is_taken_up(
    sent: Sent, account: MakeAccount, proxy: FaultProxy, tmp_path: Path
) -> None:
    sent.put({"DJI_0001.JPG": PHOTOS["DJI_0001.JPG"]})
    proxy.add(CutReply(after=100_000), lambda request: request.path.endswith(".JPG"))
    proxy.add(Answer(400, "InvalidInput"), lambda request: request.path.endswith(".JPG"))
    with pytest.raises(CloudError):
        fetch(account, tmp_path / "c")
    [part] = (tmp_path / "c" / ".fetch").glob("*.part")
    there = part.stat().st_size
    assert there > 0
    assert fetch(account, tmp_path / "c").moved_bytes == 300_000 - there


def test_a_photo_that_is_gone_is_named(sent: Sent, account: MakeAccount, tmp_path: Path) -> None:
    sent.put(PHOTOS)
    sent.container.client.delete_blob(f"{CAPTURE}/photos/DJI_0001.JPG")
    with pytest.raises(InputError, match=r"DJI_0001\.JPG is not in Blob storage"):
        fetch(account, tmp_path / "c")
    assert not (tmp_path / "c").exists()


def test_a_photo_that_goes_meanwhile_is_named(
    sent: Sent, account: MakeAccount, proxy: FaultProxy, tmp_path: Path
) -> None:
    sent.put(PHOTOS)
    proxy.add(Answer(404, "BlobNotFound"), lambda request: request.path.endswith("DJI_0001.JPG"))
    with pytest.raises(InputError, match=r"DJI_0001\.JPG is no more in Blob storage"):
        fetch(account, tmp_path / "c")


def test_a_photo_that_is_not_as_it_was_sent_is_named(sent: Sent, account: MakeAccount, tmp_path: Path) -> None:
    sent.put(PHOTOS)
    sent.container.client.upload_blob(f"{CAPTURE}/photos/DJI_0001.JPG", b"y" * 300_000, overwrite=True)
    with pytest.raises(InputError, match=r"DJI_0001\.JPG was changed in Blob storage since"):
        fetch(account, tmp_path / "c")


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "/etc/passwd", "a/../../b.jpg", "a\\..\\b.jpg", "C:/x.jpg", "a//b.jpg", "con.jpg", "\x00"],
)
def test_names_that_could_leave_the_folder_are_refused(
    sent: Sent, account: MakeAccount, tmp_path: Path, name: str
) -> None:
    sent.put({"a.jpg": b"1", "b.jpg": b"2"}, names={"b.jpg": name})
    with pytest.raises(InputError, match="Nothing was fetched"):
        fetch(account, tmp_path / "x" / "c")
    assert not (tmp_path / "x").exists()


def test_a_link_that_leads_out_is_not_followed(sent: Sent, account: MakeAccount, tmp_path: Path) -> None:
    sent.put(PHOTOS)
    (tmp_path / "c" / "photos").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "c" / "photos" / "DCIM").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="leads out of it"):
        fetch(account, tmp_path / "c")
    assert not any(path.is_file() for path in (tmp_path / "elsewhere").rglob("*"))


def test_there_is_no_capture(sent: Sent, account: MakeAccount, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="its capture.json is missing"):
        fetch(account, tmp_path / "c")
    sent.container.client.upload_blob(f"{CAPTURE}/capture.json", b"{")
    with pytest.raises(InputError, match="cannot be read"):
        fetch(account, tmp_path / "c")


def test_a_folder_that_cannot_be_written_is_said(sent: Sent, account: MakeAccount, tmp_path: Path) -> None:
    sent.put(PHOTOS)
    (tmp_path / "c").write_text("a file")
    with pytest.raises(OperationFailed, match="cannot read or write") as caught:
        fetch(account, tmp_path / "c")
    assert "Path Doctor" in caught.value.remedy


def test_it_stops_at_once(sent: Sent, account: MakeAccount, proxy: FaultProxy, tmp_path: Path) -> None:
    sent.put(PHOTOS)
    proxy.add(StallReply(60, after=100_000), lambda request: request.path.endswith("DJI_0001.JPG"))
    stop, moved = Stop(), threading.Event()

    def told(done: int, _total: int) -> None:
        if done >= 500_000:
            moved.set()

    def wait_and_stop() -> None:
        moved.wait(10)
        stop.stop()

    threading.Thread(target=wait_and_stop, daemon=True).start()
    with pytest.raises(Stopped):
        fetch_capture(account(CAPTURE), tmp_path / "c", stop, told)
    assert fetch(account, tmp_path / "c").moved_bytes < 500_000


def test_tokens_are_renewed(
    sent: Sent, account: MakeAccount, proxy: FaultProxy, metadata: MetadataService, tmp_path: Path
) -> None:
    sent.put(PHOTOS)
    metadata.answers += [500, 429, 404]
    proxy.add(Answer(401, "InvalidAuthenticationInfo"), "list")
    fetch(account, tmp_path / "c")
    assert len(metadata.given) == 2
    proxy.add(Answer(401, "InvalidAuthenticationInfo"), "list", times=2)
    with pytest.raises(NotPermitted, match="may not use"):
        fetch(account, tmp_path / "c")


def test_what_is_not_allowed_says_who_must_allow_it(
    sent: Sent, account: MakeAccount, proxy: FaultProxy, metadata: MetadataService, tmp_path: Path
) -> None:
    sent.put(PHOTOS)
    proxy.add(Answer(403, "AuthorizationPermissionMismatch"), "list")
    with pytest.raises(NotPermitted) as caught:
        fetch(account, tmp_path / "c")
    assert "Storage Blob Data Reader" in caught.value.remedy
    metadata.answers += [400]
    metadata.lives_s = 0
    with pytest.raises(NotPermitted, match="no identity of its own"):
        fetch(lambda prefix: _fresh(account(prefix), metadata), tmp_path / "d")


def test_a_server_that_is_away_for_long_is_said(
    sent: Sent, account: MakeAccount, proxy: FaultProxy, tmp_path: Path
) -> None:
    sent.put(PHOTOS)
    proxy.offline()
    try:
        with pytest.raises(OperationFailed, match="127.0.0.1 cannot be reached"):
            fetch(lambda prefix: account(prefix, HASTY), tmp_path / "c")
    finally:
        proxy.online()


def test_a_full_disk_is_said(sent: Sent, account: MakeAccount, tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("needs /dev/full")
    sent.put({"a.jpg": b"1234"})
    fetch_capture(account(CAPTURE), tmp_path / "c", Stop(), lambda *_: None)
    sent.put({"a.jpg": b"123456"})
    [name] = {each.name for each in _parts_made(account, tmp_path / "c")}
    os.symlink(full, tmp_path / "c" / ".fetch" / name)
    with pytest.raises(OperationFailed, match="left on the disk|are left|Nothing is"):
        fetch(account, tmp_path / "c")


def _parts_made(account: MakeAccount, capture: Path) -> list[Path]:
    """Names of the part files of what is to be fetched."""
    import hashlib

    from tiepoint.agent.round.blobs import listed
    from tiepoint.agent.round.crew import opened

    with opened(account(CAPTURE), Stop()) as door:
        found = list(listed(door, f"{CAPTURE}/photos/"))
    return [capture / f"{hashlib.sha256(f'{each.name} {each.etag}'.encode()).hexdigest()[:32]}.part" for each in found]


def _fresh(account: Account, metadata: MetadataService) -> Account:
    from tiepoint.agent.round.identity import MachineIdentity

    return Account(account.place, MachineIdentity(metadata.url, account.patience), account.patience, account.context)
