"""The sample capture: small, licensed, with positions, and without a fault."""

from __future__ import annotations

from pathlib import Path

from tiepoint.engine.photos.inspection import full_record
from tiepoint.engine.photos.photo_set import judged_set

SAMPLE = Path(__file__).resolve().parents[3] / "resources" / "sample"


def test_size_and_licence() -> None:
    assert sum(file.stat().st_size for file in SAMPLE.rglob("*") if file.is_file()) <= 6_000_000
    assert "BSD 2-Clause" in (SAMPLE / "LICENSE").read_text(encoding="utf-8")
    assert "drone_dataset_brighton_beach" in (SAMPLE / "README.md").read_text(encoding="utf-8")


def test_photos_are_faultless_and_located() -> None:
    files = sorted((SAMPLE / "photos").iterdir())
    records = [full_record(file, file.name).to_dict() for file in files]
    judged = judged_set(records, [])
    assert (len(judged.photos), judged.excluded, judged.warnings, judged.failure) == (18, [], [], None)
    assert {photo["camera"] for photo in judged.photos} == {"DJI FC300S 3.61mm@1280x720"}
    assert all(photo["lat"] and photo["lon"] and photo["alt"] for photo in judged.photos)
    assert all(photo["focal_source"] == "exif35" for photo in judged.photos)
