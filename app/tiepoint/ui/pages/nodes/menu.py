"""The menu of what can be done with one or more nodes; what cannot says why. The GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from tiepoint.domain.node import Node
from tiepoint.ui.text import plain, tr, tr_count
from tiepoint.ui.theme import icons
from tiepoint.ui.viewmodels.nodes_commands import NodeCommand, NodeCommands, end_question
from tiepoint.ui.widgets.question import Question, ask


def node_menu(owner: QWidget, commands: NodeCommands, nodes: Sequence[Node], on_job: Callable[[], object]) -> QMenu:
    """Return the menu of these nodes.

    Args:
        owner: Over which questions are asked.
        commands: What can be done.
        nodes: With which; the menu speaks of the first one's state where they differ.
        on_job: Shows the job of the first one.
    """
    menu = QMenu(owner)
    menu.setToolTipsVisible(True)
    if len(nodes) > 1:
        menu.addSection(tr_count("Nodes", "1 node", "{count} nodes", len(nodes)))
    if len(nodes) == 1 and nodes[0].job is not None:
        _entry(menu, tr("Nodes", "Show the job"), "list", on_job)
        menu.addSeparator()
    _add(menu, commands, nodes, NodeCommand.PAUSE, tr("Nodes", "Pause"), "circle-pause", commands.pause)
    _add(menu, commands, nodes, NodeCommand.RELEASE, tr("Nodes", "Release"), "circle-play", commands.release)
    if commands.is_known(NodeCommand.SET):
        _add_settings(menu, commands, nodes)
    _add(
        menu,
        commands,
        nodes,
        NodeCommand.END,
        tr("Nodes", "End the node…"),
        "power-off",
        lambda fit: ask_to_end(owner, commands, fit),
    )
    _add(menu, commands, nodes, NodeCommand.START, tr("Nodes", "Start again"), "play", commands.start_machines)
    return menu


def ask_to_end(owner: QWidget, commands: NodeCommands, nodes: Sequence[Node]) -> None:
    """Ask, and end them."""
    text, info = end_question(nodes)
    question = Question(tr("Nodes", "End nodes"), text, info, tr("Nodes", "End"), tr("Nodes", "Keep"))
    ask(owner, question, lambda: commands.end(nodes))


def _add(
    menu: QMenu,
    commands: NodeCommands,
    nodes: Sequence[Node],
    command: NodeCommand,
    words: str,
    icon: str,
    do: Callable[[list[Node]], object],
) -> None:
    if not commands.is_known(command):
        return
    fit = [node for node in nodes if not commands.refusal(command, node)]
    entry = _entry(menu, words, icon, lambda: do(fit))
    entry.setEnabled(bool(fit))
    if not fit:
        entry.setToolTip(commands.refusal(command, nodes[0]))
    elif len(fit) < len(nodes):
        entry.setText(tr("Nodes", "{what} ({count} of {all})", what=words, count=len(fit), all=len(nodes)))


def _add_settings(menu: QMenu, commands: NodeCommands, nodes: Sequence[Node]) -> None:
    fit = [node for node in nodes if not commands.refusal(NodeCommand.SET, node)]
    first, why = (fit or list(nodes))[0], "" if fit else commands.refusal(NodeCommand.SET, nodes[0])
    part = menu.addMenu(tr("Nodes", "Capability"))
    for key, words in (("any", tr("Nodes", "Any")), ("cpu", tr("Nodes", "CPU")), ("gpu", tr("Nodes", "GPU"))):
        entry = _entry(part, words, "", partial(commands.set_capability, fit, key))
        _check(entry, is_on=first.capability == key)
    _allow(part, why)
    if first.gpu_mask is not None and first.gpus:
        part = menu.addMenu(tr("Nodes", "Graphics cards"))
        for place, card in enumerate(first.gpus):
            is_on = bool(first.gpu_mask >> place & 1)
            words = tr("Nodes", "{place}: {card}", place=place + 1, card=plain(card.name, limit=60))
            entry = _entry(part, words, "", partial(commands.set_card, fit, place, is_on=not is_on))
            _check(entry, is_on=is_on)
        _allow(part, why)
    if first.cpu_enabled is not None:
        is_on = first.cpu_enabled
        words = tr("Nodes", "Use the processor, too")
        entry = _entry(menu, words, "", partial(commands.set_cpu, fit, is_on=not is_on))
        _check(entry, is_on=is_on)
        entry.setEnabled(not why)
        entry.setToolTip(why or tr("Nodes", "Beside graphics cards; Metashape calls it CPU enable"))


def _entry(menu: QMenu, words: str, icon: str, do: Callable[[], object]) -> QAction:
    made = menu.addAction(words)
    if icon:
        made.setIcon(icons.icon(icon, size=16))
    made.triggered.connect(lambda _=False: do())
    return made


def _check(entry: QAction, *, is_on: bool) -> None:
    entry.setCheckable(True)
    entry.setChecked(is_on)


def _allow(menu: QMenu, why: str) -> None:
    menu.setEnabled(not why)
    menu.menuAction().setToolTip(why)
