from datetime import UTC, datetime, timedelta, timezone

import pytest

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.identifiers import CaptureId, is_id
from tiepoint.transfer import layout

BASE = BlobPlace("https://a.blob.core.windows.net", "captures", "2026")
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


def test_where_a_captures_things_lie() -> None:
    capture = BASE.below("20261125-demo-0a1b2c")
    blob = "2026/20261125-demo-0a1b2c/photos/100MEDIA/DJI_1.JPG"
    assert layout.photos_place(capture).prefix == "2026/20261125-demo-0a1b2c/photos"
    assert layout.photo_path(capture, blob) == "100MEDIA/DJI_1.JPG"
    assert layout.manifest_blob(capture) == "2026/20261125-demo-0a1b2c/capture.json"
    assert layout.photo_path(capture, layout.manifest_blob(capture)) == ""
    assert layout.photo_path(capture, "2026/20261125-demo-0a1b2c/photosX/a.jpg") == ""
    assert layout.photos_place(BlobPlace("https://a", "c")).prefix == "photos"


def test_two_computers_that_begin_on_one_day_agree() -> None:
    here = datetime(2026, 11, 26, 1, tzinfo=timezone(timedelta(hours=9)))
    assert layout.new_capture_id("Brighton beach", NOON) == layout.new_capture_id("Brighton beach", here)
    assert is_id(layout.new_capture_id("東京", NOON))
    assert layout.new_capture_id("東京", NOON) != layout.new_capture_id("大阪", NOON)


MINE = layout.new_capture_id("demo", NOON)
OLDER = layout.new_capture_id("demo", NOON - timedelta(days=3))
OTHER = CaptureId("20261124-demo-ffffff")


@pytest.mark.parametrize(
    ("folders", "manifests", "expected"),
    [
        ([], {}, None),
        (["elsewhere/", "photos", "20261125-demo-xyz"], {}, None),
        ([MINE + "/"], {}, MINE),
        (["2026/" + MINE + "/"], {MINE: "demo"}, MINE),
        ([MINE], {MINE: "Demo"}, None),
        ([OLDER, MINE], {}, MINE),
        ([OLDER, MINE], {MINE: "Demo"}, OLDER),
        ([OTHER], {}, None),
        ([OTHER], {OTHER: "demo"}, OTHER),
        ([OTHER, OLDER], {OTHER: "demo", OLDER: "demo"}, OTHER),
        (["20261125-demo-more-0a1b2c", "20261125-de-0a1b2c"], {}, None),
    ],
)
def test_the_capture_of_a_name_is_found(
    folders: list[str], manifests: dict[str, str], expected: CaptureId | None
) -> None:
    assert layout.listed_capture("demo", folders, manifests.get) == expected


def test_no_manifest_is_asked_for_but_those_that_may_be_it() -> None:
    asked: list[str] = []

    def name_of(capture: CaptureId) -> str | None:
        asked.append(capture)
        return "demo"

    layout.listed_capture("demo", [OLDER, MINE, "20261125-other-0a1b2c"], name_of)
    assert asked == [MINE]
