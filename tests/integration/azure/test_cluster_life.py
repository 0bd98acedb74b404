"""A cluster's whole life by Azure's real clients and the real template, against the double."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from azure_double.double import AzureDouble
from cluster_stand import GROUP, PLAN, LifeStand, Unconfirmed, life_stand, multiplied, with_nodes
from patience import Watch
from planted import find_planted
from tiepoint.domain.cluster import ClusterState
from tiepoint.domain.cluster_operation import LineState
from tiepoint.domain.cluster_plan import Engine, StorageKind, StoragePlan
from tiepoint.domain.errors import Canceled
from tiepoint.domain.operation import OperationState
from tiepoint.domain.resource_names import ACTIVATION_CODE
from tiepoint.runtime import logs

STARTS = r"/virtualMachines/([^/]+)/start$"
RELEASES = r"/virtualMachines/([^/]+)/deallocate$"


@pytest_asyncio.fixture
async def stand(azure_double: AzureDouble, tmp_path: Path) -> AsyncIterator[LifeStand]:
    async with life_stand(azure_double, tmp_path) as made:
        yield made


def asked(double: AzureDouble, pattern: str) -> list[str]:
    """Names in the addresses of requests, in order."""
    found = (re.search(pattern, entry.path, re.IGNORECASE) for entry in double.requests.entries)
    return [match[1].lower() for match in found if match]


async def test_the_whole_life_of_a_cluster_with_a_fault_in_each_of_its_turns(stand: LifeStand) -> None:
    double, clusters = stand.double, stand.clusters
    double.clock.scale = 500

    double.faults.add("429", path=r"/operations", times=2, retry_after=0)
    double.faults.add("allocation", name="node-03", times=1)
    ended = await clusters.deploy(PLAN)
    sys.stdout.write(f"deployed: {len(ended.lines)} resources\n")  # seen with pytest -s
    for line in sorted(ended.lines, key=lambda each: each.part.value):
        sys.stdout.write(f"  {line.part.value:10} {line.name}: {line.state.value}, {line.took_s or 0:.0f} s\n")
    assert ended.state is OperationState.COMPLETED
    assert len(ended.lines) >= 60
    undone = [line for line in ended.lines if line.state not in (LineState.DONE, LineState.SKIPPED)]
    assert not undone, [(each.id, each.state.value) for each in undone]
    assert stand.cluster().state is ClusterState.RUNNING
    assert set(stand.powers()) == {"scheduler", *(f"node-0{each}" for each in range(1, 6))}
    assert double.world.machine(GROUP, "node-03").body["zones"] == ["2"]
    assert not double.world.machine(GROUP, "node-02").body.get("zones")

    double.faults.add("drop", path=r"/deallocate", times=1)
    double.requests.clear()
    await clusters.pause("atelier")
    assert set(stand.powers().values()) == {"deallocated"}
    assert asked(double, RELEASES)[-1] == "scheduler"
    assert stand.cluster().state is ClusterState.PAUSED

    double.faults.add("allocation", name="node-02", times=1)
    double.requests.clear()
    await clusters.resume("atelier")
    started = asked(double, STARTS)
    assert started[0] == "scheduler"
    assert started.count("node-02") == 2
    assert stand.cluster().state is ClusterState.RUNNING
    assert all(machine.is_healthy for machine in stand.cluster().machines)

    double.faults.add("deployment-active", times=1)
    await clusters.scale("atelier", 8)
    assert len(stand.powers()) == 9
    assert stand.cluster().plan is not None
    assert stand.cluster().plan.nodes.count == 8  # type: ignore[union-attr]
    double.faults.add("503", path=r"/virtualMachines/node-07", method="DELETE", times=1)
    await clusters.scale("atelier", 3)
    assert set(stand.powers()) == {"scheduler", "node-01", "node-02", "node-03"}
    left = [key for key in double.world.resources if "node-07" in key or "node-08" in key]
    assert not [key for key in left if "/microsoft.compute/" in key or "/networkinterfaces/" in key]
    assert stand.strays() == []

    double.faults.add("slow", path=r"amlFilesystems", times=1, seconds=2)
    await clusters.cool("atelier")
    assert stand.cluster().state is ClusterState.COLD
    assert not stand.types() & {"amlFilesystems", "bastionHosts", "natGateways", "publicIPAddresses"}
    await clusters.resume("atelier")
    assert {"amlFilesystems", "bastionHosts", "natGateways", "publicIPAddresses"} <= stand.types()
    assert stand.cluster().state is ClusterState.RUNNING

    double.world.lose(GROUP, r"networkInterfaces/node-03")
    ended = await clusters.delete("atelier", typed_name="atelier")
    assert ended.state is OperationState.COMPLETED
    assert stand.types() & {"virtualMachines", "virtualNetworks", "vaults", "storageAccounts"} == {"storageAccounts"}
    assert stand.cluster().state is ClusterState.DATA_KEPT
    assert stand.strays() == []
    await clusters.delete("atelier", typed_name="atelier", keeps_data=False)
    assert clusters.snapshot.find("atelier") is None


async def test_a_killed_program_follows_the_same_deployment_to_its_end(stand: LifeStand) -> None:
    task = asyncio.ensure_future(stand.clusters.deploy(PLAN))
    whole = r"/deployments/(tiepoint-atelier-\d{8}-\d{4})$"
    await stand.until(lambda: bool(asked(stand.double, whole)))
    await stand.clusters.stop()
    with pytest.raises(Canceled):
        await task
    again = stand.again()
    again.start()
    await stand.until(lambda: (found := again.snapshot.find("atelier")) is not None and found.operation is not None)
    assert stand.cluster(again).state is ClusterState.DEPLOYING
    await stand.until(lambda: stand.cluster(again).operation.state.is_over, 60)  # type: ignore[union-attr]
    assert stand.cluster(again).operation.state is OperationState.COMPLETED  # type: ignore[union-attr]
    assert stand.cluster(again).state is ClusterState.RUNNING
    begun = [each for each in stand.double.requests.entries if each.method == "PUT" and re.search(whole, each.path)]
    assert len(begun) == 1


async def test_a_hundred_nodes_resume_in_the_time_of_the_slowest_and_cost_one_request_a_look(stand: LifeStand) -> None:
    double = stand.double
    double.clock.scale = 500
    await stand.clusters.deploy(with_nodes(1, storage=StoragePlan(StorageKind.BLOB)))
    await stand.clusters.pause("atelier", drains=False)
    multiplied(double, GROUP, 100)
    assert len(stand.powers()) == 101
    double.clock.scale = 12
    double.requests.clear()
    began, watch = double.clock.seconds(), Watch()
    await stand.clusters.resume("atelier")
    took, lost = double.clock.seconds() - began, watch.lost_s() * double.clock.scale
    with double.lock:
        machines = double.world.of_type("Microsoft.Compute/virtualMachines")
        slowest = max(each.facts["boots_until"] for each in machines) - began
        asked_last = max(entry.at for entry in double.requests.entries if entry.path.endswith("/start")) - began
    looks = double.requests.count("GET", r"/providers/Microsoft.Compute/virtualMachines$")
    one_by_one = double.requests.count("GET", r"/virtualMachines/(node|scheduler)")
    sys.stdout.write(f"{took:.0f} s of Azure, the slowest answers after {slowest:.0f} s, {looks} looks\n")
    assert set(stand.powers().values()) == {"running"}
    assert asked(double, STARTS)[0] == "scheduler"
    assert one_by_one == 0
    assert looks <= took / 10 + 3
    assert asked_last < 60 + lost
    assert took <= 1.2 * slowest + lost, (took, slowest, lost)


async def test_a_claims_challenge_in_the_middle_is_waited_for(stand: LifeStand) -> None:
    double = stand.double
    double.clock.scale = 500
    stand.identity.credential = right = Unconfirmed(stand.identity.credential)
    double.faults.add("claims", method="PUT", path=r"/deployments/")
    task = asyncio.ensure_future(stand.clusters.deploy(with_nodes(1, storage=StoragePlan(StorageKind.BLOB))))
    await stand.until(lambda: stand.sign_in.snapshot.needs_confirmation)
    operation = stand.cluster().operation
    assert operation is not None
    assert operation.needs_confirmation
    assert stand.identity.challenges
    right.is_confirmed = True
    double.faults.clear()
    stand.sign_in.put(needs_confirmation=False)
    assert (await task).state is OperationState.COMPLETED


async def test_no_secret_reaches_a_log_the_journal_or_what_is_told(stand: LifeStand, tmp_path: Path) -> None:
    double, code = stand.double, "PLANT-3D0C0-DE5HO-ULDNT"
    stand.identity.credential = right = Unconfirmed(stand.identity.credential)
    double.clock.scale = 500
    handler = logs.log_to_file(tmp_path / "tiepoint.log", level=logging.DEBUG)
    told: list[str] = []
    stand.clusters.changed.subscribe(lambda snapshot: told.append(repr(snapshot)))
    plan = with_nodes(1, storage=StoragePlan(StorageKind.BLOB), engine=Engine.METASHAPE)
    double.faults.add("429", path=r"/vault/", times=1, retry_after=0)
    try:
        await stand.clusters.deploy(plan, {ACTIVATION_CODE: code})
        await stand.clusters.scale("atelier", 2)
        await stand.clusters.scale("atelier", 1)
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()
    with double.lock:
        vault = next(each for each in double.world.resources.values() if each.type == "Microsoft.KeyVault/vaults")
        kept = [version["value"] for versions in vault.facts["secrets"].values() for version in versions]
        shown = json.dumps([each.body for each in double.world.resources.values()])
    assert code in kept
    assert len(kept) == 2  # the activation code and the ssh key; no Windows machine, no password
    assert right.tokens
    planted = [*right.tokens, *(line for value in kept for line in value.splitlines() if "--" not in line)]
    (tmp_path / "told.txt").write_text("\n".join(told))
    (tmp_path / "azure.txt").write_text(shown)
    assert find_planted(tmp_path, planted) == []
    assert (tmp_path / "clusters.json").exists()
    assert asked(double, r"/virtualMachines/([^/]+)/runCommands/deactivate$").count("node-02") >= 1
