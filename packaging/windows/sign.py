#!/usr/bin/env python3
"""Signs program files for Windows with the studio's own certificate.

Usage: sign.py [--unsigned-below FOLDER] [FILE...]

The certificate is told by the environment, never on the command line:
  TIEPOINT_SIGN_PFX, TIEPOINT_SIGN_PASSWORD_FILE   a PKCS #12 file and a file with its password (osslsigncode)
  TIEPOINT_SIGN_THUMBPRINT                         SHA-1 of a certificate in Windows' store or on a token (signtool)
  TIEPOINT_SIGN_TIMESTAMP                          address of an RFC 3161 time stamp server; without one a signature
                                                   ends with its certificate, and the script says so
  TIEPOINT_SIGNTOOL, TIEPOINT_OSSLSIGNCODE         the tools, where they are not in PATH

Each signature is checked after it is made, and a file changes only once it holds. Standard library only.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from portable_executable import is_program, is_signed

ADDRESS = "https://github.com/tiepoint/tiepoint"
"""Shown with the signature as where the program comes from."""


class SigningError(Exception):
    """Nothing was signed; says why and what to do."""


@dataclass(frozen=True, slots=True)
class Signer:
    """How to sign, as the environment says.

    Args:
        tool: Program to call.
        thumbprint: Certificate in Windows' store; empty = `pfx` with osslsigncode.
        pfx: File with certificate and key.
        password_file: File with its password.
        timestamp: Address of a time stamp server; empty = none.
    """

    tool: str
    thumbprint: str = ""
    pfx: str = ""
    password_file: str = ""
    timestamp: str = ""

    def sign(self, path: Path) -> None:
        """Sign one file in place.

        Raises:
            SigningError: The tool refused, or what it made does not hold; the file is as it was.
        """
        if not is_program(path):
            raise SigningError(f"{path} is no program file for Windows.")
        if self.thumbprint:
            stamp = ["/tr", self.timestamp, "/td", "sha256"] if self.timestamp else []
            _call([self.tool, "sign", "/fd", "sha256", "/sha1", self.thumbprint, "/d", "Tiepoint", *stamp, str(path)])
            _call([self.tool, "verify", "/pa", "/q", str(path)])
            return
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".signing-") as folder:
            signed = Path(folder) / path.name
            stamp = ["-ts", self.timestamp] if self.timestamp else []
            certificate = ["-pkcs12", self.pfx, *(["-readpass", self.password_file] if self.password_file else [])]
            described = ["-h", "sha256", "-n", "Tiepoint", "-i", ADDRESS]
            _call([self.tool, "sign", *certificate, *described, *stamp, "-in", str(path), "-out", str(signed)])
            if not is_signed(signed):
                raise SigningError(f"{self.tool} left {path.name} without a signature.")
            signed.chmod(path.stat().st_mode)
            signed.replace(path)


def signer_from(environment: Mapping[str, str]) -> Signer:
    """Return the signer that the environment describes.

    Raises:
        SigningError: It describes none, or half of one.
    """
    timestamp = environment.get("TIEPOINT_SIGN_TIMESTAMP", "")
    thumbprint = environment.get("TIEPOINT_SIGN_THUMBPRINT", "").replace(" ", "")
    if thumbprint:
        return Signer(environment.get("TIEPOINT_SIGNTOOL", "signtool"), thumbprint=thumbprint, timestamp=timestamp)
    pfx = environment.get("TIEPOINT_SIGN_PFX", "")
    if not pfx:
        raise SigningError("Nothing says what to sign with. Set TIEPOINT_SIGN_THUMBPRINT or TIEPOINT_SIGN_PFX.")
    password_file = environment.get("TIEPOINT_SIGN_PASSWORD_FILE", "")
    for file in filter(None, (pfx, password_file)):
        if not Path(file).is_file():
            raise SigningError(f"{file} is not there. It is named by TIEPOINT_SIGN_PFX or TIEPOINT_SIGN_PASSWORD_FILE.")
    tool = environment.get("TIEPOINT_OSSLSIGNCODE", "osslsigncode")
    return Signer(tool, pfx=pfx, password_file=password_file, timestamp=timestamp)


def unsigned_below(folder: Path) -> list[Path]:
    """Return the program files that nobody has signed yet; what its makers have signed stays theirs."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())
    return [path for path in files if is_program(path) and not is_signed(path)]


def _call(command: Sequence[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace")
    except FileNotFoundError as error:
        raise SigningError(f"{command[0]} is not there. Install it, or name it by TIEPOINT_SIGNTOOL.") from error
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise SigningError(f"{command[0]} {command[1]} failed: {'; '.join(said[-4:]) or done.returncode}")


def main(argv: Sequence[str] | None = None) -> int:
    """Sign what the arguments name and return the exit status."""
    parser = argparse.ArgumentParser(description="Signs program files for Windows with the studio's certificate.")
    parser.add_argument("--unsigned-below", type=Path, metavar="FOLDER", help="all program files without a signature")
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    arguments = parser.parse_args(argv)
    try:
        signer = signer_from(os.environ)
        files = [*arguments.files, *(unsigned_below(arguments.unsigned_below) if arguments.unsigned_below else [])]
        for path in files:
            signer.sign(path)
    except (SigningError, OSError) as error:
        sys.stderr.write(f"sign: {error}\n")
        return 1
    if not signer.timestamp:
        sys.stderr.write("sign: no time stamp (TIEPOINT_SIGN_TIMESTAMP): these signatures end with the certificate\n")
    sys.stdout.write(f"Signed: {len(files)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
