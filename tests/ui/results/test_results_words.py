"""Figures and words of a result, as tables."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fakes.results import a_model
from tiepoint.domain.failure import Failure
from tiepoint.domain.model_facts import Light, ModelFile, ModelFormat, ModelWarning, Origin, Scale, ScaleSource
from tiepoint.ui.viewmodels.results_facts import main_rows, more_rows, notes, verdict
from tiepoint.ui.viewmodels.results_words import (
    bytes_text,
    crs_text,
    gsd_text,
    kind_text,
    length_short,
    origin_text,
    subtitle_text,
    when_text,
)

NOW = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("gsd_m", "text"), [(0.0028, "2.8 mm/px"), (0.0123, "12 mm/px"), (0.052, "5.2 cm/px"), (0.31, "31.0 cm/px")]
)
def test_ground_sampling(gsd_m: float, text: str) -> None:
    assert gsd_text(gsd_m).replace("\N{NO-BREAK SPACE}", " ") == text


@pytest.mark.parametrize(("metres", "text"), [(0.0063, "6.3 mm"), (0.24, "24.0 cm"), (2.44, "2.4 m")])
def test_residuals(metres: float, text: str) -> None:
    assert length_short(metres).replace("\N{NO-BREAK SPACE}", " ") == text


def test_moments_get_shorter_as_they_get_older() -> None:
    assert when_text(NOW, NOW) == f"{NOW.astimezone():%H:%M}"
    assert when_text(NOW - timedelta(days=1), NOW).startswith("yesterday ")
    assert when_text(NOW - timedelta(days=9), NOW) == "2026-11-16"
    assert when_text(None, NOW) == ""


def test_the_frame_and_its_origin() -> None:
    facts = a_model()
    assert crs_text(facts) == "local ENU, origin EPSG:4979"
    assert crs_text(dataclasses.replace(facts, frame="local", epsg="")) == "local, z up"
    assert origin_text(Origin(46.8, -91.9)) == "46.80000°, \N{MINUS SIGN}91.90000°"


def test_what_a_model_is() -> None:
    cloud = ModelFile(Path("/out/cloud.ply"), ModelFormat.PLY_CLOUD, 1)
    mesh = ModelFile(Path("/out/a.stl"), ModelFormat.STL, 1)
    assert kind_text(a_model()) == "textured mesh"
    assert kind_text(a_model(model=cloud)) == "point cloud"
    assert kind_text(a_model(model=mesh, texture_px=None)) == "mesh"
    assert subtitle_text(a_model(model=mesh, texture_px=None, cameras_total=None, preset="", finished=None), NOW) == (
        "Mesh · a.stl"
    )
    assert subtitle_text(a_model(), NOW).startswith("11 photos · Standard preset · finished 2026-11-2")


def test_sizes_do_not_break() -> None:
    assert bytes_text(3_700_000) == "3.7\N{NO-BREAK SPACE}MB"


def test_the_first_facts_carry_their_lights() -> None:
    rows = {row.name: row for row in main_rows(a_model())}
    assert list(rows) == [
        "Faces",
        "Texture",
        "Ground sampling",
        "Reprojection error",
        "Cameras aligned",
        "Position residuals",
        "Surface no photo sees",
        "Scale from",
    ]
    assert rows["Cameras aligned"].state == "ok"
    assert rows["Surface no photo sees"].state == "warning"
    assert "horizontal" in rows["Position residuals"].tip


def test_what_is_not_known_is_left_out() -> None:
    mesh = ModelFile(Path("/out/a.stl"), ModelFormat.STL, 1, 10)
    bare = dataclasses.replace(
        a_model(), model=mesh, texture_px=None, gsd_m=None, reprojection=None, cameras_aligned=None, position_fit=None,
        unseen_share=None, scale=Scale(ScaleSource.NONE), epsg="", origin=None, preset="", engine_version="",
    )  # fmt: skip
    assert [(row.name, row.value) for row in main_rows(bare)] == [
        ("Faces", "79\u202f648"),
        ("Texture", "none"),
        ("Scale from", "none: sizes are relative"),
    ]
    names = {row.name for row in more_rows(bare)}
    assert {"Origin", "Preset", "Engine", "Coordinate system"}.isdisjoint(names)


def test_notes_come_worst_first_and_only_bad_ones_count() -> None:
    facts = a_model(
        lights=(Light("a", "Good one", "good", "1"), Light("b", "Poor one", "poor", "2", "It means", "Do this")),
        problems=(Failure("input", "result.json cannot be read.", "Run the job again."),),
        excluded=(ModelWarning("a.jpg is truncated."),),
    )
    found = notes(facts)
    assert [note.title for note in found] == [
        "result.json cannot be read.",
        "Little of a photo could be measured.",
        "1 photo was left out",
        "Poor one",
        "Good one",
    ]
    assert [note.state for note in found] == ["warning", "warning", "info", "error", "ok"]
    assert verdict(facts) == ("ok", "Good, 4 notes")


@pytest.mark.parametrize(
    ("word", "expected"),
    [("good", ("ok", "Good")), ("fair", ("warning", "Fair")), ("poor", ("error", "Poor")), ("unknown", ("", ""))],
)
def test_the_verdict(word: str, expected: tuple[str, str]) -> None:
    assert verdict(a_model(verdict=word, warnings=(), lights=())) == expected


def test_control_characters_and_html_stay_text() -> None:
    facts = a_model(warnings=(ModelWarning("<b>bold</b>\x1b[31m\n"),))
    assert notes(facts)[0].title == "<b>bold</b>\ufffd[31m\ufffd"
