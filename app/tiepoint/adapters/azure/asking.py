"""The two ways to ask a person who they are: in the browser, or with a code to type on another device.

Each blocks the thread it runs in; `cancel` may be called from any thread and ends it within a second.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from tiepoint.adapters.azure.loopback import Loopback
from tiepoint.domain.account import DeviceCode
from tiepoint.domain.errors import Canceled, SignInNeeded

_LIMIT_S: Final = 600


class Application(Protocol):
    """What is used of msal's public client application; its own types say less."""

    def initiate_auth_code_flow(self, scopes: Sequence[str], **options: Any) -> dict[str, Any]:
        """Begin in the browser."""

    def acquire_token_by_auth_code_flow(
        self, flow: Mapping[str, Any], answer: Mapping[str, Any], **options: Any
    ) -> dict[str, Any]:
        """Redeem the browser's answer."""

    def initiate_device_flow(self, scopes: Sequence[str]) -> dict[str, Any]:
        """Ask for a code."""

    def acquire_token_by_device_flow(self, flow: dict[str, Any], **options: Any) -> dict[str, Any]:
        """Wait until the code has been typed."""


class Asking(Protocol):
    """One way to ask."""

    def ask(self, application: Application, scopes: Sequence[str], claims: str | None) -> dict[str, Any]:
        """Ask and wait for the answer.

        Args:
            application: Of msal.
            scopes: What a token is asked for.
            claims: What the service wants confirmed; None = nothing special.

        Returns:
            What msal returns: a token, or an error with its description.

        Raises:
            Canceled: `cancel` was called.
            SignInNeeded: The time is over, or there is no browser or port.
        """

    def cancel(self) -> None:
        """Ask no longer. Any thread."""


class BrowserAsking:
    """Asks in the browser, with PKCE, and hears the answer on this computer.

    Args:
        open_page: Opens an address in the browser and says whether it could.
        username: Whom to offer first.
        limit_s: How long to wait.
    """

    def __init__(self, open_page: Callable[[str], bool], username: str = "", limit_s: float = _LIMIT_S) -> None:
        self._open_page, self._username, self._limit_s = open_page, username, limit_s
        self._loopback: Loopback | None = None
        self._lock = threading.Lock()
        self._is_canceled = False

    def ask(self, application: Application, scopes: Sequence[str], claims: str | None) -> dict[str, Any]:
        """Ask; see `Asking`."""
        with contextlib.closing(Loopback()) as loopback:
            with self._lock:
                self._loopback = loopback
            if self._is_canceled:
                raise Canceled("The sign-in was cancelled.")
            try:
                return self._asked(application, loopback, scopes, claims)
            finally:
                with self._lock:
                    self._loopback = None

    def _asked(
        self, application: Application, loopback: Loopback, scopes: Sequence[str], claims: str | None
    ) -> dict[str, Any]:
        flow = application.initiate_auth_code_flow(
            list(scopes),
            redirect_uri=loopback.address,
            prompt=None if claims else "select_account",
            login_hint=self._username or None,
            claims_challenge=claims,
            response_mode="form_post",
        )
        if not self._open_page(str(flow["auth_uri"])):
            raise SignInNeeded("No browser could be opened.", remedy="Sign in with a code on another device instead.")
        answer = loopback.wait(str(flow["state"]), self._limit_s)
        is_signed_in = False
        try:
            result = application.acquire_token_by_auth_code_flow(
                flow, answer, scopes=list(scopes), claims_challenge=claims
            )
            is_signed_in = "access_token" in result
            return result
        finally:
            loopback.answer(is_signed_in=is_signed_in)

    def cancel(self) -> None:
        """Ask no longer; the port is closed, too."""
        self._is_canceled = True
        with self._lock:
            if self._loopback is not None:
                self._loopback.cancel()


class CodeAsking:
    """Asks with a code to type on another device.

    Args:
        show: Is handed the code, in the thread that asks.
        now: The clock, UTC.
    """

    def __init__(
        self, show: Callable[[DeviceCode], None], now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._show, self._now = show, now
        self._canceled = threading.Event()

    def ask(self, application: Application, scopes: Sequence[str], claims: str | None) -> dict[str, Any]:
        """Ask; see `Asking`."""
        flow = application.initiate_device_flow(list(scopes))
        if "user_code" not in flow:
            return flow
        expires = datetime.fromtimestamp(float(flow["expires_at"]), UTC)
        self._show(DeviceCode(str(flow["verification_uri"]), str(flow["user_code"]), expires))
        result = application.acquire_token_by_device_flow(
            flow, claims_challenge=claims, exit_condition=lambda _: self._canceled.is_set() or self._now() >= expires
        )
        if self._canceled.is_set():
            raise Canceled("The sign-in was cancelled.")
        if result.get("error") in {"authorization_pending", "slow_down", "expired_token", "code_expired"}:
            raise SignInNeeded("The code was not typed in time.", remedy="Sign in again and type the new code.")
        return result

    def cancel(self) -> None:
        """Ask no longer."""
        self._canceled.set()
