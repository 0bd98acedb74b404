"""Measurements of the open result: shown at once, kept, named, undone, handed out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fakes.results import FakeResultStore, a_model
from tiepoint.domain.errors import InputError, SetupError
from tiepoint.domain.measurement import MeasurementKind, NoScale
from tiepoint.domain.model_facts import Scale, ScaleSource
from tiepoint.services.measurements import MeasurementList, MeasurementService

A, B = (0.0, 0.0, 0.0), (2.221, 0.0, 0.0)
DISTANCE = MeasurementKind.DISTANCE


class World:
    def __init__(self) -> None:
        self.store = FakeResultStore()
        self.now = datetime(2026, 11, 25, tzinfo=UTC)
        numbers = iter(range(99))
        self.service = MeasurementService(self.store, self._tick, lambda: f"id-{next(numbers)}")
        self.seen: list[MeasurementList] = []
        self.service.changed.subscribe(self.seen.append)

    def _tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def names(self) -> list[str]:
        return [each.name for each in self.service.snapshot.measurements]


async def test_a_measurement_is_shown_named_and_kept() -> None:
    world = World()
    await world.service.show(a_model())
    made = await world.service.add(DISTANCE, [A, B])
    await world.service.add(DISTANCE, [A, B], "  Cornice\nwidth ")
    await world.service.add(MeasurementKind.POINT, [A])
    assert world.names() == ["Distance 1", "Cornice width", "Point 1"]
    assert world.store.measured["0a1b2c"] == world.service.snapshot.measurements
    assert world.seen[-1].measurements[0] == made


async def test_they_come_back_with_their_result() -> None:
    world = World()
    await world.service.show(a_model())
    await world.service.add(DISTANCE, [A, B])
    await world.service.show(a_model(key="other"))
    assert world.names() == []
    await world.service.show(a_model())
    assert world.names() == ["Distance 1"]


async def test_rename_delete_and_put_back() -> None:
    world = World()
    await world.service.show(a_model())
    first = await world.service.add(DISTANCE, [A, B])
    await world.service.add(DISTANCE, [A, B])
    await world.service.rename(first.id, "Door")
    await world.service.rename(first.id, "   ")
    assert world.names() == ["Door", "Distance 2"]
    deleted = await world.service.delete(first.id)
    assert deleted is not None
    assert world.names() == ["Distance 2"]
    await world.service.put_back(deleted)
    await world.service.put_back(deleted)
    assert world.names() == ["Door", "Distance 2"]
    assert await world.service.delete("unknown") is None


async def test_without_a_scale_nothing_is_kept_and_the_reason_is_there() -> None:
    world = World()
    shown = await world.service.show(a_model(scale=Scale(ScaleSource.NONE)))
    assert shown.refusal is not None
    assert "no scale" in shown.refusal.summary
    with pytest.raises(NoScale):
        await world.service.add(DISTANCE, [A, B])
    assert world.store.measured == {}


@pytest.mark.parametrize(
    ("kind", "count"), [(DISTANCE, 1), (DISTANCE, 3), (MeasurementKind.POLYLINE, 1), (MeasurementKind.POINT, 2)]
)
async def test_too_few_or_too_many_points_are_refused(kind: MeasurementKind, count: int) -> None:
    world = World()
    await world.service.show(a_model())
    with pytest.raises(InputError):
        await world.service.add(kind, [A] * count)


async def test_what_cannot_be_stored_is_shown_all_the_same() -> None:
    world = World()
    await world.service.show(a_model())
    world.store.broken = SetupError("The folder cannot be written.", remedy="Make room.")
    with pytest.raises(SetupError):
        await world.service.add(DISTANCE, [A, B])
    assert world.names() == ["Distance 1"]


async def test_tables_and_files() -> None:
    world = World()
    await world.service.show(a_model())
    await world.service.add(DISTANCE, [A, B])
    assert "2.221" in world.service.table()
    await world.service.export_csv(Path("/m.csv"))
    await world.service.export_geojson(Path("/m.geojson"))
    assert "Distance 1" in world.store.texts[Path("/m.csv")]
    assert "LineString" in world.store.texts[Path("/m.geojson")]
    with pytest.raises(InputError):
        await world.service.export_csv(Path("/m.csv"))
    await world.service.export_csv(Path("/m.csv"), overwrite=True)


async def test_geojson_without_a_place_is_refused() -> None:
    world = World()
    await world.service.show(a_model(origin=None))
    with pytest.raises(InputError, match="place on the earth"):
        await world.service.export_geojson(Path("/m.geojson"))
