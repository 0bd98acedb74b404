"""Azurite behind the double: storage accounts get one of its accounts each, and give it back emptied."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.blob import BlobServiceClient, LinearRetry

from blob_server import BlobServer

ACCOUNTS = {f"tp{number}": "dGllcG9pbnQtdGVzdHMtb25seS1rZXktZm9yLWF6dXJpdGU=" for number in range(12)}
"""Accounts of Azurite and their key, which opens nothing else (base64 of a sentence)."""


def impatient() -> LinearRetry:
    """How clients in tests try again: at once. The usual policy waits 15 s when Azurite closes an idle connection."""
    return LinearRetry(backoff=0, retry_total=5, random_jitter_range=0)


class BlobPool:
    """Accounts of one Azurite. Any thread.

    Args:
        server: Azurite, started with `ACCOUNTS`, over https.
    """

    def __init__(self, server: BlobServer) -> None:
        assert server.papers is not None
        self.server = server
        self.ca_file = Path(server.papers.authority)
        self._lock = threading.Lock()
        self._free = list(ACCOUNTS)
        self._clients: dict[str, BlobServiceClient] = {}

    def take(self, name: str) -> str:
        """Return the address of an account that nobody has; the name is for messages only."""
        with self._lock:
            if not self._free:
                raise RuntimeError(f"no account of Azurite is left for {name}")
            return f"{self.server.origin}/{self._free.pop(0)}/"

    def give(self, endpoint: str) -> None:
        """Give an account back; all containers in it are removed."""
        client = self.client(endpoint)
        for each in list(client.list_containers()):
            with contextlib.suppress(ResourceNotFoundError):
                client.delete_container(each.name)
        with self._lock:
            self._free.append(_account(endpoint))

    def client(self, endpoint: str) -> BlobServiceClient:
        """Return Azure's own client of an account, with all rights; it is closed with the pool."""
        account = _account(endpoint)
        with self._lock:
            if account not in self._clients:
                self._clients[account] = BlobServiceClient(
                    endpoint.rstrip("/"),
                    credential={"account_name": account, "account_key": ACCOUNTS[account]},
                    connection_verify=str(self.ca_file),
                    retry_policy=impatient(),
                )
            return self._clients[account]

    def make_container(self, endpoint: str, name: str) -> None:
        """Make a container unless it is there."""
        with contextlib.suppress(ResourceExistsError):
            self.client(endpoint).create_container(name)

    def remove_container(self, endpoint: str, name: str) -> None:
        """Remove a container if it is there."""
        with contextlib.suppress(ResourceNotFoundError):
            self.client(endpoint).delete_container(name)

    def close(self) -> None:
        """Close the clients; Azurite is its maker's."""
        for client in self._clients.values():
            client.close()


def _account(endpoint: str) -> str:
    return endpoint.rstrip("/").rsplit("/", 1)[1]
