"""The real trial in a real child on a virtual screen: what works, what is broken, too old, crashes or hangs.

A driver that crashes or hangs is a library of the test's own before the real one.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from subprocess import PIPE

import pytest

from tiepoint.adapters.computer.graphics_trial import LIMITS_S, ChildGraphicsTrial
from tiepoint.domain.graphics import Drawing, GraphicsFacts, Trouble
from tiepoint.runtime.children import start_child_async
from tiepoint.ui.viewer.software import BEFORE

COMPILER = shutil.which("cc")
DRIVER = """
#include <dlfcn.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
void *glXChooseFBConfig(void *display, int screen, const int *wanted, int *count) {
    if (!getenv("GALLIUM_DRIVER")) { %s; }
    void *(*real)(void *, int, const int *, int *) = dlsym(dlopen("libGLX.so.0", RTLD_LAZY), "glXChooseFBConfig");
    return real(display, screen, wanted, count);
}
"""
pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(sys.platform != "linux" or not shutil.which("Xvfb"), reason="needs Xvfb"),
]


@pytest.fixture(scope="module")
def screen() -> Iterator[str]:
    """A screen of the tests' own, since others are changed by whoever runs them."""
    told, tells = os.pipe()
    command = ("Xvfb", "-displayfd", str(tells), "-screen", "0", "640x480x24", "+extension", "GLX", "-noreset")
    with subprocess.Popen(command, pass_fds=(tells,), stderr=subprocess.DEVNULL) as server:
        os.close(tells)
        with os.fdopen(told) as pipe:
            number = pipe.readline().strip()
        try:
            yield f":{number}"
        finally:
            server.terminate()


async def _tried(drawing: Drawing, variables: dict[str, str], limit_s: float = 60.0) -> GraphicsFacts:
    env = {"LIBGL_ALWAYS_SOFTWARE": "", "QT_QPA_PLATFORM": "", "WAYLAND_DISPLAY": "", **variables}

    async def launch(role: str, args: Sequence[str]) -> asyncio.subprocess.Process:
        return await start_child_async(role, args, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=env)

    return await ChildGraphicsTrial(launch, limits_s={**LIMITS_S, "window": limit_s}).attempt(drawing)


async def test_a_picture_is_drawn(screen: str) -> None:
    found = await _tried(Drawing.SYSTEM, {"DISPLAY": screen})
    assert found.is_fine, found
    assert found.is_software
    assert "Mesa" in found.driver


async def test_a_broken_driver_is_passed_by(screen: str) -> None:
    """Drawing by the processor does not go where the variables lead."""
    broken = {"DISPLAY": screen, "LIBGL_DRIVERS_PATH": "/nonexistent"}
    assert (await _tried(Drawing.SYSTEM, broken)).trouble is Trouble.NO_OPENGL
    assert (await _tried(Drawing.SOFTWARE, broken)).is_fine


async def test_an_old_opengl_is_told_by_its_version(screen: str) -> None:
    found = await _tried(Drawing.SYSTEM, {"DISPLAY": screen, "MESA_GL_VERSION_OVERRIDE": "2.1"})
    assert (found.version, found.trouble) == ((2, 1), Trouble.TOO_OLD)


def _bad_driver(folder: Path, doing: str) -> Path:
    source, library = folder / "driver.c", folder / "driver.so"
    source.write_text(DRIVER % doing)
    command = (COMPILER or "", "-shared", "-fPIC", "-o", str(library), str(source), "-ldl")
    subprocess.run(command, check=True, timeout=60)
    return library


@pytest.mark.skipif(COMPILER is None, reason="needs a C compiler")
@pytest.mark.parametrize(
    ("doing", "trouble"), [("raise(SIGSEGV)", Trouble.CRASHED), ("for (;;) pause()", Trouble.HUNG)]
)
async def test_a_driver_that_takes_its_process_along(screen: str, tmp_path: Path, doing: str, trouble: Trouble) -> None:
    library = _bad_driver(tmp_path, doing)
    bad = {"DISPLAY": screen, "LD_PRELOAD": str(library)}
    patience_s = 1.0 if trouble is Trouble.HUNG else 60.0
    found = await _tried(Drawing.SYSTEM, bad, patience_s)
    assert found.trouble is trouble, found
    assert (await _tried(Drawing.SOFTWARE, bad)).is_fine
    # A window that draws by the processor because of it, and looks again, must not be told that all is well.
    drawn = {**bad, "GALLIUM_DRIVER": "llvmpipe", BEFORE: json.dumps({"GALLIUM_DRIVER": None})}
    assert (await _tried(Drawing.SYSTEM, drawn, patience_s)).trouble is trouble
