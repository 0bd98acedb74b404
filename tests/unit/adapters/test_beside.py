from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from tiepoint.adapters.files.beside import lie_beside
from tiepoint.adapters.files.drop import scan_drop
from tiepoint.domain.capture import EXCLUDED, SkippedFile


def test_a_whole_folder_has_nothing_beside_it_and_single_photos_have(tmp_path: Path) -> None:
    for name in ("a.jpg", "b.JPG", "deep/c.jpg", "notes.txt", ".hidden.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    whole = scan_drop([tmp_path])
    assert not lie_beside(whole)
    assert lie_beside(scan_drop([tmp_path / "a.jpg"]))
    assert not lie_beside(scan_drop([tmp_path / "deep" / "c.jpg"]))
    excluded = SkippedFile(whole.photos[0].path, EXCLUDED)
    assert not lie_beside(replace(whole, photos=whole.photos[1:], skipped=(*whole.skipped, excluded)))
    shutil.rmtree(tmp_path)
    assert not lie_beside(whole)


def test_several_folders_are_told_apart(tmp_path: Path) -> None:
    for name in ("one/a.jpg", "two/a.jpg", "two/b.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert not lie_beside(scan_drop([tmp_path / "one", tmp_path / "two"]))
    assert lie_beside(scan_drop([tmp_path / "one" / "a.jpg", tmp_path / "two" / "b.jpg"]))
