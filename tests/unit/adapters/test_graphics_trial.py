"""The trial with children that say what a driver might let them say: nothing, half, too little, or end at once."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from subprocess import PIPE

import pytest

from tiepoint.adapters.computer.graphics_trial import LIMITS_S, ChildGraphicsTrial
from tiepoint.adapters.computer.screen import is_remote_screen, surroundings_of
from tiepoint.domain.graphics import Drawing, GraphicsFacts, Trouble

SAY = "import json, os, signal, sys, time\ndef say(**word): print(json.dumps(word), flush=True)\n"
CONTEXT = (
    "say(step='loaded'); say(step='window')\n"
    "say(step='context', version=[4, 6], renderer='GPU', vendor='V', driver='4.6 V 1', is_software=False)\n"
)


async def _tried(script: str, limits: dict[str, float] | None = None) -> GraphicsFacts:
    async def launch(role: str, args: Sequence[str]) -> asyncio.subprocess.Process:
        assert (role, list(args)) == ("graphics", ["system"])
        command = (sys.executable, "-S", "-c", SAY + script)
        return await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=PIPE)

    return await ChildGraphicsTrial(launch, limits_s={**LIMITS_S, **(limits or {})}).attempt(Drawing.SYSTEM)


async def test_a_good_driver() -> None:
    found = await _tried(CONTEXT + "say(step='drawn')")
    assert found == GraphicsFacts((4, 6), "GPU", "V", driver="4.6 V 1")
    assert found.is_fine


async def test_a_driver_that_says_no() -> None:
    found = await _tried("say(step='loaded'); say(step='window'); say(step='failed', problem='no'); sys.exit(1)")
    assert (found.problem, found.trouble) == ("no", Trouble.NO_OPENGL)


async def test_a_driver_that_is_too_old() -> None:
    found = await _tried("say(step='loaded'); say(step='window'); say(step='failed', problem='old', version=[2, 1])")
    assert (found.version, found.trouble) == ((2, 1), Trouble.TOO_OLD)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
async def test_a_driver_that_crashes() -> None:
    found = await _tried(
        "import resource; resource.setrlimit(resource.RLIMIT_CORE, (0, 0))\n"
        "say(step='loaded'); say(step='window'); os.kill(os.getpid(), signal.SIGSEGV)"
    )
    assert (found.problem, found.trouble) == ("ended by SIGSEGV while OpenGL was starting", Trouble.CRASHED)
    drawing = await _tried(CONTEXT + "os._exit(134)")
    assert (drawing.renderer, drawing.trouble) == ("GPU", Trouble.CRASHED)
    assert "first picture" in drawing.problem


async def test_a_driver_that_hangs() -> None:
    found = await _tried("say(step='loaded'); say(step='window'); time.sleep(600)", {"window": 0.2})
    assert found.trouble is Trouble.HUNG
    assert "OpenGL was starting" in found.problem


async def test_a_driver_that_cannot_end_can_draw() -> None:
    found = await _tried(CONTEXT + "say(step='drawn'); time.sleep(600)", {"drawn": 0.2})
    assert found.is_fine


async def test_a_child_that_never_came_to_the_driver_tells_nothing_of_it() -> None:
    assert (await _tried("sys.exit(3)")).trouble is Trouble.NOT_TRIED
    assert (await _tried("time.sleep(600)", {"": 0.2})).trouble is Trouble.NOT_TRIED
    assert (await _tried("print('noise', flush=True); print('[1]'); sys.exit(3)")).trouble is Trouble.NOT_TRIED


async def test_without_a_child_or_a_screen_there_is_no_trial() -> None:
    async def launch(role: str, args: Sequence[str]) -> asyncio.subprocess.Process:
        raise OSError("no such file")

    assert (await ChildGraphicsTrial(launch).attempt(Drawing.SYSTEM)).trouble is Trouble.NOT_TRIED
    found = await ChildGraphicsTrial(launch, lambda: "no display").attempt(Drawing.SYSTEM)
    assert (found.problem, found.trouble) == ("no display", Trouble.NO_SCREEN)


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="X11's variables")
@pytest.mark.parametrize(
    ("variables", "is_remote"),
    [
        ({"DISPLAY": ":0"}, False),
        ({"DISPLAY": "unix:0"}, False),
        ({"DISPLAY": "localhost:10.0"}, True),
        ({"DISPLAY": "desk.example:0"}, True),
        ({"DISPLAY": ":1", "XRDP_SESSION": "1"}, True),
        ({"DISPLAY": "/private/tmp/launch:0"}, False),
        ({"DISPLAY": "host:0", "WAYLAND_DISPLAY": "wayland-0"}, False),
        ({}, False),
    ],
)
def test_screens_far_away(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], is_remote: bool) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "XRDP_SESSION", "VNCDESKTOP", "NXSESSIONID", "X2GO_SESSION"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert is_remote_screen() is is_remote


def test_surroundings_differ_with_variables_and_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    before = surroundings_of("1.0")
    assert before == surroundings_of("1.0")
    assert before != surroundings_of("1.1")
    monkeypatch.setenv("MESA_GL_VERSION_OVERRIDE", "2.1")
    assert before != surroundings_of("1.0")
