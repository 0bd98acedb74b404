"""Facts of real photos through the engine's own child."""

import os
from pathlib import Path

import pytest

from tiepoint.transfer.facts import read_facts, start_inspector


@pytest.mark.shared
def test_the_engine_tells_camera_and_place(shared_photos: Path, tmp_path: Path) -> None:
    photo = next(path for path in sorted((shared_photos / "brighton").rglob("*")) if path.suffix.lower() == ".jpg")
    (tmp_path / "broken.jpg").write_bytes(b"no photo")
    photos = [(str(tmp_path / "broken.jpg"), "a.jpg"), (str(photo), "b/c.jpg"), ("/nowhere.jpg", "d.jpg")]
    (facts,) = read_facts(photos, lambda: False)
    assert facts.path == "b/c.jpg"
    assert facts.camera is not None
    assert facts.lat is not None
    assert facts.width


@pytest.mark.skipif(not hasattr(os, "getpriority"), reason="priorities are POSIX's")
def test_the_child_gives_way_to_others() -> None:
    process = start_inspector()
    try:
        assert os.getpriority(os.PRIO_PROCESS, process.pid) >= max(10, os.getpriority(os.PRIO_PROCESS, 0))
    finally:
        process.kill()
        process.communicate()
