"""Anyone may put another build of Qt into the folder, as its licence (LGPL) asks: the program then runs with that one.

A copy of the folder gets a Qt Core library whose own words about its build are others. What the program then says of Qt
has to be those words, and every Qt library it loads has to lie in that folder. Run by `smoke.sh`; Linux.
Usage: python packaging/frozen/qt_replaced.py EXECUTABLE
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

_LIBRARY: Final = Path("_internal/PySide6/Qt/lib/libQt6Core.so.6")
_WORDS: Final = b"release build; by "
_OTHER_WORDS: Final = b"REPLACED BUILD by "


def main(executable: Path) -> None:
    """Replace, run, compare.

    Args:
        executable: The frozen program.

    Raises:
        AssertionError: The program ran with another library than the one in its folder.
    """
    # Beside the folder: links to its files take no room.
    with tempfile.TemporaryDirectory(dir=executable.parent.parent, prefix="replaced-") as made:
        folder = Path(made) / "tiepoint"
        shutil.copytree(executable.parent, folder, symlinks=True, copy_function=os.link)
        ours = folder / _LIBRARY
        content = ours.read_bytes()
        assert content.count(_WORDS) == 1, "this build of Qt does not tell how it was built"
        ours.unlink()
        ours.write_bytes(content.replace(_WORDS, _OTHER_WORDS))
        before, after = _told(executable), _told(folder / executable.name)
        assert _WORDS.decode() in before["qt"], before["qt"]
        assert _OTHER_WORDS.decode() in after["qt"], after["qt"]
        qt = [path for path in after["loaded"] if "/libQt6" in path]
        assert len(qt) > 3, after["loaded"]
        assert all(path.startswith(f"{folder}/") for path in qt), qt


def _told(program: Path) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as home:
        env = {"HOME": home, "TIEPOINT_HOME": f"{home}/state", "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
        ended = subprocess.run(
            [str(program), "--self-check", "libraries"], env=env, capture_output=True, text=True, check=True
        )
    told: dict[str, Any] = json.loads(ended.stdout)
    return told


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
