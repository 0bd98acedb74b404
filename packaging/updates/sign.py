"""Sign the list of updates: add a version to it, or renew it before it expires."""

from __future__ import annotations

import argparse
import base64
import json
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from signing import KEY_VARIABLE, Refused, digest_of, envelope, public_text, read_key

from tiepoint.adapters.updates.envelope import believed
from tiepoint.domain.errors import InputError
from tiepoint.domain.release import Download, Manifest, Release, address_problem
from tiepoint.domain.release_document import manifest_document, manifest_of

_DAYS = 90
_MOST_DAYS = 400


def main(argv: Sequence[str] | None = None) -> int:
    """Sign and return the exit code."""
    options = _parser().parse_args(argv)
    try:
        written = _sign(options)
    except (Refused, InputError, ValueError, OSError) as error:
        sys.stderr.write(f"Error: {error}\n")
        return 1
    sys.stdout.write(f"{options.out}: number {written.sequence}, good until {written.expires:%Y-%m-%d}\n")
    for release in written.releases:
        sys.stdout.write(f"  {release.version} with {len(release.downloads)} files\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sign.py", description=__doc__)
    add = parser.add_argument
    add("--out", type=Path, required=True, metavar="FILE", help="where the signed list goes")
    add("--previous", type=Path, metavar="FILE", help="the list as it is now; its versions are kept")
    add("--renew", action="store_true", help="only sign the previous list again, with new dates")
    add("--version", metavar="X.Y.Z", help="the version to add")
    add("--notes", type=Path, metavar="FILE", help="what is new, plain text, one point a line")
    add("--published", metavar="MOMENT", help="when, such as 2026-11-26T09:00+00:00; now without it")
    add("--security", action="store_true", help="it closes a security hole")
    add("--base", metavar="ADDRESS", default="", help="folder on the web that the files lie in, https")
    add("--download", action="append", default=[], metavar="SYSTEM=FILE", help="a file of it; may be repeated")
    add("--days", type=int, default=_DAYS, help=f"how long it is good; {_DAYS} without it")
    add("--key", action="append", type=Path, default=[], metavar="PRIVATE.pem", help=f"else from {KEY_VARIABLE}")
    return parser


def _sign(options: argparse.Namespace) -> Manifest:
    if not 1 <= options.days <= _MOST_DAYS:
        raise Refused(f"--days is a number from 1 to {_MOST_DAYS}.")
    now = datetime.now(UTC).replace(microsecond=0)
    keys = _keys(options.key)
    before = _previous(options.previous, [public_text(key) for key in keys])
    releases = before.releases if before is not None else ()
    if options.renew:
        if before is None or options.version:
            raise Refused("--renew takes --previous, and no --version.")
    else:
        added = _release(options, now)
        releases = (added, *(each for each in releases if each.version != added.version))
    # The time as the number needs nothing kept from one release to the next.
    sequence = max(int(now.timestamp()), before.sequence + 1 if before is not None else 1)
    made = Manifest(sequence, now, now + timedelta(days=options.days), releases)
    checked = manifest_of(manifest_document(made))
    part = options.out.with_name(f".{options.out.name}.part")
    part.write_bytes(envelope(checked, keys))
    part.replace(options.out)
    return checked


def _keys(paths: Sequence[Path]) -> list[Ed25519PrivateKey]:
    if paths:
        return [read_key(path.read_bytes(), str(path)) for path in paths]
    named = os.environ.get(KEY_VARIABLE, "")
    if not named:
        raise Refused(f"No key: name one with --key, or put it into {KEY_VARIABLE}.")
    return [read_key(named.encode(), KEY_VARIABLE)]


def _previous(path: Path | None, keys: Sequence[str]) -> Manifest | None:
    """Read the list as it is; only what one of our keys has signed is carried on."""
    if path is None:
        return None
    content = path.read_bytes()
    try:
        return believed(content, keys, str(path))
    except InputError as error:
        signed = json.loads(base64.b64decode(json.loads(content)["payload"])) if b"payload" in content else {}
        number = f" (it says it is number {signed.get('sequence')})" if isinstance(signed, dict) and signed else ""
        raise Refused(f"{error.summary}{number} When keys change, sign once with the old and the new one.") from error


def _release(options: argparse.Namespace, now: datetime) -> Release:
    if not options.version or options.notes is None:
        raise Refused("--version and --notes are needed to add a version.")
    published = datetime.fromisoformat(options.published) if options.published else now
    if published.tzinfo is None:
        raise Refused("--published needs a time zone, such as +00:00.")
    notes = options.notes.read_text(encoding="utf-8").strip()
    downloads = tuple(_download(each, options.base) for each in options.download)
    return Release(options.version, published, notes, downloads, options.security)


def _download(text: str, base: str) -> Download:
    system, _, file = text.partition("=")
    if not file:
        raise Refused(f"--download {text} is not SYSTEM=FILE.")
    if address_problem(base):
        raise Refused("--base is needed with --download, and begins with https://.")
    path = Path(file)
    size, digest = digest_of(path)
    return Download(system, f"{base.rstrip('/')}/{quote(path.name)}", size, digest)


if __name__ == "__main__":
    sys.exit(main())
