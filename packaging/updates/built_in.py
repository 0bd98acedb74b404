"""Write what a build knows of updates from the environment: where to look, and whose signatures count.

TIEPOINT_UPDATE_ADDRESS is an https address, TIEPOINT_UPDATE_KEYS are public keys in base64, separated by spaces or
commas. With neither set the build knows nothing and asks nobody. Standard library only.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "app"))

from tiepoint.domain.release import address_problem, is_key  # noqa: E402  found only now

_ADDRESS, _KEYS = "TIEPOINT_UPDATE_ADDRESS", "TIEPOINT_UPDATE_KEYS"


def main(argv: Sequence[str] | None = None) -> int:
    """Write the file and return the exit code."""
    parser = argparse.ArgumentParser(prog="built_in.py", description="Write what a build knows of updates.")
    parser.add_argument("out", type=Path, metavar="OUT.json")
    options = parser.parse_args(argv)
    address = os.environ.get(_ADDRESS, "").strip()
    keys = os.environ.get(_KEYS, "").replace(",", " ").split()
    problem = _problem(address, keys)
    if problem:
        sys.stderr.write(f"Error: {problem}\n")
        return 1
    options.out.write_text(json.dumps({"address": address, "keys": keys}, indent=2) + "\n", encoding="utf-8")
    return 0


def _problem(address: str, keys: Sequence[str]) -> str:
    if not address and not keys:
        return ""
    if address and address_problem(address):
        return f"{_ADDRESS}: {address_problem(address)}"
    if not keys or not all(is_key(key) for key in keys):
        return f"{_KEYS} holds no public key in base64, or something else beside them."
    return ""


if __name__ == "__main__":
    sys.exit(main())
