"""Every request to a container against a real Blob server, over http; Azure's own client is the witness."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest

from blob_rights import sas
from blob_server import Container
from tiepoint.domain.blob_place import read_place
from tiepoint.transfer.blob.connection import BlobConnection
from tiepoint.transfer.blob.credentials import SAS, Credentials
from tiepoint.transfer.blob.errors import (
    BadRequest,
    BlobMissing,
    Changed,
    ContainerMissing,
    Corrupted,
    Exists,
    NameRefused,
)
from tiepoint.transfer.blob.facts import NEW, Condition

CONTENT = bytes(range(256)) * 3000
STRANGE = [
    "a b.jpg",
    "100% #1?.jpg",
    "plus+and&.jpg",
    "Käse/鳥/😀.jpg",
    "e\u0301.jpg",
    "\u00e9.jpg",
    "~tilde's.jpg",
    "x;y=z,@:$!*().jpg",
]


@pytest.fixture
def connection(container: Container) -> Iterator[BlobConnection]:
    place, _ = read_place(container.url)
    credentials = Credentials()
    credentials.give(place, SAS, sas(container.name))
    connection = BlobConnection(place, credentials)
    yield connection
    connection.close()


def put(connection: BlobConnection, name: str, content: bytes, **more: object) -> str:
    pieces = [memoryview(content)[at : at + 2**18] for at in range(0, len(content), 2**18)]
    return connection.put_blob(name, len(content), md5(content), pieces, **more).etag  # type: ignore[arg-type]


def md5(content: bytes) -> bytes:
    return hashlib.md5(content, usedforsecurity=False).digest()


def test_a_blob_is_written_in_one_piece(container: Container, connection: BlobConnection) -> None:
    written = connection.put_blob(
        "photos/a.jpg",
        len(CONTENT),
        md5(CONTENT),
        [memoryview(CONTENT)],
        condition=NEW,
        metadata={"tp_v": "1"},
        content_type="image/jpeg",
    )
    assert container.content("photos/a.jpg") == CONTENT
    seen = container.properties("photos/a.jpg")
    assert bytes(seen.content_settings.content_md5 or b"") == md5(CONTENT)
    assert seen.metadata == {"tp_v": "1"}
    assert str(seen.etag).strip('"') == written.etag
    assert written.md5 == md5(CONTENT).hex()
    facts = connection.head("photos/a.jpg")
    assert (facts.size, facts.md5, facts.etag) == (len(CONTENT), md5(CONTENT).hex(), written.etag)
    assert dict(facts.metadata) == {"tp_v": "1"}
    assert seen.content_settings.content_type == "image/jpeg"


def test_an_empty_blob_can_be_written_and_read(container: Container, connection: BlobConnection) -> None:
    put(connection, "empty", b"")
    assert container.content("empty") == b""
    assert connection.get_small("empty")[1] == b""


@pytest.mark.parametrize("name", STRANGE)
def test_names_arrive_as_they_are(container: Container, connection: BlobConnection, name: str) -> None:
    put(connection, name, b"content")
    assert container.names() == [name]
    assert connection.get_small(name)[1] == b"content"
    assert [blob.name for page in connection.list_pages(name) for blob in page.blobs] == [name]


@pytest.mark.parametrize("name", ["a/../b", "./a", "a\\b", "", "n" * 1025, "a\nb", "\udc80.jpg"])
def test_names_that_would_arrive_as_others_are_refused(connection: BlobConnection, name: str) -> None:
    with pytest.raises(NameRefused):
        connection.put_blob(name, 0, md5(b""), [])


def test_nothing_is_overwritten_when_it_must_be_new(container: Container, connection: BlobConnection) -> None:
    put(connection, "a", b"first")
    with pytest.raises(Exists) as caught:
        put(connection, "a", b"second", condition=NEW)
    assert caught.value.code == "BlobAlreadyExists"
    assert container.content("a") == b"first"


def test_only_the_version_meant_is_overwritten(container: Container, connection: BlobConnection) -> None:
    etag = put(connection, "a", b"first")
    put(connection, "a", b"second", condition=Condition(etag=etag))
    with pytest.raises(Changed):
        put(connection, "a", b"third", condition=Condition(etag=etag))
    assert container.content("a") == b"second"


def test_damaged_content_is_not_taken(container: Container, connection: BlobConnection) -> None:
    with pytest.raises(Corrupted) as caught:
        connection.put_blob("a", len(CONTENT), md5(b"other"), [memoryview(CONTENT)])
    assert caught.value.retryable
    with pytest.raises(Corrupted):
        connection.put_block("a", b"0" * 24, len(CONTENT), md5(b"other"), [memoryview(CONTENT)])
    assert container.names() == []


def test_blocks_become_a_blob(container: Container, connection: BlobConnection) -> None:
    parts = [CONTENT[:300_000], CONTENT[300_000:600_000], CONTENT[600_000:]]
    ids = [number.to_bytes(8, "big") + md5(part) for number, part in enumerate(parts)]
    for block_id, part in zip(ids, parts, strict=True):
        connection.put_block("big/mesh.glb", block_id, len(part), md5(part), [memoryview(part)])
    waiting = connection.get_block_list("big/mesh.glb")
    assert {block.id for block in waiting.uncommitted} == set(ids)
    assert waiting.committed == ()
    with pytest.raises(BlobMissing):
        connection.head("big/mesh.glb")
    written = connection.put_block_list(
        "big/mesh.glb", ids, md5=md5(CONTENT), condition=NEW, metadata={"tp_v": "1", "tp_block": "300000"}
    )
    assert container.content("big/mesh.glb") == CONTENT
    done = connection.get_block_list("big/mesh.glb")
    assert [(block.id, block.size) for block in done.committed] == list(zip(ids, map(len, parts), strict=True))
    assert (done.uncommitted, done.etag, done.size) == ((), written.etag, len(CONTENT))
    assert connection.head("big/mesh.glb").md5 == md5(CONTENT).hex()
    with pytest.raises(Exists):
        connection.put_block_list("big/mesh.glb", ids, condition=NEW)
    with pytest.raises(Changed):
        connection.put_block_list("big/mesh.glb", ids, condition=Condition(etag="0xBAD"))


def test_a_blob_sent_in_one_piece_has_no_blocks(connection: BlobConnection) -> None:
    put(connection, "a", b"content")
    assert connection.get_block_list("a").committed == ()


def test_blocks_that_are_not_there_cannot_be_committed(connection: BlobConnection) -> None:
    with pytest.raises(BlobMissing):
        connection.put_block_list("a", [b"0" * 24])
    with pytest.raises(BlobMissing):
        connection.get_block_list("nothing")


def test_ranges_come_piece_by_piece(connection: BlobConnection) -> None:
    etag = put(connection, "a", CONTENT)
    buffer, pieces = memoryview(bytearray(100_000)), []
    connection.get_range("a", 1000, 250_001, etag=etag, buffer=buffer, take=lambda piece: pieces.append(bytes(piece)))
    assert [len(piece) for piece in pieces] == [100_000, 100_000, 50_001]
    assert b"".join(pieces) == CONTENT[1000:251_001]
    with pytest.raises(Changed):
        connection.get_range("a", 0, 10, etag="0xBAD", buffer=buffer, take=pieces.append)
    with pytest.raises(Changed):
        connection.get_range("a", len(CONTENT) - 5, 10, etag=etag, buffer=buffer, take=pieces.append)
    with pytest.raises(Changed):
        connection.get_range("a", len(CONTENT) + 5, 10, etag=etag, buffer=buffer, take=pieces.append)
    with pytest.raises(BlobMissing):
        connection.get_range("b", 0, 10, etag="", buffer=buffer, take=pieces.append)


def test_what_the_taker_raises_passes_and_the_next_request_works(connection: BlobConnection) -> None:
    etag = put(connection, "a", CONTENT)

    def full(_piece: memoryview) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        connection.get_range("a", 0, 9000, etag=etag, buffer=memoryview(bytearray(1000)), take=full)
    assert connection.head("a").size == len(CONTENT)


def test_a_body_that_fails_leaves_nothing_behind(container: Container, connection: BlobConnection) -> None:
    def changing() -> Iterator[memoryview]:
        yield memoryview(CONTENT)[:1000]
        raise RuntimeError("the file changed")

    with pytest.raises(RuntimeError, match="the file changed"):
        connection.put_blob("a", len(CONTENT), md5(CONTENT), changing())
    with pytest.raises(ValueError, match="not of the"):
        connection.put_blob("a", 10, md5(CONTENT), [memoryview(b"12345")])
    with pytest.raises(ValueError, match="not of the"):
        connection.put_blob("a", 3, md5(CONTENT), [memoryview(b"12345")])
    assert container.names() == []


def test_small_blobs_are_checked(container: Container, connection: BlobConnection) -> None:
    connection.put_block("claimed", b"0" * 24, 7, md5(b"content"), [memoryview(b"content")])
    connection.put_block_list("claimed", [b"0" * 24], md5=b"9" * 16)  # stored unchecked
    with pytest.raises(Corrupted):
        connection.get_small("claimed")
    container.put("good", b"content")
    facts, content = connection.get_small("good")
    assert (facts.size, content) == (7, b"content")
    with pytest.raises(BadRequest):
        connection.get_small("good", most_bytes=6)
    with pytest.raises(BlobMissing):
        connection.get_small("none")


def test_the_server_copies_within_the_account(container: Container, connection: BlobConnection) -> None:
    place, _ = read_place(container.url)
    etag = put(connection, "one/ä #1.jpg", CONTENT, metadata={"tp_v": "1"})
    connection.copy_within("two/b.jpg", place, "one/ä #1.jpg", source_etag=etag, condition=NEW)
    assert container.content("two/b.jpg") == CONTENT
    assert connection.head("two/b.jpg").md5 == md5(CONTENT).hex()
    assert dict(connection.head("two/b.jpg").metadata) == {"tp_v": "1"}
    with pytest.raises(Exists):
        connection.copy_within("two/b.jpg", place, "one/ä #1.jpg", condition=NEW)
    with pytest.raises(BlobMissing, match=r"none\.jpg"):
        connection.copy_within("c.jpg", place, "none.jpg")
    with pytest.raises(Changed):
        connection.copy_within("c.jpg", place, "one/ä #1.jpg", source_etag="0xBAD")


def test_listings_go_over_pages_with_what_is_needed(connection: BlobConnection) -> None:
    names = [f"cap/photos/{number:02}.jpg" for number in range(7)]
    for name in (*names, "cap/capture.json", "other/x"):
        put(connection, name, name.encode(), metadata={"tp_v": "1"})
    pages = list(connection.list_pages("cap/photos/", page_size=3))
    blobs = [blob for page in pages for blob in page.blobs]
    assert [blob.name for blob in blobs] == names
    assert len(pages) == 3
    first = connection.head(names[0])
    assert (blobs[0].etag, blobs[0].md5, blobs[0].size) == (first.etag, first.md5, first.size)
    assert dict(blobs[0].metadata) == {"tp_v": "1"}
    [top] = connection.list_pages(delimiter="/", has_metadata=False)
    assert (top.blobs, top.prefixes) == ((), ("cap/", "other/"))
    assert list(connection.list_pages("none/"))[0].blobs == ()


def test_a_container_that_is_not_there_is_said(container: Container) -> None:
    place, _ = read_place(container.url.rsplit("/", 1)[0] + "/not-there")
    credentials = Credentials()
    credentials.give(place, SAS, sas("not-there"))
    connection = BlobConnection(place, credentials)
    with pytest.raises(ContainerMissing, match="not-there"):
        list(connection.list_pages())
    with pytest.raises(ContainerMissing, match="not-there"):
        put(connection, "a", b"content")
    connection.close()
