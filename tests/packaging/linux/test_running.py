"""An update or a removal meets a program that runs: what works behind it ends cleanly, a window is its person's."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from deb import script
from single_file import build_single_file
from texts import Edition

_TOOLS = ("objdump", "xz", "tar")
pytestmark = pytest.mark.skipif(not all(map(shutil.which, _TOOLS)), reason="a tool that packs is not here")
_AGENT = ("--child", "agent")
_WINDOW = ("photos of mine",)
# Its file is a shell's, its words are those of the program. It waits for a line that never comes.
_STAND_IN = 'trap "echo ended; exit 0" TERM; echo up; read -r line'
Run = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start() -> Iterator[Run]:
    """Start a program as if it were ours; each is ended after the test."""
    started: list[subprocess.Popen[str]] = []

    def run(program: Path, *words: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [program, "-c", _STAND_IN, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """Where the package's program lies in these tests; a name that no other program has."""
    place = tmp_path / "usr/lib/tiepoint/tiepoint"
    place.parent.mkdir(parents=True)
    shutil.copy("/bin/sh", place)
    return place


def _dpkg(name: str, program: Path, *words: str) -> str:
    text = script(name).replace("/usr/lib/tiepoint/tiepoint", str(program))
    return subprocess.run(["sh", "-c", text, name, *words], capture_output=True, text=True, check=True).stdout


def _replace(program: Path) -> None:
    fresh = program.with_suffix(".dpkg-new")
    shutil.copy(program, fresh)
    fresh.replace(program)


def test_an_update_ends_the_agent_before_files_are_replaced(program: Path, start: Run) -> None:
    agent, window = start(program, *_AGENT), start(program, *_WINDOW)
    said = _dpkg("preinst", program, "upgrade", "0.0.9", "0.1.0")
    assert agent.communicate(timeout=60)[0] == "ended\n"
    assert "jobs are paused" in said
    assert "tiepoint resume" in said
    assert window.poll() is None


def test_what_a_window_starts_meanwhile_ends_and_the_window_is_told(program: Path, start: Run) -> None:
    window, agent = start(program, *_WINDOW), start(program, *_AGENT)
    _replace(program)
    fresh = start(program, *_AGENT)
    said = _dpkg("postinst", program, "configure", "0.0.9")
    assert agent.communicate(timeout=60)[0] == "ended\n"
    assert "close its window and open it again" in said
    assert window.poll() is None
    assert fresh.poll() is None  # it is the new one already


def test_a_first_installation_and_an_update_of_nothing_that_runs_say_nothing(program: Path, start: Run) -> None:
    agent = start(program, *_AGENT)
    assert _dpkg("preinst", program, "install") == ""
    assert _dpkg("postinst", program, "configure", "") == ""
    assert agent.poll() is None
    agent.kill()
    agent.wait()
    assert _dpkg("preinst", program, "upgrade", "0.0.9", "0.1.0") == ""
    assert _dpkg("postinst", program, "configure", "0.0.9") == ""


def test_a_removal_ends_all_of_it(program: Path, start: Run) -> None:
    agent, window = start(program, *_AGENT), start(program, *_WINDOW)
    _dpkg("prerm", program, "remove")
    for each in (agent, window):
        assert each.communicate(timeout=60)[0] == "ended\n"


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not here")
@pytest.mark.parametrize("name", ["preinst", "postinst", "prerm", "postrm"])
def test_shellcheck_has_no_objection_to_what_dpkg_runs(name: str) -> None:
    done = subprocess.run(["shellcheck", "-s", "sh", "-"], input=script(name), capture_output=True, text=True)
    assert done.stdout == ""


@pytest.fixture(scope="module")
def single_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    payload = tmp_path_factory.mktemp("frozen") / "tiepoint"
    (payload / "_internal").mkdir(parents=True)
    shutil.copy("/bin/sh", payload / "tiepoint")
    return build_single_file(payload, tmp_path_factory.mktemp("dist"), Edition("0.1.0", 1_790_000_000), level=0)


def test_the_single_file_ends_what_works_and_never_what_somebody_uses(
    single_file: Path, tmp_path: Path, start: Run
) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        env = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
        return subprocess.run(["sh", str(single_file), *words], env=env, capture_output=True, text=True, check=False)

    assert run().returncode == 0
    installed = tmp_path / ".local/lib/tiepoint/tiepoint"
    for words in ((), ("--uninstall",)):
        agent, window = start(installed, *_AGENT), start(installed, *_WINDOW)
        refused = run(*words)
        assert refused.returncode == 1
        assert "Close its window" in refused.stderr
        assert agent.poll() is None
        window.kill()
        window.wait()
        done = run(*words)
        assert done.returncode == 0, done.stderr
        assert agent.communicate(timeout=60)[0] == "ended\n"
        assert "jobs are paused" in done.stdout
    assert not installed.exists()


def test_an_update_that_cannot_be_leaves_the_agent_at_work(single_file: Path, tmp_path: Path, start: Run) -> None:
    env = {"HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    subprocess.run(["sh", str(single_file)], env=env, capture_output=True, check=True)
    agent = start(tmp_path / ".local/lib/tiepoint/tiepoint", *_AGENT)
    cut = tmp_path / "cut.run"
    cut.write_bytes(single_file.read_bytes()[:-100])
    assert subprocess.run(["sh", str(cut)], env=env, capture_output=True, check=False).returncode == 1
    assert agent.poll() is None
