"""What catalogue.toml knows of native libraries: by the stem of a file, and what is linked into a wheel's own."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import Any, Final

from third_party.component import Component, LicenceProblem
from third_party.texts import Texts

_EXTENSION_MODULE: Final = re.compile(r"(\.pyd|\.abi3\.so|\.(cpython|pypy)[\w.-]*\.so|\.cp3[\w.-]*\.pyd)$")
_LIBRARY: Final = re.compile(r"\.(so(\.[\d.]+\w*)*|dll|dylib|pyd)$|\.so[.\d]*$", re.IGNORECASE)
_HASH: Final = re.compile(r"([-.][0-9a-f]{8,32})+$")


def is_native(name: str) -> bool:
    """Whether a file holds machine code, by its name; frameworks of macOS have none in it."""
    return bool(_LIBRARY.search(PurePosixPath(name).name)) or ".framework/" in name


def stem(name: str) -> str:
    """Return what a library is called on every system: libavcodec-c42f4469.so.62.1 and avcodec-62.dll are "avcodec"."""
    bare = PurePosixPath(name).name.lower()
    bare = re.sub(r"\.(so[.\w]*|dll|dylib|pyd)$", "", bare)
    bare = re.sub(r"(\.\d+)+$", "", bare)
    bare = _HASH.sub("", bare)
    bare = re.sub(r"(\.\d+)+$", "", bare)
    return bare.removeprefix("lib")


@dataclass(frozen=True)
class Wheel:
    """What is known of a distribution with native code; see catalogue.toml."""

    reviewed: str
    own: tuple[str, ...]
    contains: tuple[str, ...]
    files: Mapping[str, str]


class Catalogue:
    """What is known of native code.

    Args:
        file: A file like catalogue.toml.
        texts: For the licences' texts.
    """

    def __init__(self, file: Path, texts: Texts) -> None:
        read: Mapping[str, Any] = tomllib.loads(file.read_text(encoding="utf-8"))
        self.debian: Mapping[str, str] = read.get("debian", {})
        self.licences: Mapping[str, str] = read.get("licence", {})
        self.sources: Mapping[str, str] = read.get("source", {})
        self._parts: Mapping[str, Mapping[str, Any]] = read.get("part", {})
        self._wheels: Mapping[str, Mapping[str, Any]] = read.get("wheel", {})
        self._stems = {name: key for key, part in self._parts.items() for name in part.get("stems", ())}
        self._texts = texts

    def wheel(self, name: str, version: str) -> Wheel:
        """Return what is known of a distribution with native code.

        Raises:
            LicenceProblem: Nothing, or only of another version.
        """
        known = self._wheels.get(name)
        if known is None:
            raise LicenceProblem(
                f"{name} {version}: has native code that nobody has looked at. Look what is linked into it, and add "
                f"[wheel.{name}] to packaging/licences/catalogue.toml."
            )
        reviewed = str(known["reviewed"])
        if not f"{version}.".startswith(f"{reviewed}."):
            raise LicenceProblem(
                f"{name} {version}: its native code was last looked at in {reviewed}. Look what is linked into it now, "
                f"and correct [wheel.{name}] in packaging/licences/catalogue.toml."
            )
        return Wheel(reviewed, tuple(known.get("own", ())), tuple(known.get("contains", ())), known.get("files", {}))

    def part_of_file(self, path: str, wheel: Wheel | None) -> str | None:
        """Return whose native file this is: the key of a part, "" for the wheel's own code, None where nobody knows."""
        files = {} if wheel is None else wheel.files
        for pattern, key in files.items():
            if fnmatch(path, pattern) or stem(path) == pattern:
                return self._stems.get(stem(path), key) if "*" in pattern else key
        if wheel is not None:
            if any(fnmatch(path, pattern) for pattern in wheel.own):
                return ""
            if _EXTENSION_MODULE.search(path) or path.endswith(".pyd"):
                return ""
        return self._stems.get(stem(path))

    def has_version_of_wheel(self, key: str) -> bool:
        """Whether a part is released together with the wheel it lies in, under the same version."""
        return self._parts[key].get("version") == "wheel"

    def part(
        self, key: str, *, version: str = "", part_of: tuple[str, ...] = (), files: tuple[str, ...] = ()
    ) -> Component:
        """Return a part as a component.

        Args:
            key: Of the catalogue.
            version: Where it is known.
            part_of: Names of what it lies in.
            files: Its files.
        """
        part = self._parts[key]
        purl = f"pkg:generic/{key}" + (f"@{version}" if version else "")
        return Component(
            name=part["name"],
            version=version,
            kind="native",
            licence=part["licence"],
            copyright=part["copyright"],
            purl=purl,
            source=part["source"],
            part_of=part_of,
            files=files,
            texts=self._texts.of(part["licence"]),
        )
