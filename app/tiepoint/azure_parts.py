"""Puts the use cases around Azure together; Azure's libraries are read when they are used first. Main thread."""

from __future__ import annotations

import getpass
import socket
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING, cast

from tiepoint import resources
from tiepoint.adapters.files.cluster_journal import FileClusterJournal
from tiepoint.adapters.files.infra_library import PackedInfraLibrary
from tiepoint.adapters.files.plan_files import TomlPlanFiles
from tiepoint.adapters.on_demand import OnDemand
from tiepoint.azure_sign_in import was_signed_in
from tiepoint.domain.account import SubscriptionId
from tiepoint.ports.azure import Azure
from tiepoint.ports.kept_files import Keeping
from tiepoint.runtime import folders
from tiepoint.services.clusters import ClusterService
from tiepoint.services.operations import Operations
from tiepoint.services.plans import PlanService
from tiepoint.services.preferences import Preferences
from tiepoint.services.preflight import PreflightService
from tiepoint.services.prices import PriceService
from tiepoint.services.program import AzureParts
from tiepoint.services.sign_in import SignInService
from tiepoint.services.templates import Templates

if TYPE_CHECKING:
    from tiepoint.adapters.azure.directory import AzureDirectory
    from tiepoint.adapters.azure.identity import AzureIdentity
    from tiepoint.adapters.azure.prices import RetailPriceList
    from tiepoint.ports.azure import Directory, PriceList
    from tiepoint.ports.identity import Identity


def azure_parts(
    preferences: Preferences,
    operations: Operations,
    keeping: Keeping,
    forget: Callable[[], Awaitable[None]],
) -> AzureParts:
    """Return the use cases around Azure; nobody is asked anything.

    Args:
        preferences: Cloud, tenant and subscription; the organisation's policy is in them.
        operations: Where what takes long runs.
        keeping: How files are kept; its clock, UTC.
        forget: Lets others forget what the sign-in gave them, when the person signs out.
    """
    identity = cast("AzureIdentity", OnDemand(_identity))
    sign_in = SignInService(
        cast("Identity", identity),
        cast("Directory", OnDemand(lambda: _directory(identity))),
        preferences,
        lambda subscription: _azure_for(identity, subscription),
        was_signed_in,
        forget=forget,
    )
    policy = preferences.policy
    plans = PlanService(TomlPlanFiles(), policy)
    templates = Templates(PackedInfraLibrary(resources.read_infra))
    prices = PriceService(cast("PriceList", OnDemand(lambda: _prices(sign_in, keeping.now))))
    journal = FileClusterJournal(folders.data_folder() / "clusters.json", keeping)
    return AzureParts(
        sign_in=sign_in,
        plans=plans,
        templates=templates,
        prices=prices,
        preflight=PreflightService(sign_in, plans, prices, templates, keeping.now),
        clusters=ClusterService(sign_in, prices, templates, journal, operations, keeping.now, _holder, policy=policy),
    )


def _identity() -> AzureIdentity:
    from tiepoint.azure_sign_in import user_identity

    return user_identity()


def _directory(identity: AzureIdentity) -> AzureDirectory:
    from tiepoint.adapters.azure.directory import AzureDirectory

    return AzureDirectory(identity)


def _azure_for(identity: AzureIdentity, subscription: SubscriptionId) -> Azure:
    from tiepoint.adapters.azure.roles import azure_for

    return azure_for(identity, subscription)


def _prices(sign_in: SignInService, now: Callable[[], datetime]) -> RetailPriceList:
    from tiepoint.adapters.azure.prices import RetailPriceList

    return RetailPriceList(lambda: sign_in.snapshot.cloud, folders.cache_folder() / "prices", now)


def _holder() -> str:
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):  # an account without a name, as containers have them
        user = "somebody"
    return f"{user} on {socket.gethostname()}"
