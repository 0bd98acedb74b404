"""A Windows for the installer's tests: a wine prefix without a screen, with programs that only say they ran."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TOOLS = ("makensis", "wine")
_STAND_IN = r"""Unicode true
Target amd64-unicode
Name "stand-in"
OutFile "{out}"
RequestExecutionLevel user
SilentInstall silent
!include "FileFunc.nsh"
!include "LogicLib.nsh"
Section
  ${{GetParameters}} $0
  FileOpen $1 "C:\calls.txt" a
  FileSeek $1 0 END
  FileWrite $1 "{name} $0$\n"
  FileClose $1
  ${{If}} $0 == "stop"
    FileOpen $1 "C:\released" w
    FileClose $1
  ${{ElseIf}} $0 == "hold"
    FileOpen $1 "C:\held" w
    FileClose $1
    ${{DoUntil}} ${{FileExists}} "C:\released"
      Sleep 50
    ${{Loop}}
    Delete "C:\held"
  ${{EndIf}}
SectionEnd
"""


def missing_tools() -> list[str]:
    """Which of the tools are not on this computer."""
    return [tool for tool in TOOLS if shutil.which(tool) is None]


def write_stand_in(path: Path) -> None:
    """Write a program for Windows that notes its call; `hold` runs until somebody calls it with `stop`."""
    source = path.with_suffix(".nsi")
    source.write_text(_STAND_IN.format(out=path, name=path.name))
    subprocess.run(["makensis", "-V1", "-NOCD", str(source)], check=True, capture_output=True)
    source.unlink()


@dataclass(frozen=True)
class WineComputer:
    """One prefix.

    Args:
        folder: Where it lies.
    """

    folder: Path

    @property
    def drive(self) -> Path:
        return self.folder / "prefix" / "drive_c"

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        # Wine would write menus and file types into the desktop of whoever runs the tests.
        overrides = "mscoree,mshtml,winemenubuilder.exe=d"
        own = {"WINEPREFIX": str(self.folder / "prefix"), "HOME": str(self.folder / "home")}
        return {**kept, **own, "WINEDEBUG": "-all", "WINEDLLOVERRIDES": overrides}

    @contextmanager
    def awake(self) -> Iterator[None]:
        """Make it, a Windows 10 for one person, and keep its server running meanwhile.

        Without that the server ends with the last program (Debian's at once), and a program that starts while it ends
        fails. Starting it takes longer than most programs run, too.
        """
        for name in ("home", "prefix"):
            (self.folder / name).mkdir(parents=True)
        # Of a run that is killed it is gone after a quarter of an hour.
        assert self._call("wineserver", "-p900").returncode == 0
        try:
            made = self._call("wineboot", "--init")
            assert made.returncode == 0, made.stdout
            self.set_value(r"HKCU\Software\Wine", "Version", "win10")
            yield
        finally:
            self._end()

    def _end(self) -> None:
        subprocess.run(["wineserver", "-k"], env=self.environment, capture_output=True, timeout=60)
        subprocess.run(["wineserver", "-w"], env=self.environment, capture_output=True, timeout=60)

    def run(self, program: Path | str, *arguments: str) -> int:
        """Run a program for Windows to its end and return its exit status."""
        return self._call("wine", str(program), *arguments).returncode

    def run_line(self, program: Path, line: str) -> int:
        """Run a program with a command line as a person types it, without the marks that wine puts around spaces."""
        script = self.drive / "line.bat"
        script.write_text(f"start /wait Z:{program} {line}\nexit %errorlevel%\n".replace("/tmp", "\\tmp"))
        try:
            return self.run("cmd", "/c", r"C:\line.bat")
        finally:
            script.unlink()

    def start(self, program: Path, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a program for Windows."""
        command = ["wine", str(program), *arguments]
        return subprocess.Popen(command, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def path(self, windows_path: str) -> Path:
        """Where a path on C: lies here."""
        return self.drive / windows_path.removeprefix("C:\\").replace("\\", "/")

    def text(self, windows_path: str, encoding: str = "utf-16") -> str:
        """What a file holds; empty = it is not there."""
        path = self.path(windows_path)
        return path.read_text(encoding) if path.exists() else ""

    def registry(self, key: str) -> dict[str, dict[str, str]]:
        """Keys below a key, each with its values by their names in small letters; the key's own has none."""
        done = self._call("wine", "reg", "query", key, "/s")
        said = done.stdout.decode("utf-8", "replace")
        assert done.returncode == 0 or "Unable to find the specified registry key" in said, f"{done.returncode}, {said}"
        keys: dict[str, dict[str, str]] = {}
        values: dict[str, str] = {}
        for line in said.splitlines():
            if line.startswith("HKEY_"):
                values = keys.setdefault(line.strip(), {})
            elif line.startswith("    "):
                name, _kind, value = [*line[4:].rstrip("\r").split("    ", 2), ""][:3]
                values["" if name == "(Default)" else name.lower()] = value
        return keys

    def value(self, key: str, name: str) -> str | None:
        """One value of the registry; None = it is not there."""
        found = [values for each, values in self.registry(key).items() if each.lower() == _whole(key).lower()]
        return found[0].get(name.lower()) if found else None

    def set_value(self, key: str, name: str, value: str, kind: str = "REG_SZ") -> None:
        """Write one value of the registry."""
        done = self._call("wine", "reg", "add", key, "/v", name, "/t", kind, "/d", value, "/f")
        assert done.returncode == 0, done.stdout

    def forget_value(self, key: str, name: str) -> None:
        """Delete one value of the registry that may not be there."""
        self._call("wine", "reg", "delete", key, "/v", name, "/f")
        assert self.value(key, name) is None

    def files(self) -> set[str]:
        """Everything on its drive that is no part of Windows."""
        found = set()
        for folder, names, files in os.walk(self.drive):
            at = Path(folder).relative_to(self.drive)
            names[:] = [name for name in names if (at / name).as_posix() != "windows" and name != "Temp"]
            found.update((at / name).as_posix() for name in (*names, *files))
        return found

    def _call(self, *command: str) -> subprocess.CompletedProcess[bytes]:
        # Not through pipes: server and services that the call starts keep its output open.
        with tempfile.TemporaryFile() as output:
            ended = subprocess.run(command, env=self.environment, stdout=output, stderr=subprocess.STDOUT, timeout=120)
            output.seek(0)
            return subprocess.CompletedProcess(command, ended.returncode, output.read(), b"")


def _whole(key: str) -> str:
    hive, _, rest = key.partition("\\")
    return {"HKCU": "HKEY_CURRENT_USER", "HKLM": "HKEY_LOCAL_MACHINE"}[hive] + "\\" + rest


def wait_until(holds: Callable[[], bool], *, within_s: float = 60, told: Callable[[], str] = str) -> None:
    """Wait for what another process does; told: what there is to know where it did not."""
    end = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < end, f"it did not happen: {told()}"
        time.sleep(0.05)
