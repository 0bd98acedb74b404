"""Renews tokens of the sign-in when no client does: a child takes the sign-in up from the system's store, asks nobody,
and prints one token.

Tokens pass through memory alone. Any thread; the work is done in a thread of its own, one child at a time.
"""

from __future__ import annotations

import json
import logging
import subprocess
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.errors import ConnectionLost, SignInNeeded, TiepointError, error_from_dict
from tiepoint.runtime.children import start_child

_ROLE: Final = "token"
_CHILD_S: Final = 90.0
_AGAIN_S: Final = 60.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, repr=False)
class Renewed:
    """A token. Its text never shows it."""

    token: str
    expires: datetime

    def __repr__(self) -> str:
        return f"Renewed(expires={self.expires})"


class Renewal:
    """Renews what came from the sign-in and ends, while somebody still wants it.

    Args:
        wanted: Says which containers want a credential now.
        give: Takes a new token for a container.
        grace_s: How long clients may take to give one themselves.
        ask: Returns a new token or raises what the child said; a test gives its own.
    """

    def __init__(
        self,
        wanted: Callable[[], Iterable[BlobPlace]],
        give: Callable[[BlobPlace, Renewed], None],
        grace_s: float,
        ask: Callable[[], Renewed] | None = None,
    ) -> None:
        self._wanted, self._give, self._grace_s = wanted, give, grace_s
        self._ask = ask or ask_child
        self._places: set[BlobPlace] = set()
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._is_asked = False

    @property
    def is_at_work(self) -> bool:
        """Whether a renewal is under way."""
        with self._lock:
            return self._thread is not None

    def note(self, place: BlobPlace, *, is_by_sign_in: bool) -> None:
        """A credential was given for a container: remember whether it may be renewed from here."""
        with self._lock:
            if is_by_sign_in:
                self._places.add(_container(place))
            else:
                self._places.discard(_container(place))

    def forget(self) -> tuple[BlobPlace, ...]:
        """Renew nothing any more of what came from the sign-in; return which containers that was for."""
        with self._lock:
            places, self._places = tuple(self._places), set()
        return places

    def want(self, place: BlobPlace) -> None:
        """A container wants a credential. Returns at once; any lock may be held."""
        with self._lock:
            if _container(place) not in self._places or self._closing.is_set():
                return
            self._is_asked = True
            if self._thread is None:
                self._thread = threading.Thread(target=self._renew, name="renewal", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Renew no more. Blocks until a child has ended, a few seconds at most."""
        self._closing.set()
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join(5.0)

    def _renew(self) -> None:
        wait_s = self._grace_s
        while not self._closing.wait(wait_s):
            with self._lock:
                self._is_asked = False
                ours = frozenset(self._places)
            places = tuple(place for place in self._wanted() if _container(place) in ours)
            wait_s = _AGAIN_S if places and not self._renewed(places) else self._grace_s
            with self._lock:
                if wait_s == self._grace_s and not self._is_asked:
                    self._thread = None
                    return
        with self._lock:
            self._thread = None

    def _renewed(self, places: tuple[BlobPlace, ...]) -> bool:
        """Get a token and give it; say whether that is settled, else it is to be tried again later."""
        try:
            renewed = self._ask()
        except ConnectionLost as error:
            _log.info("the sign-in could not be renewed: %s", error.summary)
            return False
        except TiepointError as error:
            _log.info("the sign-in cannot be renewed: %s", error.summary)
            return True
        for place in places:
            with self._lock:
                is_ours = _container(place) in self._places
            if is_ours:  # else the person has signed out meanwhile
                self._give(place, renewed)
        _log.info("the sign-in was renewed; it lasts until %s", renewed.expires)
        return True


def ask_child() -> Renewed:
    """Return a new token by the sign-in of this user.

    Raises:
        SignInNeeded: Nobody is signed in, or no more.
        ConnectionLost: It cannot be renewed without a network.
    """
    try:
        child = start_child(_ROLE, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except OSError as error:
        raise SignInNeeded("The sign-in cannot be read here.", detail=str(error)) from error
    with child:
        try:
            told, _ = child.communicate(timeout=_CHILD_S)
        except subprocess.TimeoutExpired:
            child.kill()
            raise ConnectionLost("The sign-in was not renewed in time.", retryable=True) from None
    return _read(told)


def _read(told: bytes) -> Renewed:
    try:
        data: dict[str, Any] = json.loads(told)
        if "error" in data:
            raise error_from_dict(data["error"])
        return Renewed(str(data["token"]), datetime.fromtimestamp(float(data["expires"]), UTC))
    except (ValueError, KeyError, TypeError, OverflowError) as error:
        # What it said may hold a token, so it is not repeated.
        raise SignInNeeded("The sign-in cannot be read here.", remedy="Sign in again.") from error


def _container(place: BlobPlace) -> BlobPlace:
    return BlobPlace(place.endpoint.lower(), place.container)
