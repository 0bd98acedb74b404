"""Fetches the manifest of releases and believes it only with a good signature. On the loop's thread; it waits nowhere.

Each request blocks in a thread of its own, which ends with the program, and is cut when nobody waits for it any more.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from tiepoint.domain.errors import InputError
from tiepoint.domain.release import Manifest, address_problem, is_key

if TYPE_CHECKING:
    from tiepoint.adapters.updates.fetching import Fetch

_MOST_BYTES: Final = 1_000_000
_STEP_S: Final = 10.0
_LIMIT_S: Final = 30.0


class SignedManifest:
    """A manifest at an https address, signed with Ed25519.

    Args:
        most_bytes: No longer answer is taken.
        step_s: How long connecting, and each wait for the next bytes, may take.
        limit_s: How long all of it may take.
    """

    def __init__(self, *, most_bytes: int = _MOST_BYTES, step_s: float = _STEP_S, limit_s: float = _LIMIT_S) -> None:
        self._most_bytes, self._step_s, self._limit_s = most_bytes, step_s, limit_s

    async def fetch(self, address: str, keys: Sequence[str]) -> Manifest:
        """Return the manifest at an address; see `ports.update_source`."""
        if problem := address_problem(address):
            raise InputError(problem, remedy="Check the address for updates in Settings.")
        if not any(is_key(key) for key in keys):
            raise InputError(
                "Nothing is known by which a list of updates could be believed: this program came without a key.",
                remedy="Ask whoever offers the updates for the key; an organisation's policy sets it.",
            )
        content = await self._fetched(address)
        return await asyncio.to_thread(_believed, content, keys, urlsplit(address).hostname or address)

    async def _fetched(self, address: str) -> bytes:
        from tiepoint.adapters.updates.fetch_failures import too_slow

        fetch = await asyncio.to_thread(_new_fetch, address, self._most_bytes, self._step_s)
        try:
            async with asyncio.timeout(self._limit_s):
                return await _in_a_thread(fetch)
        except TimeoutError:
            raise too_slow(urlsplit(address).hostname or address) from None
        finally:
            fetch.cut()


async def _in_a_thread(fetch: Fetch) -> bytes:
    """Wait for a request without holding one of the few threads that the program must wait for at its end."""
    loop = asyncio.get_running_loop()
    waiting: asyncio.Future[bytes] = loop.create_future()

    def settle(content: bytes, error: BaseException | None) -> None:
        if waiting.done():
            return
        if error is not None:
            waiting.set_exception(error)
        else:
            waiting.set_result(content)

    def run() -> None:
        content, trouble = b"", None
        try:
            content = fetch.run()
        except BaseException as error:  # noqa: BLE001  raised again where it is waited for
            trouble = error
        with contextlib.suppress(RuntimeError):  # the loop has ended: nobody waits
            loop.call_soon_threadsafe(settle, content, trouble)

    threading.Thread(target=run, name="updates", daemon=True).start()
    return await waiting


def _new_fetch(address: str, most_bytes: int, step_s: float) -> Fetch:
    # Reading the libraries for https takes long enough to be seen.
    from tiepoint.adapters.updates.fetching import Fetch

    return Fetch(address, most_bytes=most_bytes, step_s=step_s)


def _believed(content: bytes, keys: Sequence[str], where: str) -> Manifest:
    from tiepoint.adapters.updates.envelope import believed

    return believed(content, keys, where)
