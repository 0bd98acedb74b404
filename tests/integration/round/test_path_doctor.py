"""Path Doctor over a real agent: panel, Blob and scheduler as they see one capture, and where it breaks first."""

from __future__ import annotations

from pathlib import Path

from round_cluster import RoundCluster
from round_panel import SITE, Panel
from tiepoint.domain.path_view import PathReport, ViewerKind


async def examined(panel: Panel, capture: str = "", path: str = "") -> PathReport:
    reports = [each async for each in panel.doctor.examine(SITE, capture, path)]
    assert [each.is_whole for each in reports] == [False] * (len(reports) - 1) + [True]
    return reports[-1]


async def test_a_capture_is_followed_from_panel_to_scheduler(panel: Panel, cluster: RoundCluster, photos: Path) -> None:
    begun = await panel.rounds.begin(await panel.drop(photos), panel.request())
    done = await panel.until(lambda each: each.is_over, begun.id)
    report = await examined(panel, done.capture)
    assert report.first_break is None
    viewers = [each.viewer for each in report.views]
    assert viewers == [ViewerKind.PANEL, ViewerKind.BLOB, ViewerKind.SCHEDULER]
    manifest = cluster.work / "captures" / done.capture / "capture.json"
    assert report.views[-1].path == str(manifest)
    assert report.views[-1].size_bytes == manifest.stat().st_size
    assert report.views[-1].can_write

    cluster.delete("captures", f"{done.capture}/photos/DJI_0000")
    report = await examined(panel, done.capture)
    assert report.first_break is not None
    assert report.first_break.viewer is ViewerKind.BLOB
    assert report.first_break.failure is not None
    assert "DJI_0000.JPG" in report.first_break.failure.summary

    manifest.unlink()
    report = await examined(panel, done.capture)
    scheduler = report.views[-1]
    assert scheduler.is_there is False
    assert scheduler.failure is not None
    assert scheduler.failure.kind == "missing"


async def test_paths_below_the_shared_folder(panel: Panel, cluster: RoundCluster) -> None:
    (cluster.work / "Projects").mkdir()
    assert (await examined(panel)).first_break is None
    [view] = (await examined(panel, path="projects")).views
    assert view.failure is not None
    assert view.failure.kind == "case"
    [view] = (await examined(panel, path="nowhere")).views
    assert view.failure is not None
    assert view.failure.kind == "missing"
    (cluster.work / "scans").mkdir()
    [view] = (await examined(panel, path="Scans")).views
    assert view.failure is not None
    assert view.failure.kind == "case"
    cluster.kill()
    [view] = (await examined(panel)).views
    assert view.failure is not None
    assert view.failure.kind == "connection"
