"""Measurements of the open result: adding, naming, removing, handing them out as tables.

They are kept beside the program's own data, never in the products. Must not read files itself. On the loop's thread.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from tiepoint.domain.errors import InputError
from tiepoint.domain.failure import Failure
from tiepoint.domain.measurement import Measurement, MeasurementKind, measured_point, refusal
from tiepoint.domain.measurement_table import csv_text, geojson_text, kind_title, table_text
from tiepoint.domain.model_facts import ModelFacts, Scale, Vector
from tiepoint.domain.plain_text import plain
from tiepoint.domain.quantity import LengthUnit
from tiepoint.domain.uncertainty import MeasuringBasis, basis_of
from tiepoint.ports.result_store import ResultStore
from tiepoint.services.event import Event

_LONGEST_NAME: Final = 200


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
        self._storing = asyncio.Lock()

    @property
    def snapshot(self) -> MeasurementList:
        """The measurements as they are now."""
        return self._snapshot

    async def show(self, facts: ModelFacts) -> MeasurementList:
        """Turn to a result and read its measurements.

        Raises:
            SetupError: Its measurements cannot be opened.
        """
        refused = refusal(facts.scale)
        self._replace(MeasurementList(facts.key, basis_of(facts), (), refused))
        kept = tuple(await self._store.measurements(facts.key))
        if self._snapshot.key == facts.key:  # else another result was opened meanwhile
            self._replace(dataclasses.replace(self._snapshot, measurements=_in_order(kept)))
        return self._snapshot

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
        if not kind.accepts(len(points)):
            raise InputError(f"{len(points)} points make no {kind_title(kind).lower()}.", remedy="Pick another point.")
        for point in points:
            measured_point(point, self._snapshot.basis)
        made = Measurement(
            self._new_id(),
            kind,
            _clean(name) or self._next_name(kind),
            tuple((x, y, z) for x, y, z in points),
            self._now(),
        )
        await self._keep((*self._snapshot.measurements, made))
        return made

    async def rename(self, measurement_id: str, name: str) -> None:
        """Give another name; an empty one changes nothing."""
        cleaned = _clean(name)
        if not cleaned:
            return
        await self._keep(
            dataclasses.replace(each, name=cleaned) if each.id == measurement_id else each
            for each in self._snapshot.measurements
        )

    async def delete(self, measurement_id: str) -> Measurement | None:
        """Remove one and return it, so that `put_back` can undo it; None when it was not there."""
        found = next((each for each in self._snapshot.measurements if each.id == measurement_id), None)
        if found is not None:
            await self._keep(each for each in self._snapshot.measurements if each.id != measurement_id)
        return found

    async def put_back(self, measurement: Measurement) -> None:
        """Undo `delete`: the measurement returns to its place by time."""
        if all(each.id != measurement.id for each in self._snapshot.measurements):
            await self._keep(_in_order((*self._snapshot.measurements, measurement)))

    def table(self, unit: LengthUnit = LengthUnit.METRE) -> str:
        """Return all as a table, tab-separated with a head, for the clipboard.

        Raises:
            NoScale: The model has no scale.
        """
        return table_text(self._snapshot.measurements, self._snapshot.basis, unit)

    async def export_csv(self, path: Path, *, overwrite: bool = False) -> None:
        """Write all as CSV, metres; see `ResultStore.write_text` for errors."""
        text = csv_text(self._snapshot.measurements, self._snapshot.basis)
        await self._store.write_text(path, text, overwrite=overwrite)

    async def export_geojson(self, path: Path, *, overwrite: bool = False) -> None:
        """Write all as GeoJSON (RFC 7946).

        Raises:
            InputError: The model has no place on the earth, or the file cannot be written.
            NoSpace: The disk is full.
        """
        text = geojson_text(self._snapshot.measurements, self._snapshot.basis)
        await self._store.write_text(path, text, overwrite=overwrite)

    async def _keep(self, measurements: Iterable[Measurement]) -> None:
        self._replace(dataclasses.replace(self._snapshot, measurements=tuple(measurements)))
        # One after the other, and always the newest: two changes at once must not store the older list last.
        async with self._storing:
            await self._store.keep_measurements(self._snapshot.key, self._snapshot.measurements)

    def _replace(self, snapshot: MeasurementList) -> None:
        if snapshot != self._snapshot:
            self._snapshot = snapshot
            self.changed.emit(snapshot)

    def _next_name(self, kind: MeasurementKind) -> str:
        taken = {each.name for each in self._snapshot.measurements}
        numbered = (f"{kind_title(kind)} {number}" for number in range(1, len(taken) + 2))
        return next(name for name in numbered if name not in taken)


def _clean(name: str) -> str:
    return plain(" ".join(name.split()))[:_LONGEST_NAME]


def _in_order(measurements: Sequence[Measurement]) -> tuple[Measurement, ...]:
    return tuple(sorted(measurements, key=lambda each: each.created))
