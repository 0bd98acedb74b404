"""The start of the panel: what desktop entries and file types call, and `tiepoint panel` too.

It imports little, because the window should stand before the rest of the program is read. Main thread.
"""

from __future__ import annotations

import contextlib
import gc
import sys
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tiepoint.runtime import folders
from tiepoint.runtime.display import display_problem
from tiepoint.runtime.locks import FileLock
from tiepoint.ui.opening import FirstPicture, Opening

if TYPE_CHECKING:
    from tiepoint.services.program import Program

_EXIT_SETUP: Final = 2
_STARTING_S: Final = 20.0
_RETRY_S: Final = 0.2
_kept: Final[list[Any]] = []
_LATER: Final = (
    "tiepoint.bootstrap",
    "tiepoint.adapters.computer.system",
    "tiepoint.adapters.engine.model_exporter",
    "tiepoint.adapters.engine.photo_gallery",
    "tiepoint.adapters.engine.photo_inspector",
    "tiepoint.adapters.engine.renderer",
    "tiepoint.adapters.files.photo_set_store",
    "tiepoint.adapters.files.result_reader",
    "tiepoint.adapters.files.result_store",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the panel on the files named, as a desktop does."""
    given = sys.argv[1:] if arguments is None else arguments
    return run_panel(Opening(tuple(Path(each).absolute() for each in given if each and not each.startswith("--"))))


def run_panel(opening: Opening, *, verbose: bool = False) -> int:
    """Show the panel until it is closed; a panel that runs already is given what was to be opened.

    Args:
        opening: What to begin with.
        verbose: Logs are shown on stderr.

    Returns:
        The exit code.
    """
    gc.disable()  # nothing made while starting is garbage, and searching for it takes time; the session switches it on
    problem = display_problem()
    if problem is not None:
        return _refused(f"{problem.summary}\n{problem.remedy}")
    try:
        lock = FileLock(folders.private_folder() / "panel.lock")
        is_first = lock.try_acquire()
    except OSError as error:
        return _refused(f"The program's own folder cannot be used: {error}.\nLook what is wrong with: tiepoint doctor")
    if not is_first:
        answered = _handed_over(opening, lock)
        if answered is not None:
            return answered
    _report_crashes()
    try:
        from tiepoint.ui.application import show_panel

        return show_panel(lambda: _opened(verbose=verbose), opening, _panel_name(), _first_picture(), _LATER)
    finally:
        lock.release()


@contextlib.asynccontextmanager
async def _opened(*, verbose: bool) -> AsyncIterator[Program]:
    from tiepoint import bootstrap

    bootstrap.start_logs(verbose=verbose)
    async with bootstrap.open_program() as program:
        yield program


def _report_crashes() -> None:
    """Let a crash in native code leave its stack in a file; the next start learns from it which driver it was."""
    with contextlib.suppress(OSError):
        import faulthandler

        # The file must stay open for as long as the process lives.
        _kept.append(folders.user_log_file("panel-crash").open("a", encoding="utf-8"))
        faulthandler.enable(_kept[-1])


def _first_picture() -> FirstPicture:
    """Read the little that the first picture needs; what is broken is told later, by the services that own it."""
    settings, state = _stored("settings.json"), _stored("panel.json")
    return FirstPicture(
        theme=_text(settings, "theme") or "system",
        geometry=_text(state, "geometry"),
        page=_text(state, "page"),
    )


def _text(stored: dict[str, Any], key: str) -> str:
    found = stored.get(key)
    return found if isinstance(found, str) else ""


def _stored(name: str) -> dict[str, Any]:
    with contextlib.suppress(OSError, ValueError):
        text = (folders.settings_folder() / name).read_text(encoding="utf-8")
        import json  # a first start has nothing to read

        found = json.loads(text)
        return found if isinstance(found, dict) else {}
    return {}


def _handed_over(opening: Opening, lock: FileLock) -> int | None:
    """Give what was to be opened to the panel that runs already, which may be just starting or ending.

    Returns:
        The exit code; None when that panel has ended meanwhile, and this one holds the lock.
    """
    from tiepoint.ui.application import make_application
    from tiepoint.ui.shell.other_starts import hand_over

    make_application()
    end = time.monotonic() + _STARTING_S
    while not hand_over(_panel_name(), opening):
        if lock.try_acquire():
            return None
        if time.monotonic() > end:
            return _refused(
                "Tiepoint runs already and does not answer.\nWait until it has ended, or end it, and try again."
            )
        time.sleep(_RETRY_S)
    return 0


def _panel_name() -> str:
    """Name of the running panel's endpoint: one for each user and TIEPOINT_HOME."""
    if sys.platform == "win32":
        import getpass

        return f"tiepoint-panel-{getpass.getuser()}"
    return str(folders.private_folder() / "panel.sock")


def _refused(text: str) -> int:
    if sys.stderr is not None:
        sys.stderr.write(f"Error: {text}\n")
    return _EXIT_SETUP
