import dataclasses
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.errors import NoSpace, OperationFailed
from tiepoint.transfer.receipts import store
from tiepoint.transfer.receipts.receipt import Receipt, ReceiptGap, ReceiptPhoto

CAPTURE = "20261125-demo-0a1b2c"
PLACE = BlobPlace("https://a", "captures", CAPTURE)
MADE = datetime(2026, 11, 25, 22, 5, 11, tzinfo=UTC)
RECEIPT = Receipt(MADE, CAPTURE, "Brighton / beach", PLACE, [ReceiptPhoto("a.jpg", 1, "a" * 32)], (), "Tiepoint")


def test_it_lies_by_capture_name_and_moment(tmp_path: Path) -> None:
    place = store.write_receipt(RECEIPT, tmp_path / "receipts")
    folder = tmp_path / "receipts" / CAPTURE
    assert place.json == str(folder / "brighton-beach-20261125T220511Z.json")
    assert place.pdf == str(folder / "brighton-beach-20261125T220511Z.pdf")
    assert (place.made, place.photos, place.photos_total, place.is_whole) == (MADE, 1, 1, True)
    assert Path(place.pdf).read_bytes().startswith(b"%PDF")
    assert sorted(os.listdir(folder)) == sorted([Path(place.json).name, Path(place.pdf).name])


def test_the_newest_of_a_place_is_found_and_none_is_ever_replaced(tmp_path: Path) -> None:
    first = store.write_receipt(RECEIPT, tmp_path)
    second = store.write_receipt(dataclasses.replace(RECEIPT, photos=()), tmp_path)
    later = dataclasses.replace(RECEIPT, made=MADE + timedelta(hours=1), gaps=[ReceiptGap("b", 1, "missing")])
    third = store.write_receipt(later, tmp_path)
    elsewhere = dataclasses.replace(later, made=MADE + timedelta(hours=2), place=PLACE.below("x"))
    store.write_receipt(elsewhere, tmp_path)
    (tmp_path / CAPTURE / "broken-20270101T000000Z.json").write_bytes(b"{")
    assert len({first.json, second.json, third.json}) == 3
    found = store.newest_receipt(CAPTURE, PLACE, tmp_path)
    assert found is not None
    assert found[1] == third
    assert found[0].gaps == tuple(later.gaps)
    assert store.newest_receipt(CAPTURE, PLACE.below("y"), tmp_path) is None
    assert store.newest_receipt("20261125-other-0a1b2c", PLACE, tmp_path) is None


def test_a_strange_capture_leaves_its_folder_no_way_out(tmp_path: Path) -> None:
    strange = dataclasses.replace(RECEIPT, capture="../../evil", name="../x")
    place = store.write_receipt(strange, tmp_path / "receipts")
    assert Path(place.json).parent == tmp_path / "receipts" / "other"


def test_a_full_disk_is_said_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NoSpace, match="disk is full"):
        store.write_receipt(RECEIPT, tmp_path)
    assert os.listdir(tmp_path / CAPTURE) == []


def test_a_folder_that_cannot_be_made_is_said_as_such(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OperationFailed, match="cannot be written"):
        store.write_receipt(RECEIPT, tmp_path / "file")
