"""Tries OpenGL in a child, which a broken driver may end. On the loop's thread.

The child says each step before it takes the next, so that its silence or end tells which one it was. Reading Qt and
VTK from a cold disk may take a minute and is nobody's fault; from the window on a driver has little time to answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from tiepoint.adapters.engine.children import end_child, error_tail
from tiepoint.domain.graphics import OLDEST_OPENGL, Drawing, GraphicsFacts, Trouble

LIMITS_S: Final[Mapping[str, float]] = {"": 120.0, "loaded": 20.0, "window": 20.0, "context": 30.0, "drawn": 10.0}
"""How long the next word may take after each step."""
_DOING: Final = {
    "": "the program was read",
    "loaded": "a window was prepared",
    "window": "OpenGL was starting",
    "context": "the first picture was drawn",
    "drawn": "it ended",
}
_log = logging.getLogger(__name__)


class ChildGraphicsTrial:
    """Asks the child `graphics`.

    Args:
        launch: Starts a child by role and arguments.
        no_screen: Says why no window can be shown here, or None; without a screen Qt would end the child.
        is_remote: Whether the screen is on another computer.
        limits_s: See `LIMITS_S`.
    """

    def __init__(
        self,
        launch: Callable[[str, Sequence[str]], Awaitable[asyncio.subprocess.Process]],
        no_screen: Callable[[], str | None] = lambda: None,
        is_remote: Callable[[], bool] = lambda: False,
        limits_s: Mapping[str, float] = LIMITS_S,
    ) -> None:
        self._launch = launch
        self._no_screen, self._is_remote, self._limits_s = no_screen, is_remote, limits_s

    async def attempt(self, drawing: Drawing) -> GraphicsFacts:
        """Start OpenGL as the 3D view would; see `ports.graphics`."""
        if drawing is Drawing.SOFTWARE and sys.platform == "darwin":
            return GraphicsFacts(None, problem="macOS draws one way only", trouble=Trouble.NOT_OFFERED)
        problem = await asyncio.to_thread(self._no_screen)
        if problem is not None:
            return GraphicsFacts(None, problem=problem, trouble=Trouble.NO_SCREEN)
        try:
            process = await self._launch("graphics", [drawing.value])
        except OSError as error:
            return GraphicsFacts(None, problem=str(error), trouble=Trouble.NOT_TRIED)
        complaints = asyncio.create_task(error_tail(process.stderr))
        try:
            if process.stdin is not None:
                process.stdin.close()
            return await self._watched(process)
        finally:
            await end_child(process)
            with contextlib.suppress(asyncio.CancelledError):
                _log.debug("trial of the graphics (%s): %s", drawing.value, await complaints)

    async def _watched(self, process: asyncio.subprocess.Process) -> GraphicsFacts:
        said: dict[str, Any] = {}
        step = ""
        while True:
            try:
                async with asyncio.timeout(self._limits_s[step]):
                    line = await process.stdout.readline() if process.stdout is not None else b""
                    status = None if line else await process.wait()
            except TimeoutError:
                if step == "drawn":
                    return self._facts(said)  # it could draw; how long it takes to put itself away is its own matter
                return self._facts(said, f"no answer while {_DOING[step]}", _hung(step))
            if status is not None:
                return self._ended(said, step, status)
            word = _word(line)
            said |= word
            step = str(word.get("step", step))
            if step == "failed":
                return self._facts(said, str(said.get("problem") or "unknown"), Trouble.NO_OPENGL)
            if step not in self._limits_s:
                step = ""

    def _ended(self, said: Mapping[str, Any], step: str, status: int) -> GraphicsFacts:
        if step == "drawn" and status == 0:
            return self._facts(said)
        how = _how(status)
        if step in ("", "loaded"):  # no driver was asked yet
            return self._facts(said, f"{how} while {_DOING[step]}", Trouble.NOT_TRIED)
        return self._facts(said, f"{how} while {_DOING[step]}", Trouble.CRASHED)

    def _facts(self, said: Mapping[str, Any], problem: str = "", trouble: Trouble = Trouble.NOTHING) -> GraphicsFacts:
        version = said.get("version")
        pair = (int(version[0]), int(version[1])) if isinstance(version, list) and len(version) == 2 else None
        if trouble is Trouble.NO_OPENGL and pair is not None and pair < OLDEST_OPENGL:
            trouble = Trouble.TOO_OLD
        return GraphicsFacts(
            version=pair,
            renderer=str(said.get("renderer", "")),
            vendor=str(said.get("vendor", "")),
            is_software=bool(said.get("is_software")),
            problem=problem,
            is_remote=self._is_remote(),
            driver=str(said.get("driver", "")),
            trouble=trouble,
        )


def _hung(step: str) -> Trouble:
    return Trouble.NOT_TRIED if step == "" else Trouble.HUNG


def _how(status: int) -> str:
    if status < 0:
        with contextlib.suppress(ValueError):
            return f"ended by {signal.Signals(-status).name}"
    return f"ended with status {status if status < 2**31 else hex(status)}"


def _word(line: bytes) -> dict[str, Any]:
    with contextlib.suppress(ValueError):
        word = json.loads(line)
        if isinstance(word, dict):
            return word
    return {}
