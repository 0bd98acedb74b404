"""Freeze the program into build/frozen/dist/tiepoint: clean environment, PyInstaller with the licences, strip, sizes.

Standard library only; runs on Linux, Windows and macOS with any Python that the program supports. What it prints last
is the table of sizes. Exit status: 0, or 1 when the folder has grown beyond its budget
or something in it has no licence text.
Usage: python packaging/frozen/freeze.py
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import environment
import sizes
import stripping

DIST: Final = environment.BUILD / "dist"
FOLDER: Final = DIST / "tiepoint"


def main() -> int:
    """Freeze and return the exit status."""
    python = environment.ensure()
    begun = time.monotonic()
    # Nothing of the caller's environment may be found: its libraries would travel along.
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    spec = environment.ROOT / "packaging" / "frozen" / "tiepoint.spec"
    words = ["--noconfirm", "--log-level", "ERROR", "--distpath", str(DIST)]
    words += ["--workpath", str(environment.BUILD / "work"), str(spec)]
    subprocess.run([str(python), "-m", "PyInstaller", *words], check=True, env=env, cwd=environment.ROOT)
    if sys.platform == "linux":
        stripping.strip(FOLDER)
    name_programs(DIST, sys.platform)
    sys.stdout.write(f"Frozen in {time.monotonic() - begun:.0f} s: {FOLDER}\n")
    return sizes.main([str(FOLDER)])


def name_programs(dist: Path, system: str) -> None:
    """Give the one program its other names.

    On Windows the agent is a copy: not every file system and archive there bears links. The installer packs it once.

    Args:
        dist: Where PyInstaller left the folder, and on macOS the bundle.
        system: As `sys.platform` names it.
    """
    if system == "win32":
        shutil.copyfile(dist / "tiepoint/tiepoint.exe", dist / "tiepoint/tiepoint-agent.exe")
        return
    others = {dist / "tiepoint": ("tiepoint-panel", "tiepoint-agent")}
    if system == "darwin":  # the panel is a program of its own there, the bundle's
        others = {dist / "Tiepoint.app/Contents/MacOS": ("tiepoint-agent",)}
    for folder, names in others.items():
        for name in names:
            (folder / name).unlink(missing_ok=True)
            (folder / name).symlink_to("tiepoint")


if __name__ == "__main__":
    sys.exit(main())
