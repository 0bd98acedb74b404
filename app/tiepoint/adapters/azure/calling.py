"""Blocking calls of Azure's libraries from the loop: a few threads, and errors in our words."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, TypeVar

from tiepoint.adapters.azure.errors import translated
from tiepoint.domain.errors import ConfirmationNeeded, TiepointError

if TYPE_CHECKING:
    from tiepoint.adapters.azure.identity import AzureIdentity

T = TypeVar("T")
_THREADS: Final = 10
"""As many as a client keeps connections to one server."""


@functools.cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_THREADS, thread_name_prefix="azure")


async def call(identity: AzureIdentity, blocking: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Run a blocking call in a thread and translate what it raises.

    Args:
        identity: Is told when Azure wants the person to confirm.
        blocking: The call.
        args: For it.
        kwargs: For it.

    Raises:
        TiepointError: As `ports.azure`.
    """
    return await asyncio.get_running_loop().run_in_executor(
        _pool(), functools.partial(called, identity, blocking, *args, **kwargs)
    )


def called(identity: AzureIdentity, blocking: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Make a blocking call here and now, and translate what it raises. Not on the loop's thread."""
    try:
        return blocking(*args, **kwargs)
    except Exception as error:
        ours = translated(error)
        _note_challenge(identity, error, ours)
        raise ours from error


def _note_challenge(identity: AzureIdentity, error: BaseException, ours: TiepointError) -> None:
    scopes = getattr(error, "scopes", None)
    if scopes and isinstance(ours, ConfirmationNeeded):
        identity.challenged(tuple(scopes), str(getattr(error, "claims", None) or ""))
