"""Making a cluster: its group, vault and account first, then its secrets, then everything. On the loop's thread.

What is there is left, what Azure is at already is followed, whoever began it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tiepoint.domain.addresses import firewall_sources
from tiepoint.domain.cluster import Machine, MachineRole, Power
from tiepoint.domain.cluster_operation import ResourceGroupKind
from tiepoint.domain.cluster_plan import ClusterPlan
from tiepoint.domain.errors import NotThere, TiepointError, UsageError
from tiepoint.domain.plan_policy import refuse_forbidden
from tiepoint.domain.resource_names import SCHEDULER, deployment_name, node_number
from tiepoint.services.cluster_life.capacity import deploy_nodes_and_all
from tiepoint.services.cluster_life.composing import Existing, composed, existing, with_sources
from tiepoint.services.cluster_life.deployment import Ended, deployed, followed
from tiepoint.services.cluster_life.health import last_words, wait_for_answers
from tiepoint.services.cluster_life.plan_tags import STATE_TAG, tags_of
from tiepoint.services.cluster_life.secrets import put_secrets
from tiepoint.services.cluster_life.starting import Starts
from tiepoint.services.cluster_life.stopping import undo_drain
from tiepoint.services.cluster_life.work import Work
from tiepoint.services.templates import Part

GROUP_LINE: Final = "group"
_OFF: Final = (Power.DEALLOCATED, Power.DEALLOCATING, Power.STOPPED, Power.STOPPING)


async def deploy(work: Work) -> None:
    """Make or complete a cluster.

    Raises:
        TiepointError: As `ports.azure`; the lines say more.
    """
    if work.order.follows:
        await _follow_only(work)
        return
    plan = work.order.plan
    if plan is None:
        raise UsageError("There is no plan to deploy.", remedy="Give a cluster.toml, or make one in the panel.")
    refuse_forbidden(plan, work.tools.policy)  # also what an earlier start of this program began
    await make_group(work, plan)
    await _switched_on(work)
    ended = await _what_runs(work)
    if ended is None or not ended.is_good:
        found = await existing(work)
        plan = with_sources(plan, found)
        await _foundation(work, plan, found)
        found = await existing(work)
        await put_secrets(work, found.vault_uri, composed(work, plan, found, Part()).secrets, found.new_key)
        work.tools.leases.want(work.order.id, is_new_run=SCHEDULER not in (work.ran_before or ()))
        await deploy_nodes_and_all(work, plan, ended)
    work.tools.leases.want(work.order.id)
    await _answering(work)


async def _switched_on(work: Work) -> None:
    """Start machines that are off: nothing can be set up on those.

    They need not be heard: what failed here before may just have been the set-up of their guard.
    """
    off = [machine for machine in work.facts.machines if machine.power in _OFF]
    controllers = [machine for machine in off if machine.role is MachineRole.DIRECTORY]
    others = [machine for machine in off if machine.role is not MachineRole.DIRECTORY]
    starts = Starts(work, {}, needs_word=False)
    for machines in (controllers, others):
        await starts.ask(machines)
        await starts.wait(machines)
    await undo_drain(work, [machine.name for machine in off if machine.role is MachineRole.NODE])


async def make_group(work: Work, plan: ClusterPlan) -> None:
    """Make the resource group, once an older one of its name is gone."""
    work.board.expect(GROUP_LINE, ResourceGroupKind.NETWORK, f"Resource group {work.group}", "create")
    work.board.work(GROUP_LINE)
    facts = await work.first_look()
    while facts.group is not None and facts.group.state == "deleting":
        work.board.retry(GROUP_LINE, "An older one of this name is still being deleted.")
        facts = await work.tick()
    work.ran_before = frozenset(machine.name for machine in facts.machines if machine.power.is_billed)
    if facts.group is None:
        await _refuse_strange_group(work)
    _refuse_fewer_nodes(plan, facts.machines)
    tags = {**tags_of(plan), STATE_TAG: ""}
    await work.ask(lambda: work.azure.deployments.make_group(work.group, plan.region, tags))
    work.board.done(GROUP_LINE)


def _refuse_fewer_nodes(plan: ClusterPlan, machines: Sequence[Machine]) -> None:
    """Deploying deletes nothing; nodes that no plan knows would run and be counted nowhere."""
    nodes = [each.name for each in machines if each.role is MachineRole.NODE]
    more = [name for name in nodes if node_number(name) > plan.nodes.count]
    if more:
        raise UsageError(
            f"{plan.name} has {len(nodes)} nodes, its plan {plan.nodes.count}; deploying deletes none.",
            remedy=f"Scale it to {plan.nodes.count} first: nodes that go end their tasks and give their licences back.",
        )


async def _refuse_strange_group(work: Work) -> None:
    """Leave a group alone that holds something and is no cluster's: deleting the cluster would delete that, too."""
    try:
        resources = await work.ask(lambda: work.azure.resources.list(work.group))
    except NotThere:
        return
    if resources:
        raise UsageError(
            f"The resource group {work.group} is there, is no cluster's, and holds {len(resources)} resources.",
            remedy="Give the cluster another name. If it is a cluster made just now, try again in a minute.",
            retryable=True,
        )


async def _what_runs(work: Work) -> Ended | None:
    """Follow what Azure is at already; return how the whole deployment ended, None where none was under way."""
    for name in await work.ask(lambda: work.azure.deployments.active(work.group)):
        ended = await followed(work, name)
        if "-foundation-" not in name:
            return ended
        if not ended.is_good:
            raise ended.error()
    return None


async def _foundation(work: Work, plan: ClusterPlan, found: Existing) -> None:
    """Make vault and account, unless both are there and let in whom the plan says.

    Who works from a new address cannot put secrets before the vault lets it in.
    """
    if found.is_whole and set(firewall_sources(plan.access.sources)) <= set(found.sources):
        return
    name = deployment_name(plan.name, work.tools.now(), is_foundation=True)
    deleted = "" if plan.secrets.vault or found.vault_name else await _deleted_vault(work, plan, found)
    part = Part(is_foundation_only=True, recovers_vault=bool(deleted))
    ended = await deployed(work, name, composed(work, plan, found, part))
    if not ended.is_good:
        raise ended.error()
    work.tools.follower.forget_details(work.order.id)


async def _deleted_vault(work: Work, plan: ClusterPlan, found: Existing) -> str:
    name = composed(work, plan, found, Part(is_foundation_only=True)).vault_name
    try:
        return await work.ask(lambda: work.azure.facts.deleted_vault(name, plan.region))
    except TiepointError:
        return ""  # who may not look is told by the deployment itself


async def _answering(work: Work) -> None:
    """Wait until the machines answer; guards that spoke before this operation began count, they are new."""
    facts = await work.tick()
    guarded = [each for each in facts.machines if each.role in (MachineRole.SCHEDULER, MachineRole.NODE)]
    now = work.tools.now()
    old = {name: time for name, time in last_words(facts).items() if (work.board.operation.began or now) > time}
    await wait_for_answers(work, guarded, old)


async def _follow_only(work: Work) -> None:
    ended = await followed(work, work.order.follows)
    if not ended.is_good:
        raise ended.error()
