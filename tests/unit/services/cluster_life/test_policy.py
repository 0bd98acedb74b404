"""What an organisation does not allow is not deployed, whoever asks and whenever it was begun."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from fakes.azure_life import LifeBench
from fakes.azure_scenes import a_plan
from tiepoint.domain.cluster_plan import ClusterPlan
from tiepoint.domain.errors import Canceled, SetByOrganisation
from tiepoint.domain.operation import OperationState
from tiepoint.domain.policy import Policy

PLAN = a_plan("harbour")
ELSEWHERE = Policy(region="westeurope")
AS_IT_IS = Policy(region=PLAN.region, allowed_profiles=(PLAN.profile.value,))


@pytest_asyncio.fixture
async def bench() -> AsyncIterator[LifeBench]:
    made = LifeBench(scale=400.0)
    yield made
    await made.close()


def of(count: int) -> ClusterPlan:
    return dataclasses.replace(PLAN, nodes=dataclasses.replace(PLAN.nodes, count=count))


@pytest.mark.parametrize("policy", [ELSEWHERE, Policy(allowed_profiles=("small",)), Policy(allowed_profiles=())])
async def test_a_plan_that_is_not_allowed_is_refused_before_anything_is_made(bench: LifeBench, policy: Policy) -> None:
    clusters = bench.again(policy=policy)
    with pytest.raises(SetByOrganisation):
        await clusters.deploy(PLAN)
    assert bench.azure.groups == {}
    assert bench.journal.records() == ()


async def test_more_nodes_than_allowed_are_refused_and_fewer_are_not(bench: LifeBench) -> None:
    await bench.have(PLAN)
    clusters = bench.again(policy=AS_IT_IS)
    await clusters.refresh()
    with pytest.raises(SetByOrganisation):
        await clusters.scale("harbour", PLAN.nodes.count + 1)
    strict = bench.again(policy=ELSEWHERE)
    await strict.refresh()
    ended = await strict.scale("harbour", PLAN.nodes.count - 1)
    assert ended.state is OperationState.COMPLETED


async def test_what_is_there_may_be_resumed_and_paused_all_the_same(bench: LifeBench) -> None:
    await bench.deploy_paused(of(1))
    clusters = bench.again(policy=ELSEWHERE)
    await clusters.refresh()
    assert (await clusters.resume("harbour")).state is OperationState.COMPLETED
    assert (await clusters.pause("harbour", drains=False)).state is OperationState.COMPLETED


async def test_what_an_earlier_start_began_ends_at_a_new_policy(bench: LifeBench) -> None:
    task = asyncio.ensure_future(bench.clusters.deploy(PLAN))
    await bench.until(lambda: len(bench.azure.asked("begin")) == 1)
    await bench.clusters.stop()
    with pytest.raises(Canceled):
        await task
    clusters = bench.again(policy=ELSEWHERE)
    clusters.start()
    await bench.until(lambda: bench.journal.records()[0].ended is not None)
    assert len(bench.azure.asked("begin")) == 1
