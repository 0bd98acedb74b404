"""The commands about clusters over an Azure in memory: exit codes, last words, facts, questions, and no secret."""

from __future__ import annotations

import asyncio
import dataclasses
import io
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from rich.console import Console

from fakes.azure_life import LifeBench
from fakes.azure_scenes import a_plan, an_operation
from fakes.clock import FakeClock
from fakes.outlet import RecordingOutlet
from fakes.program import FakeProgram
from tiepoint.console import clusters as commands
from tiepoint.console.cluster_secrets import SecretOptions, typed_secrets
from tiepoint.console.json_lines import JsonOutlet
from tiepoint.console.live import LiveOutlet
from tiepoint.console.plain_lines import PlainOutlet
from tiepoint.domain.cluster_operation import ClusterOperation, LineState, OperationKind
from tiepoint.domain.cluster_plan import ClusterPlan, Engine, GuardPlan
from tiepoint.domain.errors import Canceled, InputError, PartialResult, UsageError
from tiepoint.domain.operation import OperationState
from tiepoint.domain.price import PriceEstimate
from tiepoint.protocol.codec import to_json
from tiepoint.services.program import Program


class Stage:
    """A program over the memory."""

    def __init__(self) -> None:
        self.bench, self.outlet = LifeBench(), RecordingOutlet()

    @property
    def program(self) -> Program:
        program = FakeProgram().program
        azure = dataclasses.replace(program.azure, clusters=self.bench.clusters, sign_in=self.bench.sign_in)  # type: ignore[arg-type]
        return dataclasses.replace(program, azure=azure)


@pytest_asyncio.fixture
async def stage() -> AsyncIterator[Stage]:
    made = Stage()
    yield made
    await made.bench.close()


def small() -> ClusterPlan:
    plan = a_plan("harbour")
    return dataclasses.replace(plan, nodes=dataclasses.replace(plan.nodes, count=2))


async def test_lists_clusters_with_their_cost(stage: Stage) -> None:
    await stage.bench.have(small())
    assert await commands.list_all(stage.program, stage.outlet) == 0
    assert "harbour  running  2 of 2" in stage.outlet.text
    assert stage.outlet.facts["clusters"][0].price is not None
    assert stage.outlet.facts["per_hour"] > 0
    json.dumps(to_json(stage.outlet.facts))


async def test_what_still_bills_after_a_failure_is_said(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tiepoint.services.cluster_life.starting.MOST_LOOKS", 10)
    await stage.bench.deploy_paused(small())
    stage.bench.azure.mute.add("node-02")
    await stage.bench.clusters.priced()
    with pytest.raises(PartialResult):
        await commands.resume(stage.program, stage.outlet, "harbour")
    told = [each for each in stage.outlet.warnings if each.kind == "bills"]
    assert [each.summary.split(";")[0] for each in told] == ["3 machines of harbour are still on"]
    assert "tiepoint cluster pause harbour" in told[0].remedy


async def test_says_that_there_are_none(stage: Stage) -> None:
    await commands.list_all(stage.program, stage.outlet)
    assert "There are no clusters." in stage.outlet.text


async def test_tells_all_of_one(stage: Stage) -> None:
    await stage.bench.have(small())
    assert await commands.status(stage.program, stage.outlet, "harbour", follows=False) == 0
    assert "scheduler  running  yes" in stage.outlet.text
    assert "Stops itself by" in stage.outlet.text
    with pytest.raises(UsageError, match="no cluster port"):
        await commands.status(stage.program, RecordingOutlet(), "port", follows=False)


async def test_follows_an_operation_to_its_end_and_says_how_it_ended(stage: Stage) -> None:
    await stage.bench.deploy_paused(small())
    assert await commands.resume(stage.program, stage.outlet, "harbour") == 0
    assert stage.outlet.text.startswith("harbour runs again (")
    assert stage.outlet.facts["state"] == "completed"
    assert stage.outlet.operations[-1].state is OperationState.COMPLETED
    outlet = RecordingOutlet()
    assert await commands.pause(stage.program, outlet, "harbour", is_now=True) == 0
    assert outlet.text.startswith("harbour is paused (")


async def test_interrupting_leaves_azure_at_it_and_says_how_to_follow_again(stage: Stage) -> None:
    await stage.bench.deploy_paused(small())
    task = asyncio.ensure_future(commands.resume(stage.program, stage.outlet, "harbour"))
    await stage.bench.until(lambda: bool(stage.bench.azure.asked("start")))
    task.cancel()
    with pytest.raises(Canceled, match="Azure goes on") as caught:
        await task
    assert caught.value.remedy == "Follow it again with: tiepoint cluster status harbour --follow"
    assert await commands.status(stage.program, stage.outlet, "harbour", follows=True) == 0
    assert stage.outlet.facts["cluster"].operation.state is OperationState.COMPLETED


async def test_deleting_needs_the_name_once_more(stage: Stage) -> None:
    await stage.bench.have(small())
    with pytest.raises(UsageError, match="cannot be undone"):
        await commands.delete(stage.program, stage.outlet, "harbour", "", deletes_data=False)
    with pytest.raises(UsageError, match="not the name"):
        await commands.delete(stage.program, stage.outlet, "harbour", "harbor", deletes_data=False)
    assert await commands.delete(stage.program, stage.outlet, "harbour", "harbour", deletes_data=True) == 0
    assert stage.bench.azure.groups == {}


async def test_licences_that_nodes_that_are_off_cannot_give_back_are_said_before_they_are_deleted(stage: Stage) -> None:
    await stage.bench.deploy_paused(dataclasses.replace(small(), engine=Engine.METASHAPE))
    assert await commands.delete(stage.program, stage.outlet, "harbour", "harbour", deletes_data=False) == 0
    [told] = [each for each in stage.outlet.warnings if each.kind == "licences"]
    assert told.summary == "2 nodes are off: their Metashape licences stay taken."
    assert "tiepoint cluster resume harbour" in told.remedy


async def test_a_budget_that_nobody_can_watch_is_said(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = dataclasses.replace(small(), guard=GuardPlan(budget=100.0))
    await stage.bench.have(plan)
    assert await commands.scale(stage.program, stage.outlet, "harbour", 3) == 0
    assert stage.outlet.warnings == []
    price = stage.bench.clusters.snapshot.find("harbour").price  # type: ignore[union-attr]
    unknown = tuple(dataclasses.replace(line, is_known=False) for line in price.lines[:1])  # type: ignore[union-attr]
    half = dataclasses.replace(price, lines=(*unknown, *price.lines[1:]))  # type: ignore[type-var, union-attr]

    async def estimate(_plan: ClusterPlan) -> PriceEstimate:
        return half

    monkeypatch.setattr(stage.bench.clusters._book._prices, "estimate", estimate)
    outlet = RecordingOutlet()
    assert await commands.scale(stage.program, outlet, "harbour", 4) == 0
    [told] = outlet.warnings
    assert told.summary.startswith("The budget of 100.00 USD is watched in part only: there is no price for ")


async def test_scales_and_cools(stage: Stage) -> None:
    await stage.bench.have(small())
    assert await commands.scale(stage.program, stage.outlet, "harbour", 3) == 0
    outlet = RecordingOutlet()
    assert await commands.cool(stage.program, outlet, "harbour") == 0
    assert outlet.text.startswith("harbour is cold (")


def test_reads_the_activation_code_and_never_repeats_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "AB1CD-2EF3G-HI4JK"
    monkeypatch.setenv("CODE", f" {secret}\n")
    assert typed_secrets(SecretOptions(code_env="CODE")) == {"activationCode": secret}
    file = tmp_path / "code.txt"
    file.write_text(secret)
    assert typed_secrets(SecretOptions(code_file=str(file))) == {"activationCode": secret}
    monkeypatch.setattr(sys, "stdin", io.StringIO(secret))
    assert typed_secrets(SecretOptions(code_file="-")) == {"activationCode": secret}
    assert typed_secrets(SecretOptions()) == {}
    with pytest.raises(UsageError) as typed:
        typed_secrets(SecretOptions(code_env=secret))
    assert secret not in json.dumps(typed.value.to_dict())
    with pytest.raises(UsageError, match="twice"):
        typed_secrets(SecretOptions("CODE", "x"))
    with pytest.raises(UsageError, match="not set"):
        typed_secrets(SecretOptions(code_env="NOTHING"))
    with pytest.raises(InputError, match="cannot be read"):
        typed_secrets(SecretOptions(code_file=str(tmp_path / "none")))
    file.write_text("not a code\n" + secret)
    with pytest.raises(InputError) as broken:
        typed_secrets(SecretOptions(code_file=str(file)))
    assert secret not in json.dumps(broken.value.to_dict())


def _changed(operation: ClusterOperation, **facts: object) -> ClusterOperation:
    line = dataclasses.replace(operation.lines[0], **facts)  # type: ignore[arg-type]
    return dataclasses.replace(operation, lines=(line, *operation.lines[1:]))


def test_json_tells_each_resource_when_it_changes() -> None:
    clock, lines = FakeClock(), []
    outlet = JsonOutlet(lambda line: lines.append(json.loads(line)), clock.seconds)
    operation = an_operation(OperationKind.DEPLOY)
    outlet.cluster(operation)
    first = len(lines)
    outlet.cluster(operation)
    assert len(lines) == first
    outlet.cluster(_changed(operation, state=LineState.FAILED))
    assert [(line["type"], line["state"]) for line in lines[first:]][0] == ("resource", "failed")
    assert lines[first - 1]["type"] == "progress"
    assert lines[first - 1]["phase"] == "deploy"
    assert lines[first - 1]["total"] == len(operation.lines)


def test_plain_lines_tell_what_changed() -> None:
    told: list[str] = []
    outlet = PlainOutlet(FakeClock(), FakeClock().seconds, told.append)
    operation = an_operation(OperationKind.DEPLOY)
    outlet.cluster(operation)
    first = len(told)
    outlet.cluster(operation)
    outlet.cluster(_changed(operation, note="again"))
    assert len(told) == first + 1
    assert "(again)" in told[-1]


def test_a_terminal_shows_what_is_at_work() -> None:
    console = Console(file=io.StringIO(), width=100, force_terminal=True)
    outlet = LiveOutlet(FakeClock(), console)
    outlet.cluster(an_operation(OperationKind.RESUME))
    outlet.close()
    assert "Resuming harbour" in console.file.getvalue()  # type: ignore[attr-defined]
