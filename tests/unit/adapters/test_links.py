"""Links in a drop: what leads out of the dropped folder is left out and counted."""

from __future__ import annotations

from pathlib import Path

from tiepoint.adapters.files.drop import scan_drop
from tiepoint.adapters.files.links import without_links_out


def test_links_that_lead_out_are_left_out(tmp_path: Path) -> None:
    dropped, outside = tmp_path / "dropped", tmp_path / "outside"
    (dropped / "day 1").mkdir(parents=True)
    (outside / "more").mkdir(parents=True)
    for file in (dropped / "day 1" / "a.jpg", outside / "secret.jpg", outside / "more" / "b.jpg"):
        file.write_bytes(file.name.encode())
    (dropped / "inside.jpg").symlink_to(dropped / "day 1" / "a.jpg")
    (dropped / "out.jpg").symlink_to(outside / "secret.jpg")
    (dropped / "more").symlink_to(outside / "more")
    drop = scan_drop([dropped])
    assert len(drop.photos) == 4 - 1  # inside.jpg and a.jpg are one photo
    sendable = without_links_out(drop, frozenset())
    assert [photo.path for photo in sendable.photos] == ["inside.jpg"]
    assert sorted(each.path for each in sendable.skipped) == ["more/b.jpg", "out.jpg"]
    assert "leads out" in sendable.skipped[0].reason


def test_a_folder_reached_by_a_link_and_a_link_named_by_a_person_are_fine(tmp_path: Path) -> None:
    real = tmp_path / "card"
    real.mkdir()
    (real / "a.jpg").write_bytes(b"a")
    link, photo = tmp_path / "photos", tmp_path / "b.jpg"
    link.symlink_to(real)
    photo.symlink_to(real / "a.jpg")
    whole = scan_drop([link])
    assert without_links_out(whole, frozenset()) == whole
    named = scan_drop([photo])
    assert without_links_out(named, frozenset({photo})) == named
