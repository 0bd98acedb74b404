"""The contracts of the settings and product stores, on the fakes and on files."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from fakes.keeping import keeping
from fakes.products import A_RESULT, FakeProductStore, FakeSettingsStore
from tiepoint.adapters.files.errors import writing_failed
from tiepoint.adapters.files.product_store import FolderProductStore
from tiepoint.adapters.files.settings_store import FileSettingsStore
from tiepoint.domain.errors import InputError, NoSpace, OperationFailed, SetupError
from tiepoint.domain.identifiers import JobId
from tiepoint.domain.job import Job, JobState
from tiepoint.domain.operation import OperationProgress
from tiepoint.domain.settings import Settings
from tiepoint.ports.product_store import ProductStore
from tiepoint.ports.settings_store import SettingsStore

PRODUCTS = ("model.glb", "model.obj", "cloud.ply", "cameras.json", "preview.png", "report.html")


@pytest.fixture(params=["fake", "file"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> SettingsStore:
    if request.param == "fake":
        return FakeSettingsStore()
    return FileSettingsStore(tmp_path / "deep/settings.json", keeping())


def test_nothing_stored_is_the_defaults(settings: SettingsStore) -> None:
    assert settings.load().settings == Settings()


def test_what_is_saved_is_loaded(settings: SettingsStore) -> None:
    settings.change(lambda _: Settings(preset="draft", captures_folder="/photos"))
    settings.change(lambda _: Settings(preset="high"))
    assert settings.load().settings == Settings(preset="high")
    assert settings.load().set_aside is None


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff", b'{"schema_version": 2}', b'{"schema_version": 1, "preset": "wild"}']
)
def test_a_broken_file_is_set_aside_and_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(content)
    store = FileSettingsStore(path, keeping())
    loaded = store.load()
    assert loaded.settings == Settings()
    assert loaded.set_aside is not None
    assert loaded.set_aside.read_bytes() == content
    assert store.load().set_aside == loaded.set_aside
    assert FileSettingsStore(path, keeping()).load().set_aside is None


def test_settings_that_cannot_be_written_or_opened_are_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(SetupError, match="cannot be written"):
        FileSettingsStore(tmp_path / "file/settings.json", keeping()).change(lambda _: Settings(preset="high"))
    (tmp_path / "folder.json").mkdir()
    with pytest.raises(SetupError, match="cannot be read"):
        FileSettingsStore(tmp_path / "folder.json", keeping()).load()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_told_from_a_closed_one(number: int) -> None:
    assert isinstance(writing_failed(Path("/x"), OSError(number, "full"), kind=SetupError), NoSpace)
    assert isinstance(writing_failed(Path("/x"), OSError(errno.EACCES, "no"), kind=InputError), InputError)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    products = tmp_path / "job/products"
    (products / "colmap").mkdir(parents=True)
    for name in (*PRODUCTS, "model.mtl", "colmap/images.bin", ".model.glb.part"):
        (products / name).write_bytes(name.encode() * 10)
    (products / "result.json").write_text(json.dumps(A_RESULT), encoding="utf-8")
    return Job(JobId("20261122-p-000000"), "p", "/c", JobState.COMPLETED, folder=str(tmp_path / "job"))


@pytest.fixture(params=["fake", "folders"])
def products(request: pytest.FixtureRequest) -> ProductStore:
    return FakeProductStore() if request.param == "fake" else FolderProductStore()


def _ignore(_: OperationProgress) -> None:
    pass


async def test_an_output_folder_is_made_ready(products: ProductStore, tmp_path: Path) -> None:
    assert await products.prepare(tmp_path / "a/b") > 0
    assert await products.prepare(tmp_path / "a/b") > 0


async def test_products_are_brought_and_named(products: ProductStore, job: Job, tmp_path: Path) -> None:
    output, told = tmp_path / "out", list[OperationProgress]()
    found = await products.deliver(job, output, told.append)
    again = await products.deliver(job, output, _ignore)
    assert found == again
    assert set(found) == {*PRODUCTS, "colmap", "result.json"}
    assert found["model.glb"] == output / "model.glb"
    assert (told[-1].phase, told[-1].done) == ("deliver", told[-1].total)
    assert (await products.result(output))["photos_total"] == 3


async def test_a_job_without_a_folder_is_said(products: ProductStore, tmp_path: Path) -> None:
    job = Job(JobId("20261122-p-000000"), "p", "/c", JobState.COMPLETED, folder=None)
    with pytest.raises(OperationFailed, match="gone"):
        await products.deliver(job, tmp_path, _ignore)


async def test_files_come_whole_and_others_stay(job: Job, tmp_path: Path) -> None:
    output = tmp_path / "out"
    output.mkdir()
    (output / "mine.txt").write_text("mine", encoding="utf-8")
    (output / "model.glb").write_bytes(b"from an older run")
    await FolderProductStore().deliver(job, output, _ignore)
    assert (output / "mine.txt").read_text(encoding="utf-8") == "mine"
    assert (output / "model.glb").read_bytes() == b"model.glb" * 10
    assert sorted(name for name in os.listdir(output) if name.startswith(".")) == []


async def test_an_output_that_is_a_file_is_said(job: Job, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file", encoding="utf-8")
    with pytest.raises(InputError, match="is a file"):
        await FolderProductStore().prepare(tmp_path / "out")
    with pytest.raises(InputError, match="cannot be written"):
        await FolderProductStore().deliver(job, tmp_path / "out", _ignore)
    with pytest.raises(InputError, match="cannot be written"):
        await FolderProductStore().prepare(tmp_path / "out/below")


@pytest.mark.parametrize("content", [None, "", "[]", "{"])
async def test_a_missing_or_broken_result_is_empty(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "result.json").write_text(content, encoding="utf-8")
    assert await FolderProductStore().result(tmp_path) == {}


@pytest.mark.parametrize("kind", ["read-only", "folder", "file"])
async def test_what_is_not_to_be_replaced_is_said_before_a_job(tmp_path: Path, kind: str) -> None:
    place = tmp_path / ("colmap" if kind == "file" else "model.glb")
    if kind == "folder":
        place.mkdir()
    else:
        place.write_bytes(b"mine")
    if kind == "read-only":
        place.chmod(0o444)
    with pytest.raises(InputError, match=place.name):
        await FolderProductStore().prepare(tmp_path)


async def test_products_of_an_earlier_job_may_be_replaced(tmp_path: Path) -> None:
    (tmp_path / "model.glb").write_bytes(b"old")
    (tmp_path / "colmap").mkdir()
    assert await FolderProductStore().prepare(tmp_path) > 0


async def test_an_output_name_no_disk_can_hold_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="too long"):
        await FolderProductStore().prepare(tmp_path / ("x" * 300))
