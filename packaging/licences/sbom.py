"""Write a bill of materials (CycloneDX 1.6, JSON) and check it against its schema.

    python packaging/licences/sbom.py FOLDER -o dist/tiepoint-VERSION.cdx.json
        of a frozen program: FOLDER is build/frozen/dist/tiepoint or Tiepoint.app, with its licences in it
    python packaging/licences/sbom.py --lock requirements.txt -o dist/tiepoint-VERSION-wheel.cdx.json
        of the wheel: what the lock pins, with the hashes of the files it allows

Needs cyclonedx-python-lib with its validation. Exit status: 0 written and valid, 1 not valid, 2 usage.
SOURCE_DATE_EPOCH, when set, is its time.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

_HERE: Final = Path(__file__).resolve().parent
sys.path.insert(0, str(_HERE))

from third_party import bill  # noqa: E402


def main(args: Sequence[str]) -> int:
    """Write the bill that was asked for."""
    parser = argparse.ArgumentParser(description="Write a CycloneDX bill of materials.")
    parser.add_argument("folder", type=Path, nargs="?", help="the frozen program")
    parser.add_argument("--lock", type=Path, help="the locked requirements, instead")
    parser.add_argument("-o", "--out", type=Path, required=True)
    asked = parser.parse_args(args)
    if (asked.folder is None) == (asked.lock is None):
        parser.error("say either a folder or --lock")
    made = bill.of_folder(asked.folder) if asked.folder is not None else bill.of_lock(asked.lock)
    text, wrong = bill.written(made)
    if wrong:
        sys.stderr.write(f"sbom: not valid: {wrong}\n")
        return 1
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(text, encoding="utf-8", newline="\n")
    sys.stdout.write(f"sbom: {len(made.components)} components in {asked.out}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
