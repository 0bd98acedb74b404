"""The machine's own right: a token of its managed identity from the metadata service. Any thread.

The token is held in memory alone. Source: "How to use managed identities on a VM to acquire an access token" in
Azure's documentation: plain http, header `Metadata`, 404, 410, 429 and 5xx are to be tried again.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from tiepoint.agent.round.patience import Attempts, Patience
from tiepoint.domain.errors import CloudError, NotPermitted, TiepointError
from tiepoint.runtime.stop import Stop

_PATH: Final = "/metadata/identity/oauth2/token"
_VERSION: Final = "2018-02-01"
_STORAGE: Final = "https://storage.azure.com/"
_LEAST_LIFE_S: Final = 300.0
_MOST_BYTES: Final = 1 << 20
_AGAIN: Final = frozenset({404, 408, 410, 429, *range(500, 600)})


class MachineIdentity:
    """Gives tokens for storage.

    Args:
        base: Address of the metadata service.
        patience: How patient to be with it.
    """

    def __init__(self, base: str, patience: Patience | None = None) -> None:
        self._base = urlsplit(base)
        self._patience = patience or Patience(gives_up_s=60.0, progress_s=10.0, connect_s=5.0)
        self._lock = threading.Lock()
        self._token = ""
        self._expires = 0.0

    def __repr__(self) -> str:
        return "MachineIdentity(…)"

    def token(self, stop: Stop, refused: str = "") -> str:
        """Return a token that is good for five minutes or more.

        Args:
            stop: Ends waiting.
            refused: One that a server did not take: another is asked for.

        Raises:
            NotPermitted: The machine has no identity.
            CloudError: The metadata service does not answer.
            Stopped: It was stopped.
        """
        with self._lock:
            if not self._token or self._token == refused or self._expires - time.time() < _LEAST_LIFE_S:
                self._token, self._expires = self._asked(stop)
            return self._token

    def _asked(self, stop: Stop) -> tuple[str, float]:
        attempts = Attempts(self._patience)
        while True:
            status, content = self._answer(stop)
            token = content.get("access_token")
            if status == 200 and isinstance(token, str) and token:
                return token, _expiry(content)
            wait_s = attempts.next_s() if status in _AGAIN or not status else None
            if wait_s is None:
                raise _failure(status, str(content.get("error_description") or content.get("error") or ""))
            stop.wait(wait_s)

    def _answer(self, stop: Stop) -> tuple[int, dict[str, Any]]:
        """Ask once; status 0 = no answer."""
        stop.check()
        host, port = self._base.hostname or "", self._base.port or 80
        connection = http.client.HTTPConnection(host, port, timeout=self._patience.connect_s)
        query = urlencode({"api-version": _VERSION, "resource": _STORAGE})
        try:
            connection.connect()
            with stop.covering(connection.sock):
                connection.request("GET", f"{self._base.path.rstrip('/')}{_PATH}?{query}", headers={"Metadata": "true"})
                reply = connection.getresponse()
                content = json.loads(reply.read(_MOST_BYTES))
                return reply.status, content if isinstance(content, dict) else {}
        except (OSError, http.client.HTTPException, ValueError) as error:
            stop.check()
            return 0, {"error": str(error)}
        finally:
            connection.close()


def _expiry(content: dict[str, Any]) -> float:
    """When a token ends by this machine's own clock, which may be wrong: the time left is what counts."""
    try:
        return time.time() + float(content.get("expires_in") or 0)
    except (TypeError, ValueError):
        return time.time()


def _failure(status: int, said: str) -> TiepointError:
    if status == 400:
        return NotPermitted(
            "This machine has no identity of its own, so it may not use Blob storage.",
            remedy="Give the machine a managed identity, with the right to read captures and to write products.",
            detail=said,
        )
    return CloudError(
        "The machine's metadata service gives no token for Blob storage.",
        remedy="Look whether the machine is one of Azure's, and try again.",
        retryable=True,
        detail=said or str(status),
    )
