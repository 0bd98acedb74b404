"""Python distributions as components: licence and texts from their metadata, crates from the bills they carry."""

from __future__ import annotations

import importlib.metadata
import json
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, Final

from third_party.catalogue import Catalogue
from third_party.component import Component, LicenceProblem
from third_party.inventory import normal
from third_party.texts import Texts

_TEXT: Final = re.compile(r"(licen[cs]e|copying|notice|authors|copyright)", re.IGNORECASE)
_TERMS: Final = re.compile(r"licen[cs]e|copying", re.IGNORECASE)
"""What a file with terms is called, or has in it; names of authors or notices alone permit nothing."""

_SOURCES: Final = ("source", "source code", "repository", "github", "code", "homepage", "home")
"""How distributions call the address of their source, the surest first."""
_CODE: Final = (".py", ".pyc", ".pyi", ".so", ".json")
_CLASSIFIERS: Final = {
    "MIT License": "MIT",
    "ISC License (ISCL)": "ISC",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Apache Software License": "Apache-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
_WORDS: Final = {
    "MIT": "MIT",
    "MIT License": "MIT",
    "Apache 2.0": "Apache-2.0",
    "Apache-2.0": "Apache-2.0",
    "BSD-3-Clause": "BSD-3-Clause",
    "BSD-2-Clause": "BSD-2-Clause",
    "BSD 3-Clause License": "BSD-3-Clause",
    "ISC License": "ISC",
    "MPL-2.0": "MPL-2.0",
    "PSF-2.0": "PSF-2.0",
}
"""What the free field "License" says in so many distributions, in SPDX's words; anything else needs the catalogue."""


def component_of(name: str, files: tuple[str, ...], catalogue: Catalogue, texts: Texts) -> Component:
    """Return an installed distribution as a component.

    Raises:
        LicenceProblem: Its licence or its text cannot be found.
    """
    distribution = importlib.metadata.distribution(name)
    metadata = distribution.metadata
    licence = catalogue.licences.get(name) or _told_licence(metadata)
    if not licence:
        raise LicenceProblem(
            f"{name} {distribution.version}: its metadata names no licence in SPDX's words. Read it and add it "
            "to [licence] in packaging/licences/catalogue.toml."
        )
    found = tuple(_own_texts(distribution))
    if not any(_TERMS.search(each) for text in found for each in text):
        found = (*found, *_standard(name, licence, texts))
    return Component(
        name=metadata["Name"],
        version=distribution.version,
        kind="python",
        licence=licence,
        copyright=_author(metadata),
        purl=f"pkg:pypi/{normal(name)}@{distribution.version}",
        source=catalogue.sources.get(name) or _source(metadata),
        files=files,
        texts=found,
    )


def _source_of_crate(told: Any) -> str:
    places = {str(each.get("type")): str(each.get("url")) for each in told.get("externalReferences") or ()}
    return places.get("vcs") or places.get("website") or ""


def _source(metadata: Any) -> str:
    """Return where a distribution says that its source is, else its home; empty where it says neither."""
    told = dict(str(line).partition(", ")[::2] for line in metadata.get_all("Project-URL") or ())
    places = {label.casefold(): address for label, address in told.items()}
    named = (places[label] for label in _SOURCES if label in places)
    return next(named, str(metadata.get("Home-page") or ""))


def version_of(name: str) -> str:
    """Return the version of an installed distribution."""
    return importlib.metadata.version(name)


def licence_of(name: str, version: str, catalogue: Catalogue) -> str:
    """Return the licence of a distribution that is here in this version or that the catalogue knows, else nothing."""
    try:
        distribution = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return catalogue.licences.get(name, "")
    told = _told_licence(distribution.metadata) if distribution.version == version else ""
    return catalogue.licences.get(name) or told


def crates_of(name: str) -> Iterator[Component]:
    """Yield the Rust crates linked into a distribution, from the bill of materials that its wheel carries (PEP 770)."""
    distribution = importlib.metadata.distribution(name)
    for bill in _bills(distribution):
        for told in bill.get("components", ()):
            if not str(told.get("purl", "")).startswith("pkg:cargo/") or told.get("scope") == "excluded":
                continue
            yield _crate(told, distribution.metadata["Name"])


def versions_of_parts(name: str) -> dict[str, str]:
    """Return versions of the libraries that a wheel carries, by their names in lower case, from its own bills."""
    bills = _bills(importlib.metadata.distribution(name))
    return {
        str(told["name"]).lower(): str(told["version"])
        for bill in bills
        for told in bill.get("components", ())
        if told.get("version") and not str(told.get("purl", "")).startswith("pkg:cargo/")
    }


def _told_licence(metadata: Any) -> str:
    expression = metadata.get("License-Expression")
    if expression:
        return str(expression)
    free = str(metadata.get("License") or "").strip()
    if free in _WORDS or " OR " in free:
        return _WORDS.get(free, free)
    classifiers = [
        str(line).rpartition(" :: ")[2]
        for line in metadata.get_all("Classifier") or ()
        if str(line).startswith("License")
    ]
    known = [_CLASSIFIERS[line] for line in classifiers if line in _CLASSIFIERS]
    return known[0] if len(known) == 1 else ""


def _own_texts(distribution: importlib.metadata.Distribution) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for file in sorted(distribution.files or (), key=str):
        path = PurePosixPath(str(file).replace("\\", "/"))
        in_metadata = ".dist-info/" in str(path)
        if not _TEXT.search(path.name) or path.suffix in _CODE or not (in_metadata or len(path.parts) <= 2):
            continue
        text = distribution.read_text("/".join(path.parts[1:])) if in_metadata else _read(distribution, file)
        if text and text.strip() and text not in seen:
            seen.add(text)
            yield (
                "-".join(
                    path.parts[path.parts.index("licenses") + 1 :] if "licenses" in path.parts else path.parts[-1:]
                ),
                text,
            )


def _read(distribution: importlib.metadata.Distribution, file: Any) -> str:
    place = distribution.locate_file(file)
    return place.read_text(encoding="utf-8", errors="replace") if place.is_file() else ""  # type: ignore[attr-defined]


def _standard(name: str, licence: str, texts: Texts) -> tuple[tuple[str, str], ...]:
    """Take the standard text for a distribution that carries none of its own: only those of the Lesser GPL may."""
    if name in {"pyside6-essentials", "shiboken6"}:
        return texts.of("LGPL-3.0-only")
    raise LicenceProblem(
        f"{name}: its wheel carries no licence text. Ask its authors for it; until then it cannot be passed on."
    )


def _author(metadata: Any) -> str:
    said = metadata.get("Author") or metadata.get("Author-email") or ""
    return re.sub(r"\s*<[^>]*>", "", str(said)).replace('"', "").strip()


def _bills(distribution: importlib.metadata.Distribution) -> Iterator[dict[str, Any]]:
    for file in distribution.files or ():
        path = str(file).replace("\\", "/")
        if "/sboms/" in path and path.endswith(".json"):
            yield json.loads(distribution.read_text(path.partition("/")[2]) or "{}")


def _crate(told: dict[str, Any], inside: str) -> Component:
    entry = (told.get("licenses") or [{}])[0]
    licence = str(entry.get("expression") or entry.get("license", {}).get("id") or "").replace("/", " OR ")
    if not licence:
        raise LicenceProblem(f"{told['name']}, linked into {inside}: its licence is not told.")
    return Component(
        name=told["name"],
        version=str(told.get("version", "")),
        kind="crate",
        licence=licence,
        copyright=re.sub(r"\s*<[^>]*>", "", str(told.get("author") or f"the authors of {told['name']}")),
        purl=str(told["purl"]).partition("?")[0],
        source=_source_of_crate(told),
        part_of=(inside,),
    )
