"""Photo sets as data: joining drops, numbers, updates, history, rows."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fakes.photo_sets import a_head
from tiepoint.domain.capture import NO_PHOTO, Drop, DroppedPhoto, SkippedFile
from tiepoint.domain.failure import Failure
from tiepoint.domain.left_out import LeftOut, left_out_of
from tiepoint.domain.photo import SetFinding
from tiepoint.domain.photo_history import Edit, EditHistory
from tiepoint.domain.photo_issue import IssueKind, IssueSeverity, PhotoIssue, by_weight, issue_of_problem
from tiepoint.domain.photo_joining import joined
from tiepoint.domain.photo_mapping import map_of
from tiepoint.domain.photo_reading import HISTOGRAM_BINS, PhotoQuality, PhotoReading
from tiepoint.domain.photo_rows import (
    finding_of,
    finding_row,
    head_of,
    head_row,
    issue_rows,
    issues_of,
    map_of_row,
    map_photo_of,
    map_photo_row,
    map_row,
    quality_of,
    quality_row,
    reading_of,
    reading_row,
)
from tiepoint.domain.photo_set import PhotoChoice, PhotoSet, PhotoSetId, SetPhoto, drop_of, upload_of
from tiepoint.domain.photo_tally import PhotoTally
from tiepoint.domain.photo_updates import likely_name, missing_finding, with_choice, with_issues, with_reading

BLURRED = PhotoIssue(IssueKind.BLURRED, "Sharpness 112, usual 2,255.")
COPY = PhotoIssue(IssueKind.DUPLICATE, "It is a copy.")
BROKEN = PhotoIssue(IssueKind.TRUNCATED, "It is cut short.", severity=IssueSeverity.ERROR)
QUALITY = PhotoQuality("ab", "00" * 32, 0.112, 100.0, 5.0, 200.0, bytes(range(192)))


def photo(path: str = "a.jpg", *issues: PhotoIssue, **changes: object) -> SetPhoto:
    return dataclasses.replace(SetPhoto(path, Path("/card") / path, 10, 1, issues=issues), **changes)  # type: ignore[arg-type]


def dropped(*sources: str) -> Drop:
    return Drop("card", tuple(DroppedPhoto(Path(source), Path(source).name, 10, 1) for source in sources))


def test_two_cards_with_the_same_names_keep_both_photos() -> None:
    first, _ = joined([], dropped("/one/DJI_0001.JPG", "/one/DJI_0002.JPG"))
    second, again = joined(first, dropped("/two/dji_0001.jpg", "/one/DJI_0002.JPG", "/x/two/DJI_0001.JPG"))
    assert [each.path for each in first] == ["DJI_0001.JPG", "DJI_0002.JPG"]
    assert [each.path for each in second] == ["two/dji_0001.jpg", "two/DJI_0001 (2).JPG"]
    assert [(each.path, each.reason) for each in again] == [("DJI_0002.JPG", "it is in the set already")]


def test_names_that_differ_in_unicode_form_only_are_told_apart() -> None:
    new, _ = joined(
        [], Drop("d", (DroppedPhoto(Path("/a"), "é.jpg", 1, 1), DroppedPhoto(Path("/b"), "e\u0301.jpg", 1, 1)))
    )
    assert len({each.path for each in new}) == 2
    assert new[1].path not in {"é.jpg", "e\u0301.jpg"}


@pytest.mark.parametrize(
    ("issues", "choice", "is_included"),
    [
        ((), None, True),
        ((BLURRED,), None, True),
        ((COPY,), None, False),
        ((COPY,), PhotoChoice.INCLUDE, True),
        ((BROKEN,), PhotoChoice.INCLUDE, False),
        ((), PhotoChoice.EXCLUDE, False),
    ],
)
def test_who_decides_on_a_photo(issues: tuple[PhotoIssue, ...], choice: PhotoChoice | None, is_included: bool) -> None:
    assert photo("a", *issues, choice=choice).is_included is is_included


def test_leaving_out_is_suggested_until_somebody_decides() -> None:
    assert photo("a", BLURRED).is_suggested_out
    assert not photo("a", BLURRED, choice=PhotoChoice.INCLUDE).is_suggested_out
    assert not photo("a", BLURRED, COPY).is_suggested_out


def test_the_gravest_issue_comes_first() -> None:
    assert by_weight((BLURRED, BROKEN, COPY)) == (BROKEN, COPY, BLURRED)
    assert photo("a", BROKEN, BLURRED).worst is BROKEN
    assert photo("a").worst is None


@pytest.mark.parametrize(
    ("kind", "issue"),
    [("missing", IssueKind.MISSING), ("truncated", IssueKind.TRUNCATED), ("empty", IssueKind.UNREADABLE)],
)
def test_a_problem_becomes_an_issue(kind: str, issue: IssueKind) -> None:
    found = issue_of_problem(Failure(kind, "It is broken.", "Copy it again."))
    assert (found.kind, found.severity, found.is_unusable) == (issue, IssueSeverity.ERROR, True)
    assert found.word


def test_the_tally_follows_every_change() -> None:
    tally, photos = (
        PhotoTally(),
        [photo("a", COPY), photo("b", BLURRED, head=a_head(lat=1.0, lon=2.0)), photo("c", BROKEN)],
    )
    for each in photos:
        tally.add(each)
    counts = tally.counts
    assert (counts.photos, counts.included, counts.left_out, counts.listed, counts.located) == (3, 1, 2, 2, 1)
    assert (counts.suggested, counts.size_bytes) == (1, 10)
    assert counts.issues == {IssueKind.DUPLICATE: 1, IssueKind.BLURRED: 1, IssueKind.TRUNCATED: 1}
    for each in photos:
        tally.drop(each)
    assert tally.counts == PhotoTally().counts


def test_a_reading_that_is_nothing_new_changes_nothing() -> None:
    known = photo(head=a_head())
    assert with_reading(known, PhotoReading("a.jpg", size=10, mtime_ns=1)) is known
    assert with_issues(known, ()) is known
    assert with_choice(known, None) is known


def test_a_photo_out_of_reach_keeps_what_is_known_and_comes_back_with_it() -> None:
    known = photo(issues=(BLURRED,), head=a_head(), quality=QUALITY, is_checked=True, choice=PhotoChoice.EXCLUDE)
    gone = with_reading(known, PhotoReading("a.jpg", problem=Failure("missing", "It is gone.")))
    assert (gone.head, gone.quality, gone.choice) == (known.head, known.quality, PhotoChoice.EXCLUDE)
    assert gone.has(IssueKind.MISSING)
    assert with_issues(gone, (BLURRED,)) is gone
    back = with_reading(gone, PhotoReading("a.jpg", size=10, mtime_ns=1))
    assert (back.issues, back.head, back.quality, back.is_checked) == ((), known.head, QUALITY, True)


def test_a_file_that_changed_is_checked_anew() -> None:
    known = photo(head=a_head(), quality=QUALITY, is_checked=True)
    changed = with_reading(known, PhotoReading("a.jpg", a_head(width=8), size=11, mtime_ns=2))
    assert (changed.size, changed.mtime_ns, changed.quality, changed.is_checked) == (11, 2, None, False)


def test_missing_folders_are_named() -> None:
    gone = PhotoIssue(IssueKind.MISSING, "It is gone.")
    finding = missing_finding([photo("a", gone), photo("b", gone), photo("c")])
    assert finding is not None
    assert finding.summary == "2 photos are no longer in /card. What is known of them is kept."
    assert missing_finding([photo("c")]) is None


def test_a_new_edit_ends_what_could_be_done_again() -> None:
    history = EditHistory()
    assert (history.back(), history.again(), history.undo_label) == (None, None, "")
    history.note(Edit("one"))
    history.note(Edit("two"))
    assert history.back() == Edit("two")
    assert (history.undo_label, history.redo_label) == ("one", "two")
    assert history.again() == Edit("two")
    history.back()
    history.note(Edit("three"))
    assert (history.undo_label, history.redo_label) == ("three", "")


def test_a_job_gets_the_included_photos() -> None:
    photos = (photo("a"), photo("b", COPY), photo("c", choice=PhotoChoice.EXCLUDE))
    drop = drop_of(PhotoSet(PhotoSetId("x"), "beach", datetime(2026, 1, 1, tzinfo=UTC), photos))
    assert (drop.name, [each.path for each in drop.photos]) == ("beach", ["a"])


def test_an_upload_knows_what_stays_behind() -> None:
    photos = (photo("a"), photo("b", choice=PhotoChoice.EXCLUDE))
    film = SkippedFile("film.mp4", NO_PHOTO)
    known = PhotoSet(
        PhotoSetId("x"), "beach", datetime(2026, 1, 1, tzinfo=UTC), photos, skipped=(film,), skipped_before=2
    )
    drop = upload_of(known)
    assert [each.path for each in drop.photos] == ["a"]
    assert left_out_of(drop.skipped) == LeftOut(3, 0, 1, ("b", "film.mp4", "…"))


@pytest.mark.parametrize(
    ("path", "is_photo", "name"),
    [("/card/DCIM", False, "DCIM"), ("/card/DCIM/a.jpg", True, "DCIM"), ("/", False, "photos")],
)
def test_a_set_is_called_after_its_folder(path: str, is_photo: bool, name: str) -> None:
    assert likely_name([Path(path)], is_photo) == name


def through_json(row: object) -> object:
    return json.loads(json.dumps(row))


def test_everything_comes_back_from_its_row() -> None:
    head = a_head(lat=1.5, lon=2.5, notes=("gps-zero",), height_above_start_m=40.0, yaw_deg=10.0)
    reading = PhotoReading("a\udc80.jpg", head, QUALITY, Failure("damaged", "It is.", "Do.", detail="x"), 7, 8)
    assert head_of(through_json(head_row(head))) == head  # type: ignore[arg-type]
    assert quality_of(through_json(quality_row(QUALITY))) == QUALITY  # type: ignore[arg-type]
    assert issues_of(through_json(issue_rows([BLURRED, BROKEN]))) == (BLURRED, BROKEN)  # type: ignore[arg-type]
    assert reading_of(through_json(reading_row(reading))) == reading  # type: ignore[arg-type]
    finding = SetFinding("few", "Few.", "More.", "info", ("a", "b"))
    assert finding_of(through_json(finding_row(finding))) == finding  # type: ignore[arg-type]
    assert (head_of(None), quality_of(None), head_row(None), quality_row(None)) == (None, None, None, None)


def test_a_map_comes_back_from_its_rows() -> None:
    heads = {
        str(index): a_head(lat=1 + index * 1e-5, lon=2.0, height_above_start_m=9.0, yaw_deg=3.0) for index in range(5)
    }
    made = map_of({**heads, "far": a_head(lat=3.0, lon=2.0)}, frozenset(heads))
    assert made is not None
    photos = tuple(map_photo_of(through_json(map_photo_row(each))) for each in made.photos)  # type: ignore[arg-type]
    assert map_of_row(through_json(map_row(made)), photos) == made  # type: ignore[arg-type]


def test_histograms_have_three_channels() -> None:
    assert [QUALITY.channel(index)[0] for index in range(3)] == [0, HISTOGRAM_BINS, 2 * HISTOGRAM_BINS]
    assert QUALITY.shown_sharpness == 112
