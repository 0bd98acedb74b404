#!/usr/bin/env python3
"""Signs Tiepoint.app for the hardened runtime, from the innermost file outwards.

Usage: sign_bundle.py [--dry-run] build/frozen/dist/Tiepoint.app

TIEPOINT_MACOS_IDENTITY names the certificate ("Developer ID Application: …"); without it the signature is ad hoc, which
runs on this computer only and cannot be notarised. Standard library only.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parent))

from tools import ToolError, Tools

ENTITLEMENTS: Final = Path(__file__).resolve().parent / "entitlements.plist"
# https://github.com/apple-oss-distributions/cctools: mach-o/loader.h and fat.h, both byte orders.
_MACH_O: Final = frozenset(
    bytes.fromhex(magic) for magic in ("cffaedfe", "feedfacf", "cefaedfe", "feedface", "cafebabe", "cafebabf")
)


def signing_order(bundle: Path) -> list[Path]:
    """Return what is signed before the bundle itself: libraries first, programs then, frameworks around theirs last."""
    files = [path for path in bundle.rglob("*") if path.is_file() and not path.is_symlink() and _is_mach_o(path)]
    frameworks = [path for path in bundle.rglob("*.framework") if path.is_dir() and not path.is_symlink()]
    programs = [path for path in files if _is_program(path, bundle)]
    libraries = [path for path in files if path not in programs]
    return [*_deepest_first(libraries), *_deepest_first(frameworks), *_deepest_first(programs)]


def sign_bundle(bundle: Path, identity: str, tools: Tools) -> None:
    """Sign a bundle and check the signature.

    Raises:
        ToolError: codesign refused, or is not there.
    """
    # An ad hoc signature gets no time stamp.
    stamp = "--timestamp" if identity != "-" else "--timestamp=none"
    plain = ("codesign", "--force", "--options", "runtime", stamp, "--sign", identity)
    for path in signing_order(bundle):
        entitled = ("--entitlements", str(ENTITLEMENTS)) if _is_program(path, bundle) else ()
        tools.call(*plain, *entitled, str(path))
    tools.call(*plain, "--entitlements", str(ENTITLEMENTS), str(bundle))
    tools.call("codesign", "--verify", "--deep", "--strict", "--verbose=2", str(bundle))


def _is_program(path: Path, bundle: Path) -> bool:
    return path.parent == bundle / "Contents" / "MacOS" and not path.suffix


def _is_mach_o(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) in _MACH_O


def _deepest_first(paths: Sequence[Path]) -> list[Path]:
    return sorted(paths, key=lambda path: (-len(path.parts), path.as_posix()))


def main(argv: Sequence[str] | None = None) -> int:
    """Sign what the arguments name and return the exit status."""
    parser = argparse.ArgumentParser(description="Signs Tiepoint.app for the hardened runtime.")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("--dry-run", action="store_true", help="print the calls and make none")
    arguments = parser.parse_args(argv)
    identity = os.environ.get("TIEPOINT_MACOS_IDENTITY") or "-"
    if not (arguments.bundle / "Contents" / "Info.plist").is_file():
        sys.stderr.write(f"sign_bundle: {arguments.bundle} is no application: it has no Contents/Info.plist\n")
        return 1
    if identity == "-":
        sys.stderr.write("sign_bundle: no TIEPOINT_MACOS_IDENTITY: signed ad hoc, for this computer only\n")
    try:
        sign_bundle(arguments.bundle, identity, Tools(is_dry=arguments.dry_run))
    except ToolError as error:
        sys.stderr.write(f"sign_bundle: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
