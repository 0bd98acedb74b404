"""What comes from the machine that builds: Python itself, and libraries of Debian's packages with their texts."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Final

from third_party.catalogue import Catalogue, stem
from third_party.component import Component, LicenceProblem
from third_party.texts import Texts

_PYTHONS_OWN: Final = ("expat", "libffi", "mpdecimal", "zlib", "openssl", "sqlite", "bzip2", "liblzma")
"""What Python's own libraries hold on one system or another: built in, or beside them."""


def python_itself(files: tuple[str, ...], texts: Texts) -> Component:
    """Return the interpreter as a component."""
    version = platform.python_version()
    stdlib = Path(sysconfig.get_path("stdlib"))
    debian = Path(f"/usr/share/doc/python3.{sys.version_info.minor}/copyright")
    places = (stdlib / "LICENSE.txt", Path(sys.base_prefix) / "LICENSE.txt", Path(sys.base_prefix) / "LICENSE", debian)
    own = next((place for place in places if place.is_file()), None)
    found = (("LICENSE.txt", own.read_text(encoding="utf-8")),) if own else texts.of("PSF-2.0")
    return Component(
        name="Python",
        version=version,
        kind="runtime",
        licence="PSF-2.0",
        copyright="2001-2026 Python Software Foundation",
        purl=f"pkg:generic/python@{version}",
        source="https://www.python.org/downloads/source/",
        files=tuple(file for file in files if not is_another(file)),
        texts=found,
    )


def is_another(file: str) -> bool:
    """Whether a native file in Python's own folders is another project's library (Windows and macOS bring them)."""
    return stem(file) in {
        "crypto",
        "ssl",
        "crypto-3",
        "ssl-3",
        "crypto-3-x64",
        "ssl-3-x64",
        "ffi-8",
        "ffi-7",
        "sqlite3",
        "zlib1",
    } or (stem(file).startswith(("vcruntime", "msvcp", "ucrtbase", "api-ms-win")))


def parts_of_python(catalogue: Catalogue) -> list[Component]:
    """Return the libraries that Python's own modules hold."""
    return [catalogue.part(key, part_of=("Python",)) for key in _PYTHONS_OWN]


def system_library(name: str, source: Path, catalogue: Catalogue) -> Component:
    """Return a library that was taken from the machine: its Debian package, else what the catalogue knows by its name.

    Raises:
        LicenceProblem: Nobody knows it.
    """
    package = _package(source)
    if package is None:
        key = catalogue.part_of_file(name, None)
        if key:
            return catalogue.part(key, files=(name,))
        raise LicenceProblem(
            f"{name}: {source} belongs to no package and no part of the catalogue. Leave it out in packaging/frozen, "
            "or add it to packaging/licences/catalogue.toml."
        )
    title, version, source_package = package
    licence = catalogue.debian.get(title)
    if licence is None:
        raise LicenceProblem(
            f"{name}: comes from Debian's package {title}. Leave it out in packaging/frozen, or read "
            f"/usr/share/doc/{title}/copyright and add its licence to [debian] in packaging/licences/catalogue.toml."
        )
    copyright_file = Path(f"/usr/share/doc/{title}/copyright")
    return Component(
        name=title,
        version=version,
        kind="native",
        licence=licence,
        purl=f"pkg:deb/{_distribution()}/{title}@{version.replace('+', '%2B').replace(':', '%3A')}",
        source=f"https://tracker.debian.org/pkg/{source_package}",
        files=(name,),
        texts=(("copyright", copyright_file.read_text(encoding="utf-8", errors="replace")),),
    )


def _package(source: Path) -> tuple[str, str, str] | None:
    """The Debian package of a file with its version and its source, or None."""
    if shutil.which("dpkg-query") is None:
        return None
    real = os.path.realpath(source)
    # Packages know libraries below /lib by that name, though /lib has become a link to /usr/lib.
    for place in dict.fromkeys((str(source), real, real.removeprefix("/usr"))):
        answer = subprocess.run(["dpkg-query", "-S", place], capture_output=True, text=True, check=False)
        if answer.returncode == 0:
            package = answer.stdout.split(":", 1)[0]
            shown = ["dpkg-query", "-W", "-f", "${Version} ${source:Package}\n", answer.stdout.rsplit(": ", 1)[0]]
            version, source_package = (
                subprocess.run(shown, capture_output=True, text=True, check=True).stdout.split("\n")[0].split()
            )
            return package, version, source_package
    return None


def _distribution() -> str:
    try:
        return platform.freedesktop_os_release().get("ID", "debian")
    except OSError:
        return "debian"
