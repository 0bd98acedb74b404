"""The rights to use containers: held in memory only, read anew for every request, marked when they are refused.

Must not log or show a secret, and must not fetch one: it says which container wants one, somebody else asks for it. Any
thread; the callback is called on the thread that met the want, without a lock, and must return at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from tiepoint.domain.access import expiry_of_token
from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.errors import UsageError
from tiepoint.transfer.blob.errors import Refused, RefusedWhy
from tiepoint.transfer.blob.secrets import SasFacts, clean_sas, clean_token, read_sas

SAS: Final = "sas"
BEARER: Final = "bearer"

RENEW_S: Final = 300.0
"""A token that lasts no longer is to be renewed."""
_ASK_AGAIN_S: Final = 60.0
"""A want is told again after so long; a refused text given again sooner stays refused."""

Wanted = Callable[[BlobPlace, str], None]
"""Told the container a credential is needed for, and why, in a sentence."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is held for a container, without the secret.

    Args:
        kind: `sas` or `bearer`; empty when nothing is held.
        expires: When it ends; None when unknown.
        refusal: Why the server refused it; None while it did not.
    """

    kind: str = ""
    expires: datetime | None = None
    refusal: Refused | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Grant:
    """One credential as a request uses it. Its text never shows the secret.

    Args:
        place: The container it is for.
        kind: `sas` or `bearer`.
        secret: The query or the token.
        expires: When it ends; None when unknown.
        sas: What the signature says of itself.
    """

    place: BlobPlace
    kind: str
    secret: str
    expires: datetime | None = None
    sas: SasFacts = field(default_factory=SasFacts)

    def __repr__(self) -> str:
        return f"Grant({self.place.container_url!r}, {self.kind!r}, expires={self.expires})"


@dataclass(slots=True)
class _Held:
    """A grant, what became of it, and when its want was told last (monotonic)."""

    grant: Grant
    refusal: Refused | None = None
    refused_s: float = 0.0
    told_s: float = -_ASK_AGAIN_S


class Credentials:
    """Credentials by container.

    Args:
        wanted: Called when a container needs another credential: none is there, it was refused, or a token has less
            than five minutes left; again after a minute if nothing was given.
        clock: Seconds since 1970, for tests.
        ticks: Monotonic seconds, for tests.
    """

    def __init__(
        self,
        wanted: Wanted | None = None,
        clock: Callable[[], float] = time.time,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tell = wanted
        self._clock = clock
        self._ticks = ticks
        self._lock = threading.Lock()
        self._held: dict[BlobPlace, _Held] = {}
        self._missing: dict[BlobPlace, float] = {}

    def __repr__(self) -> str:
        return f"Credentials(for {len(self._held)} containers)"

    def give(self, place: BlobPlace, kind: str, secret: str, expires: datetime | None = None) -> None:
        """Hold a credential for everything in a container, instead of the one before.

        The very text that was refused less than a minute ago stays refused, so that a giver without a better one does
        not make a circle; given later, it is tried again.

        Raises:
            UsageError: It is no such credential; the error does not hold it.
        """
        grant = _grant(_container(place), kind, secret, expires)
        with self._lock:
            before = self._held.get(grant.place)
            if before is None or before.grant.secret != grant.secret or not self._is_recent(before):
                self._held[grant.place] = _Held(grant)
            self._missing.pop(grant.place, None)

    def forget(self, place: BlobPlace) -> None:
        """Hold nothing for a container any more; who needs it wants another."""
        with self._lock:
            self._held.pop(_container(place), None)

    def standing(self, place: BlobPlace) -> Standing:
        """Return what is held for a container."""
        with self._lock:
            held = self._held.get(_container(place))
            return Standing() if held is None else Standing(held.grant.kind, held.grant.expires, held.refusal)

    def check(self, place: BlobPlace) -> None:
        """Raise what a request would raise now for want of a good credential, without a request; tells the want.

        Raises:
            Refused: Nothing is held, or what is held was refused.
        """
        self.grant(place)

    def wanted(self) -> tuple[BlobPlace, ...]:
        """Containers a credential was asked for in vain, or one is needed for soon."""
        with self._lock:
            wanting = [place for place, held in self._held.items() if held.refusal or self._is_ending(held.grant)]
            return (*self._missing, *wanting)

    def grant(self, place: BlobPlace, *, is_telling: bool = True) -> Grant:
        """Return what a request to a container uses now.

        Its end does not keep it from being used: the server's clock decides, ours may be wrong.

        Args:
            place: The container.
            is_telling: Tell the want of another when none is there, it is refused or ends soon.

        Raises:
            Refused: Nothing is held, or what is held was refused.
        """
        key = _container(place)
        with self._lock:
            held = self._held.get(key)
            grant = held.grant if held else None
            refusal = held.refusal if held else missing(key)
            want = self._want(key, held) if is_telling else ""
        if want:
            self._say(key, want)
        if refusal is not None:
            raise _again(refusal)
        assert grant is not None
        return grant

    def refuse(self, grant: Grant, refusal: Refused) -> None:
        """Mark that the server refused exactly this credential; tells the want of another.

        Args:
            grant: What was used; another one given meanwhile is not touched.
            refusal: What to raise from now on.
        """
        with self._lock:
            held = self._held.get(grant.place)
            if held is None or held.grant.secret != grant.secret or held.refusal is not None:
                return
            held.refusal, held.refused_s, held.told_s = refusal, self._ticks(), self._ticks()
        self._say(grant.place, refusal.summary)

    def _want(self, place: BlobPlace, held: _Held | None) -> str:
        """Return the sentence of a want that is to be told now; called under the lock."""
        now = self._ticks()
        if held is None:
            is_due = now - self._missing.get(place, -_ASK_AGAIN_S) >= _ASK_AGAIN_S
            if is_due:
                self._missing[place] = now
            return missing(place).summary if is_due else ""
        reason = held.refusal.summary if held.refusal else _ENDING if self._is_ending(held.grant) else ""
        if not reason or now - held.told_s < _ASK_AGAIN_S:
            return ""
        held.told_s = now
        return reason

    def _is_ending(self, grant: Grant) -> bool:
        if grant.kind != BEARER or grant.expires is None:
            return False
        return grant.expires.timestamp() - self._clock() < RENEW_S

    def _is_recent(self, held: _Held) -> bool:
        return held.refusal is not None and self._ticks() - held.refused_s < _ASK_AGAIN_S

    def _say(self, place: BlobPlace, reason: str) -> None:
        if self._tell is not None:
            self._tell(place, reason)


_ENDING: Final = "The access token has less than five minutes left."


def missing(place: BlobPlace) -> Refused:
    """Return the error for a container nothing is held for."""
    return refused(
        RefusedWhy.MISSING,
        f"Nothing is known here that opens the container {place.container}.",
        remedy="Sign in, or give a shared access signature of the container.",
    )


def refused(
    why: RefusedWhy, summary: str, *, remedy: str = "", detail: str = "", status: int = 0, code: str = ""
) -> Refused:
    """Make a refusal."""
    error = Refused(summary, remedy=remedy, retryable=False, detail=detail, status=status, code=code)
    error.why = why
    return error


def _again(error: Refused) -> Refused:
    """Return a copy to raise: one object raised by several threads would pile up their tracebacks."""
    return refused(
        error.why, error.summary, remedy=error.remedy, detail=error.detail, status=error.status, code=error.code
    )


def _container(place: BlobPlace) -> BlobPlace:
    return BlobPlace(place.endpoint.lower(), place.container)


def _grant(place: BlobPlace, kind: str, secret: str, expires: datetime | None) -> Grant:
    if expires is not None and expires.tzinfo is None:
        expires = expires.replace(tzinfo=UTC)
    if kind == SAS:
        query = clean_sas(secret)
        facts = read_sas(query)
        return Grant(place, SAS, query, expires or facts.ends, facts)
    if kind == BEARER:
        token = clean_token(secret)
        return Grant(place, BEARER, token, expires or expiry_of_token(token))
    raise UsageError(f"There is no credential of the kind {kind!r}.", remedy="Give one of the kind sas or bearer.")
