"""The packages, built around a program that does nothing, looked into, installed by a person and taken away again."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from deb import build_deb
from single_file import build_single_file
from texts import Edition
from tree import COMMANDS, PayloadError, lay_out

_TOOLS = ("objdump", "dpkg-deb", "xz", "tar")
pytestmark = pytest.mark.skipif(not all(map(shutil.which, _TOOLS)), reason="a tool that packs is not here")
_EDITION = Edition("0.1.0", 1_790_000_000)
_PLACEHOLDER = Path("/bin/sleep")


@pytest.fixture(scope="module")
def payload(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("frozen") / "tiepoint"
    (folder / "_internal").mkdir(parents=True)
    shutil.copy(_PLACEHOLDER, folder / "tiepoint")
    (folder / "_internal/data.txt").write_text("data", encoding="utf-8")
    (folder / "_internal/data.txt").chmod(0o600)
    return folder


@pytest.fixture(scope="module")
def single_file(payload: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_single_file(payload, tmp_path_factory.mktemp("dist"), _EDITION, level=0)


@pytest.fixture(scope="module")
def package(payload: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_deb(payload, tmp_path_factory.mktemp("dist"), _EDITION, level=1)


class Home:
    """An empty home, and the single file run in it."""

    def __init__(self, folder: Path, file: Path) -> None:
        self.folder, self._file = folder, file

    def run(self, *given: str, **more: str) -> subprocess.CompletedProcess[str]:
        env = {"HOME": str(self.folder), "PATH": os.environ["PATH"], **more}
        return subprocess.run(["sh", str(self._file), *given], env=env, capture_output=True, text=True, check=False)

    def files(self) -> set[str]:
        return {str(path.relative_to(self.folder)) for path in self.folder.rglob("*")}


@pytest.fixture
def home(tmp_path: Path, single_file: Path) -> Home:
    folder = tmp_path / "home"
    folder.mkdir()
    return Home(folder, single_file)


def test_a_folder_that_is_no_program_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PayloadError, match="no frozen program"):
        lay_out(tmp_path, tmp_path / "usr", _EDITION)


def test_the_package_says_what_it_is_and_needs(package: Path) -> None:
    assert package.name == "tiepoint_0.1.0_amd64.deb"
    fields = _told(["dpkg-deb", "-f", str(package)])
    assert "Package: tiepoint\n" in fields
    assert "Architecture: amd64\n" in fields
    assert "ca-certificates" in fields
    assert "libc6 (>= " in fields


def test_files_of_the_package_lie_where_they_belong_and_belong_to_root(package: Path) -> None:
    lines = _told(["dpkg-deb", "-c", str(package)]).splitlines()
    facts = {line.split(maxsplit=5)[5]: line.split()[:2] for line in lines}
    assert {owner for _, owner in facts.values()} == {"root/root"}
    assert facts["./usr/lib/tiepoint/tiepoint"][0] == "-rwxr-xr-x"
    assert facts["./usr/lib/tiepoint/_internal/data.txt"][0] == "-rw-r--r--"
    assert "./usr/bin/tiepoint-panel -> ../lib/tiepoint/tiepoint" in facts
    wanted = ("applications/tiepoint.desktop", "mime/packages/tiepoint.xml", "man/man1/tiepoint.1.gz")
    for name in (*wanted, "icons/hicolor/48x48/apps/tiepoint.png", "icons/hicolor/scalable/apps/tiepoint.svg"):
        assert f"./usr/share/{name}" in facts
    assert not [name for name in facts if not name.startswith(("./usr/", "./")) or name.startswith("./etc/")]


def test_building_twice_gives_the_same_package(package: Path, payload: Path, tmp_path: Path) -> None:
    assert build_deb(payload, tmp_path, _EDITION, level=1).read_bytes() == package.read_bytes()


def test_a_person_installs_updates_and_removes_it(home: Home) -> None:
    (home.folder / "picture.jpg").write_bytes(b"mine")
    before = home.files()
    for _ in range(2):
        ended = home.run()
        assert ended.returncode == 0, ended.stderr
    for name in COMMANDS:
        link = home.folder / ".local/bin" / name
        assert link.resolve() == home.folder / ".local/lib/tiepoint/tiepoint"
    entry = (home.folder / ".local/share/applications/tiepoint.desktop").read_text(encoding="utf-8")
    assert f"Exec={home.folder}/.local/bin/tiepoint-panel %F\n" in entry
    ended = home.run("--uninstall")
    assert ended.returncode == 0, ended.stderr
    assert home.files() == before


def test_removing_leaves_what_others_put_beside_it(home: Home) -> None:
    assert home.run().returncode == 0
    theirs = home.folder / ".local/bin/other"
    theirs.write_text("mine", encoding="utf-8")
    assert home.run("--uninstall").returncode == 0
    assert {path for path in home.files() if "tiepoint" in path} == set()
    assert theirs.is_file()


def test_another_folder_is_taken_as_asked(home: Home, tmp_path: Path) -> None:
    prefix = tmp_path / "studio"
    assert home.run("--prefix", str(prefix), "--quiet").stdout == ""
    assert (prefix / "bin/tiepoint").resolve() == prefix / "lib/tiepoint/tiepoint"
    assert home.files() == set()
    assert home.run("--prefix", str(prefix), "--uninstall").returncode == 0


@pytest.mark.parametrize("name", ["two words", "ann@studio.example", "jörg#1+[x]&co"])
def test_folders_of_any_name_work(home: Home, tmp_path: Path, name: str) -> None:
    prefix = tmp_path / name
    assert home.run("--prefix", str(prefix)).returncode == 0
    entry = (prefix / "share/applications/tiepoint.desktop").read_text(encoding="utf-8")
    assert f'Exec="{prefix}/bin/tiepoint-panel" %F\n' in entry
    assert f"TryExec={prefix}/bin/tiepoint-panel\n" in entry
    with subprocess.Popen([prefix / "bin/tiepoint", "60"]) as running:
        assert "Tiepoint is running" in home.run("--prefix", str(prefix), "--uninstall").stderr
        running.kill()
    assert home.run("--prefix", str(prefix), "--uninstall").returncode == 0
    assert not prefix.exists()


def test_a_folder_that_a_menu_cannot_name_is_refused_before_anything_is_written(home: Home, tmp_path: Path) -> None:
    ended = home.run("--prefix", str(tmp_path / "100%"))
    assert ended.returncode == 1
    assert "cannot have the folder" in ended.stderr
    assert not (tmp_path / "100%").exists()
    assert home.run("--prefix", "").returncode == 2  # an empty variable is no wish for ~/.local
    assert home.files() == set()


def test_commands_of_others_are_never_replaced_or_removed(home: Home) -> None:
    theirs = home.folder / ".local/bin/tiepoint"
    theirs.parent.mkdir(parents=True)
    theirs.symlink_to("../share/pipx/venvs/tiepoint/bin/tiepoint")
    before = home.files()
    ended = home.run()
    assert ended.returncode == 1
    assert f"{theirs} is there already" in ended.stderr
    assert home.files() - before <= {".local/lib"}
    theirs.unlink()
    assert home.run().returncode == 0
    theirs.unlink()
    theirs.write_text("mine", encoding="utf-8")
    assert home.run("--uninstall").returncode == 0
    assert theirs.read_text(encoding="utf-8") == "mine"
    assert not (home.folder / ".local/bin/tiepoint-panel").is_symlink()


def test_what_only_the_earlier_version_had_goes_with_it(home: Home) -> None:
    assert home.run().returncode == 0
    earlier = home.folder / ".local/share/icons/hicolor/22x22/apps/tiepoint-earlier.png"
    earlier.touch()
    with (home.folder / ".local/lib/tiepoint/.files").open("a", encoding="utf-8") as listed:
        listed.write("share/icons/hicolor/22x22/apps/tiepoint-earlier.png\n")
    assert home.run().returncode == 0
    assert not earlier.exists()


def test_a_list_that_somebody_changed_removes_nothing_outside(home: Home) -> None:
    precious = home.folder / "precious.txt"
    precious.touch()
    assert home.run().returncode == 0
    with (home.folder / ".local/lib/tiepoint/.files").open("a", encoding="utf-8") as listed:
        listed.write("share/../../precious.txt\n/etc/passwd\n")
    assert home.run("--uninstall").returncode == 0
    assert precious.exists()


def test_an_installation_that_fails_leaves_nothing(home: Home) -> None:
    in_the_way = home.folder / ".local/share/metainfo"
    in_the_way.parent.mkdir(parents=True)
    in_the_way.touch()
    before = home.files()
    assert home.run().returncode == 1
    assert home.files() == before


def test_an_interruption_leaves_what_was_there(home: Home, tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "xz").write_text("#!/bin/sh\nkill -TERM $PPID\nexit 1\n", encoding="utf-8")
    (tools / "xz").chmod(0o755)
    before = home.files()
    assert home.run(PATH=f"{tools}:{os.environ['PATH']}").returncode != 0
    assert home.files() == before
    assert home.run().returncode == 0
    installed = home.files()
    assert home.run(PATH=f"{tools}:{os.environ['PATH']}").returncode != 0
    assert home.files() == installed


@pytest.mark.parametrize("given", ["", "--uninstall"])
def test_what_was_cut_off_between_two_names_is_taken_up(home: Home, given: str) -> None:
    before = home.files()
    assert home.run().returncode == 0
    program = home.folder / ".local/lib/tiepoint"
    program.rename(program.with_name("tiepoint.old"))
    assert home.run(*filter(None, [given])).returncode == 0
    if not given:
        assert home.run("--uninstall").returncode == 0
    assert home.files() == before


def test_a_program_that_runs_is_not_replaced(home: Home) -> None:
    assert home.run().returncode == 0
    with subprocess.Popen([home.folder / ".local/bin/tiepoint", "60"]) as running:
        for given in ((), ("--uninstall",)):
            ended = home.run(*given)
            assert ended.returncode == 1
            assert "Tiepoint is running" in ended.stderr
        running.kill()
    assert home.run("--uninstall").returncode == 0


def test_a_damaged_file_is_not_installed(home: Home, single_file: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.run"
    cut.write_bytes(single_file.read_bytes()[:-100])
    ended = Home(home.folder, cut).run()
    assert ended.returncode == 1
    assert "damaged or cut short" in ended.stderr
    assert home.files() == {".local", ".local/lib"} or home.files() == set()


def test_it_unpacks_without_installing(home: Home, tmp_path: Path) -> None:
    target = tmp_path / "unpacked"
    assert home.run("--extract", str(target)).returncode == 0
    assert (target / "bin/tiepoint").resolve() == target / "lib/tiepoint/tiepoint"
    again = home.run("--extract", str(target))
    assert again.returncode == 1
    assert "is not empty" in again.stderr


def test_what_is_typed_wrong_shows_the_usage(home: Home) -> None:
    for given in (("--prefix",), ("--what",)):
        ended = home.run(*given)
        assert ended.returncode == 2
        assert "usage:" in ended.stderr
    assert home.run("--version").stdout == "0.1.0\n"


def _told(command: list[str], **more: Any) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True, **more).stdout
