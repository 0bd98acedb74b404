"""Nothing is written outside the target, whatever the names are and whatever lies in it."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fakes.blob_container import FakeContainer
from fakes.download_bench import KIB, Bench
from tiepoint.domain.errors import InputError
from tiepoint.domain.transfer import FileState, TransferState
from tiepoint.transfer.download.faults import FileFault
from tiepoint.transfer.download.target import Target

WAYS = pytest.mark.parametrize("works_by_folder", [True, False], ids=["by open folders", "by paths"])


def snapshot(folder: Path, *, without: Path) -> dict[str, bytes]:
    """Everything below a folder but what is in another."""
    return {
        str(path): path.read_bytes() if path.is_file() and not path.is_symlink() else b""
        for path in folder.rglob("*")
        if path != without and without not in path.parents and "sqlite3" not in path.name
    }


@WAYS
@pytest.mark.parametrize("path", ["link/x", "a/link/x", "a/link/b/x"])
@pytest.mark.parametrize("makes", [True, False])
def test_no_way_leads_through_a_link(tmp_path: Path, works_by_folder: bool, path: str, makes: bool) -> None:
    outside, target = tmp_path / "outside", tmp_path / "target"
    (outside / "b").mkdir(parents=True)
    (target / "a").mkdir(parents=True)
    (target / "link").symlink_to(outside)
    (target / "a" / "link").symlink_to("../../outside")
    gate = Target(str(target), works_by_folder=works_by_folder)
    with pytest.raises(FileFault, match="leads through a link, 'link'"), gate.folder_of(path, makes=makes):
        raise AssertionError
    assert list(outside.iterdir()) == [outside / "b"]


@WAYS
def test_links_in_the_place_of_files_are_not_followed(tmp_path: Path, works_by_folder: bool) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"outside")
    target = tmp_path / "target"
    target.mkdir()
    (target / "link").symlink_to(outside)
    (target / "dangling").symlink_to(tmp_path / "made")
    os.mkfifo(target / "pipe")
    os.link(outside, target / "second")
    with Target(str(target), works_by_folder=works_by_folder).folder_of("x", makes=True) as folder:
        for name in ("link", "dangling", "pipe", "second"):
            with pytest.raises(OSError, match=r".") as caught:
                os.close(folder.open_file(name, os.O_RDWR | os.O_CREAT))
            assert caught.value.errno in (errno.ELOOP, errno.ENXIO)
        with pytest.raises(FileExistsError):
            folder.open_file("dangling", os.O_RDWR | os.O_CREAT | os.O_EXCL)
        found = folder.look("link")
        assert found is not None
        assert stat.S_ISLNK(found.st_mode)
        folder.remove("link")
        folder.remove("link")
    assert outside.read_bytes() == b"outside"
    assert not (tmp_path / "made").exists()


@WAYS
def test_a_name_is_never_taken_from_another_file(tmp_path: Path, works_by_folder: bool) -> None:
    (tmp_path / "old").write_bytes(b"old")
    (tmp_path / "new").write_bytes(b"new")
    (tmp_path / "link").symlink_to("nowhere")
    with Target(str(tmp_path), works_by_folder=works_by_folder).folder_of("x", makes=True) as folder:
        for taken in ("old", "link"):
            with pytest.raises(FileExistsError):
                folder.rename("new", taken, replaces=False)
        folder.rename("new", "free", replaces=False)
        folder.rename("free", "link", replaces=True)
        folder.sync()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "old"]
    assert not (tmp_path / "link").is_symlink()


@WAYS
def test_where_there_are_no_hard_links_a_name_is_not_taken_either(
    tmp_path: Path, works_by_folder: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, "no hard links here")

    monkeypatch.setattr(os, "link", refuse)
    (tmp_path / "old").write_bytes(b"old")
    (tmp_path / "new").write_bytes(b"new")
    with Target(str(tmp_path), works_by_folder=works_by_folder).folder_of("x", makes=True) as folder:
        with pytest.raises(FileExistsError):
            folder.rename("new", "old", replaces=False)
        folder.rename("new", "free", replaces=False)
    assert (tmp_path / "free").read_bytes() == b"new"


@WAYS
def test_the_target_itself_may_be_reached_by_a_link(tmp_path: Path, works_by_folder: bool) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    with Target(str(tmp_path / "link"), works_by_folder=works_by_folder).folder_of("a/b/x", makes=True) as folder:
        os.close(folder.open_file("x", os.O_RDWR | os.O_CREAT | os.O_EXCL))
    assert (tmp_path / "real/a/b/x").is_file()


@WAYS
def test_a_target_that_is_gone_is_not_made_again(tmp_path: Path, works_by_folder: bool) -> None:
    gate = Target(str(tmp_path / "gone"), works_by_folder=works_by_folder)
    with pytest.raises(InputError, match="is not there any more"), gate.folder_of("x", makes=True):
        raise AssertionError


@WAYS
def test_no_open_folder_is_left(tmp_path: Path, works_by_folder: bool) -> None:
    before = len(os.listdir("/proc/self/fd"))
    (tmp_path / "file").write_bytes(b"")
    gate = Target(str(tmp_path), works_by_folder=works_by_folder)
    for path in ("a/b/c/x", "file/x", "a/gone/x"):
        try:
            with gate.folder_of(path, makes=path.startswith("a/b")):
                pass
        except (FileFault, OSError):
            pass
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.usefixtures("way")
def test_a_folder_swapped_for_a_link_in_the_middle_catches_nothing(bench: Bench) -> None:
    outside = bench.folder.parent / "outside"
    outside.mkdir()
    bench.container.put("cap/sub/big", bytes(300 * KIB))
    bench.container.put("cap/sub/small", b"small")
    bench.begin()
    while bench.container.count("get") < 2:
        assert bench.step()
    (bench.folder / "sub").rename(bench.folder / "was")
    (bench.folder / "sub").symlink_to(outside)
    bench.go_on()
    assert bench.work.phase is TransferState.FAILED
    assert set(bench.states().values()) == {FileState.FAILED}
    assert "leads through a link, 'sub', in your folder" in str(bench.file("sub/small").trouble)
    assert list(outside.iterdir()) == []


@pytest.mark.usefixtures("way")
def test_hostile_names_are_refused_one_by_one(bench: Bench) -> None:
    hostile = [
        *("../up", "a/../../up", "/etc/x", "C:/x", "C:x", "//host/share/x", "..\\up", "\\\\host\\share"),
        *(
            "CON",
            "con.txt",
            "COM1",
            "COM¹.jpg",
            "x.",
            "x ",
            "y./z",
            "file:stream",
            "nul.jpg",
            "a\nb",
            "a//b",
            "./c",
            "d/.",
            "A.JPG",
        ),
    ]
    for name in ["a.jpg", "fine/b.jpg", *hostile]:
        bench.container.put(f"cap/{name}", name.encode())
    around = snapshot(bench.folder.parent, without=bench.folder)
    assert bench.run_mixed() is TransferState.FAILED
    assert snapshot(bench.folder.parent, without=bench.folder) == around
    # In the order of a listing capital letters come first.
    assert bench.names() == ["A.JPG", "fine", "fine/b.jpg"]
    assert len(bench.record.files) == len(hostile) + 2
    for file in bench.record.files:
        if file.state is not FileState.VERIFIED:
            assert file.state is FileState.FAILED
            assert "it was left in Blob storage" in str(file.trouble)


SEGMENTS = st.one_of(
    st.sampled_from(
        ["..", ".", "", "a", "A", "b", "link", "con", "C:", "x.", "\\..\\", "e\u0301", "\u00e9", "\0", "~", "a.jpg"]
    ),
    st.text(min_size=1, max_size=6),
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(names=st.lists(st.lists(SEGMENTS, min_size=1, max_size=4).map("/".join), min_size=1, max_size=8, unique=True))
def test_whatever_the_names_everything_lands_in_the_target(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    bench = Bench(tmp_path_factory.mktemp("b"), FakeContainer())
    try:
        outside = bench.folder.parent / "outside"
        outside.mkdir()
        (bench.folder / "link").symlink_to(outside)
        for name in names:
            bench.container.put(f"cap/{name}", b"=" + name.encode("utf-8", "surrogatepass"))
        around = snapshot(bench.folder.parent, without=bench.folder)
        bench.run_mixed()
        assert snapshot(bench.folder.parent, without=bench.folder) == around
        for file in bench.record.files:
            if file.state is FileState.VERIFIED:
                assert bench.read(file.path) == bench.container.blobs[file.source].data
            else:
                assert file.trouble is not None
    finally:
        bench.close()
