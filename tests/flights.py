"""Files that look like a day's photos to whoever only moves bytes, and comparing them with what arrived."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

from blob_server import Container
from tiepoint.domain.transfer import Transfer

KIB = 1 << 10
SMALL = (200 * KIB, 317_001, 600 * KIB, 1, 450 * KIB)
"""Each goes in one request."""
BLOCKS = (2200 * KIB + 17, 1300 * KIB)
"""Each goes in blocks, where 1 MiB is the most for one request."""


def write_flight(folder: Path, sizes: Sequence[int] = SMALL, seed: int = 1) -> Path:
    """Write files of random content below a folder, some of them further in."""
    chance = random.Random(seed)
    for index, size in enumerate(sizes):
        path = folder / ("DCIM/100 MEDIA" if index % 2 else "") / f"DJI_{index:04}.JPG"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(chance.randbytes(size))
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """Content of all files by their path below the folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def assert_is_up(container: Container, transfer: Transfer, folder: Path) -> None:
    """Compare a capture in Blob with the folder byte by byte, its manifest and its receipt too."""
    wanted = contents(folder)
    prefix = f"{transfer.place.prefix}/"
    assert container.names(prefix) == sorted([f"{prefix}capture.json", *(f"{prefix}photos/{path}" for path in wanted)])
    for path, content in wanted.items():
        name = f"{prefix}photos/{path}"
        assert container.content(name) == content, path
        claimed = container.properties(name).content_settings.content_md5
        assert claimed is None or bytes(claimed) == hashlib.md5(content).digest(), path
    manifest = json.loads(container.content(f"{prefix}capture.json"))
    assert {photo["path"]: photo["size"] for photo in manifest["photos"]} == _sizes(wanted)
    assert_receipt(transfer, wanted)


def assert_receipt(transfer: Transfer, wanted: Mapping[str, bytes]) -> None:
    """Look whether the receipt lists everything."""
    assert transfer.receipt is not None
    assert transfer.receipt.is_whole
    receipt = json.loads(Path(transfer.receipt.json).read_text())
    assert {photo["path"]: photo["size"] for photo in receipt["photos"]} == _sizes(wanted)
    assert Path(transfer.receipt.pdf).read_bytes().startswith(b"%PDF-")


def assert_is_down(target: Path, wanted: Mapping[str, bytes]) -> None:
    """Compare a folder with what it should hold byte by byte; nothing unfinished may lie in it."""
    found = contents(target)
    assert sorted(found) == sorted(wanted)
    for path, content in wanted.items():
        assert found[path] == content, path


def _sizes(wanted: Mapping[str, bytes]) -> dict[str, int]:
    return {path: len(content) for path, content in wanted.items()}
