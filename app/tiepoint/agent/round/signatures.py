"""Shared access signatures of a machine that has no identity of Azure's: an own cluster in a studio's own rooms.

They stand in a file that only the agent's account may read, `{"https://ACCOUNT.blob…/captures": "sv=…&sig=…"}`. It is
read anew for every request, so that a new signature is taken without a restart. Never logged. Any thread.
"""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.errors import NotPermitted, SetupError

_FOREIGN: int = stat.S_IRWXG | stat.S_IRWXO


def signature_for(file: str, place: BlobPlace) -> str:
    """Return the signature for a place's container, as it follows the question mark; empty = there is none.

    Args:
        file: Where signatures are; empty = nowhere.
        place: A folder in the container.

    Raises:
        SetupError: The file cannot be read, or others may read it.
        NotPermitted: What stands there is no signature.
    """
    if not file:
        return ""
    container = f"{place.endpoint}/{place.container}"
    try:
        if os.name == "posix" and Path(file).stat().st_mode & _FOREIGN:
            raise SetupError(
                f"Others may read the signatures in {file}.", remedy=f"Take their rights away: chmod 600 {file}"
            )
        content = json.loads(Path(file).read_text(encoding="utf-8"))
        found = {str(name).rstrip("/"): str(value).removeprefix("?") for name, value in content.items()}
    except (OSError, ValueError, AttributeError) as error:
        raise SetupError(
            f"The signatures in {file} cannot be read.",
            remedy='Write it as {"https://ACCOUNT.blob.core.windows.net/captures": "sv=…&sig=…"}.',
            detail=type(error).__name__,
        ) from error
    signature = found.get(container, "")
    # Anything else would make the request's line invalid, and the words about that would hold the signature.
    if signature and ("sig=" not in signature or not all("!" <= letter <= "~" for letter in signature)):
        raise NotPermitted(
            f"What stands for {container} in {file} is no signature.", remedy="Make one for the container anew."
        )
    return signature
