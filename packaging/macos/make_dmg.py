#!/usr/bin/env python3
"""Makes the disk image that people download: the application, and Applications to drag it to.

Usage: make_dmg.py [--dry-run] build/frozen/dist/Tiepoint.app dist/Tiepoint-VERSION.dmg

With TIEPOINT_MACOS_IDENTITY the image is signed, too. Standard library only.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from tools import ToolError, Tools


def make_dmg(bundle: Path, image: Path, identity: str, tools: Tools) -> None:
    """Make the image.

    Raises:
        ToolError: hdiutil or codesign refused, or is not there.
    """
    image.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        stage = Path(folder) / "Tiepoint"
        stage.mkdir()
        (stage / "Applications").symlink_to("/Applications")
        if not tools.is_dry:
            shutil.copytree(bundle, stage / bundle.name, symlinks=True)
        # ULFO: compressed by LZFSE, read by every macOS since 10.11.
        described = ("-volname", "Tiepoint", "-fs", "APFS", "-format", "ULFO", "-ov")
        tools.call("hdiutil", "create", "-srcfolder", str(stage), *described, str(image))
    if identity:
        tools.call("codesign", "--force", "--timestamp", "--sign", identity, str(image))
    tools.call("hdiutil", "verify", str(image))


def main(argv: Sequence[str] | None = None) -> int:
    """Make the image that the arguments name and return the exit status."""
    parser = argparse.ArgumentParser(description="Makes the disk image with Tiepoint.app.")
    parser.add_argument("bundle", type=Path)
    parser.add_argument("image", type=Path)
    parser.add_argument("--dry-run", action="store_true", help="print the calls and make none")
    arguments = parser.parse_args(argv)
    try:
        identity = os.environ.get("TIEPOINT_MACOS_IDENTITY", "")
        make_dmg(arguments.bundle, arguments.image, identity, Tools(is_dry=arguments.dry_run))
    except (ToolError, OSError) as error:
        sys.stderr.write(f"make_dmg: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
