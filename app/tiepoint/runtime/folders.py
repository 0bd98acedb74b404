"""Where things lie on this computer: data, settings, cache, logs, and the private folder of the endpoints.

The same answers as platformdirs, from the standard library alone, because the agent has to install anywhere. With
TIEPOINT_HOME set everything lies below that folder. Creates folders only where the name says so. Any thread.
"""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import Final

HOME_VARIABLE: Final = "TIEPOINT_HOME"
_NAME: Final = "tiepoint"
# sun_path holds 108 bytes on Linux and 104 on macOS, the closing zero included (unix(7)).
_SOCKET_PATH_LIMIT_BYTES: Final = 100
_LONGEST_SOCKET: Final = "transfers.sock"


def data_folder() -> Path:
    """Return the folder of captures, jobs and databases."""
    return _folder("data", {"darwin": "Library/Application Support", "unix": ".local/share"}, "XDG_DATA_HOME", "")


def settings_folder() -> Path:
    """Return the folder of the settings file."""
    return _folder("settings", {"darwin": "Library/Application Support", "unix": ".config"}, "XDG_CONFIG_HOME", "")


def cache_folder() -> Path:
    """Return the folder of what can be made again, compiled code among it."""
    return _folder("cache", {"darwin": "Library/Caches", "unix": ".cache"}, "XDG_CACHE_HOME", "Cache")


def log_folder() -> Path:
    """Return the folder of the log files."""
    base = _folder("log", {"darwin": "Library/Logs", "unix": ".local/state"}, "XDG_STATE_HOME", "Logs")
    return base if _home() or sys.platform in {"darwin", "win32"} else base / "log"


def transfer_journal() -> Path:
    """Return the file in which the transfer worker keeps its transfers; there is none before the first one."""
    return data_folder() / "transfers.sqlite3"


def runtime_folder() -> Path:
    """Return the folder for the endpoint; it may not exist yet. See `private_folder`."""
    home = _home()
    if home:
        return home / "run"
    if sys.platform == "win32":
        return _windows_base() / "Temp" / _NAME
    base = os.environ.get("XDG_RUNTIME_DIR", "")
    if os.path.isabs(base):
        return Path(base) / _NAME
    if sys.platform == "darwin":
        return Path.home() / "Library/Caches/TemporaryItems" / _NAME
    of_session = Path(f"/run/user/{os.getuid()}")
    return (of_session if _is_ours(of_session) else _temporary() / f"runtime-{os.getuid()}") / _NAME


def private_folder() -> Path:
    """Make the folder of the endpoints, readable by the user alone, and return it.

    A path too long for a socket is replaced by a short one in the system's folder for temporary files.

    Raises:
        PermissionError: The folder belongs to someone else.
        OSError: It cannot be made.
    """
    folder = runtime_folder()
    if sys.platform == "win32":
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    if len(os.fsencode(folder / _LONGEST_SOCKET)) > _SOCKET_PATH_LIMIT_BYTES:
        import hashlib  # only a long path needs it, and every start would pay for it

        digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
        _make_private(_temporary() / f"tiepoint-{os.getuid()}")
        folder = _temporary() / f"tiepoint-{os.getuid()}" / digest
    elif not _home():
        _make_private(folder.parent)
    _make_private(folder)
    return folder


def user_log_file(name: str) -> Path:
    """Return the path of a log file, its folder made.

    Args:
        name: File name without its suffix.

    Raises:
        OSError: The folder cannot be made.
    """
    folder = log_folder()
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}.log"


def _folder(kind: str, places: dict[str, str], variable: str, windows_name: str) -> Path:
    home = _home()
    if home:
        return home / kind
    if sys.platform == "win32":
        return _windows_base() / _NAME / windows_name
    chosen = os.environ.get(variable, "").strip()
    if os.path.isabs(chosen):
        return Path(chosen) / _NAME
    return Path.home() / places["darwin" if sys.platform == "darwin" else "unix"] / _NAME


def _temporary() -> Path:
    import tempfile  # rarely needed, and every start would pay for it

    return Path(tempfile.gettempdir())


def _home() -> Path | None:
    home = os.environ.get(HOME_VARIABLE)
    return Path(home).absolute() if home else None


def _windows_base() -> Path:
    return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")


def _is_ours(folder: Path) -> bool:
    return folder.is_dir() and os.access(folder, os.R_OK | os.W_OK | os.X_OK) and folder.stat().st_uid == os.getuid()


def _make_private(folder: Path) -> None:
    if sys.platform == "win32":
        return
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise PermissionError(f"{folder} belongs to someone else; set XDG_RUNTIME_DIR to a folder of your own.")
    if found.st_mode & 0o077:
        folder.chmod(0o700)
