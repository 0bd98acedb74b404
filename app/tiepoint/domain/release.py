"""Releases of this program as a signed manifest offers them, and how their numbers compare.

Must not know how a manifest is fetched or its signature checked (`ports.update_source`). Pure; any thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Download:
    """One file of a release.

    Args:
        system: Which computers it is for: `linux-x86_64-deb`, `linux-x86_64-tar`, `windows-x86_64`, `macos-arm64`.
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
        notes: What is new, plain text, one point a line.
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
