"""Measuring without a view: picks, takes back, finishes, refuses; the list and its words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fakes.results import a_model
from page_stand import FakePanel, until
from tiepoint.domain.measurement import MeasurementKind
from tiepoint.domain.model_facts import ModelFacts, Scale, ScaleSource
from tiepoint.domain.quantity import LengthUnit
from tiepoint.ui.viewer import LineMark, PointMark
from tiepoint.ui.viewmodels.measuring import MeasuringModel, Tool

A, B, C = (0.0, 0.0, 0.0), (3.0, 4.0, 0.0), (3.0, 4.0, 2.0)


@dataclass
class Bench:
    measuring: MeasuringModel
    panel: FakePanel


@asynccontextmanager
async def bench(facts: ModelFacts | None = None) -> AsyncIterator[Bench]:
    panel = FakePanel()
    measuring = MeasuringModel(panel.fake.program.measurements, panel.background)
    measuring.show(facts or a_model())
    await until(lambda: panel.fake.program.measurements.snapshot.key)
    try:
        yield Bench(measuring, panel)
    finally:
        measuring.stop()
        await panel.stop()


def test_a_distance_takes_two_points_and_the_tool_stays_in_hand(in_qt: Any) -> None:
    async def scene() -> None:
        async with bench() as place:
            measuring, added = place.measuring, []
            measuring.added.connect(added.append)
            measuring.choose(Tool.DISTANCE)
            assert "begins" in measuring.hint
            measuring.pick(A)
            assert "ends" in measuring.hint
            measuring.point_at((3.0, 4.0, 0.0))
            assert measuring.live.startswith("5.000")
            assert measuring.marks[-1] == LineMark((A,), colour="#FFD166", is_draft=True)
            measuring.pick(B)
            await until(lambda: measuring.rows)
            row = measuring.rows[0]
            assert (row.name, row.value[:5], row.uncertainty[0]) == ("Distance 1", "5.000", "±")
            assert measuring.draft == ()
            assert measuring.tool is Tool.DISTANCE
            assert added == [row]
            assert any(line.startswith("Rise: 0") for line in row.details)

    in_qt(scene())


def test_a_second_click_on_the_same_place_is_not_taken(in_qt: Any) -> None:
    async def scene() -> None:
        async with bench() as place:
            measuring = place.measuring
            measuring.choose(Tool.DISTANCE)
            measuring.point_at(A)
            measuring.pick(A)
            assert measuring.live == "", "nothing is measured before the pointer moves"
            measuring.pick(A)
            assert measuring.draft == (A,)
            assert "Click another place" in measuring.hint
            measuring.pick(B)
            await until(lambda: measuring.rows)
            assert measuring.rows[0].value.startswith("5.000")
            assert "begins" in measuring.hint

    in_qt(scene())


def test_a_polyline_ends_when_finished_and_gives_points_back(in_qt: Any) -> None:
    async def scene() -> None:
        async with bench() as place:
            measuring = place.measuring
            measuring.choose(Tool.POLYLINE)
            for point in (A, B, C, (9.0, 9.0, 9.0)):
                measuring.pick(point)
            measuring.remove_last()
            assert measuring.draft == (A, B, C)
            measuring.finish()
            await until(lambda: measuring.rows)
            assert measuring.rows[0].value.startswith("7.000")
            mark = measuring.marks[0]
            assert isinstance(mark, LineMark)
            assert mark.segment_labels == ()
            measuring.select(measuring.rows[0].id)
            mark = measuring.marks[0]
            assert isinstance(mark, LineMark)
            assert [label[:5] for label in mark.segment_labels] == ["5.000", "2.000"]

    in_qt(scene())


def test_a_point_tells_where_it_is_in_the_frame_and_on_the_earth(in_qt: Any) -> None:
    async def scene() -> None:
        async with bench() as place:
            measuring = place.measuring
            measuring.choose(Tool.POINT)
            measuring.point_at((1.5, 2.0, 0.25))
            assert measuring.live.startswith("1.500, 2.000, 0.250")
            measuring.pick((1.5, 2.0, 0.25))
            await until(lambda: measuring.rows)
            assert measuring.rows[0].details[0] == "East, north, up: 1.500, 2.000, 0.250 m"
            assert measuring.rows[0].details[1].startswith("On the earth: 46.84")
            assert isinstance(measuring.marks[0], PointMark)

    in_qt(scene())


def test_escape_drops_the_draft_first_and_then_the_tool(in_qt: Any) -> None:
    async def scene() -> None:
        async with bench() as place:
            measuring = place.measuring
            measuring.choose(Tool.POLYLINE)
            measuring.pick(A)
            measuring.escape()
            assert (measuring.draft, measuring.tool) == ((), Tool.POLYLINE)
            measuring.escape()
            assert measuring.tool is Tool.ORBIT
            assert measuring.live == measuring.hint == ""

    in_qt(scene())


def test_one_point_is_no_line(in_qt: Any) -> None:
    async def scene() -> None:
        async with bench() as place:
            place.measuring.choose(Tool.POLYLINE)
            place.measuring.pick(A)
            place.measuring.finish()
            await asyncio.sleep(0)
            assert place.measuring.rows == ()
            assert place.measuring.draft == (A,)

    in_qt(scene())


def test_without_scale_every_tool_is_refused_with_the_reason(in_qt: Any) -> None:
    async def scene() -> None:
        async with bench(a_model(scale=Scale(ScaleSource.NONE))) as place:
            measuring, refused = place.measuring, []
            measuring.refused.connect(refused.append)
            for tool in (Tool.POINT, Tool.DISTANCE, Tool.POLYLINE):
                measuring.choose(tool)
                assert measuring.tool is Tool.ORBIT
            assert len(refused) == 3
            assert "no scale" in refused[0].summary
            assert refused[0].remedy
            assert measuring.note == ""

    in_qt(scene())


def test_rename_delete_and_undo(in_qt: Any) -> None:
    async def scene() -> None:
        async with bench() as place:
            measuring, deleted = place.measuring, []
            measuring.deleted.connect(deleted.append)
            service = place.panel.fake.program.measurements
            first = await service.add(MeasurementKind.DISTANCE, (A, B))
            await service.add(MeasurementKind.DISTANCE, (A, C))
            measuring.rename(first.id, "  Cornice  ")
            await until(lambda: measuring.rows[0].name == "Cornice")
            measuring.rename(first.id, "   ")
            measuring.delete(first.id)
            await until(lambda: deleted)
            assert [row.name for row in measuring.rows] == ["Distance 2"]
            measuring.put_back(deleted[0])
            await until(lambda: len(measuring.rows) == 2)
            assert {row.name for row in measuring.rows} == {"Cornice", "Distance 2"}

    in_qt(scene())


def test_units_and_tables(in_qt: Any) -> None:
    async def scene() -> None:
        async with bench() as place:
            measuring = place.measuring
            await place.panel.fake.program.measurements.add(MeasurementKind.DISTANCE, (A, B))
            measuring.set_unit(LengthUnit.MILLIMETRE)
            assert measuring.rows[0].value == "5000\N{NO-BREAK SPACE}mm"
            assert "\t" in measuring.table()
            await measuring.export(Path("/tmp/a.csv"))
            await measuring.export(Path("/tmp/a.geojson"))
            texts = place.panel.fake.result_store.texts
            assert '"FeatureCollection"' in texts[Path("/tmp/a.geojson")]
            assert "Distance 1" in texts[Path("/tmp/a.csv")]

    in_qt(scene())
