"""Rights to containers by the sign-in, for storage of the cloud that the person is signed in to and nobody else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.cloud import Cloud
from tiepoint.domain.errors import SignInNeeded
from tiepoint.ports.token_source import Credential


class SignInSource:
    """Implements `ports.token_source.TokenSource`.

    Args:
        cloud: Where the person is signed in, asked at every call.
        renewed: Returns a right that is good for five minutes or more.
    """

    def __init__(self, cloud: Callable[[], Cloud], renewed: Callable[[], Awaitable[Credential]]) -> None:
        self._cloud, self._renewed = cloud, renewed

    def __repr__(self) -> str:
        return "SignInSource(…)"

    async def credential(self, place: BlobPlace) -> Credential:
        """Return a token that is good for five minutes or more."""
        cloud = self._cloud()
        if not cloud.may_have_token(place.endpoint):
            raise SignInNeeded(
                f"The sign-in to Azure is not given to {place.endpoint}, which is no storage of {cloud.label}.",
                remedy="Give a shared access signature for it.",
            )
        return await self._renewed()
