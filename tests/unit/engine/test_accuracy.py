"""How far a model's size can be trusted: against positions whose errors are known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fakes.work_folder import make_job
from tiepoint.domain.errors import EngineFailure
from tiepoint.domain.geodesy import geodetic_from_enu
from tiepoint.engine.products.accuracy import edge_length, position_fit
from tiepoint.engine.sfm.similarity import applied, robust_similarity

ORIGIN = (46.84261, -91.99456, 198.0)
CRS = {"origin": {"lat": ORIGIN[0], "lon": ORIGIN[1], "alt": ORIGIN[2]}}


def _flight(count: int, noise_m: float, seed: int = 3) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return check and cameras of a flight whose cameras were fitted to positions with known noise."""
    rng = np.random.default_rng(seed)
    truth = np.column_stack([rng.uniform(-50, 50, count), rng.uniform(-50, 50, count), rng.uniform(20, 40, count)])
    truth -= truth[0]  # the first photo gives the origin
    told = truth + rng.normal(0, noise_m, truth.shape)
    told[0] = 0
    similarity = robust_similarity(truth, told, 1e9)
    assert similarity is not None
    fitted = applied(similarity, truth)
    names = [f"{number:03}.jpg" for number in range(count)]
    photos = []
    for name, position in zip(names, told, strict=True):
        lat, lon, alt = geodetic_from_enu(position, ORIGIN)
        photos.append({"path": name, "image": name, "lat": lat, "lon": lon, "alt": alt})
    cameras = [{"path": name, "aligned": True, "position": list(row)} for name, row in zip(names, fitted, strict=True)]
    return {"photos": photos}, {"cameras": cameras}


def test_residuals_are_those_of_the_noise() -> None:
    check, cameras = _flight(60, 0.5)
    fit = position_fit(check, cameras, CRS)
    assert fit is not None
    assert (fit["photos"], fit["left_out"]) == (60, 0)
    assert fit["rms_m"] == pytest.approx(0.5 * 3**0.5, rel=0.2)
    assert fit["rms_m"] ** 2 == pytest.approx(fit["rms_horizontal_m"] ** 2 + fit["rms_vertical_m"] ** 2, rel=1e-6)
    assert fit["spread_m"] == pytest.approx(41, rel=0.2)


def test_the_scale_error_is_what_many_flights_scatter() -> None:
    """Fit many flights with noise, and compare the scatter of their scale with what one of them says of itself."""
    rng = np.random.default_rng(5)
    truth = rng.uniform(-50, 50, (40, 3))
    scales = []
    for _ in range(300):
        similarity = robust_similarity(truth, truth + rng.normal(0, 0.5, truth.shape), 1e9)
        assert similarity is not None
        scales.append(np.cbrt(np.linalg.det(similarity[:, :3])))
    said = []
    for seed in range(10):
        fit = position_fit(*_flight(40, 0.5, seed), CRS)
        assert fit is not None
        said.append(fit["scale_error"] * fit["spread_m"])
    spread_m = float(np.sqrt(np.mean(np.sum((truth - truth.mean(axis=0)) ** 2, axis=1))))
    assert np.mean(said) / spread_m == pytest.approx(np.std(scales), rel=0.35)


def test_drifting_errors_count_for_less() -> None:
    check, cameras = _flight(60, 0.0)
    for number, camera in enumerate(cameras["cameras"]):
        camera["position"][0] += np.sin(number / 10)
    drift = position_fit(check, cameras, CRS)
    rng = np.random.default_rng(1)
    check, cameras = _flight(60, 0.0)
    for camera in cameras["cameras"]:
        camera["position"][0] += rng.normal(0, 0.7)
    noise = position_fit(check, cameras, CRS)
    assert drift is not None
    assert noise is not None
    assert drift["rms_m"] == pytest.approx(noise["rms_m"], rel=0.3)
    assert drift["scale_error"] > 3 * noise["scale_error"]


def test_strays_are_left_out_and_counted() -> None:
    check, cameras = _flight(20, 0.1)
    cameras["cameras"][5]["position"][1] += 300
    fit = position_fit(check, cameras, CRS)
    assert fit is not None
    assert (fit["photos"], fit["left_out"]) == (19, 1)
    assert fit["rms_m"] < 1


def test_without_heights_the_plane_counts() -> None:
    check, cameras = _flight(20, 0.2)
    for photo in check["photos"]:
        photo["alt"] = None
    fit = position_fit(check, cameras, {"origin": {**CRS["origin"], "alt": None}})
    assert fit is not None
    assert fit["rms_vertical_m"] is None
    assert fit["rms_m"] == pytest.approx(fit["rms_horizontal_m"])


def test_without_positions_there_is_nothing_to_say() -> None:
    check, cameras = _flight(10, 0.1)
    assert position_fit(check, cameras, {"origin": None}) is None
    for photo in check["photos"]:
        photo["lat"] = None
    assert position_fit(check, cameras, CRS) is None
    few, their_cameras = _flight(10, 0.1)
    for camera in their_cameras["cameras"][2:]:
        camera["aligned"] = False
    assert position_fit(few, their_cameras, CRS) is None


def test_edge_length_of_a_cube(tmp_path: Path) -> None:
    job = make_job(tmp_path / "job")
    path = job.work / "texture/mesh.npz"
    assert edge_length(path) == pytest.approx(1.0)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(EngineFailure):
        edge_length(path)
