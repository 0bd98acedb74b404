"""The one place that starts our own processes, from source and from a frozen program alike.

A child is this same program with `--child ROLE`; `runtime.entry` says what each role runs. Unless detached, a child
dies with its parent (see `parentage`). Start children from a thread that lives at least as long as they do.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Final, TypeAlias

from tiepoint.runtime import windows_job
from tiepoint.runtime.folders import HOME_VARIABLE
from tiepoint.runtime.parentage import PARENT_VARIABLE, parent_variable, watch_handle

Stream: TypeAlias = int | IO[Any] | None

CHILD_FLAG: Final = "--child"
DETACH_VARIABLE: Final = "TIEPOINT_DETACH"
_PROGRAM: Final = "tiepoint"
_OTHER_PROGRAMS: Final = frozenset({"tiepoint-panel", "tiepoint-agent"})


def child_command(role: str, args: Sequence[str] = ()) -> list[str]:
    """Return the command line of a child."""
    if getattr(sys, "frozen", False):
        return [_frozen_program(sys.executable), CHILD_FLAG, role, *args]
    # -P: a file named like a module in the working folder must not be imported instead of it.
    return [sys.executable, "-P", "-m", "tiepoint", CHILD_FLAG, role, *args]


def _frozen_program(running: str) -> str:
    """Return the program that children are started from, whichever of those beside it is running.

    A window's program on Windows has no streams to speak with its parent; the command line's has.
    """
    path = Path(running)
    return str(path.with_name(_PROGRAM + path.suffix)) if path.stem in _OTHER_PROGRAMS else running


def start_child(
    role: str,
    args: Sequence[str] = (),
    *,
    stdin: Stream = None,
    stdout: Stream = None,
    stderr: Stream = None,
    env: Mapping[str, str] | None = None,
    cwd: str | os.PathLike[str] | None = None,
    own_group: bool = True,
    detached: bool = False,
) -> subprocess.Popen[bytes]:
    """Start a process of our own.

    Args:
        role: A name in `runtime.entry.ROLES`.
        args: Its arguments; nothing secret, for every user can read them.
        stdin: As for subprocess.Popen; None inherits, and is the null device for a detached child.
        stdout: As stdin.
        stderr: As stdin.
        env: Variables set on top of this process's own.
        cwd: Working folder.
        own_group: Make it the leader of a new session, so that its group can be killed as one.
        detached: It outlives this process. What is returned is its launcher, which ends at once (not on Windows).

    Returns:
        The started process.

    Raises:
        OSError: It cannot be started.
    """
    process = subprocess.Popen(
        child_command(role, args),
        **_options(stdin, stdout, stderr, env, cwd, own_group=own_group, detached=detached),
    )
    if detached and sys.platform != "win32":
        process.wait()
    if not detached:
        windows_job.adopt(process)
    return process


async def start_child_async(
    role: str,
    args: Sequence[str] = (),
    *,
    stdin: Stream = None,
    stdout: Stream = None,
    stderr: Stream = None,
    env: Mapping[str, str] | None = None,
    cwd: str | os.PathLike[str] | None = None,
    own_group: bool = True,
    limit_bytes: int = 2**20,
) -> asyncio.subprocess.Process:
    """Start a process of our own that asyncio waits for; see `start_child`.

    Args:
        role: A name in `runtime.entry.ROLES`.
        args: Its arguments; nothing secret.
        stdin: As for subprocess.Popen.
        stdout: As stdin.
        stderr: As stdin.
        env: Variables set on top of this process's own.
        cwd: Working folder.
        own_group: Make it the leader of a new session.
        limit_bytes: Longest line its streams may be read by.

    Raises:
        OSError: It cannot be started.
    """
    return await asyncio.create_subprocess_exec(
        *child_command(role, args),
        limit=limit_bytes,
        **_options(stdin, stdout, stderr, env, cwd, own_group=own_group, detached=False),
    )


def _options(
    stdin: Stream,
    stdout: Stream,
    stderr: Stream,
    env: Mapping[str, str] | None,
    cwd: str | os.PathLike[str] | None,
    *,
    own_group: bool,
    detached: bool,
) -> dict[str, Any]:
    streams = {"stdin": stdin, "stdout": stdout, "stderr": stderr}
    if detached:
        streams = {name: subprocess.DEVNULL if stream is None else stream for name, stream in streams.items()}
    options: dict[str, Any] = {**streams, "cwd": cwd, "env": _environment(env or {}, detached=detached)}
    if sys.platform == "win32":
        options["creationflags"] = _windows_flags(own_group=own_group, detached=detached)
        return options
    options["start_new_session"] = own_group or detached
    if not detached:
        handle = watch_handle()
        options["env"][PARENT_VARIABLE] = parent_variable(handle)
        options["pass_fds"] = (handle,)
    return options


def _environment(extra: Mapping[str, str], *, detached: bool) -> dict[str, str]:
    env = {**os.environ, **extra}
    env.pop(PARENT_VARIABLE, None)
    env.pop(DETACH_VARIABLE, None)
    env["PYTHONUTF8"] = "1"
    if detached:
        env[DETACH_VARIABLE] = "1"
        env["PYINSTALLER_RESET_ENVIRONMENT"] = "1"  # else a one-file program shares its parent's unpacked folder
    # The child may work in another folder, where relative paths would mean something else.
    if env.get(HOME_VARIABLE):
        env[HOME_VARIABLE] = os.path.abspath(env[HOME_VARIABLE])
    paths = [_source_root(), *env.get("PYTHONPATH", "").split(os.pathsep)]
    env["PYTHONPATH"] = os.pathsep.join(os.path.abspath(path) for path in paths if path)
    return env


def _source_root() -> str:
    """Return the folder that holds the package when Python would not find it by itself."""
    if getattr(sys, "frozen", False):
        return ""
    root = str(Path(__file__).resolve().parents[2])
    known = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    return "" if root in {str(Path(path).resolve()) for path in known if path} else root


def _windows_flags(*, own_group: bool, detached: bool) -> int:
    flags = {
        "CREATE_NO_WINDOW": not detached,
        "CREATE_NEW_PROCESS_GROUP": own_group or detached,
        "DETACHED_PROCESS": detached,
        "CREATE_BREAKAWAY_FROM_JOB": detached,
    }
    return sum(int(getattr(subprocess, name, 0)) for name, wanted in flags.items() if wanted)
