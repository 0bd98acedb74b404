"""The columns of nodes: on the Nodes page, and of one job's workers. Pure; any thread."""

from __future__ import annotations

from tiepoint.ui.text import tr
from tiepoint.ui.widgets.table_cells import Column


def node_columns() -> tuple[Column, ...]:
    """Return the columns of the Nodes page."""
    return (
        Column("state", tr("Nodes", "State"), 104),
        Column("host", tr("Nodes", "Node"), 92, tip=tr("Nodes", "A worker, and the computer it runs on")),
        Column("power", tr("Nodes", "Azure power"), 108, tip=tr("Nodes", "Its machine bills unless it is deallocated")),
        Column("job", tr("Nodes", "Job, stage"), 144, takes_rest=True),
        Column("task", tr("Nodes", "Task"), 100, tip=tr("Nodes", "How far its running task is")),
        Column("lately", tr("Nodes", "Lately"), 56, drop=7, tip=tr("Nodes", "GPU, or else CPU, in the last minutes")),
        Column("gpu", tr("Nodes", "GPU"), 58, is_right=True, tip=tr("Nodes", "Share of its graphics cards in use")),
        Column("vram", tr("Nodes", "VRAM"), 64, is_right=True, drop=6, tip=tr("Nodes", "Memory of its graphics cards")),
        Column("cpu", tr("Nodes", "CPU"), 58, is_right=True, tip=tr("Nodes", "Share of the cores it may use")),
        Column("memory", tr("Nodes", "RAM"), 66, is_right=True, drop=5, tip=tr("Nodes", "Used, of what it may use")),
        Column(
            "work", tr("Nodes", "NFS MB/s"), 74, is_right=True, drop=4, tip=tr("Nodes", "From and to the shared folder")
        ),
        Column("heard", tr("Nodes", "Last heard"), 76, is_right=True),
        Column(
            "version", tr("Nodes", "Version"), 72, drop=2, tip=tr("Nodes", "Stands out when it is not the scheduler's")
        ),
        Column("capability", tr("Nodes", "Capability"), 92, drop=9, tip=tr("Nodes", "What its tasks may use")),
        Column("mask", tr("Nodes", "GPU mask"), 74, is_right=True, drop=10, tip=tr("Nodes", "Graphics cards in use")),
        Column(
            "price", tr("Nodes", "Per hour"), 68, is_right=True, drop=3, tip=tr("Nodes", "List price, as it is now")
        ),
        Column(
            "retries", tr("Nodes", "Retries"), 58, is_right=True, drop=8, tip=tr("Nodes", "Tasks given to another node")
        ),
        Column("errors", tr("Nodes", "Errors"), 58, is_right=True, drop=11, tip=tr("Nodes", "Tasks that failed on it")),
        Column("action", tr("Nodes", "To do"), 108, drop=1, tip=tr("Nodes", "Click it; the menu of a row has all")),
    )


def worker_columns() -> tuple[Column, ...]:
    """Return the columns of the workers of one job: the same, for less room."""
    return (
        Column("worker", tr("Nodes", "Worker"), 100),
        Column("task", tr("Nodes", "Task"), 84, takes_rest=True),
        Column("progress", tr("Nodes", "Progress"), 84, drop=3),
        Column("heard", tr("Nodes", "Heard"), 60, is_right=True, drop=1),
        Column("cpu", tr("Nodes", "CPU"), 60, is_right=True),
        Column("memory", tr("Nodes", "Memory"), 66, is_right=True, drop=2),
    )
