#!/usr/bin/env python3
"""Lets Apple notarise the disk image, then staples the ticket to it, so that it opens without a network, too.

Usage: notarise.py [--dry-run] dist/Tiepoint-VERSION.dmg

Who asks is told by the environment, never on the command line beyond names:
  TIEPOINT_NOTARY_PROFILE                                  a profile that `notarytool store-credentials` has kept, or
  TIEPOINT_NOTARY_KEY, _KEY_ID, _ISSUER                    a key file of App Store Connect, its id and its issuer

Standard library only.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from tools import ToolError, Tools


def credentials(environment: Mapping[str, str]) -> tuple[str, ...]:
    """Return notarytool's arguments that say who asks.

    Raises:
        ToolError: The environment names nobody.
    """
    profile = environment.get("TIEPOINT_NOTARY_PROFILE")
    if profile:
        return ("--keychain-profile", profile)
    names = ("TIEPOINT_NOTARY_KEY", "TIEPOINT_NOTARY_KEY_ID", "TIEPOINT_NOTARY_ISSUER")
    missing = [name for name in names if not environment.get(name)]
    if missing:
        raise ToolError(f"{', '.join(missing)} not set, and no TIEPOINT_NOTARY_PROFILE: nobody to ask Apple as.")
    key, key_id, issuer = (environment[name] for name in names)
    return ("--key", key, "--key-id", key_id, "--issuer", issuer)


def notarise(image: Path, who: Sequence[str], tools: Tools) -> None:
    """Notarise and staple a disk image.

    Raises:
        ToolError: Apple refused it (its log is in the message), or a tool failed.
    """
    said = tools.call("xcrun", "notarytool", "submit", str(image), *who, "--wait", "--output-format", "json")
    if not tools.is_dry:
        _check(said, who, tools)
    tools.call("xcrun", "stapler", "staple", str(image))
    tools.call("xcrun", "stapler", "validate", str(image))
    # The judgement that a person's Mac makes when the image is opened.
    tools.call("spctl", "--assess", "--type", "open", "--context", "context:primary-signature", "-v", str(image))


def _check(said: str, who: Sequence[str], tools: Tools) -> None:
    try:
        answer = json.loads(said)
    except ValueError:
        raise ToolError(f"notarytool answered with something else than JSON: {said[:200]}") from None
    status = answer.get("status")
    if status == "Accepted":
        return
    log = tools.call("xcrun", "notarytool", "log", str(answer.get("id", "")), *who) if answer.get("id") else ""
    raise ToolError(f"Apple did not notarise it: {status}.\n{log}")


def main(argv: Sequence[str] | None = None) -> int:
    """Notarise what the arguments name and return the exit status."""
    parser = argparse.ArgumentParser(description="Lets Apple notarise a disk image and staples the ticket to it.")
    parser.add_argument("image", type=Path)
    parser.add_argument("--dry-run", action="store_true", help="print the calls and make none")
    arguments = parser.parse_args(argv)
    try:
        notarise(arguments.image, credentials(os.environ), Tools(is_dry=arguments.dry_run))
    except ToolError as error:
        sys.stderr.write(f"notarise: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
