"""What the doctor finds, and that each finding that is not well has a remedy."""

from __future__ import annotations

import asyncio
import dataclasses
from contextlib import aclosing
from pathlib import Path

import pytest

from fakes.products import FakeSettingsStore, FakeSystem
from fakes.scheduler import FakeScheduler
from fakes.transfers import FakeTransferWorker
from tiepoint.domain.errors import SetupError
from tiepoint.ports.settings_store import LoadedSettings
from tiepoint.ports.system import EngineFacts, FolderFacts
from tiepoint.protocol.hello import HelloResult
from tiepoint.protocol.methods import Diagnostics
from tiepoint.services.doctor import Doctor, Finding, Health


async def _findings(system: FakeSystem, scheduler: FakeScheduler, settings: FakeSettingsStore) -> dict[str, Finding]:
    async with aclosing(Doctor(system, scheduler, settings, "0.1.0", FakeTransferWorker()).examine()) as findings:
        return {finding.name: finding async for finding in findings}


async def test_a_good_computer_is_well() -> None:
    found = await _findings(FakeSystem(), FakeScheduler(), FakeSettingsStore())
    assert {finding.health for finding in found.values()} == {Health.OK}
    assert {"program", "python", "memory", "folder for captures", "settings", "engine", "agent"} <= found.keys()


async def test_whatever_takes_its_time_is_looked_at_at_once() -> None:
    everybody = asyncio.Barrier(4)

    class SlowSystem(FakeSystem):
        async def engine(self) -> EngineFacts:
            await everybody.wait()
            return await super().engine()

    class SlowScheduler(FakeScheduler):
        async def hello(self) -> HelloResult:
            await everybody.wait()
            return await super().hello()

    class SlowWorker(FakeTransferWorker):
        async def diagnostics(self) -> Diagnostics | None:
            await everybody.wait()
            return await super().diagnostics()

    async def slow_check() -> tuple[Finding, ...]:
        await everybody.wait()
        return (Finding("slow", Health.OK, "done"),)

    doctor = Doctor(
        SlowSystem(), SlowScheduler(), FakeSettingsStore(), "0.1.0", SlowWorker(), lambda: None, (slow_check,)
    )
    async with asyncio.timeout(60), aclosing(doctor.examine()) as findings:
        names = [finding.name async for finding in findings]
    assert names[-5:] == ["slow", "engine", "compiled code", "agent", "transfer worker"]


async def test_everything_that_is_wrong_has_a_remedy() -> None:
    system, scheduler = FakeSystem(), FakeScheduler()
    system.facts = dataclasses.replace(system.facts, python="3.9.2", memory_bytes=10**9)
    system.places = {
        "captures": FolderFacts(Path("/c"), is_writable=True, free_bytes=10, mode=0o755),
        "cache": FolderFacts(Path("/k"), is_writable=False, free_bytes=0, mode=None, problem="Read-only file system"),
        "sockets": FolderFacts(Path("/s"), is_writable=True, free_bytes=10**12, mode=0o755),
    }
    system.engine_facts = None
    scheduler.is_reachable = False
    found = await _findings(system, scheduler, FakeSettingsStore(set_aside=Path("/settings.broken")))
    wrong = {name: finding for name, finding in found.items() if finding.health is not Health.OK}
    assert wrong.keys() == {
        "python",
        "memory",
        "folder for captures",
        "folder for cache",
        "folder for sockets",
        "settings",
        "engine",
        "agent",
    }
    assert all(finding.remedy for finding in wrong.values())


async def test_an_old_agent_is_a_warning_and_cold_code_is_none() -> None:
    system = FakeSystem()
    system.engine_facts = dataclasses.replace(system.engine_facts, is_warm=False)  # type: ignore[type-var]
    found = {}
    doctor = Doctor(system, FakeScheduler(), FakeSettingsStore(), "0.2.0", FakeTransferWorker())
    async with aclosing(doctor.examine()) as findings:
        found = {finding.name: finding async for finding in findings}
    assert found["compiled code"].health is Health.OK  # there is nothing to do about it
    assert "the first job does it" in found["compiled code"].text
    assert found["agent"].health is Health.WARNING
    assert found["transfer worker"].health is Health.WARNING
    assert "replaced" in found["transfer worker"].remedy


async def test_a_transfer_worker_that_does_not_run_is_fine() -> None:
    worker = FakeTransferWorker()
    worker.is_reachable = False
    doctor = Doctor(FakeSystem(), FakeScheduler(), FakeSettingsStore(), "0.1.0", worker)
    async with aclosing(doctor.examine()) as findings:
        found = {finding.name: finding async for finding in findings}["transfer worker"]
    assert (found.health, found.text) == (Health.OK, "does not run; it starts with a transfer")


async def test_settings_that_cannot_be_opened_are_a_finding() -> None:
    class Closed(FakeSettingsStore):
        def load(self) -> LoadedSettings:
            raise SetupError("The settings cannot be opened.", remedy="Give yourself the right.")

    found = await _findings(FakeSystem(), FakeScheduler(), Closed())
    assert found["settings"].health is Health.FAILED


@pytest.mark.parametrize("python", ["3.11.7", "3.13.0"])
async def test_pythons_that_will_do(python: str) -> None:
    system = FakeSystem()
    system.facts = dataclasses.replace(system.facts, python=python)
    assert (await _findings(system, FakeScheduler(), FakeSettingsStore()))["python"].health is Health.OK


async def test_without_a_display_the_command_line_is_named() -> None:
    doctor = Doctor(
        FakeSystem(),
        FakeScheduler(),
        FakeSettingsStore(),
        "0.1.0",
        FakeTransferWorker(),
        lambda: ("There is no display.", "Log in at a desk."),
    )
    async with aclosing(doctor.examine()) as findings:
        window = {finding.name: finding async for finding in findings}["window"]
    assert (window.health, window.remedy) == (Health.WARNING, "Log in at a desk.")
    assert "command line" in window.text
