"""Products arrive whole and under their names; what only the stages needed goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tiepoint.agent.delivery import clear_work, deliver
from tiepoint.agent.disk_watch import free_bytes, no_space, until_disk_is_low
from tiepoint.agent.paths import stat_path
from tiepoint.domain.errors import NoSpace, OperationFailed


@pytest.fixture
def products(tmp_path: Path) -> Path:
    folder = tmp_path / "products"
    (folder / "colmap").mkdir(parents=True)
    (folder / "colmap" / "cameras.bin").write_bytes(b"12345")
    for name in ("model.glb", "model.obj", "model.mtl", "model_texture.jpg", "cloud.ply"):
        (folder / name).write_text(name)
    return folder


def delivered(products: Path, output: Path | None, wanted: tuple[str, ...] = ()) -> dict[str, int]:
    told: dict[str, int] = {}
    deliver(products, output, wanted, lambda path, size: told.update({path.name: size}))
    return told


def test_everything_is_copied(products: Path, tmp_path: Path) -> None:
    output = tmp_path / "süß e" / ("n" * 200)
    told = delivered(products, output)
    assert told["colmap"] == 5
    assert sorted(path.name for path in output.iterdir()) == sorted(told)


def test_older_products_are_replaced(products: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    (output / "colmap").mkdir(parents=True)
    (output / "colmap" / "old.bin").write_text("old")
    (output / "model.glb").write_text("old")
    (output / "mine.txt").write_text("mine")
    delivered(products, output)
    assert [path.name for path in (output / "colmap").iterdir()] == ["cameras.bin"]
    assert (output / "model.glb").read_text() == "model.glb"
    assert (output / "mine.txt").read_text() == "mine"
    assert not [path for path in output.iterdir() if path.name.startswith(".")]


def test_a_folder_at_the_place_of_a_file_stays(products: Path, tmp_path: Path) -> None:
    mine = tmp_path / "out" / "model.glb" / "mine.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    with pytest.raises(OperationFailed, match="cannot be written"):
        delivered(products, tmp_path / "out")
    assert mine.read_text() == "mine"


def test_a_path_with_a_nul_is_missing() -> None:
    assert stat_path("a\0b").kind == "missing"


def test_only_the_wanted_with_their_companions(products: Path, tmp_path: Path) -> None:
    assert set(delivered(products, tmp_path / "out", ("model.obj",))) == {"model.obj", "model.mtl", "model_texture.jpg"}


def test_without_output_they_stay(products: Path) -> None:
    assert len(delivered(products, None)) == 6


def test_an_output_that_is_a_file(products: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(OperationFailed, match="cannot be written"):
        delivered(products, tmp_path / "out")


def test_the_large_work_files_go(tmp_path: Path) -> None:
    for name in ("photos", "depth_maps", "sparse", "manifests"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a").write_text("")
    for name in ("fused.ply", "check.json", "alignment.json"):
        (tmp_path / name).write_text("")
    clear_work(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"sparse", "manifests", "check.json", "alignment.json"}


async def test_a_disk_that_fills_is_a_sentence(tmp_path: Path) -> None:
    free = free_bytes(tmp_path / "not" / "there")
    assert free is not None
    with pytest.raises(NoSpace, match="left on the disk") as raised:
        await until_disk_is_low(tmp_path, floor_bytes=free * 2)
    assert raised.value.remedy
    assert "Nothing is left" in no_space(tmp_path, 0).summary
