"""What each column says of a node. Rules about its state: `nodes_state`. Pure; any thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tiepoint.domain.cluster import Power
from tiepoint.domain.node import Node, NodeState
from tiepoint.domain.stages import stage_title
from tiepoint.ui.text import plain, said_below, tr, tr_count
from tiepoint.ui.theme.states import look_of
from tiepoint.ui.viewmodels.jobs_words import (
    age_text,
    bytes_text,
    clock_text,
    coarse_text,
    duration_text,
    percent_text,
)
from tiepoint.ui.viewmodels.money import number_text
from tiepoint.ui.viewmodels.nodes_state import (
    BUSY,
    FRESH_S,
    NodeContext,
    is_billed_for_nothing,
    is_other_version,
    is_paused_since_it_joined,
    is_silent,
    needs_attention,
    node_state,
    order_of,
    quiet_s,
)
from tiepoint.ui.widgets.table_cells import NOTHING, Cell

_TIGHT: Final = 0.9
"""Memory fuller than this share of its limit is told in amber."""


def cpu_cell(node: Node) -> Cell:
    """Return what is said of a node's processor."""
    if node.load is None:
        return NOTHING
    share = min(1.0, node.load.cpu)
    return Cell(percent_text(share), number=share, tone="" if node.state in BUSY else "quiet")


def memory_cell(node: Node) -> Cell:
    """Return what is said of a node's memory; amber when it is close to its limit."""
    if node.load is None or node.load.memory_bytes <= 0:
        return NOTHING
    used, limit = node.load.memory_bytes, node.memory_bytes
    tone = "warn" if limit and used > _TIGHT * limit else "" if node.state in BUSY else "quiet"
    said = tr("Nodes", "{used} of {limit}", used=bytes_text(used), limit=bytes_text(limit)) if limit else ""
    return Cell(bytes_text(used), tone=tone, number=float(used), spoken=said)


def heard_cell(node: Node, context: NodeContext, *, is_short: bool = False) -> Cell:
    """Return when a node was last heard of: its age, or the time when everything is as last known."""
    if node.heard is None:
        return NOTHING
    age_s = max(0.0, (context.now - node.heard).total_seconds())
    if context.is_stale:
        return Cell(clock_text(node.heard, context.now, with_seconds=not is_short), tone="quiet", number=age_s)
    if is_billed_for_nothing(node, context):
        return Cell(clock_text(node.heard, context.now), tone="warn", number=age_s)
    if age_s < FRESH_S:
        age_s = 0.0
    age = coarse_text(age_s) if is_short and age_s else age_text(age_s)
    if is_silent(node, context):
        return Cell(age, tone="warn", number=age_s)
    if node.state in (NodeState.OFFLINE, NodeState.FAILED):
        return Cell(clock_text(node.heard, context.now), tone="quiet", number=age_s)
    # A node that has nothing to do has nothing to say; its silence is no news.
    return Cell(age if node.state in BUSY else tr("Nodes", "idle"), tone="quiet", number=age_s)


def capability_text(node: Node) -> str:
    """Name what a node's tasks may use."""
    words = {"any": tr("Nodes", "Any"), "cpu": tr("Nodes", "CPU"), "gpu": tr("Nodes", "GPU")}
    if node.capability:
        return words.get(node.capability, plain(node.capability))
    return tr("Nodes", "CPU + GPU") if node.gpus else tr("Nodes", "CPU")


def power_text(power: Power) -> str:
    """Name a power state of Azure."""
    return look_of(f"power-{power.value}").text


def node_action(node: Node, context: NodeContext) -> str:
    """Return the one thing to do about a node that needs attention: `start`, `release`, `look`; empty = none."""
    machine = context.machine(node)
    if machine is not None and machine.power is Power.DEALLOCATED and context.can_start:
        return "start"
    if context.is_stale or not needs_attention(node, context):
        return ""
    if is_paused_since_it_joined(node):
        return "release" if context.can_pause else ""
    return "look"


def action_words(action: str) -> tuple[str, str]:
    """Return words and icon of an action in a row."""
    return {
        "start": (tr("Nodes", "Start again"), "play"),
        "release": (tr("Nodes", "Release"), "circle-play"),
        "look": (tr("Nodes", "Look closer"), "search"),
    }.get(action, ("", ""))


def why_text(node: Node, context: NodeContext) -> str:
    """Say in a few words what is odd about a node; empty = nothing is."""
    state, now = node_state(node, context), context.now
    machine = context.machine(node)
    if machine is not None and machine.problem:
        return said_below(plain(machine.problem))
    if state == "stuck":
        return tr("Nodes", "no line for {time}", time=duration_text(quiet_s(node, context) or 0.0))
    if state == "silent" and is_billed_for_nothing(node, context):
        if node.heard is None:
            return tr("Nodes", "bills, never heard of")
        return tr("Nodes", "bills, silent since {time}", time=clock_text(node.heard, now))
    if node.notice:
        return said_below(plain(node.notice))
    if is_other_version(node, context):
        return tr("Nodes", "other version: {version}", version=plain(node.version, limit=20))
    return tr("Nodes", "taken back by Azure") if state == "evicted" else ""


def _state(node: Node, context: NodeContext) -> Cell:
    state = node_state(node, context)
    return Cell(look_of(state).text, look="pill", state=state, number=order_of(node, context))


def _host(node: Node, context: NodeContext) -> Cell:
    sub = "" if node.host == node.id else plain(node.host)
    return Cell(plain(node.id), sub, is_strong=True)


def _power(node: Node, context: NodeContext) -> Cell:
    machine = context.machine(node)
    if machine is None:
        return NOTHING
    look = look_of(f"power-{machine.power.value}")
    tone = "quiet" if look.tone == "neutral" else look.tone
    sub = tr("Nodes", "spot") if machine.is_spot else ""
    return Cell(look.text, sub, icon=look.icon, tone=tone, is_live=True)


def _job(node: Node, context: NodeContext) -> Cell:
    why = why_text(node, context)
    if node.job is None:
        return Cell(tr("Nodes", "No task"), why, tone="quiet")
    name, stage = plain(context.jobs.get(node.job, node.job)), stage_text(node)
    if why:
        return Cell(f"{name} · {stage}" if stage else name, why)
    return Cell(name, f"{stage} · {plain(node.task, limit=80)}" if stage and node.task else stage)


def stage_text(node: Node) -> str:
    """Name the stage a node works on; empty = none."""
    return tr("Stage", stage_title(node.stage)) if node.stage else ""


def task_cell(node: Node, context: NodeContext) -> Cell:
    """Return how far a node's task is."""
    tone = "warn" if node_state(node, context) in ("stuck", "silent") else ""
    if node.job is None:
        return Cell("", look="bar", share=0.0)
    if node.task_progress is None:
        spoken = tr("Nodes", "busy, no telling how far")
        return Cell(tr("Nodes", "busy"), look="bar", share=None, spoken=spoken, tone=tone)
    share = node.task_progress
    return Cell(percent_text(share), look="bar", share=share, number=share, tone=tone)


def _lately(node: Node, context: NodeContext) -> Cell:
    points = context.points.get(node.id, ())
    last = next((point for point in reversed(points) if point is not None), None)
    if last is None:
        return Cell(look="spark", spoken=tr("Nodes", "nothing known"))
    spoken = tr("Nodes", "{share} just now", share=percent_text(last))
    tone = "warn" if node_state(node, context) == "stuck" else ""
    return Cell(look="spark", points=points, number=last, spoken=spoken, tone=tone)


def _gpu(node: Node, context: NodeContext) -> Cell:
    if node.load is None or node.load.gpu is None:
        return NOTHING
    share = min(1.0, node.load.gpu)
    is_odd = node_state(node, context) == "stuck" and share < 0.1
    return Cell(percent_text(share), number=share, tone="warn" if is_odd else "" if node.state in BUSY else "quiet")


def _vram(node: Node, context: NodeContext) -> Cell:
    if node.load is None or node.load.gpu_memory_bytes is None:
        return NOTHING
    used, limit = node.load.gpu_memory_bytes, sum(card.memory_bytes for card in node.gpus)
    return Cell(bytes_text(used), tone="warn" if limit and used > _TIGHT * limit else "", number=float(used))


def _work(node: Node, context: NodeContext) -> Cell:
    if node.load is None or node.load.work_bytes_s is None:
        return NOTHING
    rate = node.load.work_bytes_s / 1e6
    return Cell(f"{rate:.0f}", number=rate, tone="" if rate >= 0.5 else "quiet")


def _version(node: Node, context: NodeContext) -> Cell:
    if not node.version:
        return NOTHING
    if is_other_version(node, context):
        return Cell(plain(node.version), tone="warn", icon="triangle-alert")
    return Cell(plain(node.version), tone="quiet")


def _capability(node: Node, context: NodeContext) -> Cell:
    sub = tr_count("Nodes", "1 core", "{count} cores", node.cpu_count) if node.cpu_count else ""
    return Cell(capability_text(node), sub, tone="quiet", number=float(node.cpu_count))


def _mask(node: Node, context: NodeContext) -> Cell:
    if node.gpu_mask is None:
        return NOTHING
    return Cell(mask_text(node), number=float(node.gpu_mask), tone="quiet")


def mask_text(node: Node) -> str:
    """Write a GPU mask as people set it: `11`, the first card at the right, and how many that are."""
    return f"{node.gpu_mask or 0:0{max(1, len(node.gpus))}b}"


def _price(node: Node, context: NodeContext) -> Cell:
    machine = context.machine(node)
    if machine is None or (machine.per_hour is None and machine.power.is_billed):
        return NOTHING
    # What it bills now: nothing while it is deallocated.
    now = (machine.per_hour or 0.0) if machine.power.is_billed else 0.0
    return Cell(number_text(now, decimals=2), number=now, tone="" if now else "quiet", is_live=True)


def _retries(node: Node, context: NodeContext) -> Cell:
    return Cell(str(node.retries), tone="" if node.retries else "quiet", number=float(node.retries))


def _errors(node: Node, context: NodeContext) -> Cell:
    tone = "warn" if node.errors else "quiet"
    return Cell(str(node.errors), tone=tone, icon="triangle-alert" if node.errors else "", number=float(node.errors))


def _action(node: Node, context: NodeContext) -> Cell:
    words, icon = action_words(node_action(node, context))
    return Cell(words, icon=icon, tone="info" if words else "", number=0.0 if words else 1.0, is_live=True)


CELLS: Final[dict[str, Callable[[Node, NodeContext], Cell]]] = {
    "state": _state,
    "host": _host,
    "power": _power,
    "job": _job,
    "task": task_cell,
    "lately": _lately,
    "gpu": _gpu,
    "vram": _vram,
    "cpu": lambda node, _context: cpu_cell(node),
    "memory": lambda node, _context: memory_cell(node),
    "work": _work,
    "heard": heard_cell,
    "version": _version,
    "capability": _capability,
    "mask": _mask,
    "price": _price,
    "retries": _retries,
    "errors": _errors,
    "action": _action,
}
"""What makes each cell, in the order of `nodes_columns.node_columns`."""
