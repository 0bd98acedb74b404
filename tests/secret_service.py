"""A session bus with a store for secrets of its own, as a desktop has; Linux."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SESSION = """
printf '%s\\n' "$1" | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1
echo "$DBUS_SESSION_BUS_ADDRESS"
exec cat
"""


@contextmanager
def secret_service(folder: Path, *, is_unlocked: bool = True) -> Iterator[str]:
    """Run a session for a while.

    Args:
        folder: Stands for the home; must have a short path, a socket goes below it.
        is_unlocked: Whether the store is open; else nothing answers for it.

    Yields:
        The bus's address, for DBUS_SESSION_BUS_ADDRESS.
    """
    running = folder / "run"
    running.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Without a screen the store's question for a password is refused at once; on one it would wait for an answer.
    environment = {
        **{name: value for name, value in os.environ.items() if name not in {"DISPLAY", "WAYLAND_DISPLAY"}},
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(running),
        "XDG_DATA_HOME": str(folder / "share"),
    }
    script = _SESSION if is_unlocked else _SESSION.split("\n", 2)[2]
    session = subprocess.Popen(
        ["dbus-run-session", "--", "sh", "-c", script, "session", "a password of the tests"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    )
    assert session.stdin is not None
    assert session.stdout is not None
    with session.stdout, session:
        try:
            yield session.stdout.readline().strip()
        finally:
            session.stdin.close()
            session.wait(10)
