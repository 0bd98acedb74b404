from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.identifiers import CaptureId
from tiepoint.domain.photo import PhotoEntry
from tiepoint.domain.transfer import Verdict
from tiepoint.protocol.capture_document import CaptureDocument
from tiepoint.transfer.listed import ListedBlob
from tiepoint.transfer.receipts.judging import Expected, Why, unproven
from tiepoint.transfer.receipts.receipt import Receipt, ReceiptGap, ReceiptPhoto
from tiepoint.transfer.receipts.verifying import (
    MOST_DIFFERENCES,
    expected_of_manifest,
    expected_of_receipt,
    verify,
)

A, B = "a" * 32, "b" * 32
NOW = datetime(2026, 11, 25, tzinfo=UTC)
PLACE = BlobPlace("https://a", "captures", "20261125-demo-0a1b2c")


def checked(
    expected: dict[str, Expected], listed: dict[str, ListedBlob], proven: dict[str, str] | None = None
) -> Verdict:
    return verify("demo", PLACE, expected, listed, checked=NOW, proven=proven)


def test_a_whole_capture_is_whole_whatever_else_lies_there() -> None:
    receipt = Receipt(NOW, "c", "demo", PLACE, [ReceiptPhoto("a", 1, A), ReceiptPhoto("b", 2, B + "-2")])
    listing = {
        "a": ListedBlob("a", 1, "new", A, is_ours=True),
        "b": ListedBlob("b", 2, "new", is_ours=True, composite=B + "-2", block_size=1),
        "other": ListedBlob("other", 3),
    }
    verdict = checked(expected_of_receipt(receipt), listing)
    assert verdict == Verdict("demo", PLACE, NOW, 2, 2)
    assert verdict.is_whole


def test_what_is_missing_or_different_is_named() -> None:
    receipt = Receipt(
        NOW, "c", "demo", PLACE, [ReceiptPhoto(name, 1, A) for name in "dcba"], [ReceiptGap("gap", 1, "missing")]
    )
    listing = {
        "a": ListedBlob("a", 1, "e", B, is_ours=True),
        "b": ListedBlob("b", 2, "e", A, is_ours=True),
        "c": ListedBlob("c", 1, "e", A),
    }
    verdict = checked(expected_of_receipt(receipt), listing)
    assert [(each.path, each.why) for each in verdict.differences] == [
        ("a", "different"), ("b", "different"), ("c", "unverifiable"), ("d", "missing"), ("gap", "missing"),
    ]  # fmt: skip
    assert (verdict.photos_total, verdict.photos_verified, verdict.differences_total) == (5, 0, 5)
    assert not verdict.is_whole


def test_a_blob_nobody_wrote_since_is_what_it_was() -> None:
    receipt = Receipt(NOW, "c", "demo", PLACE, [ReceiptPhoto("a", 1, A, etag="e")])
    assert checked(expected_of_receipt(receipt), {"a": ListedBlob("a", 1, "e")}).is_whole
    assert not checked(expected_of_receipt(receipt), {"a": ListedBlob("a", 1, "f")}).is_whole
    # What we vouch for counts more than the tag: the server would have to have gone wrong.
    assert not checked(expected_of_receipt(receipt), {"a": ListedBlob("a", 1, "e", B, is_ours=True)}).is_whole


def test_reading_back_proves_what_a_listing_does_not() -> None:
    document = CaptureDocument(CaptureId("c"), "demo", NOW, [PhotoEntry("a", 1, A), PhotoEntry("b", 1, A)])
    expected = expected_of_manifest(document)
    listing = {"a": ListedBlob("a", 1, "e", A), "b": ListedBlob("b", 1, "e")}
    assert unproven(expected, listing) == [listing["a"], listing["b"]]
    assert checked(expected, listing, {"a": A, "b": A}).is_whole
    (difference,) = checked(expected, listing, {"a": A, "b": B}).differences
    assert (difference.path, difference.why) == ("b", Why.DIFFERENT)


def test_a_photo_that_came_later_to_a_gap_is_not_vouched_for() -> None:
    receipt = Receipt(NOW, "c", "demo", PLACE, [], [ReceiptGap("a", 1, "missing")])
    expected, listing = expected_of_receipt(receipt), {"a": ListedBlob("a", 1, "e", A, is_ours=True)}
    (difference,) = checked(expected, listing).differences
    assert difference.why == Why.UNVERIFIABLE
    assert not unproven(expected, listing)  # reading it back would change nothing


def test_many_differences_are_counted_and_the_first_are_told() -> None:
    expected = {f"{number:05}": Expected(f"{number:05}", 1, A) for number in range(MOST_DIFFERENCES + 7)}
    verdict = checked(expected, {})
    assert len(verdict.differences) == MOST_DIFFERENCES
    assert verdict.differences_total == MOST_DIFFERENCES + 7
    assert verdict.differences[0].path == "00000"
    assert verdict.photos_verified == 0


def test_nothing_is_not_whole() -> None:
    assert not checked({}, {}).is_whole


blobs = st.builds(
    ListedBlob, st.just("x"), st.integers(0, 1), st.sampled_from(["", "e", "f"]), st.sampled_from(["", A, B]),
    st.booleans(), st.sampled_from(["", A + "-1", B + "-1"]), st.sampled_from([0, 4]),
)  # fmt: skip
wanted = st.builds(
    Expected, st.just("x"), st.integers(0, 1), st.sampled_from(["", A, B, A + "-1"]), st.sampled_from(["", "e"])
)


@given(wanted, st.none() | blobs, st.sampled_from(["", A, B]))
def test_every_photo_is_verified_or_told(expected: Expected, listed: ListedBlob | None, proven: str) -> None:
    verdict = checked({"x": expected}, {"x": listed} if listed else {}, {"x": proven})
    assert verdict.photos_verified + verdict.differences_total == 1
    if verdict.is_whole:
        assert listed is not None
        assert listed.size == expected.size
        assert expected.digest
        assert expected.digest in (proven, listed.trusted_digest) or (expected.etag == listed.etag != "")
