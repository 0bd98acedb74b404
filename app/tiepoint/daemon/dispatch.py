"""From a request's name and params to the function that does it. The loop's thread."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias

from tiepoint.daemon.refusal import Refusal
from tiepoint.domain.errors import SetupError, TiepointError, UsageError
from tiepoint.protocol import OLDEST_PROTOCOL_VERSION, PROTOCOL_VERSION
from tiepoint.protocol.codec import MalformedMessage, from_json
from tiepoint.protocol.errors import ErrorCode
from tiepoint.protocol.hello import HelloParams
from tiepoint.protocol.methods import Method

Handler: TypeAlias = Callable[[Any], Awaitable[Any]]


class MethodTable:
    """Does what requests ask.

    Args:
        table: The methods of the protocol by name.
        handlers: What does each; one that is missing is a method this daemon cannot do.
    """

    def __init__(self, table: Mapping[str, Method[Any, Any]], handlers: Mapping[str, Handler]) -> None:
        self._table = table
        self._handlers = handlers

    async def call(self, name: str, params: object) -> Any:
        """Do what a request asks.

        Args:
            name: The method.
            params: As they came.

        Returns:
            The result's dataclass.

        Raises:
            Refusal: Why it was not done.
        """
        if name not in self._table:
            raise Refusal(ErrorCode.METHOD_NOT_FOUND, UsageError(f"There is no method {name}."))
        handler = self._handlers.get(name)
        if handler is None:
            raise Refusal(ErrorCode.NOT_CAPABLE, UsageError(f"This engine has no {name}."))
        try:
            return await handler(from_json(self._table[name].params, params, "params"))
        except MalformedMessage as error:
            raise Refusal(ErrorCode.INVALID_PARAMS, UsageError(f"The request {name} is wrong: {error}.")) from error
        except TiepointError as error:
            raise Refusal(ErrorCode.FAILED, error) from error


def spoken_version(params: HelloParams, title: str) -> int:
    """Return the version of the protocol to speak with a client.

    Args:
        params: Its greeting.
        title: What people call this daemon.

    Raises:
        Refusal: The client speaks a version we do not.
    """
    if params.protocol < OLDEST_PROTOCOL_VERSION:
        raise Refusal(
            ErrorCode.VERSION_REFUSED,
            SetupError(
                f"The {title} speaks protocol {PROTOCOL_VERSION} and the client {params.protocol}.",
                remedy="Update the older of the two.",
            ),
        )
    return min(params.protocol, PROTOCOL_VERSION)
