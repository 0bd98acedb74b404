"""The funnel of the command line: whatever goes wrong ends as one sentence and an exit code."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator

import pytest

from tiepoint.bootstrap import Command, run_command
from tiepoint.console.outlet import Outlet
from tiepoint.domain.errors import NoSpace, SignInNeeded, TiepointError
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
