"""Comparing two runs of the same job by what matters: the photos aligned, where they stood, and the mesh's size."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np


def read_facts(out: Path) -> dict[str, Any]:
    """Return result.json of an output folder, with the camera centres by photo added as `centres`."""
    result: dict[str, Any] = json.loads((out / "result.json").read_text(encoding="utf-8"))
    cameras = json.loads((out / "cameras.json").read_text(encoding="utf-8"))["cameras"]
    result["centres"] = {camera["path"]: camera["position"] for camera in cameras if camera["aligned"]}
    return result


def assert_same(found: Path, wanted: Path) -> None:
    """Assert: same photos aligned, centres within 0.1 % of the extent, faces within 2 %."""
    one, two = read_facts(found), read_facts(wanted)
    assert one["photos_aligned"] == two["photos_aligned"]
    assert one["centres"].keys() == two["centres"].keys()
    a, b = (np.array([facts["centres"][name] for name in sorted(facts["centres"])]) for facts in (one, two))
    extent = np.linalg.norm(b.max(axis=0) - b.min(axis=0))
    assert np.linalg.norm(a - b, axis=1).max() <= 0.001 * extent
    assert abs(one["faces"] - two["faces"]) <= 0.02 * two["faces"]
