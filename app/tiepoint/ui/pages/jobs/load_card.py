"""How busy this computer is while a job runs: processor and memory of two minutes. The GUI thread."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QHideEvent, QShowEvent

from tiepoint.domain.computer import LoadSample
from tiepoint.services.computer import Computer
from tiepoint.ui.background import Background
from tiepoint.ui.text import tr
from tiepoint.ui.viewmodels.jobs_words import bytes_text, percent_text
from tiepoint.ui.widgets.cards import Card
from tiepoint.ui.widgets.labels import Glyph, Label
from tiepoint.ui.widgets.layouts import column, row
from tiepoint.ui.widgets.load_graph import LoadGraph


class LoadCard(Card):
    """Two curves; it samples only while it is seen.

    Args:
        computer: This computer.
        background: Looks at it once for its size.
    """

    def __init__(self, computer: Computer, background: Background) -> None:
        super().__init__(tr("Load", "This computer"), " ")
        self._computer, self._background = computer, background
        self._end: Callable[[], None] | None = None
        self._cpu, self._memory = LoadGraph(tr("Load", "Processor")), LoadGraph(tr("Load", "Memory"))
        self._cpu_now, self._memory_now = Label("", "value"), Label("", "value")
        self._cpu_name = Label(tr("Load", "CPU"), "sub")
        graphs = row(
            column(row(self._cpu_name, None, self._cpu_now), self._cpu, spacing=4),
            column(row(Label(tr("Load", "Memory"), "sub"), None, self._memory_now), self._memory, spacing=4),
            spacing=16,
        )
        legend = row(
            Glyph("info", "text3", 13),
            Label(tr("Load", "Lower line: jobs. Upper line: every program."), "caption"),
            None,
            spacing=7,
        )
        self.add(graphs, legend)

    def _on_sample(self, _sample: LoadSample) -> None:
        facts, samples = self._computer.snapshot.facts, self._computer.load
        if facts is None or not samples:
            return
        newest, memory = samples[-1], max(1, facts.memory_bytes)
        cpu_words = percent_text(min(1.0, newest.cpu))
        memory_words = tr(
            "Load", "{used} of {all}", used=bytes_text(newest.memory_bytes), all=bytes_text(facts.memory_bytes)
        )
        self._cpu.set_shares([each.cpu for each in samples], [each.jobs_cpu for each in samples], cpu_words)
        self._memory.set_shares(
            [each.memory_bytes / memory for each in samples],
            [None if each.jobs_memory_bytes is None else each.jobs_memory_bytes / memory for each in samples],
            memory_words,
        )
        self._cpu_now.setText(cpu_words)
        self._memory_now.setText(memory_words)
        self._cpu_name.setText(tr("Load", "CPU, {count} cores", count=facts.cpu_count))

    def showEvent(self, event: QShowEvent) -> None:
        """Sample while it is seen."""
        if self._end is None:
            self._end = self._computer.watch_load(self._on_sample)
            if self._computer.snapshot.facts is None:
                self._background.start(self._computer.refresh())
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Sample no more."""
        self.shut()
        super().hideEvent(event)

    def shut(self) -> None:
        """Listen no more."""
        if self._end is not None:
            self._end()
            self._end = None
