"""This computer, as far as `doctor` and the page about it need to know it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tiepoint.domain.computer import LoadSample


@dataclass(frozen=True, slots=True)
class ComputerFacts:
    """What this computer is.

    Args:
        python: Version of the interpreter, such as `3.11.7`.
        system: Name and release of the operating system.
        machine: Processor architecture.
        cpu_count: Logical cores this process may use.
        memory_bytes: All memory.
        memory_available_bytes: Memory that can be had now.
        is_frozen: Whether this is an installed program with its own interpreter.
    """

    python: str
    system: str
    machine: str
    cpu_count: int
    memory_bytes: int
    memory_available_bytes: int
    is_frozen: bool


@dataclass(frozen=True, slots=True)
class FolderFacts:
    """A folder of the program: whether it can be written, bytes free, and who else may enter (POSIX mode; None)."""

    path: Path
    is_writable: bool
    free_bytes: int
    mode: int | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class EngineFacts:
    """The engine as a child process found it: versions of its libraries, and whether its compiled code is cached."""

    versions: dict[str, str]
    is_warm: bool


class System(Protocol):
    """Looks at this computer; changes nothing lasting."""

    def computer(self) -> ComputerFacts:
        """Look at the computer."""

    def folders(self) -> dict[str, FolderFacts]:
        """Look at the program's folders, by what they are for (`captures`, `cache`, `sockets`, `logs`)."""

    async def load(self, agent_pid: int | None) -> LoadSample:
        """Measure the load since the last call, off the loop; the first call measures nothing yet.

        Args:
            agent_pid: The agent's process, to measure it and all below it by themselves; None = there is none.
        """

    def has_process(self, pid: int) -> bool:
        """Whether a process of this number lives."""

    async def engine(self) -> EngineFacts:
        """Start the engine in a child and ask it.

        Raises:
            SetupError: It cannot be started, or a library of it cannot be loaded.
        """

    def is_engine_warm(self) -> bool:
        """Whether the engine's code has been compiled into the user's cache; a moment's look at the disk."""

    async def warm_engine(self) -> None:
        """Compile the engine's code into the user's cache, in a child with low priority: a minute or two, once.

        Cancel safe: what was compiled stays. Idempotent.

        Raises:
            SetupError: The engine cannot be started.
            EngineFailure: It ended early.
        """
