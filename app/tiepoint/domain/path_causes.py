"""Why a path is not for one machine what it is for another: the usual causes, each with its remedy. Pure; any thread.

Judged from what scheduler and nodes answer to `paths.look` and `paths.probe`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tiepoint.domain.failure import Failure
from tiepoint.domain.space import size_text

LEAST_FREE_BYTES: Final = 64 << 20
"""With less than that a disk counts as full: a single photo may not fit."""
_LOCAL: Final = frozenset(
    {"ext2", "ext3", "ext4", "xfs", "btrfs", "overlay", "tmpfs", "zfs", "ntfs", "f2fs", "squashfs"}
)
_SHARED: Final = frozenset({"nfs", "nfs4", "lustre", "cifs", "smb3", "beegfs", "ceph", "gpfs", "fuse.blobfuse2"})


@dataclass(frozen=True, slots=True)
class Seen:
    """What one machine sees at a path.

    Args:
        path: As it is spelt there.
        kind: `file`, `folder`, `other` or `missing`.
        size_bytes: Of a file.
        is_writable: Whether its account may write there.
        free_bytes: Of the file system.
        file_system: `nfs4`, `ext4`, …; empty = unknown.
    """

    path: str
    kind: str
    size_bytes: int = 0
    is_writable: bool = False
    free_bytes: int | None = None
    file_system: str = ""

    @property
    def is_there(self) -> bool:
        """Whether anything is."""
        return self.kind != "missing"


def scheduler_trouble(seen: Seen, folder: Seen, *, other_case: str = "", has_work: bool = True) -> Failure | None:
    """Say what is wrong on the scheduler's machine.

    Args:
        seen: The path.
        folder: The folder that is written into.
        other_case: The path in another spelling of large and small letters, if that is there.
        has_work: Whether the shared folder itself is there.
    """
    if not has_work:
        return Failure(
            "not-mounted",
            "The shared folder is not there on the scheduler.",
            f"Mount it there: look at the mount unit of {folder.path} (systemctl status, journalctl), or set `work` "
            "in the agent's settings to where it is.",
            retryable=True,
        )
    if not seen.is_there and other_case:
        return Failure(
            "case",
            f"The scheduler has {other_case}, which differs in large and small letters.",
            "Rename one of them: for Linux they are two.",
        )
    if not seen.is_there:
        return Failure(
            "missing",
            "It is not there on the scheduler.",
            "Run the job again: its first stage brings the photos from Blob storage.",
            retryable=True,
        )
    return disk_trouble("the scheduler", folder)


def node_trouble(node: str, here: Seen, there: Seen, *, has_work: bool | None = None) -> Failure | None:
    """Say what is wrong on a node, by comparing it with the scheduler.

    Args:
        node: Its name.
        here: What the scheduler sees.
        there: What the node sees.
        has_work: Whether the node has the shared folder at all; None = not asked.
    """
    is_local = there.file_system in _LOCAL and here.file_system in _SHARED
    if here.is_there and (has_work is False or (not there.is_there and is_local)):
        return not_mounted(node, there)
    if here.is_there and not there.is_there:
        return other_root(node, there, "does not have what the scheduler has there")
    if here.kind == "file" and there.kind == "file" and here.size_bytes != there.size_bytes:
        sizes = f"has {there.size_bytes:,} bytes there, the scheduler {here.size_bytes:,}"
        return other_root(node, there, sizes)
    if is_local:
        return not_mounted(node, there)
    return None


def probe_trouble(node: str, folder: Seen, said: Failure | None, sees_agent: bool | None) -> Failure | None:
    """Say what is wrong on a node that wrote into a folder, read it back, and looked for the scheduler's file.

    Args:
        node: Its name.
        folder: What it sees of the folder.
        said: What it said itself when it could not; None = it could.
        sees_agent: Whether it saw the scheduler's file; None = not tried.
    """
    if said is not None:
        return disk_trouble(node, folder) or said
    if sees_agent is False:
        return other_root(node, folder, "does not see what the scheduler writes there")
    return None


def disk_trouble(machine: str, folder: Seen) -> Failure | None:
    """Say that a disk is full or cannot be written; None = it can."""
    if folder.free_bytes is not None and folder.free_bytes < LEAST_FREE_BYTES:
        return Failure(
            "disk-full",
            f"The disk of {folder.path} is full on {machine}: {size_text(folder.free_bytes)} are free.",
            "Delete old jobs' folders there, or make the storage larger; nothing is lost.",
            retryable=True,
        )
    if folder.is_there and not folder.is_writable:
        return Failure(
            "read-only",
            f"{folder.path} cannot be written on {machine}.",
            "It is mounted read-only, or belongs to another account: mount it read-write, or give hpcuser the right.",
            retryable=True,
        )
    return None


def not_mounted(node: str, there: Seen) -> Failure:
    """Say that a node looks at its own disk."""
    kind = f" (it looks at its own {there.file_system})" if there.file_system in _LOCAL else ""
    return Failure(
        "not-mounted",
        f"The shared folder is not mounted on {node}{kind}.",
        f"On {node}: systemctl status work.mount, then systemctl start work.mount; or restart the machine.",
        retryable=True,
    )


def other_root(node: str, there: Seen, what: str) -> Failure:
    """Say that a node has another folder under the same name."""
    kind = f" ({there.file_system})" if there.file_system else ""
    return Failure(
        "other-root",
        f"{node} {what}: another folder has the name {there.path} on it{kind}.",
        f"Compare what is mounted on both (findmnt --target {there.path}); mount the same export on {node}.",
        retryable=True,
    )
