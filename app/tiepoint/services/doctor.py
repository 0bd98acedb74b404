"""The doctor: what this computer needs for the program, looked at one by one, each with a remedy.

Must not change anything but start the agent, which is part of what it tries. On the loop's thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from typing import TYPE_CHECKING, Final

from tiepoint.domain.errors import TiepointError
from tiepoint.domain.space import size_text
from tiepoint.ports.scheduler import Scheduler
from tiepoint.ports.settings_store import SettingsStore
from tiepoint.ports.system import EngineFacts, FolderFacts, System
from tiepoint.services.finding import Check, Finding, Health

if TYPE_CHECKING:
    from tiepoint.ports.transfer_worker import TransferWorker

__all__ = ["Doctor", "Finding", "Health"]

_PYTHONS: Final = ((3, 11), (3, 14))
_LEAST_MEMORY_BYTES: Final = 4_000_000_000
_LEAST_AVAILABLE_BYTES: Final = 1_500_000_000
_LEAST_FREE_BYTES: Final = 2_000_000_000


class Doctor:
    """Looks at this computer.

    Args:
        system: What this computer says of itself.
        scheduler: Of this computer.
        settings: The user's settings.
        version: Of this program.
        worker: What moves photos and products; it is looked at, never started.
        window_problem: Says why no window can be shown and what to do; None when one can.
        further: More checks; they are made at the same time.
    """

    def __init__(
        self,
        system: System,
        scheduler: Scheduler,
        settings: SettingsStore,
        version: str,
        worker: TransferWorker,
        window_problem: Callable[[], tuple[str, str] | None] = lambda: None,
        further: Sequence[Check] = (),
    ) -> None:
        self._further = tuple(further)
        self._window_problem = window_problem
        self._system = system
        self._scheduler = scheduler
        self._settings = settings
        self._version = version
        self._worker = worker

    async def examine(self) -> AsyncGenerator[Finding, None]:
        """Make every check, told in the order in which people read them; those that wait for something wait together.

        Yields:
            One finding for each thing looked at; a failing check is a finding, never an exception.
        """
        checks: tuple[Check, ...] = (*self._further, self._engine, self._agent, self._transfers)
        waiting = [asyncio.ensure_future(check()) for check in checks]
        try:
            for finding in self._at_once():
                yield finding
            for task in waiting:
                for finding in await task:
                    yield finding
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

    def _at_once(self) -> list[Finding]:
        folders = [_folder(name, folder) for name, folder in self._system.folders().items()]
        return [*self._computer(), self._window(), *folders, self._stored_settings()]

    def _computer(self) -> list[Finding]:
        facts = self._system.computer()
        version = tuple(int(part) for part in facts.python.split(".")[:2])
        python_ok = facts.is_frozen or _PYTHONS[0] <= version < _PYTHONS[1]
        memory = f"{size_text(facts.memory_bytes)}, {size_text(facts.memory_available_bytes)} available"
        return [
            Finding("program", Health.OK, f"Tiepoint {self._version}", facts={"version": self._version}),
            _judged("python", python_ok, facts.python, "Install Python 3.11, 3.12 or 3.13."),
            Finding("system", Health.OK, f"{facts.system}, {facts.machine}"),
            Finding("processor", Health.OK, f"{facts.cpu_count} logical cores", facts={"cpu_count": facts.cpu_count}),
            _memory(facts.memory_bytes, facts.memory_available_bytes, memory),
        ]

    def _window(self) -> Finding:
        problem = self._window_problem()
        if problem is None:
            return Finding("window", Health.OK, "can be shown")
        summary, remedy = problem
        return Finding("window", Health.WARNING, f"{summary} The command line needs none.", remedy)

    def _stored_settings(self) -> Finding:
        try:
            loaded = self._settings.load()
        except TiepointError as error:
            return Finding("settings", Health.FAILED, error.summary, error.remedy)
        if loaded.set_aside is not None:
            text = f"The settings file was broken and is now {loaded.set_aside}; the usual settings apply."
            return Finding("settings", Health.WARNING, text, "Make the changes again that you had made.")
        return Finding("settings", Health.OK, f"can be read; new jobs use the preset {loaded.settings.preset}")

    async def _engine(self) -> list[Finding]:
        try:
            facts: EngineFacts = await self._system.engine()
        except TiepointError as error:
            return [Finding("engine", Health.FAILED, error.summary, error.remedy)]
        versions = ", ".join(f"{name} {version}" for name, version in facts.versions.items())
        cold = "not compiled yet; the first job does it, and takes half a minute longer for that"
        return [
            Finding("engine", Health.OK, versions, facts={"versions": facts.versions}),
            Finding("compiled code", Health.OK, "compiled and cached" if facts.is_warm else cold),
        ]

    async def _agent(self) -> tuple[Finding, ...]:
        return (await self._agent_found(),)

    async def _agent_found(self) -> Finding:
        """Ask the agent, which is started where it does not run."""
        try:
            hello = await self._scheduler.hello()
            nodes = await self._scheduler.nodes()
            diagnostics = await self._scheduler.diagnostics()
        except TiepointError as error:
            # Its usual remedy is to ask the doctor.
            remedy = f"First put right what else is marked here. {error.detail}".strip()
            return Finding("agent", Health.FAILED, error.summary, remedy)
        workers = "1 worker" if len(nodes) == 1 else f"{len(nodes)} workers"
        text = f"version {hello.agent} with the engine {hello.engine.name} {hello.engine.version}, {workers}"
        facts = {"pid": diagnostics.pid, "log_path": diagnostics.log_path, **diagnostics.facts}
        if hello.agent != self._version:
            remedy = "Nothing to do: another version started it, and it is replaced once its jobs are over."
            return Finding("agent", Health.WARNING, text, remedy, facts)
        return Finding("agent", Health.OK, text, facts=facts)

    async def _transfers(self) -> tuple[Finding, ...]:
        return (await self._transfers_found(),)

    async def _transfers_found(self) -> Finding:
        try:
            diagnostics = await self._worker.diagnostics()
        except TiepointError as error:
            return Finding("transfer worker", Health.FAILED, error.summary, error.remedy)
        if diagnostics is None:
            return Finding("transfer worker", Health.OK, "does not run; it starts with a transfer")
        known = diagnostics.facts
        facts = {"pid": diagnostics.pid, "log_path": diagnostics.log_path, **known}
        counted = f"{known.get('unfinished')} of {known.get('transfers')} transfers unfinished"
        text = f"version {known.get('version')}, {counted}; its log is {diagnostics.log_path}"
        if known.get("journal_set_aside"):
            text = f"{text}. Its journal was broken and is kept as {known['journal_set_aside']}"
            return Finding("transfer worker", Health.WARNING, text, "Begin again what was not up.", facts)
        if known.get("version") != self._version:
            remedy = "Nothing to do: another version started it; an older one is replaced when it is next needed."
            return Finding("transfer worker", Health.WARNING, text, remedy, facts)
        return Finding("transfer worker", Health.OK, text, facts=facts)


def _memory(all_bytes: int, available_bytes: int, text: str) -> Finding:
    if all_bytes < _LEAST_MEMORY_BYTES:
        remedy = f"Use the preset draft; the others need a computer with {size_text(_LEAST_MEMORY_BYTES)} or more."
        return Finding("memory", Health.WARNING, text, remedy)
    if available_bytes < _LEAST_AVAILABLE_BYTES:
        return Finding("memory", Health.WARNING, text, "Close programs that need much memory before you start a job.")
    return Finding("memory", Health.OK, text)


def _folder(name: str, folder: FolderFacts) -> Finding:
    title, text = f"folder for {name}", f"{folder.path}, {size_text(folder.free_bytes)} free"
    if not folder.is_writable:
        text = f"{folder.path} cannot be written. {folder.problem}".strip()
        return Finding(title, Health.FAILED, text, "Allow your user to write there.")
    if name == "sockets" and folder.mode is not None and folder.mode & 0o077:
        return Finding(title, Health.FAILED, f"{folder.path} is open to other users.", f"Run: chmod 700 {folder.path}")
    if folder.free_bytes < _LEAST_FREE_BYTES and name in {"captures", "cache"}:
        remedy = f"Free some space; a job needs {size_text(_LEAST_FREE_BYTES)} or more."
        return Finding(title, Health.WARNING, text, remedy)
    return Finding(title, Health.OK, text)


def _judged(name: str, is_fine: bool, text: str, remedy: str, *, bad: Health = Health.FAILED) -> Finding:
    return Finding(name, Health.OK, text) if is_fine else Finding(name, bad, text, remedy)
