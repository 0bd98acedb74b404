"""The bill of materials: of a frozen program with the hashes of its native files, or of what a lock pins.

The only module of this package that needs cyclonedx-python-lib.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, Property, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from third_party.catalogue import Catalogue
from third_party.distributions import licence_of
from third_party.texts import Texts

_REPOSITORY: Final = Path(__file__).resolve().parents[3]
_SCHEMA: Final = SchemaVersion.V1_6
_PINNED: Final = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)(?:\s*;\s*([^\\]+?))?\s*\\?$")
_SHA256: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_TYPES: Final = {"runtime": ComponentType.PLATFORM, "asset": ComponentType.DATA}


def version() -> str:
    """Return the program's version, from its source."""
    source = (_REPOSITORY / "app" / "tiepoint" / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'__version__\s*=\s*"([^"]+)"', source)
    if found is None:
        raise SystemExit("sbom: app/tiepoint/__init__.py tells no version")
    return found.group(1)


def of_folder(folder: Path) -> Bom:
    """Return the bill of a frozen program, hashed as it lies there."""
    inside = _library_folder(folder)
    told = json.loads((inside / "licences" / "components.json").read_text(encoding="utf-8"))
    bom, program = _begun("frozen")
    parts = told["components"]
    made = [_component(part, inside, number) for number, part in enumerate(parts)]
    bom.components.update(made)
    bom.register_dependency(program, [each for part, each in zip(parts, made, strict=True) if not part["part_of"]])
    for owner, whole in zip(parts, made, strict=True):
        if not owner["part_of"]:
            held = [each for part, each in zip(parts, made, strict=True) if owner["name"] in part["part_of"]]
            bom.register_dependency(whole, held)
    return bom


def of_lock(lock: Path) -> Bom:
    """Return the bill of what a lock pins, for every system and Python it is for."""
    bom, program = _begun("wheel")
    catalogue = Catalogue(_REPOSITORY / "packaging" / "licences" / "catalogue.toml", Texts(_REPOSITORY))
    made = [_pinned(*each, catalogue) for each in _pins(lock.read_text(encoding="utf-8"))]
    for component in made:
        bom.components.add(component)
    bom.register_dependency(program, made)
    return bom


def written(bom: Bom) -> tuple[str, str]:
    """Return a bill as text, and what is wrong with it: empty when it is valid."""
    text = make_outputter(bom, OutputFormat.JSON, _SCHEMA).output_as_string(indent=1)
    wrong = JsonStrictValidator(_SCHEMA).validate_str(text)
    return text + "\n", "" if wrong is None else str(wrong)


def _begun(kind: str) -> tuple[Bom, Component]:
    bom = Bom()
    number = version()
    moment = int(os.environ.get("SOURCE_DATE_EPOCH") or datetime.now(tz=UTC).timestamp())
    bom.metadata.timestamp = datetime.fromtimestamp(moment, tz=UTC)
    bom.serial_number = uuid5(NAMESPACE_URL, f"tiepoint-{kind}-{number}-{moment}")
    program = Component(
        name="tiepoint",
        version=number,
        type=ComponentType.APPLICATION,
        bom_ref=f"tiepoint@{number}",
        purl=PackageURL("pypi", None, "tiepoint", number) if kind == "wheel" else None,
        licenses=[LicenseExpression("Apache-2.0")],
    )
    bom.metadata.component = program
    return bom, program


def _library_folder(folder: Path) -> Path:
    for place in (folder / "_internal", folder / "Contents" / "Frameworks", folder / "Contents" / "Resources", folder):
        if (place / "licences" / "components.json").is_file():
            return place
    raise SystemExit(f"sbom: {folder} has no licences/components.json; freeze the program first")


def _reference(part: dict[str, Any], number: int) -> str:
    """A name of its own for every line: a library may be there in two versions, or twice without one."""
    return f"{part['purl'] or part['name']}#{number}"


def _component(part: dict[str, Any], inside: Path, number: int) -> Component:
    files = [(name, inside / name) for name in part["files"]]
    return Component(
        name=part["name"],
        version=part["version"] or None,
        type=_TYPES.get(part["kind"], ComponentType.LIBRARY),
        bom_ref=_reference(part, number),
        purl=PackageURL.from_string(part["purl"]) if part["purl"] else None,
        copyright=part["copyright"] or None,
        licenses=[LicenseExpression(part["licence"])],
        external_references=[_source(part["source"])] if part["source"] else [],
        properties=[Property(name="tiepoint:part-of", value=name) for name in part["part_of"]],
        components=[_file(name, place, number) for name, place in files if place.is_file()],
    )


def _file(name: str, place: Path, number: int) -> Component:
    with place.open("rb") as data:
        digest = hashlib.file_digest(data, "sha256").hexdigest()
    return Component(
        name=name,
        type=ComponentType.FILE,
        bom_ref=f"file:{name}#{number}",
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
    )


def _source(address: str) -> ExternalReference:
    return ExternalReference(type=ExternalReferenceType.SOURCE_DISTRIBUTION, url=XsUri(address))


def _pins(lock: str) -> Iterator[tuple[str, str, str, list[str]]]:
    """Name, version, condition and hashes of every line of a lock."""
    for block in re.split(r"\n(?=[a-z0-9])", lock):
        found = _PINNED.match(block.split("\n", 1)[0])
        if found:
            yield found[1], found[2], (found[3] or "").strip(), _SHA256.findall(block)


def _pinned(name: str, number: str, condition: str, hashes: list[str], catalogue: Catalogue) -> Component:
    purl = PackageURL("pypi", None, name, number)
    # One reference for all files that the lock allows: the validator takes its time over every address.
    files = ExternalReference(
        type=ExternalReferenceType.DISTRIBUTION,
        url=XsUri(str(purl)),
        comment="every file that the lock allows",
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest) for digest in hashes],
    )
    licence = licence_of(name, number, catalogue)
    return Component(
        name=name,
        version=number,
        type=ComponentType.LIBRARY,
        bom_ref=str(purl),
        purl=purl,
        licenses=[LicenseExpression(licence)] if licence else [],
        external_references=[files],
        properties=[Property(name="tiepoint:when", value=condition)] if condition else [],
    )
