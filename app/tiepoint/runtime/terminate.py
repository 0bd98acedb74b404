"""Ending processes and their groups for certain. Blocks for as long as told: call it from a thread in asyncio code."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys


def kill_group(pid: int) -> None:
    """Kill a process that leads a group of its own, together with that group; no error when it is gone.

    Args:
        pid: Of a child of this process that was not waited for yet, so that the number cannot belong to another.
    """
    if sys.platform == "win32":
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGTERM)
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if os.getpgid(pid) == pid:
            os.killpg(pid, signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGKILL)


def end_child(process: subprocess.Popen[bytes], *, grace_s: float = 2.0) -> int:
    """Ask a child to end, then kill its group, and wait for it.

    Args:
        process: The child.
        grace_s: How long it may take to end by itself; 0 kills at once.

    Returns:
        Its exit status, negative for a signal.
    """
    if process.poll() is None and grace_s > 0:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(grace_s)
    if process.poll() is None:
        kill_group(process.pid)
    status = process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
    return status


def signal_name(status: int | None) -> str:
    """Return the name of the signal behind a negative exit status, "SIGSEGV", or the status in words."""
    if status is None:
        return "an unknown cause"
    if status >= 0:
        return f"exit status {status}"
    try:
        return signal.Signals(-status).name
    except ValueError:
        return f"signal {-status}"
