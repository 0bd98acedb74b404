"""The server's XML: names that XML cannot hold, folders that are none, and a page of 5,000 in little time."""

from __future__ import annotations

import time

import pytest

from tiepoint.transfer.blob.facts import Block
from tiepoint.transfer.blob.markup import (
    BadMarkup,
    BlocksReader,
    PageReader,
    block_list_document,
    md5_text,
)

BLOB = (
    "<Blob><Name>{name}</Name><Properties><Creation-Time>Wed, 25 Nov 2026 22:00:00 GMT</Creation-Time>"
    "<Last-Modified>Wed, 25 Nov 2026 22:00:01 GMT</Last-Modified><Etag>0x8D1</Etag><Content-Length>8000000"
    "</Content-Length><Content-Type>image/jpeg</Content-Type><Content-Encoding/><Content-Language/><Content-CRC64/>"
    "<Content-MD5>AAECAwQFBgcICQoLDA0ODw==</Content-MD5><Cache-Control/><BlobType>BlockBlob</BlobType>"
    "<AccessTier>Hot</AccessTier><LeaseStatus>unlocked</LeaseStatus><ServerEncrypted>true</ServerEncrypted>"
    "</Properties><Metadata><tp_v>1</tp_v><Name>odd</Name></Metadata><OrMetadata/></Blob>"
)


def document(*blobs: str, marker: str = "") -> bytes:
    text = f'\ufeff<?xml version="1.0" encoding="utf-8"?><EnumerationResults><Prefix>x</Prefix><Blobs>{"".join(blobs)}'
    return f"{text}</Blobs><NextMarker>{marker}</NextMarker></EnumerationResults>".encode()


def read(content: bytes, size: int = 1000) -> PageReader:
    reader = PageReader()
    for at in range(0, len(content), size):
        reader.feed(memoryview(content)[at : at + size])
    reader.finish()
    return reader


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_a_page_is_read_in_pieces_of_any_size(size: int) -> None:
    reader = read(document(BLOB.format(name="a &amp; ä.jpg"), BLOB.format(name="b"), marker="2!4"), size)
    [first, second] = reader.page().blobs
    assert (first.name, second.name, reader.marker) == ("a & ä.jpg", "b", "2!4")
    assert (first.size, first.etag) == (8_000_000, "0x8D1")
    assert first.md5 == "000102030405060708090a0b0c0d0e0f"
    assert dict(first.metadata) == {"tp_v": "1", "Name": "odd"}


def test_names_that_markup_cannot_hold_are_decoded() -> None:
    encoded = BLOB.format(name="x").replace("<Name>x", '<Name Encoded="true">a%EF%BF%BFb%2Fc')
    plain = BLOB.format(name="100%25")
    assert [blob.name for blob in read(document(encoded, plain)).page().blobs] == ["a\uffffb/c", "100%25"]


def test_beginnings_are_told_and_real_folders_left_out() -> None:
    folder = BLOB.format(name="d").replace("<tp_v>1</tp_v>", "<hdi_isfolder>true</hdi_isfolder>")
    other = BLOB.format(name="e").replace("<Cache-Control/>", "<ResourceType>directory</ResourceType>")
    page = read(document("<BlobPrefix><Name>cap/</Name></BlobPrefix>", folder, other)).page()
    assert (page.blobs, page.prefixes) == ((), ("cap/",))


def test_what_is_cut_or_declares_entities_is_not_believed() -> None:
    whole = document(BLOB.format(name="a"))
    for bad in (whole[:-10], b"", b"words", b'<!DOCTYPE l [<!ENTITY l "ha">]><l>&l;</l>', b"<a>\xff</a>"):
        with pytest.raises(BadMarkup):
            read(bad)


def test_a_page_of_five_thousand_costs_little() -> None:
    content = document(*(BLOB.format(name=f"cap/photos/{number:05}.jpg") for number in range(5000)))
    begun = time.process_time()
    assert len(read(content, 65536).page().blobs) == 5000
    assert time.process_time() - begun < 1.5  # 0.1 on a quiet machine


def test_blocks_are_read_and_written() -> None:
    reader = BlocksReader()
    reader.feed(
        b"<BlockList><CommittedBlocks><Block><Name>AAEC</Name><Size>5</Size></Block></CommittedBlocks>"
        b"<UncommittedBlocks><Block><Name>AwQF</Name><Size>6</Size></Block></UncommittedBlocks></BlockList>"
    )
    reader.finish()
    found = reader.blocks("0x1", 5)
    assert (found.committed, found.uncommitted) == ((Block(b"\0\1\2", 5),), (Block(b"\3\4\5", 6),))
    assert block_list_document([b"\0\1\2"]).endswith(b"<BlockList><Latest>AAEC</Latest></BlockList>")


def test_values_without_sense_are_none() -> None:
    assert md5_text("AAEC") == md5_text("!") == md5_text("") == ""
