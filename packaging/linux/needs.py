"""What the frozen folder needs from a Linux system, read from its libraries, as packages of Debian and Ubuntu.

A library that is neither in the folder nor in the tables below is an error: somebody has to decide where it comes from.
Standard library only; needs objdump (binutils).
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

LIBRARY_PACKAGES: Final = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libglx0",
    "libOpenGL.so.0": "libopengl0",
    "libICE.so.6": "libice6",
    "libSM.so.6": "libsm6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libXcursor.so.1": "libxcursor1",
    "libXext.so.6": "libxext6",
    "libXfixes.so.3": "libxfixes3",
    "libXi.so.6": "libxi6",
    "libXrandr.so.2": "libxrandr2",
    "libXrender.so.1": "libxrender1",
    "libbrotlicommon.so.1": "libbrotli1",
    "libbrotlidec.so.1": "libbrotli1",
    "libbz2.so.1.0": "libbz2-1.0",
    "libcrypto.so.3": "libssl3 | libssl3t64",
    "libdbus-1.so.3": "libdbus-1-3",
    "libdrm.so.2": "libdrm2",
    "libexpat.so.1": "libexpat1",
    "libffi.so.8": "libffi8",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libgcc_s.so.1": "libgcc-s1",
    "libglib-2.0.so.0": "libglib2.0-0 | libglib2.0-0t64",
    "libgobject-2.0.so.0": "libglib2.0-0 | libglib2.0-0t64",
    "libgomp.so.1": "libgomp1",
    "libgomp.so.1.0.0": "libgomp1",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libgthread-2.0.so.0": "libglib2.0-0 | libglib2.0-0t64",
    "liblzma.so.5": "liblzma5",
    "libncursesw.so.6": "libncursesw6",
    "libreadline.so.8": "libreadline8 | libreadline8t64",
    "libsqlite3.so.0": "libsqlite3-0",
    "libssl.so.3": "libssl3 | libssl3t64",
    "libstdc++.so.6": "libstdc++6",
    "libtinfo.so.6": "libtinfo6",
    "libuuid.so.1": "libuuid1",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
}
"""Packages of libraries that may be left to the system; the second name is Ubuntu's from 24.04 on (64-bit time)."""

LOADED_LATER: Final = ("libXcursor.so.1", "libfontconfig.so.1", "libGL.so.1", "libEGL.so.1")
"""Opened by name while the program runs, by VTK and Qt: no library of the folder has to name them."""

NOT_NEEDED: Final = {
    "libtbb.so.12": "numba's workers use OpenMP or its own pool instead",
    "libtbb.so.2": "numba's workers use OpenMP or its own pool instead",
}
_LIBC: Final = re.compile(r"(ld-linux.*|lib(c|m|dl|pthread|resolv|rt|util|mvec|anl))\.so\.\d+")
_VERSION: Final = re.compile(r"\b(GLIBC|GLIBCXX|CXXABI|GCC)_(\d+(?:\.\d+)+)$")
_NEEDED: Final = re.compile(r"\s+NEEDED\s+(\S+)")
_FEW: Final = 200
"""Files in one call of objdump, so that a command line never gets too long."""

_LIBSTDCXX: Final = {
    (3, 4, 28): "9",
    (3, 4, 29): "11",
    (3, 4, 30): "12",
    (3, 4, 31): "13",
    (3, 4, 32): "13.1",
    (3, 4, 33): "14",
    (3, 4, 34): "15",
}
"""The package that first had a version of GLIBCXX, from the ABI history in GCC's manual."""


class NeedsError(Exception):
    """The folder needs what nobody has decided about."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What a folder needs from its system.

    Args:
        libraries: File of the folder, for each library that the system has to bring, by the library's name.
        glibc: Lowest version of glibc.
        libstdcxx: Lowest version of GLIBCXX that is asked of the system; empty = none.
    """

    libraries: dict[str, str]
    glibc: tuple[int, ...]
    libstdcxx: tuple[int, ...]

    def depends(self) -> list[str]:
        """Return the entries of the field Depends, in alphabetical order."""
        found = {LIBRARY_PACKAGES[name] for name in (*self.libraries, *LOADED_LATER)}
        found.add(f"libc6 (>= {_text(self.glibc)})")
        if self.libstdcxx and "libstdc++6" in found:
            found.remove("libstdc++6")
            found.add(f"libstdc++6 (>= {_LIBSTDCXX.get(self.libstdcxx, '12')})")
        return sorted(found)


def needs_of(folder: Path) -> Needs:
    """Look into every library and program of a folder.

    Raises:
        NeedsError: A library is neither there nor in our tables.
    """
    there = {path.name for path in folder.rglob("*") if not path.is_dir()}
    libraries: dict[str, str] = {}
    versions: dict[str, set[tuple[int, ...]]] = {}
    for file, needed, wanted in _told(folder):
        for name in needed:
            if name not in there and name not in NOT_NEEDED and not _LIBC.fullmatch(name):
                libraries.setdefault(name, file)
        for family, version in wanted:
            versions.setdefault(family, set()).add(version)
    unknown = sorted(name for name in libraries if name not in LIBRARY_PACKAGES)
    if unknown:
        lines = "\n".join(f"  {name}, needed by {libraries[name]}" for name in unknown)
        raise NeedsError(f"Libraries that are neither in the folder nor in packaging/linux/needs.py:\n{lines}")
    at_system = "libstdc++.so.6" in libraries
    return Needs(
        libraries,
        max(versions.get("GLIBC", {(2, 34)})),
        max(versions.get("GLIBCXX", {()})) if at_system else (),
    )


def elf_files(folder: Path) -> list[Path]:
    """Return the programs and libraries below a folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink() and _is_elf(path))


def _told(folder: Path) -> Iterator[tuple[str, list[str], list[tuple[str, tuple[int, ...]]]]]:
    files = elf_files(folder)
    for begin in range(0, len(files), _FEW):
        yield from _told_of(files[begin : begin + _FEW], folder)


def _told_of(files: list[Path], folder: Path) -> Iterator[tuple[str, list[str], list[tuple[str, tuple[int, ...]]]]]:
    command = ["objdump", "-p", *map(str, files)]
    english = {**os.environ, "LC_ALL": "C"}
    ended = subprocess.run(command, env=english, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise NeedsError(f"objdump cannot read the folder: {ended.stderr.strip()[:2000]}")
    for part in re.split(r"^(?=\S.*:\s+file format )", ended.stdout, flags=re.MULTILINE)[1:]:
        head, _, body = part.partition("\n")
        file = os.path.relpath(head.rpartition(":")[0], folder)
        lines = body.splitlines()
        needed = [found[1] for line in lines if (found := _NEEDED.match(line))]
        wanted = [(found[1], _numbers(found[2])) for line in _references(lines) if (found := _VERSION.search(line))]
        yield file, needed, wanted


def _references(lines: list[str]) -> Iterator[str]:
    """Versions that are asked of others; what a library offers itself stands in another part."""
    is_reference = False
    for line in lines:
        if line and not line[0].isspace():
            is_reference = line.startswith("Version References")
        elif is_reference:
            yield line


def _is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def _text(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
