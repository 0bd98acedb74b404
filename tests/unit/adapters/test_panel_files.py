"""The panel's state on disk, and partial results as the engine leaves them: whole, broken, hostile, missing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.keeping import keeping
from tiepoint.adapters.files.panel_state_store import FilePanelStateStore
from tiepoint.adapters.files.preview_store import FolderPreviewStore
from tiepoint.domain.errors import SetupError
from tiepoint.domain.panel_state import PanelState, panel_state_from_dict
from tiepoint.domain.preview import CameraState

NOW = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
STATE = PanelState(
    geometry="AdnQywAD",
    page="jobs",
    is_dock_open=False,
    splitters={"jobs": (200, 400)},
    columns={"jobs": ("state", "name")},
    widths={"jobs": {"name": 120}},
    job="20261125-a-000001",
    extras={"zoom": 1.5, "grid": True, "sort": "name"},
)
CAMERA = {"photo": "a.jpg", "center": [0, 1, 2], "rotation": [1, 0, 0, 0, 1, 0, 0, 0, 1]}
CAMERA |= {"size_px": [400, 300], "focal_px": 350.5}
FACTS = {"stage": "alignment", "cloud": "cloud.ply", "points": 3, "photos_done": 0, "photos_total": 2}
FACTS |= {"cameras": "cameras.json", "states": "d"}


def _store(folder: Path) -> FilePanelStateStore:
    return FilePanelStateStore(folder / "settings" / "panel.json", keeping(lambda: NOW))


async def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    assert (await _store(tmp_path).load()).state == PanelState()
    await _store(tmp_path).save(STATE)
    loaded = await _store(tmp_path).load()
    assert (loaded.state, loaded.set_aside) == (STATE, None)
    assert [path.name for path in (tmp_path / "settings").iterdir()] == ["panel.json"]


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff\xfe", b"{", b'{"schema_version": 99}', b"[" * 100_000])
async def test_a_broken_file_is_set_aside(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "settings" / "panel.json"
    path.parent.mkdir()
    path.write_bytes(content)
    loaded = await _store(tmp_path).load()
    assert loaded.state == PanelState()
    assert loaded.set_aside is not None
    assert loaded.set_aside.read_bytes() == content
    assert not path.exists()


async def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "settings").write_text("a file")
    with pytest.raises(SetupError):
        await _store(tmp_path).save(STATE)
    with pytest.raises(SetupError):
        await _store(tmp_path).load()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)


@given(st.dictionaries(st.sampled_from([*STATE.to_dict(), "other"]), json_values))
def test_fields_of_a_wrong_kind_take_their_default(data: dict[str, Any]) -> None:
    state = panel_state_from_dict({**data, "schema_version": 1})
    assert panel_state_from_dict(json.loads(json.dumps(state.to_dict()))) == state


def _write(job: Path, facts: Any, cloud: bytes | None = b"ply", cameras: Any = (CAMERA,)) -> Path:
    folder = job / "work" / "preview"
    folder.mkdir(parents=True, exist_ok=True)
    if cloud is not None:
        (folder / "cloud.ply").write_bytes(cloud)
    (folder / "cameras.json").write_text(json.dumps({"cameras": cameras}))
    (folder / "preview.json").write_text(facts if isinstance(facts, str) else json.dumps(facts))
    return folder


async def test_a_preview_is_read_once(tmp_path: Path) -> None:
    store = FolderPreviewStore()
    assert await store.read(tmp_path) is None
    folder = _write(tmp_path, {**FACTS, "has_scale": True})
    preview = await store.read(tmp_path)
    assert preview is not None
    assert (preview.cloud, preview.points, preview.photos_total) == (folder / "cloud.ply", 3, 2)
    assert preview.cameras[0].state is CameraState.DONE
    assert preview.cameras[0].focal_px == 350.5
    assert preview.has_scale
    assert await store.read(tmp_path, preview.revision) is None
    _write(tmp_path, {**FACTS, "points": 40})
    again = await store.read(tmp_path, preview.revision)
    assert again is not None
    assert again.points == 40


@pytest.mark.parametrize(
    "facts",
    [
        "",
        "[]",
        "{}",
        {**FACTS, "cloud": "../../../etc/passwd"},
        {**FACTS, "cloud": ""},
        {**FACTS, "cloud": ".."},
        {**FACTS, "points": "many"},
        {**FACTS, "cameras": 5},
        {**FACTS, "cameras": "../cameras.json"},
        {**FACTS, "states": "x"},
        {**FACTS, "states": "dd"},
    ],
)
async def test_a_broken_preview_is_none(tmp_path: Path, facts: Any) -> None:
    _write(tmp_path, facts)
    assert await FolderPreviewStore().read(tmp_path) is None


@pytest.mark.parametrize(
    "cameras",
    [
        5,
        [5],
        [{**CAMERA, "rotation": [1]}],
        [{**CAMERA, "center": [0, 1, float("nan")]}],
        [{**CAMERA, "size_px": [1]}],
        [{**CAMERA, "focal_px": "long"}],
    ],
)
async def test_broken_cameras_are_no_preview(tmp_path: Path, cameras: Any) -> None:
    _write(tmp_path, FACTS, cameras=cameras)
    assert await FolderPreviewStore().read(tmp_path) is None


async def test_cameras_that_change_are_read_again(tmp_path: Path) -> None:
    store = FolderPreviewStore()
    _write(tmp_path, FACTS)
    _write(tmp_path, {**FACTS, "states": "rw"}, cameras=[CAMERA, {**CAMERA, "photo": "b.jpg"}])
    preview = await store.read(tmp_path)
    assert preview is not None
    assert [(camera.photo, camera.state.value) for camera in preview.cameras] == [
        ("a.jpg", "running"),
        ("b.jpg", "waiting"),
    ]


async def test_a_preview_without_its_cloud_is_none(tmp_path: Path) -> None:
    _write(tmp_path, FACTS, cloud=None)
    assert await FolderPreviewStore().read(tmp_path) is None
