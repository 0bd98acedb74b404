"""Which file of a result is in the view: its kind in words, and a menu where there is a mesh and a cloud.

The GUI thread only.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from tiepoint.domain.model_facts import ModelFacts, ModelFile
from tiepoint.ui.text import grouped, plain, tr
from tiepoint.ui.viewmodels.results_words import kind_text
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.labels import Label
from tiepoint.ui.widgets.layouts import row

_CONTEXT: Final = "Results"


class ShownFile(QWidget):
    """Says what is shown; with a choice it is a button.

    Signals:
        chosen(file): Show another `ModelFile` of the result.
    """

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._label = Label("", "sub")
        self.button = Button("", kind="quiet", size="small")
        self.menu = QMenu(self)
        self.button.setMenu(self.menu)
        self.button.setToolTip(tr(_CONTEXT, "Mesh or point cloud"))
        self.setLayout(row(self._label, self.button, spacing=0))
        self.show_result(None)

    def show_result(self, facts: ModelFacts | None) -> None:
        """Offer the files of a result; None says nothing."""
        self.menu.clear()
        files = () if facts is None else _files(facts)
        group = QActionGroup(self.menu)
        for file, text in files:
            entry = QAction(text, self.menu, checkable=True, checked=facts is not None and file is facts.model)
            entry.triggered.connect(lambda _on=False, file=file, text=text: self._choose(file, text))
            group.addAction(entry)
            self.menu.addAction(entry)
        words = "" if facts is None else kind_text(facts)
        self._label.setText(words)
        self.button.setText(words)
        self._label.setVisible(len(files) < 2)
        self.button.setVisible(len(files) > 1)

    def _choose(self, file: ModelFile, text: str) -> None:
        self.button.setText(text.partition(",")[0])
        self.chosen.emit(file)


def _files(facts: ModelFacts) -> tuple[tuple[ModelFile, str], ...]:
    found = [(facts.model, f"{kind_text(facts)}, {plain(facts.model.path.name)}")]
    cloud = facts.cloud
    if cloud is not None and cloud.path != facts.model.path:
        points = "" if cloud.vertices is None else tr(_CONTEXT, ", {count} points", count=grouped(cloud.vertices))
        found.append((cloud, tr(_CONTEXT, "point cloud") + points))
    return tuple(found)
