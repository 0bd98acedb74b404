"""The network and what belongs to it, as they are told to be."""

from __future__ import annotations

from datetime import UTC, datetime

from tiepoint.ports.surroundings import CertificateFacts, Reached, Reply, SecretStore


class FakeSurroundings:
    """Implements `ports.surroundings.Surroundings`; remembers whom it was to reach."""

    def __init__(self) -> None:
        self.loopback_problem = ""
        self.proxy_address = ""
        self.replies: dict[str, Reply] = {}
        self.certificate_facts = CertificateFacts(140, "/etc/ssl/certs/ca-certificates.crt")
        self.store = SecretStore.OPEN
        self.made = datetime(2026, 11, 1, tzinfo=UTC)
        self.asked: list[tuple[str, int]] = []

    async def loopback(self) -> str:
        return self.loopback_problem

    def proxy(self, host: str) -> str:
        return self.proxy_address

    async def connect(self, host: str, port: int) -> Reply:
        self.asked.append((host, port))
        return self.replies.get(host, Reply(Reached.YES))

    async def ask_https(self, host: str, port: int, ca_file: str = "") -> Reply:
        return await self.connect(host, port)

    async def certificates(self) -> CertificateFacts:
        return self.certificate_facts

    async def secrets(self) -> SecretStore:
        return self.store

    def built(self) -> datetime:
        return self.made
