"""The child in Agisoft's Python, as a process: started, asked, ended. Asyncio, the loop's thread.

One request at a time. Whatever Agisoft's program prints besides is kept for the case that it dies.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import os
import signal
import sys
from collections import deque
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from tiepoint.agent.backends.metashape.child import PREFIX
from tiepoint.agent.backends.metashape.failures import failure_of
from tiepoint.domain.errors import (
    ConnectionLost,
    NoLicence,
    OperationFailed,
    SetupError,
    TiepointError,
    UsageError,
)
from tiepoint.runtime import folders

_log = logging.getLogger(__name__)
_LONGEST_LINE_BYTES: Final = 64 * 2**20
_START_S: Final = 120.0  # a cold start from a network drive, licence check included
_ENDING_S: Final = 3.0
_MOST_NOISE: Final = 30
# Set for our own Python, they would break Agisoft's.
_OUR_VARIABLES: Final = ("PYTHONPATH", "PYTHONHOME", "PYTHONWARNINGS", "PYTHONSAFEPATH", "VIRTUAL_ENV")


class NotThisVersion(UsageError):
    """This version of Agisoft's program has no such method."""


class ServerSilent(ConnectionLost):
    """Agisoft's network server does not answer."""


class Said(Exception):  # noqa: N818 - Agisoft's words, not an error of ours yet
    """Agisoft's program refused; the text is its own."""


class AgisoftProgram:
    """One process.

    Args:
        command: Runs a script in Agisoft's Python.
    """

    def __init__(self, command: tuple[str, ...]) -> None:
        self._command = command
        self._process: asyncio.subprocess.Process | None = None
        self._noise: deque[str] = deque(maxlen=_MOST_NOISE)
        self._number = 0
        self._asking = asyncio.Lock()

    @property
    def is_running(self) -> bool:
        """Whether there is one to ask."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start it and wait until it is ready.

        Raises:
            SetupError: It cannot be started, or is not Agisoft's.
            NoLicence: It has no licence.
        """
        script = await asyncio.to_thread(_script)
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                str(script),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                limit=_LONGEST_LINE_BYTES,
                env={name: value for name, value in os.environ.items() if name not in _OUR_VARIABLES},
                start_new_session=sys.platform != "win32",
            )
        except OSError as error:
            raise SetupError(
                f"Agisoft's program {self._command[0]} cannot be started.",
                remedy="Install Metashape on the scheduler node, or correct its path in the agent's settings.",
                detail=str(error),
            ) from error
        try:
            async with asyncio.timeout(_START_S):
                await self._answer(0)
        except (Said, TiepointError, TimeoutError) as error:
            await self.close()
            raise self._unusable(error) from error

    async def ask(self, request: str, *, timeout_s: float = 60.0, **params: Any) -> Any:
        """Ask it something and return the answer.

        Args:
            request: Its name.
            timeout_s: After so long it is ended.
            params: Of the request.

        Raises:
            NotThisVersion: This version cannot do it.
            ServerSilent: Agisoft's network server does not answer.
            Said: It refused.
            OperationFailed: The program ended or hangs.
        """
        async with self._asking:
            try:
                async with asyncio.timeout(timeout_s):
                    return await self._asked(request, params)
            except TimeoutError as error:
                await self.close()
                raise self._gone(f"It did not answer “{request}” in {timeout_s:.0f} s.") from error
            except asyncio.CancelledError:
                # Its answer would be taken for that of the next request.
                await self.close()
                raise

    async def close(self) -> None:
        """End it: by the end of its input, and by force when it does not hear."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
            with contextlib.suppress(OSError):
                await process.stdin.wait_closed()
        try:
            async with asyncio.timeout(_ENDING_S):
                await _ended(process)
        except TimeoutError:
            _kill(process)
            await _ended(process)

    async def _asked(self, name: str, params: dict[str, Any]) -> Any:
        process = self._process
        if process is None or process.stdin is None:
            raise self._gone("It is not running.")
        self._number += 1
        request = {"id": self._number, "do": name, **params}
        try:
            process.stdin.write(json.dumps(request).encode() + b"\n")
            await process.stdin.drain()
        except OSError as error:
            raise self._gone(str(error)) from error
        return await self._answer(self._number)

    async def _answer(self, number: int) -> Any:
        process = self._process
        if process is None or process.stdout is None:
            raise self._gone("It is not running.")
        while True:
            try:
                line = await process.stdout.readline()
            except ValueError as error:
                raise self._gone("A line of its output has no end.") from error
            if not line:
                raise self._gone("It ended.")
            text = line.decode("utf-8", "replace").rstrip()
            if not text.startswith(PREFIX):
                if text:
                    self._noise.append(text[:500])
                continue
            answer = json.loads(text[len(PREFIX) :])
            if answer.get("id") == number:
                return _result(answer)

    def _unusable(self, error: Exception) -> TiepointError:
        said = failure_of("\n".join(self._noise))
        if isinstance(said, NoLicence):
            return said
        words = [str(error), getattr(error, "detail", ""), *self._noise]
        return SetupError(
            "Agisoft's program runs, and its Python module does not answer.",
            remedy="Check that the program in the agent's settings is Metashape Professional and that it starts.",
            detail="\n".join(dict.fromkeys(word for word in words if word)),
        )

    def _gone(self, why: str) -> OperationFailed:
        return OperationFailed(
            "Agisoft's program on the scheduler node has ended; it is started again.",
            remedy="Try again in a moment.",
            retryable=True,
            detail="\n".join([why, *self._noise]),
        )


def _result(answer: dict[str, Any]) -> Any:
    kind, text = answer.get("error"), str(answer.get("text", ""))
    if kind is None:
        return answer.get("ok")
    if kind == "missing":
        raise NotThisVersion("This version of Agisoft's program cannot do that.", detail=text)
    if kind == "unreachable":
        raise ServerSilent(
            "Agisoft's network server does not answer; its workers and jobs are not affected by that.",
            remedy="Check that metashape-server runs on the scheduler node.",
            retryable=True,
            detail=text,
        )
    raise Said(text)


def _script() -> Path:
    """Return the child's script as a file of its own: this program may be one archive."""
    content = files("tiepoint.agent.backends.metashape").joinpath("child.py").read_bytes()
    path = folders.cache_folder() / f"agisoft-{hashlib.sha256(content).hexdigest()[:12]}.py"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}")
        part.write_bytes(content)
        part.replace(path)
    return path


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Wait for the end; what it still prints is read, else it may wait for us."""
    if process.stdout is not None:
        while await process.stdout.read(65536):
            pass
    await process.wait()


def _kill(process: asyncio.subprocess.Process) -> None:
    """End it and what its launcher started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
