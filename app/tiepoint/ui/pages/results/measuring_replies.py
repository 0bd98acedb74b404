"""What people are told while measuring: why not, what was made, an undo after a deletion, where a table went.

The GUI thread only.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, Signal

from tiepoint.domain.failure import Failure
from tiepoint.domain.measurement import Measurement
from tiepoint.domain.quantity import LengthUnit
from tiepoint.ui.pages.results.measurements_card import MeasurementsCard
from tiepoint.ui.pages.results.outputs import Outputs
from tiepoint.ui.pages.results.view_card import ViewCard
from tiepoint.ui.panel import Panel
from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewmodels.measuring import MeasuringModel
from tiepoint.ui.viewmodels.measuring_words import MeasurementRow

_CONTEXT: Final = "Measuring"
_UNIT: Final = "results_unit"


class MeasuringReplies(QObject):
    """Answers what a person does with measurements.

    Signals:
        shown(): The measurements should be in sight now.

    Args:
        owner: Lives as long as this.
        measuring: The measurements.
        card: Their list.
        view_card: Where a refusal is told.
        outputs: Tells that a file was written.
        panel: Messages, and what is remembered.
    """

    shown = Signal()

    def __init__(
        self,
        owner: QObject,
        measuring: MeasuringModel,
        card: MeasurementsCard,
        view_card: ViewCard,
        outputs: Outputs,
        panel: Panel,
    ) -> None:
        super().__init__(owner)
        self._measuring, self._card, self._hint = measuring, card, view_card.hint
        self._outputs, self._panel = outputs, panel
        measuring.refused.connect(self._on_refused)
        measuring.added.connect(self._on_added)
        measuring.deleted.connect(self._on_deleted)
        card.export_wanted.connect(lambda path: panel.background.start(self._export(path)))
        card.unit_chosen.connect(self._on_unit)
        card.copied.connect(self._on_copied)

    def restore_unit(self) -> None:
        """Show lengths in the unit that was chosen last."""
        unit = self._panel.program.panel_state.state.extras.get(_UNIT)
        if unit in tuple(LengthUnit):
            self._measuring.set_unit(LengthUnit(str(unit)))

    def _on_refused(self, failure: Failure) -> None:
        self._hint.show_warning(plain(failure.summary))
        self.shown.emit()

    def _on_added(self, made: MeasurementRow) -> None:
        self._card.select(made)
        self.shown.emit()

    def _on_deleted(self, measurement: Measurement) -> None:
        self._panel.messages.note(
            tr(_CONTEXT, "{name} is deleted.", name=plain(measurement.name)),
            action=tr(_CONTEXT, "Undo"),
            on_action=lambda: self._measuring.put_back(measurement),
        )

    def _on_unit(self, unit: LengthUnit) -> None:
        self._measuring.set_unit(unit)
        self._panel.program.panel_state.remember(**{_UNIT: unit.value})

    def _on_copied(self) -> None:
        self._panel.messages.done(tr(_CONTEXT, "The measurements are on the clipboard as a table."))

    async def _export(self, path: Path) -> None:
        await self._measuring.export(path)
        self._outputs.tell_written(path)
