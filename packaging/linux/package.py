"""Build the packages for Linux from the frozen folder.

Usage: python packaging/linux/package.py deb|run|all [--payload FOLDER] [--out FOLDER] [--fast]
Needs the project's environment, objdump, dpkg-deb (deb) and xz (run). What a build may set in its environment stands in
texts.py. --fast packs less tightly, for trying.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from deb import build_deb
from needs import NeedsError
from single_file import build_single_file
from texts import ROOT, edition
from tree import PayloadError

_KINDS: Final[dict[str, Callable[..., Path]]] = {"deb": build_deb, "run": build_single_file}
_TOOLS: Final = {"deb": ("objdump", "dpkg-deb"), "run": ("objdump", "xz", "tar")}


def main() -> int:
    """Build what is asked for and return the exit status."""
    parser = argparse.ArgumentParser(description="Build the packages for Linux from the frozen folder.")
    parser.add_argument("kind", choices=[*_KINDS, "all"])
    parser.add_argument("--payload", type=Path, default=ROOT / "build/frozen/dist/tiepoint")
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    parser.add_argument("--fast", action="store_true", help="pack less tightly")
    given = parser.parse_args()
    packing = {"level": 1} if given.fast else {}
    kinds = list(_KINDS) if given.kind == "all" else [given.kind]
    missing = sorted({tool for kind in kinds for tool in _TOOLS[kind] if not shutil.which(tool)})
    if missing:
        return _failed(f"These programs are needed and missing: {', '.join(missing)}")
    try:
        for kind in kinds:
            file = _KINDS[kind](given.payload.resolve(), given.out.resolve(), edition(), **packing)
            sys.stdout.write(f"{file}  {file.stat().st_size / 1e6:.0f} MB\n")
            sys.stdout.flush()
    except (NeedsError, PayloadError, ValueError, OSError, subprocess.CalledProcessError) as error:
        return _failed(str(error))
    return 0


def _failed(text: str) -> int:
    sys.stderr.write(f"package: {text}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
