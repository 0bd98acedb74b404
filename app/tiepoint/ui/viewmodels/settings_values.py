"""Reading what people type as a setting: numbers and sizes, refused with a reason a person understands. Pure."""

from __future__ import annotations

import re
from typing import Final

from tiepoint.domain.account_texts import is_client_id, is_tenant
from tiepoint.domain.proxy import read_proxy
from tiepoint.domain.release import address_problem
from tiepoint.domain.settings import LEAST_DISK_FLOOR_BYTES, LEAST_MEMORY_BYTES, MOST_WORKERS
from tiepoint.domain.space import size_text
from tiepoint.ui.text import said_below, tr

_SIZE: Final = re.compile(r"(\d+(?:[.,]\d+)?)\s*([kmgt]?)i?b?", re.IGNORECASE)
_FACTORS: Final = {"": 10**9, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}


class Refused(Exception):  # noqa: N818  it names what happened to the value
    """A value that makes no sense; its text says why and what would."""


def workers(text: str) -> int | None:
    """Read a number of workers; empty = as many as this computer carries.

    Raises:
        Refused: It is no number from 1 to the most.
    """
    if not text.strip():
        return None
    if not text.strip().isdecimal() or not 1 <= int(text) <= MOST_WORKERS:
        raise Refused(tr("Settings", "Type a whole number from 1 to {most}, or nothing.", most=MOST_WORKERS))
    return int(text)


def memory_limit(text: str, memory_bytes: int) -> int | None:
    """Read the most memory of all workers; empty = 85 % of what there is.

    Args:
        text: What was typed; a bare number means gigabytes.
        memory_bytes: Memory of this computer; 0 = not known.

    Raises:
        Refused: It is no size, too little to work with, or more than there is.
    """
    if not text.strip():
        return None
    wanted = _size(text)
    if wanted < LEAST_MEMORY_BYTES:
        raise Refused(tr("Settings", "No job can work with less than {size}.", size=size_text(LEAST_MEMORY_BYTES)))
    if memory_bytes and wanted > memory_bytes:
        raise Refused(tr("Settings", "This computer has {size} only.", size=size_text(memory_bytes)))
    return wanted


def disk_floor(text: str) -> int:
    """Read what must stay free on the disk; empty = the least there may be.

    Raises:
        Refused: It is no size, or too little.
    """
    if not text.strip():
        return LEAST_DISK_FLOOR_BYTES
    wanted = _size(text)
    if wanted < LEAST_DISK_FLOOR_BYTES:
        least = size_text(LEAST_DISK_FLOOR_BYTES)
        raise Refused(tr("Settings", "Below {size} not even the state of a job could be saved.", size=least))
    return wanted


def tenant(text: str) -> str:
    """Read an organisation: a domain or a GUID; empty = the person's own.

    Raises:
        Refused: It is neither.
    """
    typed = text.strip()
    if typed and not is_tenant(typed):
        raise Refused(tr("Settings", "Type a domain such as studio.com, or the tenant’s id."))
    return typed


def client_id(text: str) -> str:
    """Read the id of an application; empty = the usual one.

    Raises:
        Refused: It is no GUID.
    """
    typed = text.strip()
    if typed and not is_client_id(typed):
        raise Refused(tr("Settings", "Copy the application’s client id from the portal: 36 letters and digits."))
    return typed


def proxy(text: str) -> str:
    """Read the address of a proxy; empty = as the system says.

    Raises:
        Refused: It is none, or holds a password.
    """
    if not text.strip():
        return ""
    try:
        return read_proxy(text)
    except ValueError as error:
        example = tr("Settings", "Type it as http://proxy.studio.com:3128.")
        raise Refused(f"{said_below(str(error))} {example}") from error


def update_address(text: str) -> str:
    """Read where to look for updates; empty = as this program came.

    Raises:
        Refused: It is no https address.
    """
    typed = text.strip()
    problem = address_problem(typed) if typed else ""
    if problem:
        raise Refused(said_below(problem))
    return typed


def _size(text: str) -> int:
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise Refused(tr("Settings", "Type a size such as 12 GB or 800 MB."))
    return min(int(float(found[1].replace(",", ".")) * _FACTORS[found[2].lower()]), 2**60)
