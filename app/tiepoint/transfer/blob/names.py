"""Names of blobs in addresses: percent-encoded so that the server reads exactly the name that was meant.

Must not repair a name: what cannot travel unchanged is refused. Pure; any thread.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from tiepoint.transfer.blob.errors import NameRefused

MOST_CHARACTERS: Final = 1024
"""https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata"""

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")
_NO_TEXT: Final = re.compile(r"[\ud800-\udfff]")
_DOTS: Final = re.compile(r"(^|/)\.\.?(/|$)")


def quoted_name(name: str) -> str:
    """Return a blob's name as it stands in an address.

    Args:
        name: Whole name; slashes stay slashes.

    Raises:
        NameRefused: It is empty or too long, or servers and proxies would read another name: a backslash becomes a
            slash, segments of dots walk up, control characters are cut.
    """
    fault = _fault_of(name)
    if fault:
        raise NameRefused(
            f"{name[:80]!a} cannot be the name of a blob: {fault}.", remedy="Give it another name and try again."
        )
    return quote(name, safe="/")


def _fault_of(name: str) -> str:
    if not name or len(name) > MOST_CHARACTERS:
        return f"it has {len(name)} characters, and must have 1 to {MOST_CHARACTERS}"
    if "\\" in name:
        return "it holds a backslash"
    if _DOTS.search(name):
        return "a part of it is . or .."
    if _CONTROL.search(name):
        return "it holds a control character"
    if _NO_TEXT.search(name):
        return "it holds bytes that are no text"
    return ""
