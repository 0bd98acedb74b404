"""The card of this computer: cores, memory, disk and workers, with the load of the last two minutes."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tiepoint.domain.computer import LoadSample
from tiepoint.domain.space import size_text
from tiepoint.ui.pages.cluster.legend import Legend
from tiepoint.ui.text import tr
from tiepoint.ui.viewmodels.cluster import ClusterView
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.cards import Card, hairline
from tiepoint.ui.widgets.labels import ElidedLabel, Label
from tiepoint.ui.widgets.layouts import column, row
from tiepoint.ui.widgets.load_graph import LoadGraph
from tiepoint.ui.widgets.tone_panel import ToneNote

_MIDDLE_PX = 44
_UNKNOWN = "—"


class ComputerCard(Card):
    """Shows a `ClusterView` and its load.

    Signals:
        nodes_wanted(): The nodes are asked for.
        captures_wanted(): The captures folder is asked for.
    """

    nodes_wanted = Signal()
    captures_wanted = Signal()

    def __init__(self) -> None:
        super().__init__(tr("Cluster", "This computer"), " ")
        self._cpu, self._memory_graph = LoadGraph(tr("Cluster", "Processor")), LoadGraph(tr("Cluster", "Memory"))
        nodes = Button(tr("Cluster", "See the nodes"), "arrow-right", kind="link")
        nodes.clicked.connect(self.nodes_wanted)
        folder = Button(tr("Cluster", "Open captures"), "folder-open", kind="link")
        folder.clicked.connect(self.captures_wanted)
        self.processor = _Tile(tr("Cluster", "Processor"), self._cpu)
        self.memory = _Tile(tr("Cluster", "Memory"), self._memory_graph)
        self.disk = _Tile(tr("Cluster", "Disk"), _low(folder))
        self.workers = _Tile(tr("Cluster", "Workers"), _low(nodes))
        self._note = ToneNote("warn", "triangle-alert")
        self._memory_bytes = 0
        tiles = row(
            self.processor,
            hairline(is_vertical=True),
            self.memory,
            hairline(is_vertical=True),
            self.disk,
            hairline(is_vertical=True),
            self.workers,
            spacing=18,
        )
        for place, share in ((0, 4), (2, 4), (4, 3), (6, 3)):
            tiles.setStretch(place, share)
        self.add(self._note, tiles, _legend(), spacing=12)

    def show_view(self, view: ClusterView) -> None:
        """Show what is known of this computer."""
        self._memory_bytes = view.memory_bytes
        if self.head is not None:
            self.head.remark_label.setText(view.system)
        self._note.set_text(view.problem)
        self.processor.put(view.cores, tr("Cluster", "cores"))
        self.memory.put(size_text(view.memory_bytes) if view.memory_bytes else _UNKNOWN, "")
        free = view.disk_free_bytes
        self.disk.put(_UNKNOWN if free is None else size_text(free), "" if free is None else tr("Cluster", "free"))
        floor = size_text(view.disk_floor_bytes)
        self.disk.say(tr("Cluster", "floor {size}", size=floor) if view.disk_floor_bytes else "")
        self.disk.setToolTip(tr("Cluster", "A job pauses before less than this floor is free, and can go on later."))
        self.workers.put(view.workers, "")
        self.workers.say(view.worker_memory)

    def show_load(self, samples: Sequence[LoadSample]) -> None:
        """Show the load of the last two minutes."""
        if not samples:
            return
        last = samples[-1]
        cpu = tr("Cluster", "{share} busy", share=_percent(last.cpu))
        if last.jobs_cpu is not None:
            cpu += "  ·  " + tr("Cluster", "jobs {share}", share=_percent(last.jobs_cpu))
        memory = tr("Cluster", "{size} used", size=size_text(last.memory_bytes))
        if last.jobs_memory_bytes is not None:
            memory += "  ·  " + tr("Cluster", "jobs {size}", size=size_text(last.jobs_memory_bytes))
        self.processor.say(cpu)
        self.memory.say(memory)
        self._cpu.set_shares([each.cpu for each in samples], [each.jobs_cpu for each in samples], cpu)
        whole = self._memory_bytes or max(each.memory_bytes for each in samples) or 1
        ours = [None if each.jobs_memory_bytes is None else each.jobs_memory_bytes / whole for each in samples]
        self._memory_graph.set_shares([each.memory_bytes / whole for each in samples], ours, memory)


class _Tile(QWidget):
    """A name, a big value with its unit, something in the middle, and a line of words."""

    def __init__(self, name: str, middle: QWidget | QVBoxLayout) -> None:
        super().__init__()
        self._name = name
        self._value, self._unit, self._words = Label("", "number"), Label("", "sub"), ElidedLabel("", "sub")
        value = row(self._value, self._unit, None, spacing=6)
        self.setLayout(column(Label(name, "sub"), value, 2, middle, self._words, None, spacing=4))

    def put(self, value: str, unit: str = "") -> None:
        """Show a value with its unit."""
        self._value.setText(value)
        self._unit.setText(unit)
        self.setAccessibleName(f"{self._name}: {value} {unit}".strip())

    def say(self, words: str) -> None:
        """Say something below it."""
        self._words.setText(words)


def _percent(share: float) -> str:
    return f"{100 * share:.0f}\u202f%"


def _low(button: Button) -> QVBoxLayout:
    layout = column(None, row(button, None), spacing=0)
    layout.insertSpacing(0, _MIDDLE_PX - 30)
    return layout


def _legend() -> QWidget:
    return Legend((("accent", tr("Cluster", "jobs")), ("text3", tr("Cluster", "every program, last two minutes"))))
