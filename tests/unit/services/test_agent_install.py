"""Installing an agent on a Windows scheduler: what runs there, and that its script is taken as a whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tiepoint.domain.errors import OperationFailed
from tiepoint.domain.route import Hop, Route
from tiepoint.ports.remote import RemoteStream, RunResult
from tiepoint.services.remote_sites.agents import install

ROUTE = Route("own/studio", Hop("scheduler", "10.0.0.4"), is_windows=True)


@dataclass
class WindowsMachine:
    """A machine that answers as one of Windows does; keeps what it is asked."""

    ends: RunResult = RunResult(0, "tiepoint: installed", "")
    ran: list[tuple[str, bytes]] = field(default_factory=list)
    copied: list[str] = field(default_factory=list)

    async def open_agent(self, route: Route) -> RemoteStream:
        raise NotImplementedError

    async def run(self, route: Route, command: str, *, data: bytes = b"", timeout_s: float = 60.0) -> RunResult:
        self.ran.append((command, data))
        return self.ends if data else RunResult(0, "home=C:\\Users\\Ada L\r\npython=3.12\r\nengine=\r\n", "")

    async def put(
        self, route: Route, file: Path, remote: str, report: Callable[[int, int], None] | None = None
    ) -> None:
        self.copied.append(remote)

    async def forget(self, site: str) -> None:
        raise NotImplementedError

    async def close(self) -> None:
        raise NotImplementedError


class Package:
    """An agent's file and its script."""

    async def pack(self) -> Path:
        return Path("tiepoint-agent.pyz")

    def script(self, *, is_windows: bool) -> str:
        assert is_windows
        return "if ($true) {\n    Start-ScheduledTask 'Tiepoint agent'\n}"


async def test_the_script_runs_as_one_piece() -> None:
    machine = WindowsMachine()
    await install(machine, ROUTE, Package(), "", lambda progress: None)
    assert machine.copied == ["/C:/Users/Ada L/tiepoint-agent.pyz"]
    command, data = machine.ran[-1]
    # `-Command -` reads line by line, as if typed: its last block would wait for more, and errors would not end it.
    assert not command.endswith("-")
    assert "ReadToEnd()" in command
    assert data.decode().startswith('$package = "C:\\Users\\Ada L\\tiepoint-agent.pyz"\r\nif (')
    assert "Ada" not in command


async def test_what_it_says_at_the_end_of_a_failure_is_told() -> None:
    machine = WindowsMachine(RunResult(1, "", "Python 3.11 or newer is needed.\r\n"))
    with pytest.raises(OperationFailed, match=r"could not be installed on the scheduler: Python 3\.11 or newer"):
        await install(machine, ROUTE, Package(), "", lambda progress: None)
