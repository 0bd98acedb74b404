"""The same file or folder as different machines see it: what Path Doctor shows. Pure; any thread."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tiepoint.domain.failure import Failure


class ViewerKind(StrEnum):
    """Who looks, in the order of the way a photo takes."""

    PANEL = "panel"
    BLOB = "blob"
    SCHEDULER = "scheduler"
    NODE = "node"


@dataclass(frozen=True, slots=True)
class PathView:
    """What one of them sees.

    Args:
        viewer: Who.
        name: Of the machine or account.
        path: As it is spelt there: `/srv/captures/…`, `https://…`, `Z:\\projects\\…`.
        is_there: Whether it is; None = it could not be asked.
        size_bytes: Of a file.
        can_write: Whether a probe could be written, read back and removed; None = not tried.
        sees_probe: Whether it saw the probe that the scheduler wrote; None = not tried.
        free_bytes: Of the file system.
        file_system: `lustre`, `nfs4`, `ext4`, …; empty = unknown.
        failure: What is wrong here.
    """

    viewer: ViewerKind
    name: str
    path: str
    is_there: bool | None = None
    size_bytes: int | None = None
    can_write: bool | None = None
    sees_probe: bool | None = None
    free_bytes: int | None = None
    file_system: str = ""
    failure: Failure | None = None

    @property
    def is_fine(self) -> bool:
        """Whether nothing is wrong here."""
        return self.failure is None


@dataclass(frozen=True, slots=True)
class PathReport:
    """All views, in order of the way.

    Args:
        views: Panel, Blob, scheduler, nodes by name.
        is_whole: Whether all have been asked.
    """

    views: tuple[PathView, ...] = ()
    is_whole: bool = False

    @property
    def first_break(self) -> PathView | None:
        """Where it breaks first; None = nowhere."""
        return next((view for view in self.views if not view.is_fine), None)
