"""What is asked of Blob storage: listings, parts of blobs, blobs in one piece and in blocks. Any thread, one door each.

Names in one call are whole names in the container. MD5s are hexadecimal.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote
from xml.etree import ElementTree

from tiepoint.agent.round.door import Ask, Door
from tiepoint.domain.digest import block_count, is_composite, is_digest
from tiepoint.domain.errors import CloudError, NotThere

_PAGE: Final = "5000"


@dataclass(frozen=True, slots=True)
class Blob:
    """A blob of a listing.

    Args:
        name: Whole name in its container.
        size: Bytes.
        etag: Its version.
        md5: Its Content-MD5; empty when it has none.
        composite: Digest of its blocks (`domain.digest`) where whoever sent it left one.
        block_size: Bytes of those blocks.
    """

    name: str
    size: int
    etag: str = ""
    md5: str = ""
    composite: str = ""
    block_size: int = 0


def listed(door: Door, prefix: str) -> Iterator[Blob]:
    """Go through all blobs whose names begin so.

    Raises:
        TiepointError: As `Door.ask`; CloudError when the answer makes no sense.
    """
    marker = ""
    while True:
        query = {"restype": "container", "comp": "list", "prefix": prefix, "include": "metadata", "maxresults": _PAGE}
        reply = door.ask(Ask("GET", query={**query, "marker": marker} if marker else query))
        page = _parsed(reply.body)
        for each in page.iter("Blob"):
            blob = _blob(each)
            if blob is not None:
                yield blob
        marker = page.findtext("NextMarker") or ""
        if not marker:
            return


def content(door: Door, name: str, most_bytes: int) -> tuple[bytes, str]:
    """Return a small blob and its version.

    Raises:
        TiepointError: As `Door.ask`; CloudError when it is too large.
    """
    head = door.ask(Ask("HEAD", name))
    size = int(head.headers.get("content-length") or 0)
    if size > most_bytes:
        raise CloudError(f"{name} in Blob storage is too large to be what its name says.")
    found = bytearray()
    door.read(name, start=0, size=size, etag=head.etag, write=found.extend)
    return bytes(found), head.etag


def put(door: Door, name: str, data: bytes | memoryview, kind: str) -> None:
    """Put a blob in one piece, in the place of whatever is there; the server checks its MD5.

    Raises:
        TiepointError: As `Door.ask`.
    """
    digest = hashlib.md5(data, usedforsecurity=False).digest()
    headers = {
        "x-ms-blob-type": "BlockBlob",
        "x-ms-blob-content-type": kind,
        "Content-MD5": _encoded(digest),
        "x-ms-meta-tp_v": "1",
    }
    door.ask(Ask("PUT", name, headers=headers, body=data))


def put_block(door: Door, name: str, block_id: bytes, data: bytes | memoryview) -> None:
    """Put one block; the server checks its MD5.

    Raises:
        TiepointError: As `Door.ask`.
    """
    digest = hashlib.md5(data, usedforsecurity=False).digest()
    query = {"comp": "block", "blockid": _encoded(block_id)}
    door.ask(Ask("PUT", name, query=query, headers={"Content-MD5": _encoded(digest)}, body=data))


def waiting_blocks(door: Door, name: str) -> frozenset[bytes]:
    """Return the ids of blocks that were put and not made a blob of yet.

    Raises:
        TiepointError: As `Door.ask`.
    """
    try:
        reply = door.ask(Ask("GET", name, query={"comp": "blocklist", "blocklisttype": "uncommitted"}))
    except NotThere:
        return frozenset()
    found = (each.findtext("Name") or "" for each in _parsed(reply.body).iter("Block"))
    return frozenset(base64.b64decode(each) for each in found)


def commit(door: Door, name: str, block_ids: Sequence[bytes], md5: str, kind: str) -> None:
    """Make a blob of its blocks.

    Raises:
        TiepointError: As `Door.ask`.
    """
    lines = "".join(f"<Latest>{_encoded(each)}</Latest>" for each in block_ids)
    body = f'<?xml version="1.0" encoding="utf-8"?><BlockList>{lines}</BlockList>'.encode()
    headers = {
        "x-ms-blob-content-md5": _encoded(bytes.fromhex(md5)),
        "x-ms-blob-content-type": kind,
        "x-ms-meta-tp_v": "1",
    }
    door.ask(Ask("PUT", name, query={"comp": "blocklist"}, headers=headers, body=body))


def md5_of(data: bytes | memoryview) -> str:
    """Return the MD5 of some bytes."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def _parsed(body: bytes) -> ElementTree.Element:
    if b"<!DOCTYPE" in body:
        raise _senseless("it declares a document type")
    try:
        return ElementTree.fromstring(body)  # without a document type there are no entities to open
    except (ElementTree.ParseError, ValueError) as error:
        raise _senseless(str(error)) from error


def _senseless(why: str) -> CloudError:
    return CloudError("Blob storage answered something that makes no sense.", retryable=True, detail=why)


def _blob(element: ElementTree.Element) -> Blob | None:
    found = element.find("Name")
    properties, metadata = element.find("Properties"), element.find("Metadata")
    if found is None or properties is None:
        return None
    told = {} if metadata is None else {each.tag.lower(): each.text or "" for each in metadata}
    if properties.findtext("ResourceType") == "directory" or told.get("hdi_isfolder") == "true":
        return None
    name = found.text or ""
    size = properties.findtext("Content-Length") or ""
    composite, block_size = told.get("tp_digest", ""), told.get("tp_block", "")
    is_told = is_digest(composite) and is_composite(composite) and block_size.isdigit() and int(block_size) > 0
    blob = Blob(
        unquote(name) if found.get("Encoded") == "true" else name,
        int(size) if size.isdigit() else 0,
        (properties.findtext("Etag") or "").strip('"'),
        _md5(properties.findtext("Content-MD5") or ""),
    )
    if not is_told or -(-blob.size // int(block_size)) != block_count(composite):
        return blob
    return Blob(blob.name, blob.size, blob.etag, blob.md5, composite, int(block_size))


def _md5(encoded: str) -> str:
    try:
        raw = base64.b64decode(encoded, validate=True)
    except ValueError:
        return ""
    return raw.hex() if len(raw) == 16 else ""


def _encoded(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
