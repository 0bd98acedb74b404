"""Others' work in the program, as a frozen program tells it and as a Python environment does."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tiepoint import notices


def test_an_environment_tells_what_the_program_requires() -> None:
    found = {notice.name: notice for notice in notices.notices()}
    assert notices.folder() is None
    assert {"numpy", "pycolmap", "click"} <= set(found)
    assert "tiepoint" not in found
    assert "pytest" not in found
    assert found["click"].licence == "BSD-3-Clause"
    assert "Redistribution and use" in notices.text_of(found["click"])


def test_a_frozen_program_tells_what_was_collected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "licences"
    (folder / "texts").mkdir(parents=True)
    (folder / "texts" / "MIT.txt").write_text("Permission is hereby granted", encoding="utf-8")
    part = {"version": "1", "licence": "MIT", "copyright": "Somebody", "source": "https://example.org"}
    told = [
        {**part, "name": "zlib", "part_of": ["vtk"], "texts": ["texts/MIT.txt"]},
        {**part, "name": "Ada", "part_of": [], "texts": ["texts/gone.txt"]},
    ]
    (folder / "components.json").write_text(json.dumps({"format": 1, "components": told}), encoding="utf-8")
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    first, second = notices.notices()
    assert notices.folder() == folder
    assert (first.name, notices.text_of(first)) == ("Ada", "")
    assert (second.part_of, notices.text_of(second)) == (("vtk",), "Permission is hereby granted")


@pytest.mark.parametrize("text", ["", "[]", '{"format": 2, "components": []}', '{"format": 1, "components": [{}]}'])
def test_a_damaged_list_is_an_empty_one(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "licences").mkdir()
    (tmp_path / "licences" / "components.json").write_text(text, encoding="utf-8")
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert notices.notices() == ()
