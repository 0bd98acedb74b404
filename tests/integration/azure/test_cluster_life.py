"""A cluster's whole life by Azure's real clients and the real template, against the double."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from azure_double.double import AzureDouble
from cluster_stand import PLAN, LifeStand, life_stand, with_nodes
from tiepoint.domain.cluster import ClusterState
from tiepoint.domain.operation import OperationState


@pytest_asyncio.fixture
async def stand(azure_double: AzureDouble, tmp_path: Path) -> AsyncIterator[LifeStand]:
    async with life_stand(azure_double, tmp_path) as made:
        yield made


async def test_deploys_the_reference_plan(stand: LifeStand) -> None:
    ended = await stand.clusters.deploy(PLAN)
    assert ended.state is OperationState.COMPLETED
    for line in ended.lines:
        print(line.part.value, line.name, line.state.value, line.took_s)
    assert stand.cluster().state is ClusterState.RUNNING
