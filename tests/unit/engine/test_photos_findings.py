"""What is said of a set of photos: each rule as a table over records."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from tiepoint.engine.photos import findings, position_rules
from tiepoint.engine.photos.copies import exact_copies, near_copies
from tiepoint.engine.photos.findings import Finding, failure
from tiepoint.engine.photos.photo_set import judged_set, photo_warnings
from tiepoint.engine.photos.problems import PROBLEM_KINDS, problem_sentences
from tiepoint.engine.photos.record import PhotoRecord


def photo(number: int = 0, **changes: Any) -> PhotoRecord:
    good = PhotoRecord(
        path=f"{number}.jpg",
        size=1000,
        format="JPEG",
        width=4000,
        height=3000,
        orientation=1,
        camera="A@4000x3000",
        focal_px=3000.0,
        focal_source="exif35",
        taken_utc=None,
        lat=None,
        lon=None,
        alt=None,
        md5=f"{number:032x}",
        phash=f"{pow(0x9E3779B97F4A7C15F39CC0605CEDC835, number + 1, (1 << 255) - 19):064x}",
        sharpness=1.0,
        mean_luma=120.0,
        luma_low=20.0,
        luma_high=220.0,
    )
    return dataclasses.replace(good, **changes)


def photos(count: int, **changes: Any) -> list[PhotoRecord]:
    return [photo(number, **changes) for number in range(count)]


def kinds(found: list[Finding]) -> list[str]:
    return [finding.kind for finding in found]


def test_good_photos_give_no_finding() -> None:
    assert findings.warnings_of(photos(8)) == []


@pytest.mark.parametrize(
    ("usable", "excluded", "kind", "words"),
    [
        ([], {}, "no-photos", "There are no photos."),
        ([], {"a": "truncated"}, "no-usable-photo", "The only photo cannot be used. The photo is cut short"),
        ([], {"a": "missing", "b": "missing", "c": "empty"}, "no-usable-photo", "None of the 3 photos can be used."),
        (photos(1), {}, "too-few-photos", "Only 1 of 1 photo can be used"),
        (photos(2), {}, "too-few-photos", "Only 2 of 2 photos can be used"),
        (photos(2), {"a": "empty"}, "too-few-photos", "Only 2 of 3 photos can be used"),
        (photos(1), {"a": "duplicate", "b": "duplicate"}, "no-baseline", "no baseline between photos"),
        (photos(2), {"a": "duplicate", "b": "duplicate"}, "too-few-photos", "Only 2 of 4"),
        (photos(5, phash="0" * 64), {}, "no-baseline", "no baseline between photos"),
        (photos(2, phash="0" * 64), {}, "no-baseline", "no baseline between photos"),
    ],
)
def test_failure(usable: list[PhotoRecord], excluded: dict[str, str], kind: str, words: str) -> None:
    found = failure(usable, excluded)
    assert found is not None
    assert (found.kind, found.severity) == (kind, "error")
    assert words in found.summary
    assert found.remedy


def test_three_different_photos_are_enough() -> None:
    assert failure(photos(3), {"a": "empty"}) is None
    assert failure([*photos(4, phash="0" * 64), photo(9), photo(8)], {}) is None


def test_exact_copies_name_their_first() -> None:
    assert exact_copies([photo(1), photo(2), photo(1, path="b"), photo(1, path="c"), photo(3, md5=None)]) == {
        "b": "1.jpg",
        "c": "1.jpg",
    }


def test_near_copies_do_not_chain() -> None:
    steps = [photo(number, phash=f"{(1 << 10 * number) - 1:064x}") for number in range(5)]  # each 10 bits further
    assert near_copies(steps) == [("0.jpg", "1.jpg"), ("2.jpg", "3.jpg")]
    assert near_copies(photos(50)) == []
    assert near_copies(photos(3, phash=None)) == []


def test_near_duplicates() -> None:
    found = findings.near_duplicates([*photos(3), photo(0, path="again.jpg", md5="f" * 32)])
    assert kinds(found) == ["near-duplicate"]
    assert found[0].photos == ("0.jpg", "again.jpg")
    assert found[0].summary == "1 photo shows nearly the same picture as another one."


@pytest.mark.parametrize(
    ("rule", "changes", "kind"),
    [
        (findings.blurred, {"sharpness": 0.4}, "blurred"),
        (findings.underexposed, {"luma_high": 40.0}, "underexposed"),
        (findings.overexposed, {"luma_low": 230.0}, "overexposed"),
        (findings.mixed_cameras, {"camera": "B@4000x3000"}, "mixed-cameras"),
        (findings.mixed_cameras, {"width": 2000, "height": 1500}, "mixed-cameras"),
        (findings.mixed_orientation, {"width": 3000, "height": 4000}, "mixed-orientation"),
        (findings.estimated_focal_length, {"focal_source": "estimated"}, "focal-length-estimated"),
        (findings.oddities, {"notes": ("changed",)}, "changed"),
        (findings.oddities, {"notes": ("exif-broken",)}, "exif-broken"),
        (findings.oddities, {"notes": ("transparency",)}, "transparency"),
        (position_rules.position_oddities, {"notes": ("gps-zero",)}, "gps-zero"),
        (position_rules.position_oddities, {"notes": ("gps-broken",)}, "gps-broken"),
    ],
)
def test_rule_names_the_photos_it_means(rule: Any, changes: dict[str, Any], kind: str) -> None:
    found = rule([*photos(7), photo(7, **changes)])
    assert kinds(found) == [kind]
    assert found[0].photos == ("7.jpg",)
    assert found[0].summary.endswith(".")
    assert found[0].remedy.endswith(".")
    assert rule(photos(8)) == []


@pytest.mark.parametrize(
    ("rule", "records"),
    [
        (findings.blurred, photos(2, sharpness=0.0)),
        (findings.blurred, photos(8, sharpness=None)),
        (findings.underexposed, photos(8, mean_luma=10.0, luma_high=200.0)),  # a bright thing before black
        (findings.mixed_orientation, photos(8, width=3000, height=4000)),
        (findings.mixed_cameras, [photo(0), photo(1, camera="A@3000x4000", width=3000, height=4000)]),
    ],
)
def test_rule_holds_back(rule: Any, records: list[PhotoRecord]) -> None:
    assert rule(records) == []


def test_few_photos() -> None:
    assert kinds(findings.few_photos(photos(3))) == ["few-photos"]
    assert findings.few_photos(photos(6)) == []


def located(count: int, step_deg: float = 1e-4) -> list[PhotoRecord]:
    return [photo(n, lat=47.0 + n * step_deg, lon=8.0, alt=500.0) for n in range(count)]


def test_good_positions_are_kept() -> None:
    kept, found = position_rules.believed_positions(located(10))
    assert found == []
    assert [record.lat for record in kept] == [record.lat for record in located(10)]


def test_a_far_off_position_is_ignored() -> None:
    wrong = photo(10, lat=10.0, lon=8.0, alt=1.0)
    kept, found = position_rules.believed_positions([*located(10), wrong])
    assert "gps-far" in kinds(found)
    assert (kept[-1].lat, kept[-1].lon, kept[-1].alt) == (None, None, None)
    assert kept[0].lat is not None


def test_a_long_corridor_is_no_outlier() -> None:
    assert position_rules.far_off(located(200, step_deg=1e-2)) == ()


def test_positions_across_the_date_line_are_near() -> None:
    here = [photo(n, lat=0.5, lon=179.9999 if n % 2 else -179.9999) for n in range(6)]
    assert position_rules.far_off(here) == ()


def test_one_position_for_all_gives_no_scale() -> None:
    kept, found = position_rules.believed_positions(located(5, step_deg=0.0))
    assert kinds(found) == ["gps-same"]
    assert all(record.lat is None for record in kept)


def test_some_positions() -> None:
    _, found = position_rules.believed_positions([*located(4), photo(9)])
    assert [(finding.kind, finding.severity, finding.photos) for finding in found] == [
        ("gps-partly", "info", ("9.jpg",))
    ]


def test_a_set_is_judged_without_losing_a_photo() -> None:
    good = [record.to_dict() | {"image": f"{record.path}!"} for record in [*photos(5), photo(1, path="copy.jpg")]]
    judged = judged_set(good, [{"path": "bad.jpg", "kind": "empty", "summary": "s", "remedy": "r"}])
    assert judged.failure is None
    assert [entry["image"] for entry in judged.photos] == [f"{n}.jpg!" for n in range(5)]
    assert [(entry["path"], entry["kind"]) for entry in judged.excluded] == [
        ("bad.jpg", "empty"),
        ("copy.jpg", "duplicate"),
    ]
    assert "1.jpg" in judged.excluded[1]["summary"]
    assert kinds(judged.warnings) == ["excluded", "few-photos"]


def test_a_single_photo_says_what_concerns_it_alone() -> None:
    assert photo_warnings(photo()) == []
    assert kinds(photo_warnings(photo(focal_source="estimated", notes=("gps-zero",)))) == [
        "focal-length-estimated",
        "gps-zero",
    ]


def test_every_problem_is_a_sentence_with_a_remedy() -> None:
    for kind in PROBLEM_KINDS:
        summary, remedy = problem_sentences(kind)
        assert summary.endswith(".")
        assert remedy.endswith(".")


def test_a_record_survives_its_json() -> None:
    record = photo(3, notes=("changed",))
    assert PhotoRecord.from_dict({**record.to_dict(), "image": "x"}) == record
