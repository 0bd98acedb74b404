"""Requests to a price list: patient with a busy server, short with a network that is not there. Blocks."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Final
from urllib.parse import urlsplit

from azure.core import PipelineClient
from azure.core.exceptions import AzureError
from azure.core.pipeline.policies import RetryPolicy, UserAgentPolicy
from azure.core.rest import HttpRequest

from tiepoint.adapters.azure.trust import trust_options
from tiepoint.domain.cloud import Cloud
from tiepoint.domain.errors import ConnectionLost

_CONNECT_S: Final = 15
_READ_S: Final = 60
_RETRIES: Final = 3


class PriceRequests:
    """Reads texts. Use it as a context.

    Args:
        cloud: Whose list; says which certificates are believed.
    """

    def __init__(self, cloud: Cloud) -> None:
        # Somebody looks at an empty price meanwhile, so a network that is not there is tried only once more.
        patience = RetryPolicy(retry_total=_RETRIES, retry_connect=1, retry_backoff_factor=0.4, retry_backoff_max=30)
        policies = [UserAgentPolicy(base_user_agent="tiepoint"), patience]
        self._client: PipelineClient[Any, Any] = PipelineClient("", policies=policies, **trust_options(cloud))
        self._options: dict[str, Any] = {"connection_timeout": _CONNECT_S, "read_timeout": _READ_S}

    def __enter__(self) -> PriceRequests:
        self._client.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.__exit__(kind, error, trace)

    def text(self, address: str) -> str:
        """Read a text.

        Raises:
            ConnectionLost: It cannot be had; the address's query is not told.
        """
        try:
            answer = self._client.send_request(HttpRequest("GET", address), **self._options)
            status, text = answer.status_code, answer.text()
        except AzureError as error:
            raise lost(f"{type(error).__name__} at {urlsplit(address).hostname}") from error
        if status == 429:
            raise ConnectionLost(
                "Azure's price list asks to be left alone for a while.", remedy="Try again in a minute.", retryable=True
            )
        if status != 200:
            raise lost(f"HTTP {status} from {urlsplit(address).hostname}")
        return str(text)


def lost(detail: str) -> ConnectionLost:
    """Return the failure of a list that cannot be read.

    Args:
        detail: What happened, for the log.
    """
    return ConnectionLost(
        "Azure's price list cannot be read.", remedy="Check the network and try again.", retryable=True, detail=detail
    )
