"""Freeze the program into build/frozen/dist/tiepoint: clean environment, PyInstaller with the licences, strip, sizes.

Standard library only; runs on Linux, Windows and macOS with any Python that the program supports. What it prints last
is the table of sizes. Exit status: 0, or 1 when the folder has grown beyond its budget
or something in it has no licence text.
Usage: python packaging/frozen/freeze.py
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
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
        _link()
    sys.stdout.write(f"Frozen in {time.monotonic() - begun:.0f} s: {FOLDER}\n")
    return sizes.main([str(FOLDER)])


def _link() -> None:
    """The other two names; packages make the same links in the folder of commands."""
    for name in ("tiepoint-panel", "tiepoint-agent"):
        link = FOLDER / name
        link.unlink(missing_ok=True)
        link.symlink_to("tiepoint")


if __name__ == "__main__":
    sys.exit(main())
