"""Puts together what looks at this computer and at newer releases; heavy libraries are read when used. Main thread."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, cast

from tiepoint import __version__, resources
from tiepoint.adapters.computer.graphics_trial import ChildGraphicsTrial
from tiepoint.adapters.on_demand import OnDemand
from tiepoint.adapters.updates.update_memory import FileUpdateMemory
from tiepoint.ports.graphics import GraphicsTrial
from tiepoint.runtime import folders
from tiepoint.services.preferences import Preferences
from tiepoint.services.updates import UpdateService

if TYPE_CHECKING:
    from tiepoint.ports.update_source import UpdateSource


def update_service(preferences: Preferences, now: Callable[[], datetime]) -> UpdateService:
    """Return the service that looks for newer releases; nobody is asked anything.

    Args:
        preferences: Whether and where to look.
        now: The clock, UTC.
    """
    memory = FileUpdateMemory(folders.data_folder() / "updates.json")
    source = cast("UpdateSource", OnDemand(_signed_manifest))
    return UpdateService(source, memory, preferences, __version__, _built_in(), now)


def graphics_trial(
    launch: Callable[[str, Sequence[str]], Awaitable[asyncio.subprocess.Process]],
) -> GraphicsTrial:
    """Return what tries OpenGL in a child.

    Args:
        launch: Starts a child by role and arguments.
    """
    return ChildGraphicsTrial(launch)


def _signed_manifest() -> UpdateSource:
    from tiepoint.adapters.updates.signed_manifest import SignedManifest

    return SignedManifest()


def _built_in() -> tuple[str, tuple[str, ...]]:
    """Read the address and keys this build came with; packaging fills them in."""
    found = json.loads(resources.read_text("updates/built_in.json"))
    return str(found["address"]), tuple(str(key) for key in found["keys"])
