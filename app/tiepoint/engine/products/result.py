"""result.json: what a job came to, for machines. Reads the work folder, writes nothing. Any thread."""

from __future__ import annotations

import importlib.metadata
import json
import math
import platform
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from tiepoint import __version__
from tiepoint.engine.job_folder import read_json
from tiepoint.engine.products import traffic_lights
from tiepoint.engine.products.accuracy import edge_length, position_fit
from tiepoint.engine.products.timings import peak_memory_bytes, read_manifests, stage_times
from tiepoint.engine.products.traffic_lights import FocalChange, Light

SCHEMA_VERSION: Final = 1
LIBRARIES: Final = ("pycolmap", "numpy", "scipy", "numba", "opencv-python-headless", "pillow", "trimesh")
_FEW_DEPTHS: Final = 0.25
_MANY: Final = 0.2
_SOFT: Final = 0.35


def built_result(work: Path, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of result.json.

    Args:
        work: The job's work folder; its products lie beside it.
        asked: What was asked for: name, capture, preset, parameters.

    Raises:
        EngineFailure: A work file is missing or broken.
    """
    check, alignment = read_json(work / "check.json"), read_json(work / "alignment.json")
    cameras = read_json(work / "../products/cameras.json")
    completeness = completeness_by_photo(work, check)
    manifests = read_manifests(work)
    photos = photo_table(check, alignment, completeness)
    changes = focal_changes(check, cameras)
    lights = judged(alignment, changes)
    faces, texture_px = mesh_facts(work)
    result = {
        "schema_version": SCHEMA_VERSION,
        **{key: asked.get(key) for key in ("name", "capture")},
        "finished_utc": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "photos_total": int(alignment["photos_total"]),
        "photos_aligned": len(alignment["aligned"]),
        "photos_excluded": len(check.get("excluded", ())),
        "tie_points": int(alignment["tie_points"]),
        "reprojection_error_px": alignment["reprojection_error_px"],
        "gsd_m": alignment.get("gsd_m"),
        "faces": faces,
        "edge_length": edge_length(work / "texture/mesh.npz"),
        "texture_px": texture_px,
        "unseen_share": _dropped_share(work),
        "points": cloud_count(work / "fused.ply"),
        "scale": alignment.get("scale"),
        "crs": alignment.get("crs"),
        "position_fit": position_fit(check, cameras, alignment.get("crs") or {}),
        "verdict": traffic_lights.verdict(lights),
        "lights": [light.to_dict() for light in lights],
        "completeness": completeness,
        "photos": photos,
        "focal": [focal_entry(change) for change in changes],
        "other_models": alignment.get("other_models", []),
        "excluded": check.get("excluded", []),
        "stages": stage_times(manifests),
        "peak_memory_bytes": peak_memory_bytes(manifests),
        "versions": versions(),
        **{key: asked.get(key) for key in ("preset", "parameters")},
        "warnings": [*gathered_warnings(work), *own_warnings(photos)],
    }
    cleaned: dict[str, Any] = rounded(result)
    return cleaned


def completeness_by_photo(work: Path, check: Mapping[str, Any]) -> dict[str, float]:
    """Return the share of each photo's pixels whose depth other photos confirm, by the photo's path in the capture."""
    figures = _json_or_none(work / "point_cloud.json")
    confirmed = figures.get("confirmed_share", {}) if isinstance(figures, dict) else {}
    shares = {str(photo["path"]): confirmed.get(photo["image"]) for photo in check["photos"]}
    return {
        path: float(share) for path, share in shares.items() if isinstance(share, int | float) and math.isfinite(share)
    }


def photo_table(
    check: Mapping[str, Any], alignment: Mapping[str, Any], completeness: Mapping[str, float]
) -> list[dict[str, Any]]:
    """Return a row for each photo: path, aligned, observations, completeness, sharpness and problems in words."""
    aligned = {photo["path"]: photo for photo in alignment["aligned"]}
    reasons = {photo["path"]: photo.get("reason") for photo in alignment.get("unaligned", ())}
    sharp = sorted(float(photo["sharpness"]) for photo in check["photos"] if photo.get("sharpness") is not None)
    usual = sharp[len(sharp) // 2] if sharp else 0.0
    rows = []
    for photo in check["photos"]:
        path, sharpness = str(photo["path"]), photo.get("sharpness")
        problems = []
        if path not in aligned:
            problems.append(str(reasons.get(path) or "Not aligned."))
        if sharpness is not None and sharpness < _SOFT * usual:
            problems.append("Much softer than the other photos.")
        if path in aligned and completeness.get(path, 1.0) < _FEW_DEPTHS:
            problems.append("Little of it could be measured.")
        rows.append(
            {
                "path": path,
                "aligned": path in aligned,
                "observations": int(aligned[path].get("observations") or 0) if path in aligned else None,
                "completeness": completeness.get(path),
                "sharpness": sharpness,
                "problems": problems,
            }
        )
    return rows


def focal_changes(check: Mapping[str, Any], cameras: Mapping[str, Any]) -> list[FocalChange]:
    """Return for each camera of the model how far its focal length moved."""
    facts = {photo["path"]: photo for photo in check["photos"]}
    found: dict[int, FocalChange] = {}
    for photo in cameras["cameras"]:
        if not photo["aligned"] or photo["camera_id"] in found:
            continue
        fact = facts[photo["path"]]
        first = fact.get("focal_px")
        refined = sum(photo["focal_px"]) / len(photo["focal_px"])
        is_known = bool(first) and fact.get("focal_source") != "estimated"
        name = str(fact.get("camera") or "Unknown camera").rpartition("@")
        found[photo["camera_id"]] = FocalChange(name[0].strip() or name[2], float(first or refined), refined, is_known)
    return list(found.values())


def judged(alignment: Mapping[str, Any], changes: list[FocalChange]) -> list[Light]:
    """Return the traffic lights."""
    observations = [int(photo.get("observations") or 0) for photo in alignment["aligned"]]
    error = alignment["reprojection_error_px"].get("mean")
    return [
        traffic_lights.aligned_light(len(alignment["aligned"]), int(alignment["photos_total"])),
        traffic_lights.matches_light(observations),
        traffic_lights.focal_light(changes),
        traffic_lights.error_light(error),
    ]


def focal_entry(change: FocalChange) -> dict[str, Any]:
    """Return a focal length's change as plain JSON values."""
    return {
        "camera": change.camera,
        "first_px": round(change.first_px, 2),
        "first_is_estimated": not change.is_known,
        "refined_px": round(change.refined_px, 2),
        "change": round(change.share, 5),
    }


def mesh_facts(work: Path) -> tuple[int, list[int]]:
    """Return the mesh's faces and the texture's width and height in pixels.

    Raises:
        EngineFailure: The mesh or the texture is missing or broken.
    """
    from tiepoint.engine.products.model import face_count, jpeg_size_px

    return face_count(work / "texture/mesh.npz"), list(jpeg_size_px(work / "texture/atlas.jpg"))


def _dropped_share(work: Path) -> float | None:
    """Return the share of the surface's faces that were left out because no photo sees them."""
    found = _json_or_none(work / "texture/texture.json")
    share = found.get("dropped_share") if isinstance(found, dict) else None
    return float(share) if isinstance(share, int | float) else None


def cloud_count(path: Path) -> int | None:
    """Return how many points a PLY file's header promises; None when there is no such file."""
    try:
        with path.open("rb") as file:
            header = file.read(4096)
    except OSError:
        return None
    for line in header.split(b"\n"):
        if line.startswith(b"element vertex "):
            return int(line.split()[2])
    return None


def gathered_warnings(work: Path) -> list[dict[str, Any]]:
    """Return the warnings all stages left in their JSON files, each once."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for path in _documents(work):
        content = _json_or_none(path)
        warnings = content.get("warnings") if isinstance(content, dict) else None
        for warning in warnings if isinstance(warnings, list) else ():
            if isinstance(warning, dict) and warning.get("summary"):
                found.setdefault((str(warning.get("kind")), str(warning["summary"])), warning)
    return list(found.values())


def own_warnings(photos: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return warnings that only show when everything is done."""
    measured = [row for row in photos if row["completeness"] is not None]
    thin = [row["path"] for row in measured if row["completeness"] < _FEW_DEPTHS]
    if not thin or len(thin) < _MANY * len(measured):
        return []
    return [
        {
            "kind": "incomplete-depth",
            "summary": f"In {len(thin)} of {len(measured)} photos less than a quarter could be measured.",
            "remedy": "Leaves, water, glass and bare walls are hard to measure; add photos with more overlap there.",
            "photos": thin,
        }
    ]


def versions() -> dict[str, str]:
    """Return the versions of Tiepoint, Python, the system and the libraries that shape a result."""
    found = {"tiepoint": __version__, "python": platform.python_version(), "system": platform.platform(terse=True)}
    for library in LIBRARIES:
        try:
            found[library] = importlib.metadata.version(library)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def rounded(value: Any) -> Any:
    """Return JSON values with floats cut to six significant digits; what is no number becomes null."""
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    if isinstance(value, dict):
        # A position in degrees needs all its digits.
        return {key: entry if key == "origin" else rounded(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(entry) for entry in value]
    return value


def _documents(work: Path) -> Iterator[Path]:
    yield from sorted(work.glob("*.json"))
    for folder in ("depth_maps", "undistorted", "mesh", "texture"):
        yield from sorted((work / folder).rglob("*.json"))


def _json_or_none(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
