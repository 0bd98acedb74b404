"""All that is known of one node as facts, and what is wrong with it in a sentence. Pure; any thread."""

from __future__ import annotations

from tiepoint.domain.node import Node
from tiepoint.ui.text import plain, said_below, tr
from tiepoint.ui.theme.states import look_of
from tiepoint.ui.viewmodels.jobs_words import age_text, bytes_text, percent_text
from tiepoint.ui.viewmodels.money import rate_text
from tiepoint.ui.viewmodels.nodes_cells import capability_text, heard_cell, mask_text, power_text, why_text
from tiepoint.ui.viewmodels.nodes_state import (
    NodeContext,
    is_billed_for_nothing,
    is_paused_since_it_joined,
    node_state,
    quiet_s,
)

_NOTHING = "—"


def node_facts(node: Node, context: NodeContext) -> list[tuple[str, str]]:
    """Return names and values; what an engine does not tell is left out."""
    load, machine = node.load, context.machine(node)
    facts = [(tr("Node", "Last heard"), heard_cell(node, context).text)]
    if machine is not None:
        facts.append((tr("Node", "Azure power"), power_text(machine.power)))
        if machine.per_hour is not None:
            facts.append((tr("Node", "While it runs"), rate_text(machine.per_hour, context.currency, decimals=2)))
    quiet = quiet_s(node, context)
    if node.last_line is not None and quiet is not None and not context.is_stale:
        facts.append((tr("Node", "Last line"), age_text(max(0.0, quiet))))
    memory = bytes_text(load.memory_bytes) if load is not None and load.memory_bytes else _NOTHING
    if node.memory_bytes:
        memory = tr("Node", "{used} of {limit}", used=memory, limit=bytes_text(node.memory_bytes))
    facts += [
        (tr("Node", "CPU"), _NOTHING if load is None else percent_text(min(1.0, load.cpu))),
        (tr("Node", "Memory"), memory),
        (tr("Node", "Cores"), str(node.cpu_count) if node.cpu_count else _NOTHING),
    ]
    if load is not None and load.gpu is not None:
        facts.append((tr("Node", "GPU"), percent_text(min(1.0, load.gpu))))
    if load is not None and load.gpu_memory_bytes is not None:
        facts.append((tr("Node", "GPU memory"), bytes_text(load.gpu_memory_bytes)))
    if load is not None and load.work_bytes_s is not None:
        facts.append((tr("Node", "Shared folder"), _rate(load.work_bytes_s)))
    if load is not None and load.disk_bytes_s is not None:
        facts.append((tr("Node", "Own disks"), _rate(load.disk_bytes_s)))
    facts += _cards(node)
    facts += [
        (tr("Node", "Capability"), capability_text(node)),
        (tr("Node", "Version"), plain(node.version) or _NOTHING),
        (tr("Node", "Failed tasks"), str(node.errors)),
        (tr("Node", "Retries"), str(node.retries)),
    ]
    return facts


def warning_text(node: Node, context: NodeContext) -> str:
    """Say what is wrong with a node, and what that means."""
    state = node_state(node, context)
    if is_billed_for_nothing(node, context):
        return tr(
            "Node",
            "Azure says that its machine runs and bills, and the scheduler does not hear of it. Look whether its "
            "service runs, or deallocate it on the Cluster page.",
        )
    if state == "silent":
        return tr("Node", "Busy, yet not heard of for a while. Its task starts again elsewhere if it died.")
    if state == "stuck":
        return tr(
            "Node",
            "It answers, but its task has said nothing for long ({why}). Ending the node gives the task to another.",
            why=why_text(node, context),
        )
    if state == "evicted":
        return tr(
            "Node",
            "Azure took its machine back. Its task went to another node; start the machine again if you need it.",
        )
    if state == "failed":
        return tr("Node", "It did not start twice in a row. The log of the agent says why.")
    if is_paused_since_it_joined(node):
        return tr("Node", "New workers of this engine join paused. Release it to let it take tasks.")
    if node.notice:
        return said_below(plain(node.notice))
    if node.version != context.version:
        return tr("Node", "It runs another version than the scheduler ({version}).", version=plain(context.version))
    return look_of(state).text


def _cards(node: Node) -> list[tuple[str, str]]:
    facts = [(tr("Node", "Graphics card"), plain(card.name, limit=60)) for card in node.gpus[:1]]
    if len(node.gpus) > 1:
        facts = [(tr("Node", "Graphics cards"), f"{len(node.gpus)} × {plain(node.gpus[0].name, limit=60)}")]
    if node.gpu_mask is not None:
        facts.append((tr("Node", "GPU mask"), mask_text(node)))
    return facts


def _rate(bytes_s: float) -> str:
    return tr("Node", "{size}/s", size=bytes_text(int(bytes_s)))
