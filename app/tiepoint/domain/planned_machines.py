"""The machines of a plan: what they are called, how large they are, where they stand. Pure; any thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tiepoint.domain.addresses import address_plan
from tiepoint.domain.cluster import MachineRole
from tiepoint.domain.cluster_plan import AccessKind, ClusterPlan, DirectoryKind, Engine, SchedulerOs
from tiepoint.domain.resource_names import CONTROLLERS, JUMP_LINUX, JUMP_WINDOWS, SCHEDULER, node_names

SERVICE_SIZE: Final = "Standard_D2s_v5"
"""Of jump boxes and domain controllers."""
DISK_GIB: Final = 128
"""Of every machine's one disk: a Premium P10, which is billed while the machine is deallocated."""


@dataclass(frozen=True, slots=True)
class PlannedMachine:
    """A machine of a plan.

    Args:
        name: Such as `node-03`.
        role: See `MachineRole`.
        size: Azure size.
        is_windows: Whether it runs Windows Server.
        is_spot: Whether Azure may take it back.
        address: In the cluster's network.
        disk_gib: Of its disk.
    """

    name: str
    role: MachineRole
    size: str
    is_windows: bool
    is_spot: bool
    address: str
    disk_gib: int = DISK_GIB


def planned_machines(plan: ClusterPlan) -> tuple[PlannedMachine, ...]:
    """Return all machines of a plan: scheduler, nodes, jump boxes, domain controllers.

    Raises:
        UsageError: Its address spaces cannot be used.
    """
    at = address_plan(plan)
    is_windows = plan.scheduler.os is SchedulerOs.WINDOWS
    found = [
        PlannedMachine(SCHEDULER, MachineRole.SCHEDULER, plan.scheduler.size, is_windows, False, str(at.scheduler))
    ]
    found += [
        PlannedMachine(name, MachineRole.NODE, plan.nodes.size, False, plan.nodes.spot, str(address))
        for name, address in zip(node_names(plan.nodes.count), at.nodes, strict=False)
    ]
    if has_windows_jump_box(plan):
        found.append(_service(JUMP_WINDOWS, MachineRole.JUMP_BOX, True, str(at.jump_windows)))
    if has_linux_jump_box(plan):
        found.append(_service(JUMP_LINUX, MachineRole.JUMP_BOX, False, str(at.jump_linux)))
    if plan.directory.kind is DirectoryKind.ACTIVE_DIRECTORY:
        found += [
            _service(name, MachineRole.DIRECTORY, True, str(address))
            for name, address in zip(CONTROLLERS, at.controllers, strict=True)
        ]
    return tuple(found)


def shares_jobs(plan: ClusterPlan) -> bool:
    """Whether the scheduler gives one job's tasks to all nodes: the open engine's does, and needs Linux for it."""
    return plan.engine is Engine.OPEN and plan.scheduler.os is SchedulerOs.LINUX


def has_windows_jump_box(plan: ClusterPlan) -> bool:
    """Whether a Windows jump box is made: the tools of Active Directory need one."""
    return plan.access.kind is AccessKind.JUMP_BOXES and plan.directory.kind is DirectoryKind.ACTIVE_DIRECTORY


def has_linux_jump_box(plan: ClusterPlan) -> bool:
    """Whether a Linux jump box is made: where it is wanted, or where it would be the only way in."""
    return plan.access.kind is AccessKind.JUMP_BOXES and (plan.access.linux_jump_box or not has_windows_jump_box(plan))


def _service(name: str, role: MachineRole, is_windows: bool, address: str) -> PlannedMachine:
    return PlannedMachine(name, role, SERVICE_SIZE, is_windows, False, address)
