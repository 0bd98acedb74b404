"""Versions in order, files for a computer, manifests that are too old, documents that make no sense."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.updates import ISSUED, a_manifest, a_release
from tiepoint.domain.errors import InputError
from tiepoint.domain.release import address_problem, check_fresh, fitting, is_key, newer_than, note_lines, version_key
from tiepoint.domain.release_document import NewerFormat, manifest_document, manifest_of

NUMBERS = st.tuples(*(st.integers(0, 999_999),) * 3)


@given(NUMBERS, NUMBERS)
def test_versions_are_ordered_as_their_numbers(one: tuple[int, ...], other: tuple[int, ...]) -> None:
    texts = [".".join(map(str, each)) for each in (one, other)]
    assert (version_key(texts[0]) < version_key(texts[1])) is (one < other)


def test_what_comes_before_a_release_is_older_than_it() -> None:
    assert version_key("0.2.0.dev3") < version_key("0.2.0") < version_key("0.10.0")
    with pytest.raises(ValueError, match="no version"):
        version_key("nightly")


def test_only_newer_releases_are_offered() -> None:
    releases = tuple(map(a_release, ("0.10.0", "0.2.0", "0.1.0")))
    assert [each.version for each in newer_than("0.1.0", releases)] == ["0.10.0", "0.2.0"]
    assert newer_than("0.10.0", releases) == ()
    assert newer_than("a build of somebody's", releases) == ()


@pytest.mark.parametrize(
    ("system", "machine", "found"),
    [
        ("Linux", "x86_64", ["linux-x86_64-deb", "linux-x86_64-run"]),
        ("Windows", "AMD64", ["windows-x86_64"]),
        ("Darwin", "arm64", ["macos-arm64"]),
        ("Darwin", "x86_64", []),
        ("Linux", "aarch64", []),
    ],
)
def test_files_fit_a_computer(system: str, machine: str, found: list[str]) -> None:
    assert [each.system for each in fitting(a_release().downloads, system, machine)] == found


def test_a_fresh_manifest_is_believed() -> None:
    check_fresh(a_manifest(), ISSUED + timedelta(days=1), None)
    check_fresh(a_manifest(), ISSUED, a_manifest())
    check_fresh(a_manifest(), ISSUED - timedelta(hours=23), None)


@pytest.mark.parametrize(
    ("now", "seen", "words"),
    [
        (ISSUED - timedelta(hours=25), None, "still to come"),
        (ISSUED + timedelta(days=90), None, "has expired on 2027-02-18"),
        (ISSUED, a_manifest(sequence=8), "An older list of updates"),
    ],
)
def test_each_doubt_has_its_own_words(now: datetime, seen: Any, words: str) -> None:
    with pytest.raises(InputError, match=words) as refused:
        check_fresh(a_manifest(), now, seen)
    assert refused.value.remedy


@pytest.mark.parametrize(
    "address",
    [
        "",
        "updates.example",
        "http://updates.example/list",
        "file:///etc/passwd",
        "https://",
        "https://[broken/list",
        "https://name:word@updates.example/list",
        "https://updates.example:99999/list",
        "https://updates.example/a list",
        "https://updates.example/\n",
        "https://üpdates.example/",
    ],
)
def test_addresses_that_cannot_be_used(address: str) -> None:
    assert address_problem(address)


def test_an_address_over_https_can_be_used() -> None:
    assert address_problem("https://updates.example:8443/tiepoint/updates.json?channel=slow") == ""


def test_keys_are_32_bytes_in_base64() -> None:
    assert is_key("KomJdsEcJ+FaPUblKEiKJ4Jl+E71cHlSiiOLJtcTU+U=")
    assert not any(map(is_key, ("", "KomJdsEc", "no key", "KomJdsEcJ+FaPUblKEiKJ4Jl+E71cHlSiiOLJtcTU+Ü=")))


def test_a_document_is_read_back_newest_first() -> None:
    manifest = a_manifest(a_release("0.2.0"), a_release("0.10.0", is_security=True))
    read = manifest_of(manifest_document(manifest))
    assert [each.version for each in read.releases] == ["0.10.0", "0.2.0"]
    assert read.releases[1] == manifest.releases[0]
    assert (read.sequence, read.issued, read.expires) == (7, ISSUED, ISSUED + timedelta(days=90))


def test_times_of_other_zones_are_read_as_utc() -> None:
    document = manifest_document(a_manifest())
    document["issued"] = "2026-11-20T10:00:00+01:00"
    assert manifest_of(document).issued == ISSUED
    assert manifest_of(document).issued.tzinfo is UTC


def test_a_later_format_is_known_for_one() -> None:
    with pytest.raises(NewerFormat):
        manifest_of({**manifest_document(a_manifest()), "format": 2})


NONSENSE: dict[str, Any] = {
    "format": ["1", 0, None],
    "program": ["another", None],
    "sequence": [0, -1, 1.5, True, 2**60, "7"],
    "issued": ["2026-11-20T09:00:00", "soon", 7, "9999-99-99T00:00+00:00"],
    "expires": [None, ""],
    "releases": [{}, [7], [{}], ["x"] * 300],
}
NONSENSE_OF_A_RELEASE: dict[str, Any] = {
    "version": ["1.0", "0.2.0rc1", 2, "0.2.0\n"],
    "published": ["yesterday"],
    "notes": [["one"], "x" * 30_000],
    "security": ["yes", 1],
    "downloads": [None, [None], [{}]],
}
NONSENSE_OF_A_DOWNLOAD: dict[str, Any] = {
    "system": ["", "Linux", "linux x"],
    "address": ["http://updates.example/x", "updates.example"],
    "size_bytes": [0, "7", True],
    "sha256": ["5f", "G" * 64, 64],
}


def _broken(table: dict[str, list[Any]], path: tuple[Any, ...]) -> list[tuple[tuple[Any, ...], Any]]:
    return [((*path, name), value) for name, values in table.items() for value in values]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        *_broken(NONSENSE, ()),
        *_broken(NONSENSE_OF_A_RELEASE, ("releases", 0)),
        *_broken(NONSENSE_OF_A_DOWNLOAD, ("releases", 0, "downloads", 0)),
    ],
)
def test_nonsense_is_refused_by_name(path: tuple[Any, ...], value: Any) -> None:
    document = copy.deepcopy(manifest_document(a_manifest()))
    at: Any = document
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = value
    with pytest.raises(ValueError, match=r"\w"):
        manifest_of(document)


def test_a_version_may_stand_there_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        manifest_of(manifest_document(a_manifest(a_release(), a_release())))


@pytest.mark.parametrize("document", [None, 7, [], "x", {}])
def test_what_is_no_manifest_is_refused(document: Any) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        manifest_of(document)


@pytest.mark.parametrize(
    ("notes", "lines"),
    [
        ("Faster.\n\n Smaller.", [("Faster.", True), ("Smaller.", True)]),
        (
            "Transfers\n- Faster.\n* Smaller.\n• -5 °C",
            [("Transfers", False), ("Faster.", True), ("Smaller.", True), ("-5 °C", True)],
        ),
        (" \n", []),
    ],
)
def test_notes_are_points_and_headings_only_between_marked_ones(notes: str, lines: list[tuple[str, bool]]) -> None:
    assert list(note_lines(notes)) == lines
