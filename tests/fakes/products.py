"""Products, settings, pictures and a computer in memory: real citizens of their ports."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tiepoint.domain.computer import LoadSample
from tiepoint.domain.errors import InputError, OperationFailed, SetupError
from tiepoint.domain.job import Job
from tiepoint.domain.operation import OperationProgress
from tiepoint.domain.product import PRODUCT_NAMES, RESULT
from tiepoint.domain.settings import Settings
from tiepoint.ports.capture_store import Report
from tiepoint.ports.settings_store import LoadedSettings
from tiepoint.ports.system import ComputerFacts, EngineFacts, FolderFacts

A_RESULT: dict[str, Any] = {"photos_total": 3, "photos_aligned": 3, "faces": 1000, "warnings": []}


class FakeProductStore:
    """Implements `ports.product_store.ProductStore`."""

    def __init__(self, result: Mapping[str, Any] = A_RESULT, names: tuple[str, ...] = PRODUCT_NAMES) -> None:
        self.content = dict(result)
        self.names = names
        self.free = 10**12
        self.read_only: set[Path] = set()
        self.delivered: list[tuple[str, Path]] = []

    async def prepare(self, output: Path) -> int:
        if output in self.read_only:
            raise InputError(f"The folder {output} cannot be written.", remedy="Choose another folder.")
        return self.free

    async def deliver(self, job: Job, output: Path, report: Report) -> Mapping[str, Path]:
        if job.folder is None:
            raise OperationFailed("The folder of the job is gone.", remedy="Run the job again.", retryable=True)
        report(OperationProgress("deliver", 10, 10, "bytes"))
        self.delivered.append((job.id, output))
        return {name: output / name for name in self.names}

    async def result(self, output: Path) -> Mapping[str, Any]:
        return self.content if RESULT in self.names else {}


class FakeSettingsStore:
    """Implements `ports.settings_store.SettingsStore`."""

    def __init__(self, settings: Settings = Settings(), set_aside: Path | None = None) -> None:  # noqa: B008
        self.settings = settings
        self.set_aside = set_aside

    def load(self) -> LoadedSettings:
        return LoadedSettings(self.settings, self.set_aside)

    def change(self, change: Callable[[Settings], Settings]) -> LoadedSettings:
        self.settings = change(self.settings)
        return LoadedSettings(self.settings, self.set_aside)


class FakeRenderer:
    """Implements `ports.renderer.Renderer`; draws nothing but remembers."""

    def __init__(self) -> None:
        self.drawn: list[tuple[Path, Path]] = []

    async def render(self, model: Path, picture: Path, *, size_px: tuple[int, int]) -> None:
        self.drawn.append((model, picture))


class FakeSystem:
    """Implements `ports.system.System`."""

    def __init__(self) -> None:
        self.facts = ComputerFacts("3.11.7", "Test OS", "x86_64", 2, 16 * 10**9, 8 * 10**9, is_frozen=False)
        self.places = {"captures": FolderFacts(Path("/captures"), is_writable=True, free_bytes=10**12, mode=0o755)}
        self.processes: set[int] = set()
        self.looks = 0
        self.warmings, self.warming_begun = 0, asyncio.Event()
        self.warming: asyncio.Event | None = None
        self.engine_facts: EngineFacts | None = EngineFacts({"pycolmap": "4.2.1"}, is_warm=True)

    def computer(self) -> ComputerFacts:
        return self.facts

    def folders(self) -> dict[str, FolderFacts]:
        return self.places

    async def load(self, agent_pid: int | None) -> LoadSample:
        self.looks += 1
        jobs = (None, None) if agent_pid is None else (0.25, 10**9)
        return LoadSample(datetime(2026, 11, 22, tzinfo=UTC), 0.5, 4 * 10**9, *jobs)

    def has_process(self, pid: int) -> bool:
        return pid in self.processes

    async def engine(self) -> EngineFacts:
        if self.engine_facts is None:
            raise SetupError("The engine cannot be started.", remedy="Install it again.")
        return self.engine_facts

    def is_engine_warm(self) -> bool:
        return self.engine_facts is not None and self.engine_facts.is_warm

    async def warm_engine(self) -> None:
        self.warmings += 1
        self.warming_begun.set()
        if self.warming is not None:
            await self.warming.wait()
        facts = await self.engine()
        self.engine_facts = EngineFacts(facts.versions, is_warm=True)
