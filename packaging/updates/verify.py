"""Verify a signed list of updates, in a file or at its address, just as the program does, and show what it offers."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from signing import digest_of

from tiepoint.adapters.updates.envelope import believed
from tiepoint.adapters.updates.signed_manifest import SignedManifest
from tiepoint.domain.errors import TiepointError
from tiepoint.domain.release import Manifest, check_fresh, is_key

_KEYS_VARIABLE = "TIEPOINT_UPDATE_KEYS"


def main(argv: Sequence[str] | None = None) -> int:
    """Verify and return the exit code: 0 = good, 1 = not to be believed, 2 = typed wrong."""
    parser = argparse.ArgumentParser(prog="verify.py", description=__doc__)
    parser.add_argument("list", metavar="FILE|ADDRESS", help="the signed list")
    parser.add_argument("--key", action="append", default=[], metavar="PUBLIC", help=f"else from {_KEYS_VARIABLE}")
    parser.add_argument("--files", type=Path, metavar="FOLDER", help="compare the files in it with the list, too")
    options = parser.parse_args(argv)
    keys = options.key or os.environ.get(_KEYS_VARIABLE, "").replace(",", " ").split()
    if not keys or not all(is_key(key) for key in keys):
        parser.error("a public key is 32 bytes in base64")
    try:
        manifest = _manifest(options.list, keys)
        check_fresh(manifest, datetime.now(UTC), None)
    except (TiepointError, OSError) as error:
        sys.stderr.write(f"Not good: {error}\n")
        return 1
    return _show(manifest, options.files)


def _manifest(place: str, keys: Sequence[str]) -> Manifest:
    if place.startswith("https://"):
        return asyncio.run(SignedManifest().fetch(place, keys))
    return believed(Path(place).read_bytes(), keys, place)


def _show(manifest: Manifest, folder: Path | None) -> int:
    code, say = 0, sys.stdout.write
    say(f"Good: number {manifest.sequence}, signed {manifest.issued:%Y-%m-%d}, until {manifest.expires:%Y-%m-%d}\n")
    for release in manifest.releases:
        say(f"{release.version} ({release.published:%Y-%m-%d})\n")
        for each in release.downloads:
            say(f"  {each.system}  {each.size_bytes} bytes  {each.sha256}  {each.address}\n")
            path = folder / each.address.rpartition("/")[2] if folder is not None else None
            if path is not None and path.is_file() and digest_of(path) != (each.size_bytes, each.sha256):
                sys.stderr.write(f"Not good: {path} is another file than the one that was signed\n")
                code = 1
    return code


if __name__ == "__main__":
    sys.exit(main())
