"""The funnel of the command line: whatever goes wrong ends as one sentence and an exit code."""

from __future__ import annotations

import asyncio
import errno
import io
import json
import logging
import os
import signal
import sys
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from tiepoint import connections
from tiepoint.bootstrap import Command, run_command
from tiepoint.console.outlet import Outlet
from tiepoint.domain.errors import AgentUnavailable, NoSpace, SignInNeeded, TiepointError
from tiepoint.runtime.endpoint import EndpointUnavailable
from tiepoint.services.program import Program


@pytest.fixture(autouse=True)
def _own_log_handlers() -> Iterator[None]:
    root = logging.getLogger()
    before = list(root.handlers), root.level
    yield
    for handler in [handler for handler in root.handlers if handler not in before[0]]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(before[1])
    logging.captureWarnings(capture=False)


def _raising(error: BaseException) -> Command:
    async def command(program: Program, outlet: Outlet) -> int:
        raise error

    return command


async def _fine(program: Program, outlet: Outlet) -> int:
    outlet.result({"state": "ok"}, f"Tiepoint {program.version}")
    return 0


def test_a_command_says_its_result_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(_fine) == 0
    said = capsys.readouterr()
    assert said.out.startswith("Tiepoint ")
    assert said.err == ""


@pytest.mark.parametrize(
    ("error", "code"), [(NoSpace("Full.", remedy="Free some."), 1), (SignInNeeded("Sign in.", remedy="Do."), 4)]
)
def test_a_known_error_is_a_sentence_with_a_remedy(
    error: TiepointError, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(_raising(error)) == code
    said = capsys.readouterr()
    assert said.err == f"Error: {error.summary} {error.remedy}\n"
    assert said.out == ""


def test_an_unknown_error_names_the_log(capsys: pytest.CaptureFixture[str], expected_logs: list[str]) -> None:
    expected_logs.append("unexpected failure")
    assert run_command(_raising(RuntimeError("a bug"))) == 1
    said = capsys.readouterr().err
    assert "RuntimeError: a bug" in said
    assert "tiepoint.log" in said
    assert "Traceback" not in said


def test_verbose_shows_the_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(_raising(NoSpace("Full.")), verbose=True) == 1
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("end", [KeyboardInterrupt(), asyncio.CancelledError()])
def test_being_stopped_is_130(end: BaseException, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(_raising(end), as_json=True) == 130
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["type"] for line in lines] == ["error", "result"]
    assert (lines[-1]["state"], lines[-1]["exit_code"]) == ("canceled", 130)


def test_json_ends_with_a_result(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(_raising(NoSpace("Full.", remedy="Free some.")), as_json=True) == 1
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (last["type"], last["error"]["kind"]) == ("result", "no-space")


class _Unwritable(io.StringIO):
    """Stands for stdout on a full disk, or with nobody at the other end of the pipe."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number

    def flush(self) -> None:
        raise OSError(self._number, os.strerror(self._number))

    def fileno(self) -> int:
        return os.open(os.devnull, os.O_WRONLY)


@pytest.mark.parametrize(("number", "said"), [(errno.EPIPE, False), (errno.ENOSPC, True)])
@pytest.mark.parametrize("command", [_fine, _raising(NoSpace("Full."))])
def test_lost_output_ends_quietly(
    number: int, said: bool, command: Command, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdout", _Unwritable(number))
    assert run_command(command, as_json=True) == 1
    assert ("cannot be written" in capsys.readouterr().err) is said


def test_closed_streams_are_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    assert run_command(_fine) == 0
    assert run_command(_raising(NoSpace("Full."))) == 1


def test_sigterm_is_like_ctrl_c(capsys: pytest.CaptureFixture[str]) -> None:
    async def command(program: Program, outlet: Outlet) -> int:
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(5)
        return 0

    assert run_command(command, as_json=True) == 130
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["state"] == "canceled"


async def test_a_full_disk_is_why_the_agent_cannot_start(monkeypatch: pytest.MonkeyPatch) -> None:
    async def unavailable(endpoint: connections.Endpoint) -> None:
        raise EndpointUnavailable("The agent did not start.")

    monkeypatch.setattr(connections.Endpoint, "open_or_start", unavailable)
    monkeypatch.setattr(connections.shutil, "disk_usage", lambda _: SimpleNamespace(free=0))
    with pytest.raises(NoSpace, match="is full"):
        await connections.open_agent_stream()
    monkeypatch.setattr(connections.shutil, "disk_usage", lambda _: SimpleNamespace(free=10**9))
    with pytest.raises(AgentUnavailable):
        await connections.open_agent_stream()
