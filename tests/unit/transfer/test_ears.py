"""What each client has not heard yet."""

from __future__ import annotations

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.transfer import FileState, Limits, TransferId
from tiepoint.protocol.transfers import BeginParams, CredentialWanted
from tiepoint.transfer.ears import MOST_FILES_A_NEWS, Ear, Ears, News
from tiepoint.transfer.records import FileRecord, TransferRecord
from tiepoint.transfer.telling import new_upload

PLACE = BlobPlace("http://127.0.0.1:1/account", "box")


def transfer(files: int = 1) -> TransferRecord:
    record = new_upload(BeginParams("demo", PLACE, "/photos"))
    record.set_files([FileRecord(index, f"{index}.jpg", f"/{index}.jpg", 10) for index in range(files)])
    return record


def heard(ear: Ear, record: TransferRecord | None) -> News:
    return ear.take(lambda _: record.snapshot() if record else None, {0: 5.0})


def test_only_rows_of_the_watched_transfer_are_heard() -> None:
    ears, ear, record = Ears(), Ear(lambda news: None), transfer(2)
    ears.add(ear)
    ears.file(record, record.files[0])
    assert heard(ear, record).files == ()
    ear.watch(record.id)
    ears.file(record, record.files[0])
    news = heard(ear, record)
    assert [row.index for row in news.files] == [0]
    assert news.files[0].rate_bytes_per_s == 5.0
    assert news.watched == record.id


def test_a_row_is_told_as_it_is_then_and_once() -> None:
    ears, ear, record = Ears(), Ear(lambda news: None), transfer()
    ears.add(ear)
    ear.watch(record.id)
    ears.file(record, record.files[0])
    ears.file(record, record.files[0])
    record.set_state(record.files[0], FileState.VERIFIED)
    (row,) = heard(ear, record).files
    assert row.state is FileState.VERIFIED
    assert not ear.has_news


def test_many_rows_come_in_portions() -> None:
    ears, ear, record = Ears(), Ear(lambda news: None), transfer(MOST_FILES_A_NEWS + 5)
    ears.add(ear)
    ear.watch(record.id)
    ears.files(record)
    assert len(heard(ear, record).files) == MOST_FILES_A_NEWS
    assert ear.has_news
    assert len(heard(ear, record).files) == 5
    assert not ear.has_news


def test_a_removed_transfer_is_said_and_nothing_else_of_it() -> None:
    ears, ear, record = Ears(), Ear(lambda news: None), transfer()
    ears.add(ear)
    ear.watch(record.id)
    ears.transfer(record)
    ears.removed(record.id)
    news = heard(ear, None)
    assert (news.transfers, news.removed, news.watched) == ((), (record.id,), None)


def test_limits_and_wants_are_heard_by_all_and_ring() -> None:
    ears, one, other = Ears(), Ear(lambda news: None), Ear(lambda news: None)
    ears.add(one)
    ears.add(other)
    ears.limits(Limits(1000))
    ears.wanted(CredentialWanted(PLACE, "It has expired."))
    assert ears.bell.is_set()
    for ear in (one, other):
        news = heard(ear, None)
        assert news.limits == Limits(1000)
        assert news.wanted == (CredentialWanted(PLACE, "It has expired."),)


def test_who_has_gone_hears_nothing() -> None:
    ears, ear = Ears(), Ear(lambda news: None)
    ears.add(ear)
    ears.drop(ear)
    ears.drop(ear)
    ears.removed(TransferId("t"))
    assert not ear.has_news
