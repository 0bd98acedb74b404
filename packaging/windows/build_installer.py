#!/usr/bin/env python3
"""Builds the Windows installer from a folder: on Windows the frozen program's, anywhere else any folder like it.

Usage: build_installer.py --payload FOLDER --out FILE.exe [--version V] [--sign] [--fast]

Needs makensis 3.08 or later (in PATH, or named by TIEPOINT_MAKENSIS). The policy templates go into a zip file beside
the installer. With --sign every program file of the folder that nobody has signed is signed first, in place, then the
uninstaller and the installer as they are made (sign.py says with what). Standard library only.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parent))

import sign
from payload import Payload, PayloadError, read_payload

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parent.parent
_MIB: Final = 1 << 20
_SPARE_MB: Final = 64
_VERSION: Final = re.compile(r"^(\d+)\.(\d+)\.(\d+)$")


class BuildError(Exception):
    """No installer was built; says why."""


def program_version() -> str:
    """Return the version in the source tree."""
    text = (ROOT / "app/tiepoint/__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__ = "([^"]+)"$', text, re.MULTILINE)
    if not found:
        raise BuildError("app/tiepoint/__init__.py names no version.")
    return found[1]


def definitions(payload: Payload, out: Path, version: str) -> dict[str, str]:
    """Return what the installer's source is told.

    Raises:
        BuildError: The version is not three numbers.
    """
    numbers = _VERSION.match(version)
    if not numbers:
        raise BuildError(f"{version} is no version: Windows knows MAJOR.MINOR.PATCH.")
    size_mb = payload.size_bytes // _MIB + 1
    return {
        "OUT": str(out.resolve()),
        "PAYLOAD": str(payload.folder.resolve()),
        "SEPARATOR": os.sep,
        "HERE": str(HERE / "installer"),
        "VERSION": version,
        "VERSION_QUAD": f"{version}.0",
        "VERSION_MAJOR": numbers[1],
        "VERSION_MINOR": numbers[2],
        "DEEPEST": str(payload.deepest),
        "SIZE_KB": str(payload.size_bytes // 1024 + 1),
        # The old program stays beside the new one until that is complete.
        "NEEDED_MB": str(size_mb + _SPARE_MB),
    }


def compile_installer(defined: dict[str, str]) -> None:
    """Let makensis write the installer.

    Raises:
        BuildError: It is not there, or it refused.
    """
    command = [os.environ.get("TIEPOINT_MAKENSIS", "makensis"), "-V2", "-WX", "-NOCD", "-INPUTCHARSET", "UTF8"]
    command += [f"-D{name}={value}" for name, value in defined.items()]
    try:
        done = subprocess.run([*command, str(HERE / "installer/tiepoint.nsi")], capture_output=True, text=True)
    except FileNotFoundError as error:
        raise BuildError("makensis is not there. Install NSIS 3.08 or later, or set TIEPOINT_MAKENSIS.") from error
    if done.returncode or not Path(defined["OUT"]).is_file():
        raise BuildError(f"makensis failed ({done.returncode}):\n{done.stdout}{done.stderr}")


def sign_each_once(folder: Path, signer: sign.Signer) -> None:
    """Sign what nobody has signed; files that are the same stay the same, for then they are packed once.

    Raises:
        sign.SigningError: The tool refused.
    """
    signed: dict[bytes, Path] = {}
    for path in sign.unsigned_below(folder):
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").digest()
        if digest in signed:
            shutil.copyfile(signed[digest], path)
        else:
            signer.sign(path)
            signed[digest] = path


def write_policy_templates(out: Path) -> None:
    """Put the templates for Group Policy into a zip file, as PolicyDefinitions holds them."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("tiepoint.admx", "en-US/tiepoint.adml"):
            archive.write(HERE / "policies" / name, name)


def build(payload_folder: Path, out: Path, *, version: str, is_signed: bool = False, is_fast: bool = False) -> None:
    """Build the installer and the zip file of policy templates beside it.

    Raises:
        BuildError, PayloadError, sign.SigningError: It cannot be; nothing usable is left at `out`.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    out.unlink(missing_ok=True)
    payload = read_payload(payload_folder)
    defined = definitions(payload, out, version)
    if is_signed:
        signer = sign.signer_from(os.environ)
        sign_each_once(payload_folder, signer)
        defined["SIGNER"] = _quoted([sys.executable, str(HERE / "sign.py")])
        defined["SIZE_KB"] = str(read_payload(payload_folder).size_bytes // 1024 + 1)
    if is_fast:
        defined["FAST"] = "1"
    try:
        compile_installer(defined)
    except BuildError:
        out.unlink(missing_ok=True)
        raise
    write_policy_templates(out.with_name(f"Tiepoint-{version}-policy-templates.zip"))


def _quoted(command: Sequence[str]) -> str:
    """Return a command for NSIS, which has it between single quotes: a path with a blank gets double ones."""
    if os.name == "nt":
        return subprocess.list2cmdline(command)
    return " ".join(f'"{word}"' if shlex.quote(word) != word else word for word in command)


def main(argv: Sequence[str] | None = None) -> int:
    """Build what the arguments name and return the exit status."""
    parser = argparse.ArgumentParser(description="Builds the Windows installer from a folder with the program.")
    parser.add_argument("--payload", type=Path, default=ROOT / "build/frozen/dist/tiepoint", metavar="FOLDER")
    parser.add_argument("--out", type=Path, metavar="FILE", help="default: dist/Tiepoint-VERSION-setup.exe")
    parser.add_argument("--version", help="default: the source tree's")
    parser.add_argument("--sign", action="store_true", help="sign program files, uninstaller and installer")
    parser.add_argument("--fast", action="store_true", help="compress little: for tests")
    arguments = parser.parse_args(argv)
    try:
        version = arguments.version or program_version()
        out = arguments.out or ROOT / f"dist/Tiepoint-{version}-setup.exe"
        build(arguments.payload, out, version=version, is_signed=arguments.sign, is_fast=arguments.fast)
    except (BuildError, PayloadError, sign.SigningError, OSError) as error:
        sys.stderr.write(f"build_installer: {error}\n")
        return 1
    sys.stdout.write(f"{out} ({out.stat().st_size / _MIB:.1f} MB)\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
