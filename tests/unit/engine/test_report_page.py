"""The report stage over a fake work folder: result.json for machines, report.html for people, both hard to fool."""

from __future__ import annotations

import html.parser
import json
import re
from pathlib import Path
from typing import Any

import pytest

from fakes.work_folder import FACES, HOSTILE_NAME, PHOTOS, TIE_POINTS, make_job
from tiepoint import resources
from tiepoint.domain.errors import SetupError
from tiepoint.engine.job_folder import JobFolder
from tiepoint.engine.products import traffic_lights
from tiepoint.engine.products.report_page import distance, duration, size, verdict
from tiepoint.engine.products.result import rounded
from tiepoint.engine.products.timings import stage_times
from tiepoint.engine.products.traffic_lights import FocalChange
from tiepoint.engine.stages import export, report
from tiepoint.engine.task import is_done, run_task

_WANTED = {
    "photos_total", "photos_aligned", "tie_points", "reprojection_error_px", "gsd_m", "faces", "texture_px", "scale",
    "crs", "completeness", "stages", "peak_memory_bytes", "versions", "preset", "parameters", "warnings",
}  # fmt: skip
_VOID = {"meta", "img", "br", "image", "path", "circle", "rect", "line"}


def _run(job: JobFolder) -> JobFolder:
    for stage in (export, report):
        for task in stage.plan(job):
            run_task(job.work, task, lambda done, total: None)
    return job


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> JobFolder:
    return _run(make_job(tmp_path_factory.mktemp("report") / "job"))


@pytest.fixture(scope="module")
def result(job: JobFolder) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((job.products / "result.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def page(job: JobFolder) -> str:
    return (job.products / "report.html").read_text(encoding="utf-8")


class _Reader(html.parser.HTMLParser):
    """Collects tags, addresses and text, and whether every tag is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]
        self.addresses += [value or "" for name, value in attrs if name in {"src", "href"}]
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.fixture(scope="module")
def read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    assert reader.open == []
    return reader


def test_result_has_what_was_promised(result: dict[str, Any]) -> None:
    assert set(result) >= _WANTED
    assert (result["photos_total"], result["photos_aligned"]) == (len(PHOTOS), len(PHOTOS) - 1)
    assert (result["faces"], result["tie_points"], result["texture_px"]) == (FACES, TIE_POINTS, [96, 64])
    assert result["completeness"] == {path: round(0.9 - 0.2 * n, 3) for n, path in enumerate(PHOTOS[:-1])}
    assert result["crs"]["origin"]["lon"] == -91.99456
    assert result["reprojection_error_px"] == {"mean": 0.5, "max": 3.14159}
    assert result["preset"] == "draft"
    assert result["parameters"]["depth_size_px"] == 640
    assert {"tiepoint", "python", "pycolmap", "numpy", "numba"} <= set(result["versions"])
    assert result["unseen_share"] == 0.021


def test_result_counts_wall_time_once(result: dict[str, Any]) -> None:
    stages = {stage["name"]: stage for stage in result["stages"]}
    assert list(stages) == ["check", "features", "alignment", "texture", "export"]
    assert (stages["features"]["seconds"], stages["features"]["cpu_seconds"]) == (5.0, 10.0)
    assert result["peak_memory_bytes"] >= 10_000_140


def test_result_gathers_warnings_once(result: dict[str, Any]) -> None:
    kinds = [warning["kind"] for warning in result["warnings"]]
    assert kinds == ["unaligned", "incomplete-depth"]
    assert all(warning["remedy"] for warning in result["warnings"])


def test_result_says_what_is_wrong_with_a_photo(result: dict[str, Any]) -> None:
    rows = {row["path"]: row for row in result["photos"]}
    assert rows[PHOTOS[0]]["problems"] == ["Much softer than the other photos."]
    assert rows[PHOTOS[1]]["problems"] == []
    assert rows[PHOTOS[4]]["problems"] == ["Little of it could be measured."]
    assert rows[PHOTOS[5]]["problems"] == ["Too few matches."]


def test_result_compares_focal_lengths_in_original_pixels(result: dict[str, Any]) -> None:
    assert result["focal"] == [
        {
            "camera": "Acme <Cam> 24mm",
            "first_px": 158.0,
            "first_is_estimated": False,
            "refined_px": 160.0,
            "change": 0.01266,
        }
    ]


def test_page_runs_nothing_and_fetches_nothing(read: _Reader, page: str) -> None:
    assert read.tags.isdisjoint({"script", "iframe", "object", "link", "form", "base"})
    assert "default-src 'none'" in page
    local = [address for address in read.addresses if not address.startswith("data:image/")]
    assert all(re.fullmatch(r"[a-z]+(\.[a-z]+|/)", address) for address in local)
    assert not re.search(r"url\(|@import|https?://", page)


def test_page_shows_hostile_names_as_text(read: _Reader, page: str) -> None:
    assert HOSTILE_NAME in read.text
    assert "sub/ü <b>.JPG" in read.text
    assert "Acme <Cam> 24mm" in read.text
    assert "<script>alert" not in page
    assert "<img src=x>" not in page


def test_page_never_says_by_colour_alone(page: str) -> None:
    chips = re.findall(r'<span class="chip (\w+)">(.*?)</span>', page, re.DOTALL)
    assert len(chips) == 5
    for level, content in chips:
        assert "<svg" in content
        assert re.sub(r"<svg.*?</svg>", "", content, flags=re.DOTALL).strip(), level


def test_page_tells_every_part(read: _Reader) -> None:
    text = " ".join(" ".join(read.text).split())
    for words in (
        "5 of 6", "preset draft", "GPS positions", "Focal length change", "1.3 %", "Take sharper photos",
        "1 photo stayed out.", "Add photos.", "The file is empty (0 bytes).", "Cameras from above", "EPSG:4979",
        "46.8426000°", "Alignment", "mesh depth", "pycolmap", "2.1 %, left open", "2.13 cm",
    ):  # fmt: skip
        assert words in text, words


def test_page_serves_dark_light_and_paper(page: str) -> None:
    assert "prefers-color-scheme: dark" in page
    assert "@media print" in page


def test_report_runs_again_only_when_a_stage_did(tmp_path: Path) -> None:
    job = _run(make_job(tmp_path / "job"))
    assert all(is_done(job.work, task) for task in report.plan(job))
    manifest = job.work / "manifests/texture/bake.json"
    manifest.write_text(manifest.read_text().replace("10.0", "11.0"))
    assert not any(is_done(job.work, task) for task in report.plan(job))


def test_report_without_gps_or_depth_figures(tmp_path: Path) -> None:
    job = make_job(tmp_path / "job", with_gps=False, name="plain")
    (job.work / "point_cloud.json").unlink()
    _run(job)
    result = json.loads((job.products / "result.json").read_text(encoding="utf-8"))
    assert (result["completeness"], result["gsd_m"], result["scale"]["source"]) == ({}, None, "none")
    page = (job.products / "report.html").read_text(encoding="utf-8")
    assert "unknown: one unit is not a metre" in page
    assert 'class="north"' not in page


def test_report_shows_a_warning_that_is_about_no_single_photo(tmp_path: Path) -> None:
    job = make_job(tmp_path / "job")
    alignment = json.loads((job.work / "alignment.json").read_text())
    alignment["warnings"] = [{"kind": "positions", "summary": "The positions make no sense.", "remedy": "Measure it."}]
    (job.work / "alignment.json").write_text(json.dumps(alignment))
    _run(job)
    assert "The positions make no sense." in (job.products / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("aligned", "total", "level"),
    [(96, 100, "good"), (95, 100, "fair"), (65, 100, "fair"), (64, 100, "poor"), (0, 0, "poor")],
)
def test_aligned_light(aligned: int, total: int, level: str) -> None:
    light = traffic_lights.aligned_light(aligned, total)
    assert light.level == level
    assert bool(light.remedy) == (level != "good")


@pytest.mark.parametrize(("usual", "level"), [(1001, "good"), (1000, "fair"), (100, "fair"), (99, "poor")])
def test_matches_light(usual: int, level: str) -> None:
    assert traffic_lights.matches_light([0, usual, 5000]).level == level


@pytest.mark.parametrize(
    ("refined", "level"), [(1009, "good"), (1010, "fair"), (951, "fair"), (950, "poor"), (2000, "poor")]
)
def test_focal_light(refined: float, level: str) -> None:
    changes = [FocalChange("a", 1000, 1000, is_known=True), FocalChange("b", 1000, refined, is_known=True)]
    assert traffic_lights.focal_light(changes).level == level


def test_focal_light_does_not_judge_a_guess() -> None:
    light = traffic_lights.focal_light([FocalChange("a", 1000, 2000, is_known=False)])
    assert (light.level, light.to_dict()["word"]) == ("unknown", "Not rated")


def test_verdict_forgives_what_a_draft_always_has() -> None:
    good, few = traffic_lights.aligned_light(18, 18), traffic_lights.matches_light([400])
    error = traffic_lights.error_light(0.9)
    assert traffic_lights.verdict([good, few, error]) == "good"
    assert traffic_lights.verdict([good, traffic_lights.matches_light([40]), error]) == "poor"
    assert traffic_lights.verdict([traffic_lights.aligned_light(16, 18), error]) == "fair"
    assert verdict({"verdict": "good", "warnings": [1], "excluded": []}) == "Good, 1 note"


def test_numbers_read_well() -> None:
    assert [distance(value) for value in (0.0021, 0.0213, 1.5, 31.26, 2500.0, None)] == [
        "2.10 mm", "2.13 cm", "1.50 m", "31.3 m", "2.50 km", "unknown",
    ]  # fmt: skip
    assert [duration(value) for value in (0.04, 9.94, 61.6, 3720)] == ["0.0 s", "9.9 s", "1 min 02 s", "1 h 02 min"]
    assert [size(value) for value in (12, 1234, 5_600_000, 7.8e9)] == ["12 bytes", "1.2 kB", "5.6 MB", "7.8 GB"]


def test_no_nan_leaves() -> None:
    assert rounded({"a": float("nan"), "b": [float("inf"), 1.23456789], "origin": {"lat": 46.123456789}}) == {
        "a": None,
        "b": [None, 1.23457],
        "origin": {"lat": 46.123456789},
    }


def test_pauses_between_runs_do_not_count() -> None:
    tasks = [
        {"seconds": 4, "cpu_seconds": 4, "finished": 100.0},
        {"seconds": 4, "cpu_seconds": 4, "finished": 102.0},
        {"seconds": 1, "cpu_seconds": 1, "finished": 9000.0},
    ]
    assert stage_times({"mesh": tasks}) == [{"name": "mesh", "tasks": 3, "seconds": 7.0, "cpu_seconds": 9.0}]


def test_resources_are_found_and_guarded() -> None:
    assert "<html" in resources.read_text("report/report.html.j2")
    assert resources.read_bytes("report/report.css").startswith(b":root")
    for name in ("report/none.txt", "../pyproject.toml"):
        with pytest.raises(SetupError, match="missing"):
            resources.read_text(name)
