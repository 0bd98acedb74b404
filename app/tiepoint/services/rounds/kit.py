"""What the steps of rounds work with, and how they tell what became of a round. On the loop's thread."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.failure import Failure
from tiepoint.domain.remote_round import Round
from tiepoint.ports.token_source import TokenSource
from tiepoint.services.products import ProductService
from tiepoint.services.sites import Sites
from tiepoint.services.transfers import TransferService


class RoundPlaces(Protocol):
    """Where a site's photos and products go, and what stands in the way there."""

    def of(self, site: str) -> tuple[BlobPlace, BlobPlace] | None:
        """Containers for captures and products; None = none."""

    def source(self, place: BlobPlace) -> TokenSource | None:
        """Who gives the right to a container by itself; None = a person must."""

    def asleep(self, site: str) -> Failure | None:
        """Why the site cannot be reached just now, as Azure knows it; None = nothing stands in the way."""

    def is_gone(self, site: str) -> bool:
        """Whether it is certain that the site is no more: what runs there cannot be stopped, nor need it be."""

    def watch(self, told: Callable[[], None]) -> Callable[[], None]:
        """Tell when any of that may have changed, until what is returned is called."""


class Importing(Protocol):
    """Makes photos in Blob appear on a cluster's file system by the file system's own means."""

    async def bring(self, site: str, place: BlobPlace) -> None:
        """Bring a capture's folder; returns once it is there, or at once where there is no such means.

        Idempotent, cancel safe. What it does not bring the cluster's agent fetches by itself.
        """


@dataclass(frozen=True, slots=True)
class RoundKit:
    """Everything.

    Args:
        sites: Where jobs run.
        transfers: Moves photos and products.
        places: Where they go.
        importing: See `Importing`.
        products: Brings products into a folder that a person named.
        captures: Folder of all captures on this computer.
        now: The clock, UTC.
        sleep: Waits; a test gives its own.
    """

    sites: Sites
    transfers: TransferService
    places: RoundPlaces
    importing: Importing
    products: ProductService
    captures: Callable[[], Path]
    now: Callable[[], datetime]
    sleep: Callable[[float], Awaitable[None]]


class Board(Protocol):
    """The round that a step works on, and where its changes go."""

    @property
    def round(self) -> Round:
        """As it is now."""

    def put(self, **changes: object) -> None:
        """Change fields of it; kept unless only `progress` changes."""
