"""Exporting the open result: what can be chosen, the export that runs, and its end. No widgets. The GUI thread only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from tiepoint.domain.model_export import ExportFormat
from tiepoint.domain.model_facts import ModelFacts
from tiepoint.domain.operation import OperationSnapshot, OperationState
from tiepoint.ports.model_exporter import Exported
from tiepoint.services.model_export import ExportChoice, ModelExports
from tiepoint.services.operations import Operation
from tiepoint.ui.text import tr
from tiepoint.ui.viewmodels.results_words import bytes_text

_CONTEXT: Final = "Export"
_UPDATE_MS: Final = 100


class ExportModel(QObject):
    """One export at a time.

    Signals:
        started(): An export began.
        changed(): `words` or `share` are others; at most ten times a second.
        completed(exported): It is written, as `Exported`.
        failed(failure): It could not be written.
        ended(): It is over, in whatever way.

    Args:
        exports: Writes models.
    """

    started = Signal()
    changed = Signal()
    completed = Signal(object)
    failed = Signal(object)
    ended = Signal()

    def __init__(self, exports: ModelExports) -> None:
        super().__init__()
        self._exports = exports
        self._operation: Operation[Exported] | None = None
        self._end: Callable[[], None] = lambda: None
        self.target: Path | None = None
        self._timer = QTimer(self, singleShot=True, interval=_UPDATE_MS)
        self._timer.timeout.connect(self.changed)

    def choices(self, facts: ModelFacts) -> tuple[ExportChoice, ...]:
        """Return the formats, in the order of a menu."""
        return self._exports.choices(facts)

    @property
    def is_running(self) -> bool:
        """Whether an export runs."""
        return self._operation is not None

    @property
    def words(self) -> str:
        """What the export does now."""
        progress = self._operation.snapshot.progress if self._operation else None
        phase = progress.phase if progress else ""
        words = {
            "read": tr(_CONTEXT, "Reading the model"),
            "convert": tr(_CONTEXT, "Converting"),
            "write": tr(_CONTEXT, "Writing"),
        }.get(phase, tr(_CONTEXT, "Starting"))
        if progress is not None and progress.unit == "bytes" and progress.total:
            return f"{words}, {bytes_text(progress.done)} / {bytes_text(progress.total)}"
        return words

    @property
    def share(self) -> float | None:
        """How far it is, from 0 to 1; None when there is no telling."""
        progress = self._operation.snapshot.progress if self._operation else None
        return progress.done / progress.total if progress is not None and progress.total else None

    def start(self, facts: ModelFacts, format: ExportFormat, target: Path, *, overwrite: bool) -> None:
        """Begin an export; does nothing while one runs."""
        if self._operation is not None:
            return
        self.target = target
        self._operation = self._exports.start(facts, format, target, overwrite=overwrite)
        self._end = self._operation.changed.subscribe(self._on_changed)
        self.started.emit()
        self._on_changed(self._operation.snapshot)

    def cancel(self) -> None:
        """Stop the export; nothing of it stays."""
        if self._operation is not None:
            self._operation.cancel()

    def _on_changed(self, snapshot: OperationSnapshot[Exported]) -> None:
        if not snapshot.state.is_over:
            if not self._timer.isActive():
                self._timer.start()
            return
        self._end()
        self._operation = None
        if snapshot.state is OperationState.COMPLETED and snapshot.result is not None:
            self.completed.emit(snapshot.result)
        elif snapshot.failure is not None and snapshot.state is OperationState.FAILED:
            self.failed.emit(snapshot.failure)
        self.ended.emit()
