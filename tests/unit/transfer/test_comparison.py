import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiepoint.transfer.blob.facts import BlobFacts
from tiepoint.transfer.comparison import Comparison, LocalFile, Standing, compare
from tiepoint.transfer.listed import ListedBlob, listed_blob, our_metadata

A, B = "a" * 32, "b" * 32
AC, BC = A + "-3", B + "-3"
OURS = ListedBlob("p/x.jpg", 10, "e", A, is_ours=True)
BLOCKS = ListedBlob("p/x.jpg", 10, "e", B, is_ours=True, composite=AC, block_size=4)
FOREIGN = ListedBlob("p/x.jpg", 10, "e", A)
BARE = ListedBlob("p/x.jpg", 10, "e")


@pytest.mark.parametrize(
    ("listed", "local", "proven", "expected"),
    [
        (None, LocalFile(10, A), "", Comparison(Standing.ABSENT)),
        (OURS, LocalFile(11, A), "", Comparison(Standing.DIFFERENT)),
        (OURS, LocalFile(10, A), "", Comparison(Standing.SAME, A)),
        (OURS, LocalFile(10, B), "", Comparison(Standing.DIFFERENT)),
        (OURS, LocalFile(10), "", Comparison(Standing.NEEDS_HASH)),
        (OURS, LocalFile(10, composite=AC, block_size=4), "", Comparison(Standing.NEEDS_HASH)),
        (BLOCKS, LocalFile(10, composite=AC, block_size=4), "", Comparison(Standing.SAME, AC)),
        (BLOCKS, LocalFile(10, composite=BC, block_size=4), "", Comparison(Standing.DIFFERENT)),
        (BLOCKS, LocalFile(10, composite=AC, block_size=8), "", Comparison(Standing.NEEDS_HASH, block_size=4)),
        (BLOCKS, LocalFile(10, B), "", Comparison(Standing.NEEDS_HASH, block_size=4)),
        (FOREIGN, LocalFile(10), "", Comparison(Standing.NEEDS_HASH)),
        (FOREIGN, LocalFile(10, B), "", Comparison(Standing.DIFFERENT)),
        (FOREIGN, LocalFile(10, A), "", Comparison(Standing.NEEDS_PROOF, A)),
        (FOREIGN, LocalFile(10, A), A, Comparison(Standing.SAME, A)),
        (FOREIGN, LocalFile(10, A), B, Comparison(Standing.DIFFERENT)),
        (BARE, LocalFile(10), "", Comparison(Standing.NEEDS_PROOF)),
        (BARE, LocalFile(10, A), "", Comparison(Standing.NEEDS_PROOF, A)),
        (BARE, LocalFile(10), A, Comparison(Standing.NEEDS_HASH)),
        (BARE, LocalFile(10, A), A, Comparison(Standing.SAME, A)),
    ],
)
def test_how_a_file_stands(listed: ListedBlob | None, local: LocalFile, proven: str, expected: Comparison) -> None:
    assert compare(listed, local, proven=proven) == expected


digests = st.sampled_from(["", A, B])
composites = st.sampled_from([("", 0), (AC, 4), (BC, 4), (AC, 8)])


@given(st.integers(0, 2), st.integers(0, 2), digests, digests, composites, composites, st.booleans(), digests)
def test_a_file_is_the_same_only_by_size_and_a_digest_that_is_proven(
    size: int,
    local_size: int,
    md5: str,
    local_md5: str,
    blocks: tuple[str, int],
    local_blocks: tuple[str, int],
    is_ours: bool,
    proven: str,
) -> None:
    facts = BlobFacts("x", size, "e", md5, our_metadata(*blocks) if is_ours else {})
    listed = listed_blob(facts)
    found = compare(listed, LocalFile(local_size, local_md5, *local_blocks), proven=proven)
    if found.standing is Standing.SAME:
        assert size == local_size
        assert found.digest in (local_md5, local_blocks[0])
        assert found.digest in (listed.trusted_digest, proven)
    if found.standing is Standing.NEEDS_HASH:  # what is wanted is what is not known yet
        assert not LocalFile(local_size, local_md5, *local_blocks).digest(found.block_size)


def test_our_metadata_is_read_back() -> None:
    facts = BlobFacts("x", 9, "e", "", {"TP_V": "1", "Tp_Digest": AC, "tp_block": "4", "other": "x"})
    assert listed_blob(facts) == ListedBlob("x", 9, "e", "", is_ours=True, composite=AC, block_size=4)
    assert listed_blob(BlobFacts("x", 9, "e", A, our_metadata())).trusted_digest == A
    assert listed_blob(dataclasses.replace(facts, metadata=our_metadata(AC, 4))).trusted_digest == AC


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"tp_v": "2"},
        {"tp_v": "2", "tp_digest": AC, "tp_block": "4"},
        {"tp_digest": AC, "tp_block": "4"},
        {"tp_v": "1", "tp_digest": AC},
        {"tp_v": "1", "tp_digest": AC, "tp_block": "0"},
        {"tp_v": "1", "tp_digest": AC, "tp_block": "-4"},
        {"tp_v": "1", "tp_digest": AC, "tp_block": "four"},
        {"tp_v": "1", "tp_digest": AC, "tp_block": "٤"},
        {"tp_v": "1", "tp_digest": A, "tp_block": "4"},
        {"tp_v": "1", "tp_digest": "x", "tp_block": "4"},
    ],
)
def test_metadata_that_makes_no_sense_proves_nothing(metadata: dict[str, str]) -> None:
    listed = listed_blob(BlobFacts("x", 9, "e", A, metadata))
    assert listed == ListedBlob("x", 9, "e", A)
    assert listed.trusted_digest == ""
    assert listed.digest == A


def test_ours_in_one_piece_without_an_md5_proves_nothing() -> None:
    assert listed_blob(BlobFacts("x", 9, "e", "", our_metadata())).trusted_digest == ""
