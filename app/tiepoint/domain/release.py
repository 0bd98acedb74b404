"""Releases of this program as a signed manifest offers them, how their numbers compare, and when one is too old.

Must not know how a manifest is fetched or its signature checked (`ports.update_source`). Pure; any thread.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from tiepoint.domain.errors import InputError

_VERSION: Final = re.compile(r"(\d{1,6})\.(\d{1,6})\.(\d{1,6})(.*)", re.ASCII | re.DOTALL)
_MARKS: Final = ("- ", "* ", "• ")
_AHEAD: Final = timedelta(days=1)
"""How far clocks may differ before a manifest counts as one of the future."""
_KEY_BYTES: Final = 32
"""Of an Ed25519 public key (RFC 8032, 5.1.5)."""
_SYSTEMS: Final = {"Linux": "linux", "Windows": "windows", "Darwin": "macos"}
_MACHINES: Final = {"amd64": "x86_64", "x64": "x86_64", "aarch64": "arm64"}


@dataclass(frozen=True, slots=True)
class Download:
    """One file of a release.

    Args:
        system: Which computers it is for: `linux-x86_64-deb`, `linux-x86_64-run`, `windows-x86_64`, `macos-arm64`.
        address: Where it lies, https.
        size_bytes: Its size.
        sha256: Its digest, hexadecimal.
    """

    system: str
    address: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Release:
    """One version.

    Args:
        version: Its number, `MAJOR.MINOR.PATCH`.
        published: When, UTC.
        notes: What is new, plain text, one point a line; where some lines begin with a dash, the others are headings.
        downloads: Its files.
        is_security: It closes a hole.
    """

    version: str
    published: datetime
    notes: str
    downloads: tuple[Download, ...] = ()
    is_security: bool = False


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was signed.

    Args:
        sequence: Counts up with every manifest signed; an earlier one is a replay.
        issued: When it was signed, UTC.
        expires: From when on it must not be believed, UTC.
        releases: Newest first.
    """

    sequence: int
    issued: datetime
    expires: datetime
    releases: tuple[Release, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What an address has shown so far.

    Args:
        looked: When it last answered, UTC.
        manifest: The newest manifest that was believed; None = none yet.
    """

    looked: datetime
    manifest: Manifest | None = None


@dataclass(frozen=True, slots=True)
class UpdateNotes:
    """What is remembered of updates from one start to the next.

    Args:
        seen: What was seen, by address.
        skipped: The version that the person does not want to hear of; empty = none.
        later: Until when the person wants to hear nothing, UTC.
        told: The newest version that the person was told of.
    """

    seen: Mapping[str, Seen] = field(default_factory=dict)
    skipped: str = ""
    later: datetime | None = None
    told: str = ""


def version_key(version: str) -> tuple[int, int, int, bool]:
    """Return what puts versions in order; anything after the three numbers comes before the release itself.

    Raises:
        ValueError: It does not begin with three numbers.
    """
    found = _VERSION.fullmatch(version)
    if found is None:
        raise ValueError(f"{version!r} is no version")
    return int(found[1]), int(found[2]), int(found[3]), not found[4]


def newer_than(version: str, releases: Sequence[Release]) -> tuple[Release, ...]:
    """Return the releases after a version, in their order; none where the version itself cannot be read."""
    try:
        ours = version_key(version)
    except ValueError:
        return ()
    return tuple(release for release in releases if version_key(release.version) > ours)


def fitting(downloads: Sequence[Download], system: str, machine: str) -> tuple[Download, ...]:
    """Return the files for a computer, in their order.

    Args:
        downloads: Of a release.
        system: As `platform.system` says.
        machine: As `platform.machine` says.
    """
    name = machine.lower()
    wanted = f"{_SYSTEMS.get(system, system.lower())}-{_MACHINES.get(name, name)}"
    return tuple(each for each in downloads if each.system == wanted or each.system.startswith(f"{wanted}-"))


def check_fresh(manifest: Manifest, now: datetime, seen: Manifest | None) -> None:
    """Make sure that a manifest with a good signature is to be believed now, too.

    Args:
        manifest: The one that came.
        now: The time, UTC.
        seen: The newest one believed from the same address; None = none yet.

    Raises:
        InputError: It is of the future, has expired, or an earlier one is shown again.
    """
    if manifest.issued > now + _AHEAD:
        raise InputError(
            f"The list of updates was signed on {manifest.issued:%Y-%m-%d}, which is still to come.",
            remedy="Check the date and time of this computer; if they are right, tell whoever offers the updates.",
        )
    if manifest.expires <= now:
        raise InputError(
            f"The list of updates has expired on {manifest.expires:%Y-%m-%d}: it was not renewed, or an old copy is "
            "shown to you.",
            remedy="Check the date and time of this computer; if they are right, tell whoever offers the updates.",
        )
    if seen is not None and manifest.sequence < seen.sequence:
        raise InputError(
            f"An older list of updates is shown than one seen before: it was signed on {manifest.issued:%Y-%m-%d}, "
            f"the other one on {seen.issued:%Y-%m-%d}.",
            remedy="Look again later, from another network too; if it stays so, tell whoever offers the updates.",
            detail=f"sequence {manifest.sequence}, seen before: {seen.sequence}",
        )


def address_problem(address: str) -> str:
    """Say in a sentence why an address cannot be used for updates; empty = it can."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "That is no address."
    if parts.scheme != "https":
        return "Updates are looked for over https only: type an address that begins with https://."
    if not host or not address.isascii() or not address.isprintable() or " " in address:
        return "That is no address."
    if parts.username is not None or parts.password is not None:
        return "The address must hold no user name and no password."
    return ""


def is_key(text: str) -> bool:
    """Whether a text is an Ed25519 public key: 32 bytes in base64."""
    try:
        return len(base64.b64decode(text, validate=True)) == _KEY_BYTES
    except (binascii.Error, ValueError):
        return False


def note_lines(notes: str) -> tuple[tuple[str, bool], ...]:
    """Return the lines of what is new, each with whether it is a point and no heading."""
    lines = [line.strip() for line in notes.splitlines() if line.strip()]
    has_marks = any(line.startswith(_MARKS) for line in lines)
    return tuple((_without_mark(line), line.startswith(_MARKS) or not has_marks) for line in lines)


def _without_mark(line: str) -> str:
    return next((line.removeprefix(mark).lstrip() for mark in _MARKS if line.startswith(mark)), line)
