"""The parameters of the custom preset, each with what it means. The GUI thread only; opened, never run modally."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QDialog, QGridLayout, QSpinBox, QWidget

from tiepoint.domain.presets import parameters_for
from tiepoint.ui.text import tr
from tiepoint.ui.viewmodels.reconstruct_words import PARAMETERS, ParameterWords
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.labels import Label
from tiepoint.ui.widgets.layouts import column, row

_NO_BUTTONS: Final = "QSpinBox::up-button, QSpinBox::down-button { width: 0; height: 0; border: 0; }"
"""The arrow keys and the wheel change the values; the buttons would be too small to hit."""


class CustomDialog(QDialog):
    """Edits parameters.

    Signals:
        chosen(changes): What differs from the standard preset, by name.

    Args:
        changes: What differs now.
        parent: Over which it opens.
    """

    chosen = Signal(object)

    def __init__(self, changes: Mapping[str, Any], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Reconstruct", "Custom preset"))
        self.setModal(True)
        self._standard = parameters_for("custom").to_dict()
        self._mapper = QComboBox()
        self._mapper.addItem(tr("Reconstruct", "Incremental: steady, for most captures"), "incremental")
        self._mapper.addItem(tr("Reconstruct", "Global: faster for many photos"), "global")
        self.fields = {words.name: _field(words) for words in PARAMETERS}
        self._setup_ui()
        self._show({**self._standard, **changes})

    def changes(self) -> dict[str, Any]:
        """Return what differs from the standard preset."""
        values: dict[str, Any] = {name: field.value() for name, field in self.fields.items()}
        values["mapper"] = self._mapper.currentData()
        return {name: value for name, value in values.items() if value != self._standard[name]}

    def _setup_ui(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(12)
        for line, words in enumerate(PARAMETERS):
            text = column(
                Label(tr("Reconstruct", words.title), "title"), Label(tr("Reconstruct", words.text), "sub"), spacing=1
            )
            grid.addLayout(text, line, 0)
            grid.addWidget(self.fields[words.name], line, 1)
        grid.addWidget(Label(tr("Reconstruct", "Alignment"), "title"), len(PARAMETERS), 0)
        grid.addWidget(self._mapper, len(PARAMETERS), 1)
        reset = Button(tr("Reconstruct", "As standard"), "rotate-ccw", "quiet")
        cancel, use = Button(tr("Reconstruct", "Cancel")), Button(tr("Reconstruct", "Use these"), "", "primary")
        reset.clicked.connect(lambda: self._show(self._standard))
        cancel.clicked.connect(self.reject)
        use.clicked.connect(self._on_use)
        use.setDefault(True)
        self.setLayout(
            column(
                Label(tr("Reconstruct", "Custom preset"), "h1"),
                Label(tr("Reconstruct", "Begins as standard; only what you change is different."), "sub"),
                8,
                grid,
                12,
                row(reset, None, cancel, use),
                margins=(24, 20, 24, 20),
            )
        )

    def _show(self, values: Mapping[str, Any]) -> None:
        for name, field in self.fields.items():
            field.setValue(int(values[name]))
        self._mapper.setCurrentIndex(max(0, self._mapper.findData(values["mapper"])))

    def _on_use(self) -> None:
        self.chosen.emit(self.changes())
        self.accept()


def _field(words: ParameterWords) -> QSpinBox:
    field = QSpinBox()
    field.setRange(words.lowest, words.highest)
    field.setSingleStep(words.step)
    field.setGroupSeparatorShown(True)
    if words.unit:
        field.setSuffix(f" {words.unit}")
    if words.zero:
        field.setSpecialValueText(tr("Reconstruct", words.zero))
    field.setMinimumWidth(150)
    field.setStyleSheet(_NO_BUTTONS)
    field.lineEdit().setStyleSheet("border: 0; background: transparent; padding: 0 8px;")
    field.setAccessibleName(tr("Reconstruct", words.title))
    return field
