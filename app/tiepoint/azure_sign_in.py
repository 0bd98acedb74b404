"""The user's sign-in to Azure on this computer, and the child process that hands out one token for Blob.

The child takes up the sign-in from where the system keeps it, asks nobody, and prints one line of JSON to its standard
output, a pipe: `{"token", "expires"}`, or `{"error"}` with what to tell the person. Main thread.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tiepoint.adapters.policies.system_policies import SystemPolicies
from tiepoint.domain.errors import SignInNeeded, TiepointError
from tiepoint.domain.policy import Policy
from tiepoint.runtime import folders
from tiepoint.services.sign_in.policy import refuse_other_tenant, refuse_unusable

if TYPE_CHECKING:
    from tiepoint.adapters.azure.identity import AzureIdentity


def user_identity() -> AzureIdentity:
    """Return the sign-in of the user; nothing is read before it is asked."""
    from tiepoint.adapters.azure.identity import AzureIdentity

    return AzureIdentity(_folder(), _store_name())


def was_signed_in() -> bool:
    """Whether anything is left of an earlier sign-in; reads nothing of Azure's libraries."""
    return (_folder() / "sign-in.json").exists()


def main(argv: Sequence[str]) -> int:
    """Be the child."""
    told = asyncio.run(token_told(user_identity(), SystemPolicies().read()))
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    return 0 if "token" in told else 1


async def token_told(identity: AzureIdentity, policy: Policy) -> dict[str, Any]:
    """Return what the child prints; the sign-in is let go of afterwards.

    Args:
        identity: The user's sign-in.
        policy: The organisation that may be signed in to, and as which application.
    """
    try:
        refuse_unusable(policy)
        account = await identity.restore_last(client_id=policy.client_id or "")
        if account is None:
            raise SignInNeeded("Nobody is signed in.", remedy="Sign in.")  # noqa: TRY301  told like any other
        refuse_other_tenant(policy, account)
        token, expires = await identity.storage_token()
    except TiepointError as error:
        return {"error": {**error.to_dict(), "detail": ""}}
    else:
        return {"token": token, "expires": expires}
    finally:
        await identity.close()


def _folder() -> Path:
    return folders.data_folder() / "azure"


def _store_name() -> str:
    """Return the name of the secret in the system's store: one for each home, so that no test touches a person's."""
    home = os.environ.get(folders.HOME_VARIABLE, "")
    return f"tiepoint-{hashlib.sha256(home.encode()).hexdigest()[:12]}" if home else "tiepoint"
