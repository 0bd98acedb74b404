"""The commands about clusters: `list`, `status`, `deploy`, `resume`, `pause`, `cold`, `scale`, `delete`, `retry`.

Each returns an exit code and leaves every word to the outlet. Ctrl-C ends the following and nothing in Azure. On the
loop's thread.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tiepoint.console.cluster_secrets import SecretOptions, typed_secrets
from tiepoint.console.cluster_words import TITLES, cluster_row, ended_text, gap_text, is_running, status_text
from tiepoint.console.outcomes import EXIT_OK
from tiepoint.console.outlet import Outlet
from tiepoint.console.preflight import checked, told
from tiepoint.console.prices import HOURS_PER_WEEK_SHOWN, price_facts, tell_findings
from tiepoint.console.sign_in import signed_in, with_confirmation
from tiepoint.console.tables import table_text
from tiepoint.domain.budget import budget_gap
from tiepoint.domain.cluster import Cluster, MachineRole, Power
from tiepoint.domain.cluster_operation import ClusterOperation
from tiepoint.domain.cluster_plan import ClusterPlan, Engine
from tiepoint.domain.errors import Canceled, InputError, SignInNeeded, TiepointError, UsageError
from tiepoint.domain.failure import Failure
from tiepoint.services.clusters import ClusterService, ClustersSnapshot
from tiepoint.services.program import Program

_ASK_AGAIN: Final = "Say yes with --yes where nobody can be asked."


@dataclass(frozen=True, slots=True)
class DeployOptions:
    """How a plan is deployed.

    Args:
        secrets: Where the activation code is.
        is_sure: Do not ask after the price was told.
        is_checked: Check first all that can be checked.
        repairs: Register providers and make roles where they are missing and the person may.
    """

    secrets: SecretOptions
    is_sure: bool = False
    is_checked: bool = True
    repairs: bool = False


async def list_all(program: Program, outlet: Outlet) -> int:
    """List the clusters of the subscription."""
    snapshot = await _seen(program)
    if snapshot.failure is not None:
        raise snapshot.failure.as_error()
    rows = [cluster_row(each, program.azure.clusters.now()) for each in snapshot.clusters]
    text = (
        table_text(TITLES, rows) if rows else "There are no clusters. Deploy one: tiepoint cluster plan -o cluster.toml"
    )
    facts = {"state": "ok", "exit_code": EXIT_OK, "clusters": list(snapshot.clusters)}
    outlet.result({**facts, "per_hour": snapshot.per_hour, "currency": snapshot.currency}, text)
    return EXIT_OK


async def status(program: Program, outlet: Outlet, name: str, *, follows: bool) -> int:
    """Tell all of a cluster; with `follows`, until what is under way with it is over."""
    service = program.azure.clusters
    await _seen(program)
    if follows:
        service.start()
        await with_confirmation(program, outlet, _to_rest(service, outlet, name))
    service.watch(_of(service.snapshot, name).id)
    await service.refresh()
    cluster = _of(service.snapshot, name)
    failure = cluster.operation.failure if cluster.operation else None
    code = failure.as_error().exit_code if follows and failure is not None else EXIT_OK
    facts = {"state": "ok" if code == EXIT_OK else "failed", "exit_code": code, "cluster": cluster}
    outlet.result(facts, status_text(cluster, service.now()))
    return code


async def deploy(program: Program, outlet: Outlet, path: Path, options: DeployOptions) -> int:
    """Deploy a plan: check it, tell its price, ask, and follow it to its end.

    What forbids to deploy it ends the command before anything is made.

    Raises:
        SetByOrganisation: The organisation's policy does not allow it.
        InputError: The plan cannot be read or has something that forbids to deploy it.
        UsageError: Nobody can be asked whether to deploy.
    """
    plan, findings = await program.azure.plans.read(path)
    findings = (*findings, *(each for each in program.azure.plans.findings(plan) if each not in findings))
    tell_findings(outlet, findings)
    program.azure.plans.refuse_forbidden(plan)
    blocking = next((each for each in findings if each.is_blocking), None)
    if blocking is not None:
        raise InputError(f"The plan cannot be deployed so: {blocking.summary}", remedy=blocking.remedy)
    typed = typed_secrets(options.secrets)
    await signed_in(program)
    if options.is_checked:
        checks = checked(program, outlet, plan, repairs=options.repairs)
        report = await with_confirmation(program, outlet, checks)
        if report.is_blocked:
            return told(outlet, plan, report)
    await _tell_price(program, outlet, plan)
    if not options.is_sure:
        await _be_sure(f"Deploy {plan.name} now? [y/N] ")
    return await _followed(program, outlet, plan.name, lambda clusters: clusters.deploy(plan, typed))


async def resume(program: Program, outlet: Outlet, name: str) -> int:
    """Start a paused or cold cluster."""
    return await _followed(program, outlet, name, lambda clusters: clusters.resume(name))


async def pause(program: Program, outlet: Outlet, name: str, *, is_now: bool) -> int:
    """Stop a cluster's machines."""
    return await _followed(program, outlet, name, lambda clusters: clusters.pause(name, drains=not is_now))


async def cool(program: Program, outlet: Outlet, name: str) -> int:
    """Pause a cluster and remove what bills while paused."""
    return await _followed(program, outlet, name, lambda clusters: clusters.cool(name))


async def scale(program: Program, outlet: Outlet, name: str, count: int) -> int:
    """Let a cluster have more nodes or fewer."""
    return await _followed(program, outlet, name, lambda clusters: clusters.scale(name, count))


async def delete(program: Program, outlet: Outlet, name: str, typed_name: str, *, deletes_data: bool) -> int:
    """Delete a cluster."""
    if not typed_name:
        raise UsageError(f"Deleting {name} cannot be undone.", remedy=f"Say its name once more: --yes-delete {name}")
    _tell_licences(outlet, (await _seen(program)).find(name))
    return await _followed(
        program,
        outlet,
        name,
        lambda clusters: clusters.delete(name, typed_name=typed_name, keeps_data=not deletes_data),
    )


async def retry(program: Program, outlet: Outlet, name: str) -> int:
    """Go on with what failed or was left in the middle."""
    await signed_in(program)
    program.azure.clusters.start()
    await _seen(program)
    return await _followed(program, outlet, name, lambda clusters: clusters.retry(name))


async def _followed(
    program: Program,
    outlet: Outlet,
    name: str,
    begin: Callable[[ClusterService], Awaitable[ClusterOperation]],
) -> int:
    """Begin an operation and show it to its end; Ctrl-C leaves Azure at it."""
    await signed_in(program)
    service = program.azure.clusters
    stop = service.changed.subscribe(lambda snapshot: _tell(outlet, snapshot, name))

    async def work() -> ClusterOperation:
        return await begin(service)

    try:
        operation = await with_confirmation(program, outlet, work())
    except asyncio.CancelledError:
        raise Canceled(
            "Not followed any more; Azure goes on.",
            remedy=f"Follow it again with: tiepoint cluster status {name} --follow",
        ) from None
    except TiepointError:
        _tell_bills(outlet, service.snapshot.find(name))
        raise
    finally:
        stop()
    outlet.cluster(operation)
    found = service.snapshot.find(name)
    gap = budget_gap(found) if found is not None else None
    if gap is not None:
        outlet.warning(Failure("budget", gap_text(gap)))
    facts = {"state": "completed", "exit_code": EXIT_OK, "cluster": name, "operation": operation}
    outlet.result(facts, ended_text(operation))
    return EXIT_OK


def _tell_licences(outlet: Outlet, cluster: Cluster | None) -> None:
    """Say which licences are lost with their nodes: only nodes that run can give theirs back."""
    if cluster is None or cluster.plan is None or cluster.plan.engine is not Engine.METASHAPE:
        return
    off = [each for each in cluster.machines if each.role is MachineRole.NODE and each.power is not Power.RUNNING]
    if not off:
        return
    nodes = f"{off[0].name} is off: its Metashape licence stays" if len(off) == 1 else (
        f"{len(off)} nodes are off: their Metashape licences stay"
    )  # fmt: skip
    remedy = f"To give them back, stop here, resume it first (tiepoint cluster resume {cluster.name}), then delete it."
    outlet.warning(Failure("licences", f"{nodes} taken.", remedy))


def _tell_bills(outlet: Outlet, cluster: Cluster | None) -> None:
    """Say what runs on and bills after something has failed: nobody is to learn that from the invoice."""
    on = [machine for machine in cluster.machines if machine.power.is_billed] if cluster is not None else []
    if cluster is None or not on:
        return
    machines = f"1 machine of {cluster.name} is" if len(on) == 1 else f"{len(on)} machines of {cluster.name} are"
    cost = f"; it bills {cluster.meter.per_hour:.2f} {cluster.meter.currency} per hour" if cluster.meter else ""
    summary = f"{machines} still on{cost}."
    outlet.warning(Failure("bills", summary, f"Stop it with: tiepoint cluster pause {cluster.name}"))


async def _to_rest(service: ClusterService, outlet: Outlet, name: str) -> None:
    """Show what is under way with a cluster until it is over."""
    rested = asyncio.Event()

    def tell(snapshot: ClustersSnapshot) -> None:
        _tell(outlet, snapshot, name)
        found = snapshot.find(name)
        if found is None or not is_running(found.operation):
            rested.set()

    stop = service.changed.subscribe(tell)
    try:
        await service.refresh()
        if is_running(_of(service.snapshot, name).operation):
            await rested.wait()
    except asyncio.CancelledError:
        raise Canceled("Not followed any more; Azure goes on.", remedy="The same command follows it again.") from None
    finally:
        stop()


async def _seen(program: Program) -> ClustersSnapshot:
    """Return the clusters with their prices, after one look."""
    await signed_in(program)
    service = program.azure.clusters
    await service.refresh()
    failure = service.snapshot.failure
    if failure is not None and not service.snapshot.is_known:
        raise failure.as_error()
    return await service.priced()


def _tell(outlet: Outlet, snapshot: ClustersSnapshot, name: str) -> None:
    found = snapshot.find(name)
    if found is not None and found.operation is not None:
        outlet.cluster(found.operation)


def _of(snapshot: ClustersSnapshot, name: str) -> Cluster:
    found = snapshot.find(name)
    if found is None:
        names = ", ".join(each.name for each in snapshot.clusters)
        raise UsageError(
            f"There is no cluster {name} in this subscription.", remedy=f"There are: {names}." if names else ""
        )
    return found


async def _tell_price(program: Program, outlet: Outlet, plan: ClusterPlan) -> None:
    """Say what it will cost before anything is made; without a price that is said."""
    try:
        price = await program.azure.prices.estimate(plan)
    except SignInNeeded:
        raise
    except TiepointError as error:
        outlet.warning(Failure("price", f"No price is known: {error.summary}", error.remedy))
        return
    text = (
        f"{plan.name} costs {price.running:.2f} {price.currency} per hour running, {price.paused:.2f} paused, "
        f"{price.cold:.2f} cold; list price of {price.read:%Y-%m-%d}."
    )
    outlet.notice("price", {"cluster": plan.name, **price_facts(price, HOURS_PER_WEEK_SHOWN)}, text)


async def _be_sure(question: str) -> None:
    """Ask at the terminal.

    Raises:
        UsageError: There is none.
        Canceled: The answer was not yes.
    """
    if any(stream is None or not stream.isatty() for stream in (sys.stdin, sys.stderr)):
        raise UsageError("Nobody can be asked whether to deploy.", remedy=_ASK_AGAIN)

    def ask() -> str:
        sys.stderr.write(question)
        sys.stderr.flush()
        return sys.stdin.readline()

    if (await asyncio.to_thread(ask)).strip().lower() not in ("y", "yes"):
        raise Canceled("Nothing was deployed.")
