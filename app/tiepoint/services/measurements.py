"""Measurements of the open result: adding, naming, removing, handing them out as tables.

They are kept beside the program's own data, never in the products. Must not read files itself. On the loop's thread.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from tiepoint.domain.failure import Failure
from tiepoint.domain.measurement import Measurement, MeasurementKind, MeasuringBasis
from tiepoint.domain.model_facts import ModelFacts, Scale, Vector
from tiepoint.domain.quantity import LengthUnit
from tiepoint.ports.result_store import ResultStore
from tiepoint.services.event import Event


@dataclass(frozen=True, slots=True)
class MeasurementList:
    """The measurements of one result.

    Args:
        key: `ModelFacts.key` of the result; empty = none is open.
        basis: What measuring rests on.
        measurements: In the order in which they were made.
        refusal: Why nothing can be measured, and what to do; None when it can.
    """

    key: str = ""
    basis: MeasuringBasis = MeasuringBasis(Scale())
    measurements: tuple[Measurement, ...] = ()
    refusal: Failure | None = None


class MeasurementService:
    """Measurements of the result that is open; `changed` tells every new `snapshot`.

    Changes show at once and are stored before the call returns; when storing fails they stay shown and the error says
    that they are not kept.
    """

    def __init__(self, store: ResultStore, now: Callable[[], datetime], new_id: Callable[[], str]) -> None:
        self.changed: Event[MeasurementList] = Event()
        self._store, self._now, self._new_id = store, now, new_id
        self._snapshot = MeasurementList()

    @property
    def snapshot(self) -> MeasurementList:
        """The measurements as they are now."""
        return self._snapshot

    async def show(self, facts: ModelFacts) -> MeasurementList:
        """Turn to a result and read its measurements.

        Raises:
            SetupError: Its measurements cannot be opened.
        """
        raise NotImplementedError

    async def add(self, kind: MeasurementKind, points: Sequence[Vector], name: str = "") -> Measurement:
        """Keep a measurement.

        Args:
            kind: What it is.
            points: Picked points, job frame.
            name: Empty = the kind with a number: "Distance 3".

        Raises:
            NoScale: The model has no scale.
            InputError: Too few points, or no finite positions.
            SetupError, NoSpace: It cannot be stored; it is shown all the same.
        """
        raise NotImplementedError

    async def rename(self, measurement_id: str, name: str) -> None:
        """Give another name; an empty one changes nothing."""
        raise NotImplementedError

    async def delete(self, measurement_id: str) -> Measurement | None:
        """Remove one and return it, so that `put_back` can undo it; None when it was not there."""
        raise NotImplementedError

    async def put_back(self, measurement: Measurement) -> None:
        """Undo `delete`: the measurement returns to its place by time."""
        raise NotImplementedError

    def table(self, unit: LengthUnit = LengthUnit.METRE) -> str:
        """Return all as a table, tab-separated with a head, for the clipboard."""
        raise NotImplementedError

    async def export_csv(self, path: Path, *, overwrite: bool = False) -> None:
        """Write all as CSV, metres; see `ResultStore.write_text` for errors."""
        raise NotImplementedError

    async def export_geojson(self, path: Path, *, overwrite: bool = False) -> None:
        """Write all as GeoJSON (RFC 7946).

        Raises:
            InputError: The model has no place on the earth, or the file cannot be written.
            NoSpace: The disk is full.
        """
        raise NotImplementedError
