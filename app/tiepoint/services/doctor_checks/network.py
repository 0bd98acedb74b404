"""The doctor's look at what lies between this program and others: ports, network, proxy, certificates, clock.

Only places that a person or an organisation has set are reached; being offline is no failure, since this computer works
without a network. On the loop's thread.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from tiepoint.ports.surroundings import CertificateFacts, Reached, Reply, Surroundings
from tiepoint.services.finding import Finding, Health

_HARMLESS: Final = timedelta(minutes=2)
_MOST: Final = timedelta(minutes=5)
"""Sign-ins to Azure allow clocks to differ by 5 minutes (Kerberos and token validation's usual skew)."""
_ANYWHERE: Final = "example.com"
"""Never asked: only to say which proxy holds for hosts in general."""
_ALONE: Final = "Jobs on this computer need no network."


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere outside this computer that is set up.

    Args:
        title: For people.
        host: Name or address.
        port: 443 for the web, 22 for SSH.
        is_web: Whether it speaks https, and is reached through the proxy.
        ca_file: Certificates to believe there instead of the system's.
    """

    title: str
    host: str
    port: int
    is_web: bool = True
    ca_file: str = ""


class NetworkCheck:
    """Makes the findings.

    Args:
        surroundings: Looks.
        places: Returns what is set up.
        now: The clock, UTC.
    """

    def __init__(
        self, surroundings: Surroundings, places: Callable[[], Sequence[Place]], now: Callable[[], datetime]
    ) -> None:
        self._surroundings, self._places, self._now = surroundings, places, now

    async def __call__(self) -> tuple[Finding, ...]:
        """Look; everything at once, so that it takes as long as the slowest answer."""
        places = tuple(self._places())
        host = next((place.host for place in places if place.is_web), _ANYWHERE)
        proxy = self._surroundings.proxy(host)
        loopback, certificates, proxied, replies = await asyncio.gather(
            self._surroundings.loopback(),
            self._surroundings.certificates(),
            self._reach_proxy(proxy),
            asyncio.gather(*(self._reach(place) for place in places)),
        )
        reached = list(zip(places, replies, strict=True))
        return (
            _ports(loopback),
            _network(reached),
            _proxy(proxy, proxied),
            _certificates(certificates, reached),
            self._clock([reply.date for _, reply in reached if reply.date is not None]),
        )

    async def _reach(self, place: Place) -> Reply:
        if place.is_web:
            return await self._surroundings.ask_https(place.host, place.port, place.ca_file)
        return await self._surroundings.connect(place.host, place.port)

    async def _reach_proxy(self, proxy: str) -> Reply | None:
        if not proxy:
            return None
        host, port = _address(proxy)
        return await self._surroundings.connect(host, port) if host else Reply(Reached.NO, "no address")

    def _clock(self, dates: Sequence[datetime]) -> Finding:
        now, built = self._now(), self._surroundings.built()
        if dates:
            away = min((now - date for date in dates), key=abs)
            if abs(away) <= _HARMLESS:
                return Finding("clock", Health.OK, "agrees with the servers that were asked")
            text = f"This computer's clock is {_spoken(abs(away))} {'ahead' if away > timedelta(0) else 'behind'}."
            health = Health.FAILED if abs(away) > _MOST else Health.WARNING
            return Finding("clock", health, text, "Let the system set its clock from the network.")
        if now < built - timedelta(days=1):
            text = f"This computer's clock says {now:%Y-%m-%d}, which is before this program was made."
            return Finding("clock", Health.FAILED, text, "Set the clock, or let the system set it from the network.")
        return Finding("clock", Health.OK, f"{now:%Y-%m-%d %H:%M} UTC; no server was there to compare it with")


def _ports(problem: str) -> Finding:
    if not problem:
        return Finding("ports", Health.OK, "programs of this computer can reach each other")
    text = f"Programs of this computer cannot reach each other at 127.0.0.1: {problem}"
    remedy = "Allow connections within this computer in the firewall or security software."
    return Finding("ports", Health.FAILED, text, remedy)


def _network(reached: Sequence[tuple[Place, Reply]]) -> Finding:
    if not reached:
        return Finding("network", Health.OK, "nothing outside this computer is set up, so nothing was asked")
    deaf = [(place, reply) for place, reply in reached if reply.reached is Reached.NO]
    if not deaf:
        named = ", ".join(f"{place.host}:{place.port}" for place, _ in reached)
        return Finding("network", Health.OK, f"{named} can be reached")
    named = ", ".join(f"{place.title} ({place.host}, port {place.port}: {reply.problem})" for place, reply in deaf)
    ports = " and ".join(sorted({str(place.port) for place, _ in deaf}))
    remedy = f"Check the network, and that outgoing connections to port {ports} are allowed. {_ALONE}"
    return Finding("network", Health.WARNING, f"Cannot be reached: {named}.", remedy)


def _proxy(proxy: str, reply: Reply | None) -> Finding:
    shown = _without_password(proxy)
    if reply is None:
        return Finding("proxy", Health.OK, "none; the network is reached straight")
    if reply.reached is Reached.YES:
        return Finding("proxy", Health.OK, f"{shown} answers")
    remedy = f"Check its address in the settings under Network, or in the variable HTTPS_PROXY. {_ALONE}"
    return Finding("proxy", Health.WARNING, f"The proxy {shown} does not answer: {reply.problem}", remedy)


def _certificates(facts: CertificateFacts, reached: Sequence[tuple[Place, Reply]]) -> Finding:
    name = "certificates"
    if facts.problem:
        remedy = "Install the package ca-certificates, or correct the variable that names the file."
        return Finding(name, Health.FAILED, f"No certificates can be read from {facts.source}: {facts.problem}", remedy)
    untrusted = [(place, reply) for place, reply in reached if reply.reached is Reached.UNTRUSTED]
    if untrusted:
        place, reply = untrusted[0]
        text = f"The certificate of {place.host} is not believed: {reply.problem}."
        remedy = (
            "Check the clock. If your network inspects https, have its certificate put into this computer's store, "
            "or name its file in the variable SSL_CERT_FILE."
        )
        return Finding(name, Health.FAILED, text, remedy)
    count = "" if facts.count is None else f"{facts.count} {'authority' if facts.count == 1 else 'authorities'}, "
    return Finding(name, Health.OK, f"{count}from {facts.source}")


def _address(proxy: str) -> tuple[str, int]:
    with contextlib.suppress(ValueError):
        parts = urlsplit(proxy if "//" in proxy else f"http://{proxy}")
        return parts.hostname or "", parts.port or 8080
    return "", 0


def _without_password(proxy: str) -> str:
    host, port = _address(proxy)
    return f"{host}:{port}" if host else proxy


def _spoken(length: timedelta) -> str:
    minutes = round(length.total_seconds() / 60)
    if minutes < 120:
        return f"{minutes} minutes"
    return f"{minutes // 60} hours" if minutes < 48 * 60 else f"{minutes // 1440} days"
