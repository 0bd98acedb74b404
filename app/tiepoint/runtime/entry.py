"""Where every child process begins: its role, its ties to the parent, and its environment, before any heavy import.

Runs in the main thread of a fresh process. Knows the roles by name only and imports a role's module when it is run.
"""

from __future__ import annotations

import faulthandler
import importlib
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Final, TextIO

from tiepoint.runtime import folders
from tiepoint.runtime.children import DETACH_VARIABLE
from tiepoint.runtime.compiled_code import set_cache_of_code
from tiepoint.runtime.parentage import die_with_parent

ROLES: Final = {
    "agent": "tiepoint.agent.daemon:main",
    "transfer": "tiepoint.transfer.daemon:main",
    "node": "tiepoint.agent.node.daemon:main",
    "connect": "tiepoint.agent.connect:main",
    "token": "tiepoint.azure_sign_in:main",
    "worker": "tiepoint.agent.backends.dask.worker:main",
    "stage": "tiepoint.agent.backends.dask.stage_child:main",
    "inspect": "tiepoint.engine.inspect_photos:main",
    "photos": "tiepoint.engine.photo_child:main",
    "photo-checks": "tiepoint.engine.photo_child:main",
    "render": "tiepoint.engine.render_child:main",
    "export-model": "tiepoint.engine.export_model:main",
    "warm": "tiepoint.engine.warm:main",
    "health": "tiepoint.engine.health:main",
    "graphics": "tiepoint.ui.viewer.trial:main",
}
THREADS_VARIABLE: Final = "TIEPOINT_THREADS"
_THREAD_CAPS: Final = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMBA_NUM_THREADS",
)
_ONE_THREAD_ROLES: Final = frozenset({"worker", "photos", "photo-checks"})
_POLITE_ROLES: Final = frozenset({"worker", "stage", "photo-checks", "warm"})
_NICENESS: Final = 10
_DAEMONS: Final = frozenset({"agent", "transfer"})


def run_child(argv: Sequence[str]) -> int:
    """Be a child process.

    Args:
        argv: The role and its arguments.

    Returns:
        The exit status.
    """
    role, *args = argv or [""]
    if role not in ROLES:
        sys.stderr.write(f"tiepoint: no such role: {role!r}\n")
        return 2
    die_with_parent()
    _detach()
    _set_environment(role)
    crashes = _report_crashes(role)
    module, _, function = ROLES[role].partition(":")
    try:
        run: Callable[[Sequence[str]], int | None] = getattr(importlib.import_module(module), function)
    except Exception:
        # A daemon has no log yet, and nobody reads its error stream.
        traceback.print_exc(file=crashes)
        raise
    return run(args) or 0


def _detach() -> None:
    """Leave the launching process behind: the first process ends, its child goes on."""
    if os.environ.pop(DETACH_VARIABLE, "") and sys.platform != "win32" and os.fork() > 0:
        os._exit(0)


def _set_environment(role: str) -> None:
    set_cache_of_code()
    threads = os.environ.pop(THREADS_VARIABLE, "1" if role in _ONE_THREAD_ROLES else "")
    if threads:
        os.environ.update(dict.fromkeys(_THREAD_CAPS, threads))
    if role in _POLITE_ROLES and sys.platform != "win32":
        os.nice(max(0, _NICENESS - os.nice(0)))


def _report_crashes(role: str) -> TextIO:
    """Let a crash in native code leave its Python stack in the error stream, or in a file where there is none.

    Returns:
        Where crashes are told.
    """
    if sys.stderr is not None and role not in _DAEMONS:
        faulthandler.enable()
        return sys.stderr
    # The file must stay open for as long as the process lives.
    crashes = folders.user_log_file(f"{role}-crash").open("a", encoding="utf-8")
    faulthandler.enable(crashes)
    return crashes
