"""Secrets of a cluster as they are handed to a command: a variable, a file, standard input; never typed in it.

No error, log or line of output repeats one. Main thread.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tiepoint.domain.errors import InputError, UsageError
from tiepoint.domain.resource_names import ACTIVATION_CODE

_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_CODE: Final = re.compile(r"[A-Za-z0-9-]{5,200}")
_MOST_BYTES: Final = 4096


@dataclass(frozen=True, slots=True)
class SecretOptions:
    """Where secrets come from, as typed: names only.

    Args:
        code_env: Variable that holds Metashape's activation code.
        code_file: File that holds it; `-` = standard input.
    """

    code_env: str = ""
    code_file: str = ""


def typed_secrets(options: SecretOptions) -> dict[str, str]:
    """Read the secrets that were named; empty where none was.

    Raises:
        UsageError: Two ways were named, or the variable is not set.
        InputError: The file cannot be read, or holds no code.
    """
    if options.code_env and options.code_file:
        raise UsageError("The activation code was given twice.", remedy="Name a variable or a file, not both.")
    if options.code_env:
        text = _variable(options.code_env)
    elif options.code_file:
        text = _file(options.code_file)
    else:
        return {}
    code = text.strip()
    if not _CODE.fullmatch(code):
        raise InputError("What was given is no activation code.", remedy="It has letters, digits and hyphens only.")
    return {ACTIVATION_CODE: code}


def _variable(name: str) -> str:
    if not _VARIABLE.fullmatch(name):
        # It may be the secret itself, so it is not repeated.
        raise UsageError(
            "What was given is no name of a variable.",
            remedy="Put the activation code into a variable, and give the variable's name.",
        )
    text = os.environ.get(name, "")
    if not text.strip():
        raise UsageError(f"The variable {name} is not set.", remedy=f"Set it: export {name}=…")
    return text


def _file(name: str) -> str:
    try:
        if name == "-":
            return sys.stdin.read(_MOST_BYTES)
        with Path(name).open(encoding="utf-8") as file:
            return file.read(_MOST_BYTES)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise InputError(
            f"The activation code cannot be read from {name}: {str(reason).lower()}.", remedy="Name another file."
        ) from error
