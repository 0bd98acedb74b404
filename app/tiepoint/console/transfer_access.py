"""Rights to containers as they are typed: variables, files, standard input, and a signature inside an address.

What is secret goes into a source and nowhere else: no error, log or line of output repeats it. Main thread.
"""

from __future__ import annotations

import codecs
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tiepoint.console.outlet import Outlet
from tiepoint.domain.blob_place import BlobPlace, read_place
from tiepoint.domain.errors import InputError, UsageError
from tiepoint.domain.failure import Failure
from tiepoint.ports.token_source import TokenSource
from tiepoint.services.credentials import PastedSignature, TokenOfVariable

if TYPE_CHECKING:
    from tiepoint.services.program import Program

WAYS: Final = "Give one with --sas-env VAR, --sas-file FILE or --bearer-env VAR, or sign in: tiepoint sign-in"
_SIGNATURE_LIMIT_BYTES: Final = 65536
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_()]{0,99}")
_IN_ADDRESS: Final = Failure(
    "signature-in-address",
    "The address holds a signature, which other users of this computer can see in the list of processes.",
    "Put it into a variable and name that: --sas-env VAR",
)


@dataclass(frozen=True, slots=True)
class AccessOptions:
    """Where the right comes from, as typed: names only, no secret.

    Args:
        sas_env: Name of a variable that holds a signature.
        sas_file: A file that holds one; `-` = standard input.
        bearer_env: Name of a variable that holds an access token.
    """

    sas_env: str = ""
    sas_file: str = ""
    bearer_env: str = ""


def read_address(text: str, options: AccessOptions, outlet: Outlet) -> tuple[BlobPlace, TokenSource | None]:
    """Read an address and where the right to it comes from.

    Args:
        text: As typed. A signature in it is taken, warned of, and part of nothing that is returned but the source.
        options: As typed.
        outlet: Hears the warning.

    Raises:
        UsageError: It is no address, or there are two rights.
        InputError: The file of the signature cannot be read.
    """
    place, signature = read_place(text)
    source = source_of(options)
    if not signature:
        return place, source
    if source is not None:
        raise UsageError("There are two rights: one in the address and one beside it.", remedy="Give one of them.")
    outlet.warning(_IN_ADDRESS)
    return place, PastedSignature(signature)


async def or_sign_in(program: Program, place: BlobPlace, source: TokenSource | None) -> TokenSource | None:
    """Return the source that was typed, else the sign-in where there is one that is good for such a place, else None.

    Args:
        program: The program.
        place: What is to be used.
        source: As typed.
    """
    sign_in = program.azure.sign_in
    if source is not None or not sign_in.snapshot.cloud.may_have_token(place.endpoint):
        return source
    await sign_in.restore()
    return sign_in.blob_source() if sign_in.snapshot.account is not None else None


def source_of(options: AccessOptions) -> TokenSource | None:
    """Return where the right comes from; None when nothing was typed.

    Raises:
        UsageError: Two were typed, the variable is not set, or what is there is no signature.
        InputError: The file cannot be read.
    """
    if sum(bool(each) for each in (options.sas_env, options.sas_file, options.bearer_env)) > 1:
        raise UsageError("More than one right was given.", remedy=WAYS)
    if options.sas_env:
        return PastedSignature(_variable(options.sas_env))
    if options.sas_file:
        return PastedSignature(_file(options.sas_file))
    if options.bearer_env:
        _variable(options.bearer_env)
        return TokenOfVariable(options.bearer_env, os.environ.get)
    return None


def _variable(name: str) -> str:
    if not _VARIABLE.fullmatch(name):
        # It may be the secret itself, so it is not repeated.
        raise UsageError(
            "What was given is no name of a variable.",
            remedy="Put the signature or token into a variable, and give the variable's name.",
        )
    text = os.environ.get(name, "").strip()
    if not text:
        raise UsageError(f"The variable {name} is not set.", remedy=f"Set it: export {name}=…")
    return text


def _file(name: str) -> str:
    if name == "-":
        return sys.stdin.readline(_SIGNATURE_LIMIT_BYTES) if sys.stdin is not None else ""
    if "sig=" in name:
        raise UsageError(
            "What was given is no name of a file.", remedy="Put the signature into a file, and give its name."
        )
    try:
        with Path(name).open("rb") as file:
            return _decoded(file.read(_SIGNATURE_LIMIT_BYTES))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"The file {name} cannot be read: {reason}.", remedy="Check its name.") from error


def _decoded(data: bytes) -> str:
    """Read a file's text; PowerShell writes UTF-16 unless told otherwise."""
    is_wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return data.decode("utf-16" if is_wide else "utf-8-sig", "replace")
