"""The process in Agisoft's Python: started, deaf, dead, missing; nothing of it is left."""

from __future__ import annotations

import asyncio
from pathlib import Path

import psutil
import pytest

from patience import PATIENCE_S
from program import wait_until
from tiepoint.agent.backends.metashape import steering
from tiepoint.agent.backends.metashape.program import AgisoftProgram, NotThisVersion, Said, ServerSilent
from tiepoint.agent.backends.metashape.server import AgisoftServer
from tiepoint.agent.config import MetashapeConfig
from tiepoint.domain.errors import OperationFailed, SetupError, TiepointError

READY = 'printf "noise without an end"\nprintf "\\n@tiepoint {\\"id\\": 0, \\"ok\\": \\"ready\\"}\\n"\n'


def launcher(folder: Path, body: str) -> tuple[str, ...]:
    script = folder / "metashape.sh"
    script.write_text(f"#!/bin/sh\n{body}")
    script.chmod(0o755)
    return (str(script), "-r")


def answering(*answers: str) -> str:
    lines = "".join(f"read line\necho 'Agisoft says {{\"id\": 1}}'\necho '@tiepoint {answer}'\n" for answer in answers)
    return f"{READY}{lines}cat > /dev/null\n"


def runs(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


async def test_answers_are_told_from_noise(tmp_path: Path) -> None:
    program = AgisoftProgram(
        launcher(
            tmp_path,
            answering(
                '{"id": 1, "ok": {"a": 1}}',
                '{"id": 2, "error": "missing", "text": "none of: x"}',
                '{"id": 3, "error": "unreachable", "text": "refused"}',
                '{"id": 4, "error": "failed", "text": "bad allocation"}',
            ),
        )
    )
    await program.start()
    assert await program.ask("poll") == {"a": 1}
    for expected in (NotThisVersion, ServerSilent, Said):
        with pytest.raises(expected):
            await program.ask("poll")
    await program.close()
    assert not program.is_running


async def test_a_program_that_dies_says_its_last_words(tmp_path: Path) -> None:
    program = AgisoftProgram(launcher(tmp_path, f"{READY}read line\necho 'Segmentation fault'\nexit 139\n"))
    await program.start()
    with pytest.raises(OperationFailed) as gone:
        await program.ask("poll")
    assert "Segmentation fault" in gone.value.detail
    assert gone.value.retryable
    await program.close()


async def test_a_program_that_hangs_is_ended_with_what_it_started(tmp_path: Path) -> None:
    program = AgisoftProgram(launcher(tmp_path, f"{READY}sleep 600 &\necho $! > {tmp_path}/pid\nwait\n"))
    await program.start()
    with pytest.raises(OperationFailed, match="ended") as hung:
        await program.ask("poll", timeout_s=0.1)
    assert "did not answer" in hung.value.detail
    pid = int((tmp_path / "pid").read_text())
    await asyncio.to_thread(wait_until, lambda: not runs(pid), what="what it started to end")


@pytest.mark.parametrize(
    ("body", "kind", "detail"),
    [
        ("echo 'No license found'; exit 1\n", "licence", "No license found"),
        (
            'echo \'@tiepoint {"id": 0, "error": "missing", "text": "Metashape has no NetworkClient"}\'\n',
            "setup",
            "has no NetworkClient",
        ),
    ],
)
async def test_what_is_not_agisofts_program_is_said(tmp_path: Path, body: str, kind: str, detail: str) -> None:
    program = AgisoftProgram(launcher(tmp_path, body))
    with pytest.raises(TiepointError) as refused:
        await program.start()
    assert refused.value.kind == kind
    assert detail in refused.value.detail
    assert not program.is_running


async def test_a_server_without_a_program_keeps_trying(tmp_path: Path) -> None:
    looks = 0

    def looked() -> None:
        nonlocal looks
        looks += 1

    config = MetashapeConfig(program=(str(tmp_path / "none"), "-r"), poll_s=0.01)
    server = AgisoftServer(config, looked)
    await server.start(5.0)
    assert isinstance(server.problem, SetupError)
    assert "cannot be started" in server.problem.summary
    async with asyncio.timeout(PATIENCE_S):
        while looks < 3:
            await server.next_look()
    await server.close()


async def test_a_look_that_nobody_thought_of_is_not_the_last_one(tmp_path: Path, expected_logs: list[str]) -> None:
    """Else all jobs would stand still, and say nothing."""
    expected_logs.append("a look at Agisoft's server failed")
    looks = 0

    def looked() -> None:
        nonlocal looks
        looks += 1
        if looks < 3:
            raise RuntimeError("the disk of the jobs is full")

    server = AgisoftServer(MetashapeConfig(program=(str(tmp_path / "none"), "-r"), poll_s=0.01), looked)
    await server.start(5.0)
    async with asyncio.timeout(PATIENCE_S):
        while looks < 4:
            await server.next_look()
    assert server.problem is not None
    await server.close()


async def test_two_who_ask_start_one_program(tmp_path: Path) -> None:
    said = "'\\n@tiepoint {\"id\": '$n', \"ok\": {}}\\n'"
    body = f"echo $$ >>{tmp_path}/pids\n{READY}n=1\nwhile read line; do printf {said}; n=$((n+1)); done\n"
    server = AgisoftServer(MetashapeConfig(program=launcher(tmp_path, body)), lambda: None)
    assert await asyncio.gather(server.ask("one"), server.ask("two")) == [{}, {}]
    assert len((tmp_path / "pids").read_text().split()) == 1
    await server.close()


def test_a_long_log_of_a_worker_is_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIEPOINT_HOME", str(tmp_path))
    monkeypatch.setattr(steering, "_MOST_LOG_BYTES", 1000)
    reach = steering.WorkerReach(lambda: ("a-1",))
    for number in range(100):
        reach.take("a-1", (("info", f"{number} " + "x" * 100),))
    file = steering.log_file("a-1")
    kept = sorted(file.parent.glob("agisoft-*"))
    assert [path.name for path in kept] == ["agisoft-a-1.log", "agisoft-a-1.log.1"]
    assert all(path.stat().st_size < 1300 for path in kept)
    assert "99 " in file.read_text()
