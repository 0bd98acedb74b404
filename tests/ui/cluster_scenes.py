"""Clusters on Azure in their main states, as pages show them on fakes."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias

from PySide6.QtWidgets import QWidget

from fakes.azure import FakeAzure
from fakes.azure_scenes import CODE, OFFLINE, a_plan, a_report, four_clusters
from fakes.program import FakeProgram
from fakes.scheduler import T0
from page_stand import Stand, standing, until
from tiepoint.domain.cluster_plan import Engine, PlanFinding
from tiepoint.domain.failure import Failure
from tiepoint.services.sign_in import SignInState
from tiepoint.ui.pages.cluster.page import ClusterPage
from tiepoint.ui.pages.cluster.preflight.place import PreflightPlace

Scene: TypeAlias = Callable[[], contextlib.AbstractAsyncContextManager[QWidget]]
Prepare: TypeAlias = Callable[[FakeAzure], object]
WRONG_TENANT: Final = Failure(
    "sign-in",
    "This account belongs to another organisation.",
    "Type that organisation’s domain, and sign in again.",
)
NO_SUBSCRIPTION: Final = Failure("sign-in", "There is no subscription.", "Ask for one.")


@contextlib.asynccontextmanager
async def cluster_page(prepare: Prepare | None = None, view: str = "overview") -> AsyncIterator[Stand[ClusterPage]]:
    """The Cluster page with Azure prepared, at one of its places."""
    fake = FakeProgram()
    if prepare is not None:
        prepare(fake.azure)
        parts = fake.azure.parts(fake.program.preferences, fake.program.operations, lambda: T0)
        fake.program = dataclasses.replace(fake.program, azure=parts)
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
    expires = datetime.now(UTC) + timedelta(minutes=14, seconds=32)
    azure.sign_in.put(state=SignInState.WAITING, code=dataclasses.replace(CODE, expires=expires))


def refused(azure: FakeAzure) -> None:
    azure.sign_in.put(failure=WRONG_TENANT)


def choosing(azure: FakeAzure) -> None:
    azure.sign_in.put_signed_in(subscription=None)


def no_subscription(azure: FakeAzure) -> None:
    azure.sign_in.put_signed_in(subscription=None, subscriptions=(), failure=NO_SUBSCRIPTION)


def reading(azure: FakeAzure) -> None:
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


def planning(azure: FakeAzure) -> None:
    azure.sign_in.put_signed_in()
    azure.clusters.put()


def with_findings(azure: FakeAzure) -> None:
    planning(azure)
    azure.plans.found = (
        PlanFinding("nodes.count", "a.jpg", "b.jpg", is_blocking=False, replacement="4"),
        PlanFinding("nodes.size", "c.jpg", "d.jpg", replacement="Standard_NV36ads_A10_v5"),
    )


@contextlib.asynccontextmanager
async def plan_page(
    prepare: Prepare | None = planning, *, has_sources: bool = True
) -> AsyncIterator[Stand[ClusterPage]]:
    """The plan editor with its price."""
    async with cluster_page(prepare) as stand:
        if has_sources:
            stand.page.plan.open_plan(a_plan())
        stand.page.show_place("plan")
        prices = stand.page.plan.prices
        await until(lambda: not prices.is_asking and len(prices.storages) == 3)
        await until(lambda: stand.page.plan.parts)
        yield stand


@contextlib.asynccontextmanager
async def _plan(prepare: Prepare | None = planning, *, has_sources: bool = True) -> AsyncIterator[QWidget]:
    async with plan_page(prepare, has_sources=has_sources) as stand:
        yield stand.page


@contextlib.asynccontextmanager
async def _no_price() -> AsyncIterator[QWidget]:
    def offline_list(azure: FakeAzure) -> None:
        azure.prices.fails = OFFLINE.as_error()

    async with cluster_page(offline_list) as stand:
        stand.page.show_place("plan")
        await until(lambda: stand.page.plan.prices.failure is not None and stand.page.plan.parts)
        yield stand.page


def blocked(azure: FakeAzure) -> None:
    planning(azure)
    azure.preflight.reports = [a_report(is_over=False), a_report(is_blocked=True)]


def checking(azure: FakeAzure) -> None:
    planning(azure)
    azure.preflight.reports, azure.preflight.holds = [a_report(is_over=False)], True


def unchecked(azure: FakeAzure) -> None:
    planning(azure)
    azure.preflight.fails = OFFLINE.as_error()


@contextlib.asynccontextmanager
async def preflight_page(prepare: Prepare = planning) -> AsyncIterator[Stand[ClusterPage]]:
    """The preflight, as far as it comes."""
    async with plan_page(prepare) as stand:
        model = stand.page.preflight
        stand.page.run_preflight()
        await until(lambda: not model.is_signed_in or model.failure or (model.report and model.report.checks))
        await until(lambda: not model.is_running or stand.fake.azure.preflight.holds)
        yield stand


@contextlib.asynccontextmanager
async def _preflight(prepare: Prepare = planning) -> AsyncIterator[QWidget]:
    async with preflight_page(prepare) as stand:
        yield stand.page


@contextlib.asynccontextmanager
async def _unready() -> AsyncIterator[QWidget]:
    async with plan_page(has_sources=False) as stand:
        stand.page.run_preflight()
        yield stand.page


def _signed_out(_azure: FakeAzure) -> None:
    """As it is at first."""


@contextlib.asynccontextmanager
async def _deploy(engine: Engine) -> AsyncIterator[QWidget]:
    async with preflight_page() as stand:
        stand.page.plan.put("cluster.engine", engine.value)
        stand.page.show_place("preflight")
        place = stand.page.place("preflight")
        assert isinstance(place, PreflightPlace)
        dialog = place.ask_to_deploy()
        yield dialog
        dialog.reject()


CLUSTER_SCENES: Final[dict[str, Scene]] = {
    "clusters, signed out": _at,
    "clusters, waiting for the browser": lambda: _at(waiting),
    "clusters, code": lambda: _at(code),
    "clusters, sign-in refused": lambda: _at(refused),
    "clusters, subscriptions": lambda: _at(choosing),
    "clusters, subscriptions being read": lambda: _at(reading),
    "clusters, no subscription": lambda: _at(no_subscription),
    "clusters, looking": lambda: _at(looking),
    "clusters, none": lambda: _at(signed_in),
    "clusters, four": lambda: _at(four),
    "clusters, to be confirmed": lambda: _at(confirming),
    "clusters, offline": lambda: _at(offline),
    "clusters plan, with price": _plan,
    "clusters plan, findings": lambda: _plan(with_findings, has_sources=False),
    "clusters plan, signed out": lambda: _plan(None, has_sources=False),
    "clusters plan, no price": _no_price,
    "clusters preflight, ok": _preflight,
    "clusters preflight, blocked by quota": lambda: _preflight(blocked),
    "clusters preflight, running": lambda: _preflight(checking),
    "clusters preflight, offline": lambda: _preflight(unchecked),
    "clusters preflight, plan not ready": _unready,
    "clusters preflight, signed out": lambda: _preflight(_signed_out),
    "clusters deploy, Metashape": lambda: _deploy(Engine.METASHAPE),
}
