"""Measuring: which tool is in hand, what has been picked so far, and the list of what was measured. No widgets.

The GUI thread only. What is kept lives in `services.measurements`; this holds the draft and the words.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Coroutine
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QObject, Signal

from tiepoint.domain.failure import Failure
from tiepoint.domain.measurement import Measurement, MeasurementKind, uncertainty_note
from tiepoint.domain.model_facts import ModelFacts, Vector
from tiepoint.domain.quantity import LengthUnit
from tiepoint.services.measurements import MeasurementList, MeasurementService
from tiepoint.ui.background import Background
from tiepoint.ui.text import tr
from tiepoint.ui.viewer import Mark
from tiepoint.ui.viewmodels.measuring_words import MeasurementRow, draft_mark, live_text, marks_of, row_of

_CONTEXT: Final = "Measuring"
_SAME_PLACE_M: Final = 1e-4
"""Points nearer than this are one: far below what any model resolves."""


class Tool(StrEnum):
    """What a click in the view does."""

    ORBIT = "orbit"
    POINT = "point"
    DISTANCE = "distance"
    POLYLINE = "polyline"

    @property
    def kind(self) -> MeasurementKind | None:
        """What it measures; None when it only turns the view."""
        return None if self is Tool.ORBIT else MeasurementKind(self.value)


class MeasuringModel(QObject):
    """Measurements of the open result, and the one being made.

    Signals:
        tool_changed(): Another tool is in hand.
        draft_changed(): Points were picked or taken back; `marks` and `hint` are others.
        live_changed(): `live` and `pointer` are others.
        list_changed(): `rows`, `refusal`, `note` and `marks` are others.
        refused(failure): A tool was asked for, and nothing can be measured here.
        added(row): A measurement was made, as `MeasurementRow`.
        deleted(measurement): A measurement was removed; `put_back` undoes it.

    Args:
        service: Keeps measurements.
        background: Starts coroutines.
    """

    tool_changed = Signal()
    draft_changed = Signal()
    live_changed = Signal()
    list_changed = Signal()
    refused = Signal(object)
    added = Signal(object)
    deleted = Signal(object)

    def __init__(self, service: MeasurementService, background: Background) -> None:
        super().__init__()
        self._service, self._background = service, background
        self._tool = Tool.ORBIT
        self._unit = LengthUnit.AUTO
        self._draft: list[Vector] = []
        self._selected = ""
        self._is_same = False
        self.pointer: Vector | None = None
        self._end: Callable[[], None] = service.changed.subscribe(self._on_changed)

    def stop(self) -> None:
        """Follow nothing any more."""
        self._end()

    # what there is

    @property
    def tool(self) -> Tool:
        """What is in hand."""
        return self._tool

    @property
    def draft(self) -> tuple[Vector, ...]:
        """Points picked for the measurement being made."""
        return tuple(self._draft)

    @property
    def unit(self) -> LengthUnit:
        """Lengths are shown in this."""
        return self._unit

    @property
    def refusal(self) -> Failure | None:
        """Why nothing can be measured; None when it can."""
        return self._service.snapshot.refusal

    @property
    def can_measure(self) -> bool:
        """Whether a result is open that has a scale."""
        return bool(self._service.snapshot.key) and self.refusal is None

    @property
    def has_place(self) -> bool:
        """Whether the model lies somewhere on the earth, so that GeoJSON can be written."""
        return self._service.snapshot.basis.origin is not None

    @property
    def rows(self) -> tuple[MeasurementRow, ...]:
        """The list."""
        snapshot = self._service.snapshot
        return tuple(row_of(each, snapshot.basis, self._unit) for each in snapshot.measurements)

    @property
    def note(self) -> str:
        """What ± means here."""
        return uncertainty_note(self._service.snapshot.basis) if self.can_measure else ""

    @property
    def marks(self) -> list[Mark]:
        """What is drawn over the model."""
        snapshot = self._service.snapshot
        made = marks_of(snapshot.measurements, snapshot.basis, self._unit, self._selected)
        kind = self._tool.kind
        return [*made, draft_mark(self._draft, kind)] if self._draft and kind is not None else made

    @property
    def live(self) -> str:
        """The value at the pointer; empty when there is none."""
        if self._tool is Tool.ORBIT:
            return ""
        has_moved = self.pointer is not None and not self._is_last(self.pointer)
        points = [*self._draft, self.pointer] if self.pointer is not None and has_moved else self._draft
        basis = self._service.snapshot.basis
        return live_text(points, basis, self._unit, is_point=self._tool is Tool.POINT)

    @property
    def hint(self) -> str:
        """What to do next, one line; empty without a measuring tool."""
        picked = len(self._draft)
        if self._is_same:
            return tr(_CONTEXT, "That is where the last point lies. Click another place. Backspace takes it back.")
        return {
            Tool.ORBIT: "",
            Tool.POINT: tr(_CONTEXT, "Click a point, or press Space for the middle. Esc ends."),
            Tool.DISTANCE: tr(_CONTEXT, "Click where the distance ends. Backspace takes the point back.")
            if picked
            else tr(_CONTEXT, "Click where the distance begins, or press Space for the middle. Esc ends."),
            Tool.POLYLINE: tr(_CONTEXT, "Enter or a double click finishes. Backspace takes the last point back.")
            if picked > 1
            else tr(_CONTEXT, "Click along the line, or press Space for the middle. Esc ends."),
        }[self._tool]

    # what a person does

    def show(self, facts: ModelFacts) -> None:
        """Turn to a result."""
        self.choose(Tool.ORBIT)
        self._selected = ""
        self._background.start(self._service.show(facts))

    def choose(self, tool: Tool) -> None:
        """Take a tool in hand; what was begun with another is dropped."""
        if tool is not Tool.ORBIT and not self.can_measure:
            if self.refusal is not None:
                self.refused.emit(self.refusal)
            tool = Tool.ORBIT
        self._draft.clear()
        self.pointer = None
        self._tool = tool
        self.tool_changed.emit()
        self._tell_draft()

    def set_unit(self, unit: LengthUnit) -> None:
        """Show lengths in another unit."""
        self._unit = unit
        self.list_changed.emit()
        self.live_changed.emit()

    def select(self, measurement_id: str) -> None:
        """Select a measurement of the list; its mark tells more."""
        if measurement_id != self._selected:
            self._selected = measurement_id
            self.draft_changed.emit()

    def pick(self, point: Vector) -> None:
        """Take a point of the surface that was clicked."""
        kind = self._tool.kind
        if kind is None:
            return
        if self._is_last(point):
            self._is_same = True
            self.draft_changed.emit()
            return
        self._draft.append(point)
        if kind is not MeasurementKind.POLYLINE and kind.accepts(len(self._draft)):
            self._keep(kind)
        self._tell_draft()

    def point_at(self, point: Vector | None) -> None:
        """Follow the pointer over the surface; None beside it."""
        if self._tool is not Tool.ORBIT and point != self.pointer:
            self.pointer = point
            self.live_changed.emit()

    def remove_last(self) -> None:
        """Take the last picked point back."""
        if self._draft:
            self._draft.pop()
            self._tell_draft()

    def finish(self) -> None:
        """Keep what was picked, when it is enough for a measurement."""
        kind = self._tool.kind
        if kind is not None and kind.accepts(len(self._draft)):
            self._keep(kind)
        self._tell_draft()

    def escape(self) -> None:
        """Drop what was picked; with nothing picked, put the tool away."""
        if self._draft:
            self._draft.clear()
            self._tell_draft()
        else:
            self.choose(Tool.ORBIT)

    def rename(self, measurement_id: str, name: str) -> None:
        """Give a measurement another name."""
        if name.strip():
            self._background.start(self._service.rename(measurement_id, name.strip()))

    def delete(self, measurement_id: str) -> None:
        """Remove a measurement; `deleted` tells it for an undo."""
        self._background.start(self._deleted(measurement_id))

    def put_back(self, measurement: Measurement) -> None:
        """Undo a deletion."""
        self._background.start(self._service.put_back(measurement))

    def table(self) -> str:
        """Return the list as a table for the clipboard."""
        return self._service.table(LengthUnit.METRE if self._unit is LengthUnit.AUTO else self._unit)

    def export(self, path: Path) -> Coroutine[Any, Any, None]:
        """Write the list as CSV, or as GeoJSON when the path ends so; a dialog has asked about what is there."""
        if path.suffix.lower() in {".geojson", ".json"}:
            return self._service.export_geojson(path, overwrite=True)
        return self._service.export_csv(path, overwrite=True)

    async def _deleted(self, measurement_id: str) -> None:
        measurement = await self._service.delete(measurement_id)
        if measurement is not None:
            self.deleted.emit(measurement)

    def _keep(self, kind: MeasurementKind) -> None:
        points = tuple(self._draft)
        self._draft.clear()
        self._background.start(self._added(kind, points))

    async def _added(self, kind: MeasurementKind, points: tuple[Vector, ...]) -> None:
        made = await self._service.add(kind, points)
        self.added.emit(row_of(made, self._service.snapshot.basis, self._unit))

    def _is_last(self, point: Vector) -> bool:
        """Whether a point lies where the last one was picked."""
        return bool(self._draft) and math.dist(self._draft[-1], point) < _SAME_PLACE_M

    def _tell_draft(self) -> None:
        self._is_same = False
        self.draft_changed.emit()
        self.live_changed.emit()

    def _on_changed(self, snapshot: MeasurementList) -> None:
        if self._tool is not Tool.ORBIT and snapshot.refusal is not None:
            self.choose(Tool.ORBIT)
        self.list_changed.emit()
