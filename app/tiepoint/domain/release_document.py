"""The manifest of releases as a JSON document: what is signed, and what is remembered of it.

Must not know of signatures. Whatever makes no sense is refused by its name: nothing is guessed. Pure; any thread.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from tiepoint.domain.release import Download, Manifest, Release, address_problem, version_key

FORMAT: Final = 1
PROGRAM: Final = "tiepoint"
_MOST_RELEASES: Final = 200
_MOST_DOWNLOADS: Final = 50
_LONGEST_NOTES: Final = 20_000
_LARGEST: Final = 2**53
_SHA256: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_SYSTEM: Final = re.compile(r"[a-z0-9]+-[a-z0-9_]+(-[a-z0-9_]+)*", re.ASCII)


class NewerFormat(ValueError):  # noqa: N818  it names what was found
    """The document is written for a later version of this program."""


def manifest_document(manifest: Manifest) -> dict[str, Any]:
    """Return the document of a manifest."""
    return {
        "format": FORMAT,
        "program": PROGRAM,
        "sequence": manifest.sequence,
        "issued": _moment_text(manifest.issued),
        "expires": _moment_text(manifest.expires),
        "releases": [_release_document(release) for release in manifest.releases],
    }


def manifest_of(document: object) -> Manifest:
    """Read a document; fields it does not know are left alone.

    Raises:
        NewerFormat: It is for a later version of this program.
        ValueError: It makes no sense; the text says where.
    """
    top = _object(document, "the manifest")
    if _number(top, "format", 1) != FORMAT:
        raise NewerFormat(f"format {top['format']}")
    if top.get("program") != PROGRAM:
        raise ValueError("it is about another program")
    releases = tuple(_release(each) for each in _list(top, "releases", _MOST_RELEASES))
    if len({release.version for release in releases}) < len(releases):
        raise ValueError("a version is there twice")
    ordered = sorted(releases, key=lambda release: version_key(release.version), reverse=True)
    return Manifest(_number(top, "sequence", 1), _moment(top, "issued"), _moment(top, "expires"), tuple(ordered))


def _release_document(release: Release) -> dict[str, Any]:
    return {
        "version": release.version,
        "published": _moment_text(release.published),
        "notes": release.notes,
        "security": release.is_security,
        "downloads": [
            {"system": each.system, "address": each.address, "size_bytes": each.size_bytes, "sha256": each.sha256}
            for each in release.downloads
        ],
    }


def _release(value: object) -> Release:
    found = _object(value, "a release")
    version = _text(found, "version", 40)
    if not version_key(version)[3]:
        raise ValueError(f"{version!r} is no version")
    is_security = found.get("security", False)
    if not isinstance(is_security, bool):
        raise ValueError("security is neither true nor false")  # noqa: TRY004  told like any other broken content
    downloads = tuple(_download(each) for each in _list(found, "downloads", _MOST_DOWNLOADS))
    return Release(version, _moment(found, "published"), _text(found, "notes", _LONGEST_NOTES), downloads, is_security)


def _download(value: object) -> Download:
    found = _object(value, "a download")
    system, address, sha256 = _text(found, "system", 60), _text(found, "address", 2000), _text(found, "sha256", 64)
    if _SYSTEM.fullmatch(system) is None:
        raise ValueError(f"system is {system!r}")
    if address_problem(address):
        raise ValueError(f"the address of {system} is not one over https")
    if _SHA256.fullmatch(sha256) is None:
        raise ValueError(f"the SHA-256 of {system} is none")
    return Download(system, address, _number(found, "size_bytes", 1), sha256)


def _object(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{what} is no object")  # noqa: TRY004  told like any other broken content
    return value


def _list(found: Mapping[str, Any], name: str, most: int) -> list[Any]:
    value = found.get(name)
    if not isinstance(value, list) or len(value) > most:
        raise ValueError(f"{name} is no list, or too long")
    return value


def _number(found: Mapping[str, Any], name: str, least: int) -> int:
    value = found.get(name)
    if type(value) is not int or not least <= value <= _LARGEST:
        raise ValueError(f"{name} is no whole number from {least} on")
    return value


def _text(found: Mapping[str, Any], name: str, longest: int) -> str:
    value = found.get(name)
    if not isinstance(value, str) or len(value) > longest:
        raise ValueError(f"{name} is no text, or too long")
    return value


def _moment(found: Mapping[str, Any], name: str) -> datetime:
    text = _text(found, name, 40)
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ValueError(f"{name} is no moment with its time zone")


def _moment_text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
