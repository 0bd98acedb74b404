"""Clusters on Azure in their main states, as pages show them on fakes."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Final, TypeAlias

from PySide6.QtWidgets import QWidget

from fakes.azure import FakeAzure
from fakes.azure_scenes import CODE, OFFLINE, four_clusters
from fakes.program import FakeProgram
from page_stand import Stand, standing, until
from tiepoint.domain.failure import Failure
from tiepoint.services.sign_in import SignInState
from tiepoint.ui.pages.cluster.page import ClusterPage

Scene: TypeAlias = Callable[[], contextlib.AbstractAsyncContextManager[QWidget]]
Prepare: TypeAlias = Callable[[FakeAzure], object]
WRONG_TENANT: Final = Failure(
    "sign-in",
    "This account belongs to another organisation.",
    "Type that organisation’s domain, and sign in again.",
)


@contextlib.asynccontextmanager
async def cluster_page(prepare: Prepare | None = None, view: str = "overview") -> AsyncIterator[Stand[ClusterPage]]:
    """The Cluster page with Azure prepared, at one of its places."""
    fake = FakeProgram()
    if prepare is not None:
        prepare(fake.azure)
    async with standing(ClusterPage, fake) as stand:
        await until(lambda: stand.page.doctor.looked is not None)
        stand.page.show_place(view)
        yield stand


@contextlib.asynccontextmanager
async def _at(prepare: Prepare | None = None, view: str = "overview") -> AsyncIterator[QWidget]:
    async with cluster_page(prepare, view) as stand:
        yield stand.page


def waiting(azure: FakeAzure) -> None:
    azure.sign_in.put(state=SignInState.WAITING)


def code(azure: FakeAzure) -> None:
    azure.sign_in.put(state=SignInState.WAITING, code=CODE)


def refused(azure: FakeAzure) -> None:
    azure.sign_in.put(failure=WRONG_TENANT)


def choosing(azure: FakeAzure) -> None:
    azure.sign_in.put_signed_in(subscription=None)


def no_subscription(azure: FakeAzure) -> None:
    azure.sign_in.put_signed_in(subscription=None, subscriptions=())


def signed_in(azure: FakeAzure) -> None:
    azure.sign_in.put_signed_in()
    azure.clusters.put()


def looking(azure: FakeAzure) -> None:
    azure.sign_in.put_signed_in()


def four(azure: FakeAzure) -> None:
    azure.sign_in.put_signed_in()
    azure.clusters.put(*four_clusters())


def confirming(azure: FakeAzure) -> None:
    four(azure)
    azure.sign_in.put(needs_confirmation=True)


def offline(azure: FakeAzure) -> None:
    azure.sign_in.put_signed_in()
    azure.clusters.put(*four_clusters(), failure=OFFLINE)


CLUSTER_SCENES: Final[dict[str, Scene]] = {
    "clusters, signed out": _at,
    "clusters, waiting for the browser": lambda: _at(waiting),
    "clusters, code": lambda: _at(code),
    "clusters, sign-in refused": lambda: _at(refused),
    "clusters, subscriptions": lambda: _at(choosing),
    "clusters, no subscription": lambda: _at(no_subscription),
    "clusters, looking": lambda: _at(looking),
    "clusters, none": lambda: _at(signed_in),
    "clusters, four": lambda: _at(four),
    "clusters, to be confirmed": lambda: _at(confirming),
    "clusters, offline": lambda: _at(offline),
}
