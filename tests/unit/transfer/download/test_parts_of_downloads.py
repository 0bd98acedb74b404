"""The pieces downloads are made of: ranges, digests, what blocks claim, what a listing holds."""

from __future__ import annotations

import hashlib
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiepoint.domain.digest import composite
from tiepoint.transfer.blob.facts import BlobFacts, Block
from tiepoint.transfer.download.claims import block_size_of
from tiepoint.transfer.download.course import Course, Doing, Opened
from tiepoint.transfer.download.digester import Digester
from tiepoint.transfer.download.found import found_below, is_product
from tiepoint.transfer.download.ranges import Ranges
from tiepoint.transfer.download.tuning import DownloadTuning
from tiepoint.transfer.listed import ListedBlob, listed_blob
from tiepoint.transfer.records import FileRecord
from tiepoint.transfer.tuning import Tuning


@given(size=st.integers(1, 500), step=st.integers(1, 60), seed=st.integers(), kept=st.sets(st.integers(-1, 40)))
def test_ranges_cover_everything_once(size: int, step: int, seed: int, kept: set[int]) -> None:
    ranges, chance = Ranges(size, step, kept), random.Random(seed)
    covered = {at for number in kept if 0 <= number < ranges.count for at in range(*_bounds(ranges, number))}
    assert ranges.arrived_bytes == len(covered)
    held: list[int] = []
    while not ranges.is_whole:
        number = ranges.take()
        if number is not None:
            held.append(number)
        if number is None or chance.random() < 0.5:
            settled = held.pop(chance.randrange(len(held)))
            if chance.random() < 0.2:
                ranges.give_back(settled)
                continue
            ranges.settle(settled)
            covered |= set(range(*_bounds(ranges, settled)))
        assert ranges.arrived_bytes == len(covered)
        assert ranges.front_bytes == next((at for at in range(size) if at not in covered), size)
    assert ranges.take() is None
    assert ranges.front_bytes == ranges.arrived_bytes == size


def _bounds(ranges: Ranges, number: int) -> tuple[int, int]:
    offset, length = ranges.span(number)
    return offset, offset + length


@given(data=st.binary(max_size=200), block_size=st.integers(0, 40), seed=st.integers())
def test_a_digest_does_not_depend_on_the_pieces(data: bytes, block_size: int, seed: int) -> None:
    chance, digester, at = random.Random(seed), Digester(block_size), 0
    while at < len(data):
        piece = data[at : at + chance.randrange(1, 50)]
        digester.update(memoryview(piece))
        at += len(piece)
        if chance.random() < 0.3:
            digester = digester.copy()
    if not block_size:
        assert digester.text() == hashlib.md5(data).hexdigest()
    else:
        blocks = [data[start : start + block_size] for start in range(0, max(1, len(data)), block_size)]
        assert digester.text() == composite(hashlib.md5(block).digest() for block in blocks)


def block(index: int, size: int, *, generation: int = 0) -> Block:
    return Block(generation.to_bytes(4, "big") + index.to_bytes(4, "big") + bytes(16), size)


@pytest.mark.parametrize(
    ("blocks", "size", "expected"),
    [
        ([block(0, 8), block(1, 8), block(2, 3)], 19, 8),
        ([block(0, 8), block(1, 8)], 16, 8),
        ([block(0, 8, generation=7), block(1, 1)], 9, 8),
        ([], 0, 0),
        ([block(0, 8), block(2, 8)], 16, 0),
        ([block(0, 8), block(1, 9)], 17, 0),
        ([block(0, 8), block(1, 3), block(2, 8)], 19, 0),
        ([block(0, 8), block(1, 8)], 17, 0),
        ([Block(b"x" * 36, 8)], 8, 0),
        ([block(0, 0)], 0, 0),
    ],
)
def test_only_our_own_blocks_say_what_is_in_them(blocks: list[Block], size: int, expected: int) -> None:
    assert block_size_of(blocks, size) == expected


@pytest.mark.parametrize(
    ("digest", "block_size", "is_believed"),
    [
        ("0" * 32 + "-3", "40", True),
        ("0" * 32 + "-2", "40", False),
        ("0" * 32 + "-3", "1", False),
        ("0" * 32 + "-100", "1", True),
        ("0" * 32, "40", False),
        ("nonsense", "40", False),
        ("0" * 32 + "-3", "-40", False),
    ],
)
def test_composite_digests_that_cannot_be_count_for_nothing(digest: str, block_size: str, is_believed: bool) -> None:
    blob = listed_blob(BlobFacts("x", 100, "e", "", {"tp_v": "1", "tp_digest": digest, "tp_block": block_size}))
    assert (blob.digest == digest, blob.block_size > 0) == (is_believed, is_believed)


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("photos/a.jpg", False),
        ("capture.json", False),
        ("jobs/20261125-x-0a1b2c/products/model.glb", True),
        ("20261125-demo-0a1b2c/photos/a.jpg", False),
        ("20261125-demo-0a1b2c/capture.json", False),
        ("20261125-demo-0a1b2c/jobs/x/products/photos/p.jpg", True),
        ("products/photos/p.jpg", True),
        ("photos", False),
    ],
)
def test_what_is_a_product(path: str, is_one: bool) -> None:
    assert is_product(path) is is_one


def test_names_are_taken_below_the_place() -> None:
    blobs = [BlobFacts("a/b/x", 1, "e"), BlobFacts("a/b/../y", 1, "e"), BlobFacts("a/b/", 0, "e")]
    found = found_below(blobs, "a/b", tag="0" * 8, folder_bytes=10, is_products_only=False)
    assert [(each.path, each.refusal is None) for each in found] == [("x", True), ("../y", False)]


def course(*, kept: dict[int, bytes] | None = None, block_size: int = 0) -> Course:
    digest = composite([b"0" * 16] * 10) if block_size else "0" * 32
    blob = ListedBlob("x", 95, "e", "" if block_size else digest, True, digest if block_size else "", block_size)
    tuning = DownloadTuning(hash_bytes=30, hash_lag_bytes=20)
    return Course(FileRecord(0, "x", "x", 95), Opened(blob, 10, 1, kept or {}), tuning)


def test_hashing_follows_the_front_and_one_task_at_a_time() -> None:
    made = course(kept={number: b"" for number in range(5)})
    assert made.kept_bytes == 50
    assert made.next() == (Doing.HASH, (0, 30))
    assert made.next() == (Doing.RECEIVE, (5,))
    made.arrived(5, b"")
    made.hashed_to(Digester(), 30)
    assert made.next() == (Doing.HASH, (30, 60))
    made.give_back(Doing.HASH, (30, 60))
    assert made.next() == (Doing.HASH, (30, 60))
    made.hashed_to(Digester(), 60)
    taken = [made.next() for _ in range(5)]
    assert taken == [*((Doing.RECEIVE, (number,)) for number in range(6, 10)), None]
    for number in (7, 8, 9):
        made.arrived(number, b"")
    assert made.next() is None
    made.arrived(6, b"")
    assert made.next() == (Doing.HASH, (60, 90))
    assert made.next() is None
    made.hashed_to(Digester(), 90)
    assert made.next() == (Doing.HASH, (90, 95))
    made.hashed_to(Digester(), 95)
    assert made.next() == (Doing.SEAL, ())
    assert made.next() is None
    made.give_back(Doing.SEAL, ())
    assert made.next() == (Doing.SEAL, ())


def test_kept_blocks_are_checked_before_they_count() -> None:
    made = course(kept={0: b"0" * 16, 1: b"0" * 16}, block_size=10)
    assert made.kept_bytes == 20
    assert made.is_idle
    assert made.next() == (Doing.CHECK, (0,))
    assert not made.is_idle
    made.give_back(Doing.CHECK, (0,))
    assert [made.next(), made.next()] == [(Doing.CHECK, (0,)), (Doing.CHECK, (1,))]
    assert made.checked(0, b"0" * 16)
    assert not made.checked(1, b"1" * 16)
    assert made.kept_bytes == 10
    while (step := made.next()) is not None and step[0] is Doing.RECEIVE:
        made.arrived(step[1][0], b"0" * 16)
    assert step == (Doing.SEAL, ())
    assert made.digest == made.blob.digest


def test_the_tuning_of_the_worker_is_taken_over() -> None:
    assert DownloadTuning.of(Tuning(range_bytes=5, quiet_s=0.1)) == DownloadTuning(range_bytes=5, quiet_s=0.1)
