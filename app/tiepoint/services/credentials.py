"""Where this program's rights to containers come from, and giving them to the worker again when it wants them.

Sources live in memory for the life of the program. Must not log, print or keep a secret anywhere else. On the loop's
thread.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from tiepoint.domain.access import expiry_of_signature, expiry_of_token, read_signature
from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.errors import SignInNeeded, TiepointError
from tiepoint.ports.token_source import Credential, TokenSource

if TYPE_CHECKING:
    from tiepoint.ports.transfer_worker import TransferWorker

BEARER: Final = "bearer"
SAS: Final = "sas"
_LEAST_LIFE: Final = timedelta(minutes=5)
_log = logging.getLogger(__name__)


class PastedSignature:
    """A shared access signature that a person pasted. Implements `ports.token_source.TokenSource`.

    Args:
        text: The signature, or a whole URL that carries one.
        now: The clock, aware.

    Raises:
        UsageError: It is no signature; the error does not repeat it.
    """

    def __init__(self, text: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._secret = read_signature(text)
        self._now = now

    def __repr__(self) -> str:
        return "PastedSignature(…)"

    async def credential(self, place: BlobPlace) -> Credential:
        """Return the signature while it lasts."""
        expires = expiry_of_signature(self._secret)
        if expires is not None and expires <= self._now():
            raise SignInNeeded(
                f"The signature for {place.container_url} ended on {expires:%Y-%m-%d at %H:%M} UTC.",
                remedy="Make a new one in the Azure portal and give it.",
            )
        return Credential(SAS, self._secret, expires)


class TokenOfVariable:
    """An access token that lies in a variable of the environment. Implements `ports.token_source.TokenSource`.

    Args:
        variable: Its name, for people.
        read: Reads it; None when it is not set.
        now: The clock, aware.
    """

    def __init__(
        self,
        variable: str,
        read: Callable[[str], str | None],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._variable = variable
        self._read = read
        self._now = now

    def __repr__(self) -> str:
        return f"TokenOfVariable({self._variable!r})"

    async def credential(self, place: BlobPlace) -> Credential:
        """Return the token while it lasts five minutes or more."""
        token = (self._read(self._variable) or "").strip()
        if not token:
            raise SignInNeeded(f"The variable {self._variable} holds no access token.", remedy=_NEW_TOKEN)
        expires = expiry_of_token(token)
        if expires is not None and expires < self._now() + _LEAST_LIFE:
            raise SignInNeeded(f"The access token in {self._variable} has ended or is about to.", remedy=_NEW_TOKEN)
        return Credential(BEARER, token, expires)


_NEW_TOKEN: Final = (
    "Get one with: az account get-access-token --resource https://storage.azure.com --query accessToken --output tsv"  # noqa: S105
)


class CredentialKeeper:
    """Remembers a source for each container and gives the worker what it wants.

    Args:
        worker: Who wants them.
    """

    def __init__(self, worker: TransferWorker) -> None:
        self._worker = worker
        self._sources: dict[str, TokenSource] = {}
        self._given: dict[str, str] = {}
        self._giving: dict[str, asyncio.Task[None]] = {}
        self._without: set[str] = set()

    def knows(self, place: BlobPlace) -> bool:
        """Whether a source for the container is known."""
        return place.container_url in self._sources

    async def give(self, place: BlobPlace, source: TokenSource) -> None:
        """Give a container's credential and remember where it came from.

        Raises:
            SignInNeeded: The source has none.
            TiepointError: As `TransferWorker.authorize`.
        """
        credential = await source.credential(place)
        self._sources[place.container_url] = source
        await self._hand_over(place, credential)

    def answer(self, wanted: Sequence[BlobPlace]) -> tuple[BlobPlace, ...]:
        """Begin to give what the worker wants; return the containers of which nothing new can be given from here."""
        for place in wanted:
            url = place.container_url
            if url in self._sources and url not in self._giving and url not in self._without:
                self._giving[url] = asyncio.get_running_loop().create_task(self._give_again(place), name="credential")
        self._without &= {place.container_url for place in wanted}
        return tuple(
            place
            for place in wanted
            if place.container_url not in self._sources or place.container_url in self._without
        )

    def forget_given(self) -> None:
        """The worker may be a new one, which holds nothing."""
        self._given.clear()
        self._without.clear()

    async def close(self) -> None:
        """Stop giving."""
        giving = tuple(self._giving.values())
        for task in giving:
            task.cancel()
        if giving:
            await asyncio.wait(giving)

    async def _give_again(self, place: BlobPlace) -> None:
        url = place.container_url
        try:
            credential = await self._sources[url].credential(place)
            if self._given.get(url) == credential.secret:
                self._without.add(url)  # it was refused or has ended: giving it again would go round in circles
            else:
                await self._hand_over(place, credential)
        except SignInNeeded as error:
            self._without.add(url)
            _log.info("a credential is wanted: %s", error.summary)
        except TiepointError as error:
            _log.info("a credential could not be given: %s", error.summary)
        finally:
            self._giving.pop(url, None)

    async def _hand_over(self, place: BlobPlace, credential: Credential) -> None:
        container = BlobPlace(place.endpoint, place.container)
        self._given[place.container_url] = credential.secret
        self._without.discard(place.container_url)
        await self._worker.authorize(container, credential)
