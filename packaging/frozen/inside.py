"""What the frozen program says of itself: all modules there, processes spawned, nothing loaded from where it was built.

Run by `smoke.sh` with the development environment; the program alone is given an empty one.
Usage: python packaging/frozen/inside.py EXECUTABLE
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from frozen_program import Frozen

_SYSTEM: Final = ("/usr/lib/", "/lib/", "/usr/lib64/", "/lib64/")


def main(executable: Path) -> None:
    """Ask and compare.

    Args:
        executable: The frozen program.

    Raises:
        AssertionError: Something is not as it has to be.
    """
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        spawned = _asked(executable, home, "spawn")
        assert spawned == {"squares": [0, 1, 4, 9], "others": spawned["others"]}, spawned
        assert spawned["others"] > 0, "multiprocessing did not start processes"
        modules = _asked(executable, home, "modules")
        assert modules["ours"] > 500, modules
        assert not modules["broken"], modules["broken"]
        _check_places(executable, _asked(executable, home, "libraries")["loaded"])
        _check_names(executable, home)
        _check_doctor(executable, home)


def _check_places(executable: Path, loaded: list[str]) -> None:
    elsewhere = [path for path in loaded if not path.startswith((f"{executable.parent}/", *_SYSTEM))]
    assert not elsewhere, f"loaded from where the program was built: {elsewhere}"
    ours = [path for path in loaded if path.startswith(f"{executable.parent}/")]
    assert any("libQt6Core" in path for path in ours), ours
    assert any("libvtkRenderingOpenGL2" in path for path in ours), ours


def _check_names(executable: Path, home: Path) -> None:
    """Called by another name it is another command."""
    version = _ended([str(executable), "--version"], home).split()[-1]
    for name, told in (("tiepoint-agent", version), ("tiepoint", f"tiepoint {version}")):
        link = home / name
        link.symlink_to(executable)
        words = ["version"] if name == "tiepoint-agent" else ["--version"]
        assert _ended([str(link), *words], home).strip() == told, name
    panel = home / "tiepoint-panel"
    panel.symlink_to(executable)
    ended = _run([str(panel)], home)
    assert ended.returncode == 2, f"the panel without a display ended with {ended.returncode}"
    assert "display" in ended.stderr, ended.stderr


def _check_doctor(executable: Path, home: Path) -> None:
    program = Frozen(executable, home)
    told = program.run("doctor", "--json")
    program_stops = _run([str(home / "tiepoint-agent"), "stop"], home)
    assert program_stops.returncode == 0, program_stops.stderr
    assert told["state"] == "ok" or told.get("findings"), told
    broken = [each for each in told.get("findings", []) if each.get("name") == "engine" and each["health"] == "failed"]
    assert not broken, broken


def _asked(executable: Path, home: Path, what: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(_ended([str(executable), "--self-check", what], home))
    return told


def _ended(command: list[str], home: Path) -> str:
    ended = _run(command, home)
    assert ended.returncode == 0, f"{command} ended with {ended.returncode}: {ended.stderr}"
    return ended.stdout


def _run(command: list[str], home: Path) -> subprocess.CompletedProcess[str]:
    env = {"HOME": str(home), "TIEPOINT_HOME": str(home / "state"), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=180, check=False)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
