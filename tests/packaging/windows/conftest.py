"""One wine prefix and three installers for all tests of a run: making them takes most of the time."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from wine_computer import WineComputer, missing_tools, wait_until, write_stand_in

ROOT = Path(__file__).resolve().parents[3]
WINDOWS = ROOT / "packaging" / "windows"


@dataclass(frozen=True)
class Setups:
    """Installers of an earlier and a later version, and what they hold.

    Args:
        earlier, later: The installers.
        earlier_payload, later_payload: Their folders.
    """

    earlier: Path
    later: Path
    earlier_payload: Path
    later_payload: Path


@pytest.fixture(scope="session")
def tools() -> None:
    missing = missing_tools()
    if missing:
        pytest.skip(f"not on this computer: {', '.join(missing)}")


@pytest.fixture(scope="session")
def stand_ins(tools: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stand-ins")
    for name in ("tiepoint.exe", "tiepoint-panel.exe", "tiepoint-agent.exe"):
        write_stand_in(folder / name)
    return folder


@pytest.fixture(scope="session")
def setups(stand_ins: Path, tmp_path_factory: pytest.TempPathFactory) -> Setups:
    folder = tmp_path_factory.mktemp("setups")
    payloads, installers = [], []
    for version, own in (("0.1.0", "only-in-earlier.txt"), ("0.2.0", "only-in-later.txt")):
        payload = folder / version
        shutil.copytree(stand_ins, payload)
        (payload / "_internal" / "a folder with spaces" / "Ünïcode").mkdir(parents=True)
        (payload / "_internal" / "a folder with spaces" / "Ünïcode" / "no_suffix").write_bytes(b"\0\1\2")
        (payload / "_internal" / own).write_text(version)
        (payload / "_internal" / "in-both.txt").write_text(version)
        build(payload, folder / f"setup-{version}.exe", version)
        payloads.append(payload)
        installers.append(folder / f"setup-{version}.exe")
    return Setups(*installers, *payloads)


def build(payload: Path, out: Path, version: str, *more: str, **environment: str) -> None:
    command = [sys.executable, str(WINDOWS / "build_installer.py"), "--fast", "--payload", str(payload)]
    command += ["--out", str(out), "--version", version, *more]
    done = subprocess.run(command, capture_output=True, text=True, env=environment or None)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def prefix(tools: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WineComputer]:
    computer = WineComputer(tmp_path_factory.mktemp("wine"))
    with computer.awake():
        yield computer
    shutil.rmtree(computer.folder)


@pytest.fixture
def computer(prefix: WineComputer) -> Iterator[WineComputer]:
    """The prefix, as empty after a test as before it."""
    yield prefix
    prefix.path(r"C:\released").touch()
    for name in [name for name in prefix.files() if name.endswith("/Uninstall.exe")]:
        uninstall(prefix, "C:\\" + str(Path(name).parent).replace("/", "\\"))
    for name in ("calls.txt", "held", "released"):
        prefix.path(f"C:\\{name}").unlink(missing_ok=True)


@pytest.fixture
def removing(computer: WineComputer) -> Callable[[str], None]:
    """Uninstall from a folder."""
    return lambda folder: uninstall(computer, folder)


def uninstall(computer: WineComputer, folder: str) -> None:
    """Uninstall in silence and wait: the uninstaller goes on from a copy of itself after its first process ends."""
    log = r"C:\removed.log"
    code = computer.run(computer.path(folder) / "Uninstall.exe", "/S", f"/LOG={log}")
    wait_until(lambda: "is removed" in computer.text(log), told=lambda: f"{code}, {computer.text(log)!r}")
    computer.path(log).unlink()
