"""Puts together what looks at this computer and at newer releases; heavy libraries are read when used. Main thread."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, cast

from tiepoint import __version__, resources
from tiepoint.adapters.computer.graphics_memory import FileGraphicsMemory
from tiepoint.adapters.computer.graphics_trial import ChildGraphicsTrial
from tiepoint.adapters.computer.screen import is_remote_screen, surroundings_of
from tiepoint.adapters.on_demand import OnDemand
from tiepoint.adapters.updates.update_memory import FileUpdateMemory
from tiepoint.domain.proxy import chosen_proxy
from tiepoint.domain.settings import Settings
from tiepoint.ports.kept_files import Keeping
from tiepoint.runtime import folders
from tiepoint.runtime.display import display_problem
from tiepoint.runtime.proxy import ProxyVariables
from tiepoint.services.graphics import GraphicsService
from tiepoint.services.preferences import Preferences
from tiepoint.services.updates import UpdateService

if TYPE_CHECKING:
    from tiepoint.ports.update_source import UpdateSource

PANEL_CRASHES = "panel-crash.log"
"""In the folder for logs: what faulthandler writes of a crash of the panel."""


def proxy_variables(preferences: Preferences) -> ProxyVariables:
    """Let this process and its children go through the proxy that holds, and follow its changes.

    Args:
        preferences: The person's choice, and the organisation's.
    """
    variables, policy = ProxyVariables(), preferences.policy

    def follow(settings: Settings) -> None:
        variables.use(chosen_proxy(policy, settings))

    follow(preferences.settings)
    preferences.changed.subscribe(follow)
    return variables


def update_service(preferences: Preferences, keeping: Keeping) -> UpdateService:
    """Return the service that looks for newer releases; nobody is asked anything.

    Args:
        preferences: Whether and where to look.
        keeping: How files are kept; its clock, UTC.
    """
    memory = FileUpdateMemory(folders.data_folder() / "updates.json", keeping)
    source = cast("UpdateSource", OnDemand(_signed_manifest))
    return UpdateService(source, memory, preferences, __version__, built_in(), keeping.now)


def graphics_service(
    launch: Callable[[str, Sequence[str]], Awaitable[asyncio.subprocess.Process]], now: Callable[[], datetime]
) -> GraphicsService:
    """Return what finds out how the 3D view draws; nothing is tried.

    Args:
        launch: Starts a child by role and arguments.
        now: The clock, UTC.
    """
    memory = FileGraphicsMemory(folders.data_folder(), folders.log_folder() / PANEL_CRASHES)
    trial = ChildGraphicsTrial(launch, _no_screen, is_remote_screen)
    return GraphicsService(trial, memory, lambda: surroundings_of(__version__), now)


def _no_screen() -> str | None:
    problem = display_problem()
    return None if problem is None else problem.summary


def _signed_manifest() -> UpdateSource:
    from tiepoint.adapters.updates.signed_manifest import SignedManifest

    return SignedManifest()


def built_in() -> tuple[str, tuple[str, ...]]:
    """Return the address and keys this build came with; packaging fills them in."""
    found = json.loads(resources.read_text("updates/built_in.json"))
    return str(found["address"]), tuple(str(key) for key in found["keys"])
