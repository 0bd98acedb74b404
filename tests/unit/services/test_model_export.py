"""The export menu and its operation."""

from __future__ import annotations

from pathlib import Path

import pytest

from fakes.results import FakeModelExporter, a_model
from tiepoint.domain.errors import InputError
from tiepoint.domain.model_export import ExportFormat, expected_bytes
from tiepoint.domain.model_facts import ModelFile, ModelFormat, Scale, ScaleSource
from tiepoint.domain.operation import OperationState
from tiepoint.services.model_export import ModelExports
from tiepoint.services.operations import Operations

CLOUD = ModelFile(Path("/out/cloud.ply"), ModelFormat.PLY_CLOUD, 100, None, 5)


def _exports() -> tuple[ModelExports, FakeModelExporter]:
    exporter = FakeModelExporter()
    return ModelExports(exporter, Operations()), exporter


def test_the_menu_tells_sizes_and_what_is_lost() -> None:
    choices = {choice.format: choice for choice in _exports()[0].choices(a_model())}
    assert set(choices) == set(ExportFormat)
    assert all(choice.is_possible for choice in choices.values())
    assert choices[ExportFormat.GLB].size_bytes == 3_700_000
    assert choices[ExportFormat.OBJ_ZIP].size_bytes == 9_300_000
    assert choices[ExportFormat.PLY].size_bytes is None
    assert choices[ExportFormat.CLOUD_PLY].suggested_name == "fountain-wall-cloud.ply"
    assert "texture are lost" in choices[ExportFormat.STL].note
    assert "In metres, z up" in choices[ExportFormat.PLY].note
    assert "y up" in choices[ExportFormat.GLB].note


def test_a_model_without_scale_says_so() -> None:
    facts = a_model(scale=Scale(ScaleSource.NONE), origin=None)
    notes = [choice.note for choice in _exports()[0].choices(facts)]
    assert all("scale is not known" in note for note in notes)


async def test_a_cloud_alone_has_no_surface() -> None:
    exports, exporter = _exports()
    facts = a_model(model=CLOUD, products=(), cloud=CLOUD)
    possible = {choice.format for choice in exports.choices(facts) if choice.is_possible}
    assert possible == {ExportFormat.CLOUD_PLY}
    with pytest.raises(InputError, match="no surface"):
        await exports.start(facts, ExportFormat.STL, Path("/x.stl")).wait()
    assert exporter.exported == []


async def test_an_export_is_an_operation_with_notes() -> None:
    exports, exporter = _exports()
    operation = exports.start(a_model(), ExportFormat.STL, Path("/x.stl"))
    exported = await operation.wait()
    assert operation.snapshot.state is OperationState.COMPLETED
    assert (operation.snapshot.progress.phase, operation.snapshot.progress.unit) == ("write", "bytes")
    assert "colour and texture are lost" in exported.notes[-1]
    assert exporter.exported[0].overwrite is False


async def test_what_is_there_is_not_replaced_unasked() -> None:
    exports, _ = _exports()
    await exports.start(a_model(), ExportFormat.GLB, Path("/x.glb")).wait()
    with pytest.raises(InputError):
        await exports.start(a_model(), ExportFormat.GLB, Path("/x.glb")).wait()
    await exports.start(a_model(), ExportFormat.GLB, Path("/x.glb"), overwrite=True).wait()


def test_expected_sizes() -> None:
    assert expected_bytes(a_model(), ExportFormat.GLB) == 3_700_000
    assert expected_bytes(a_model(), ExportFormat.STL) == 84 + 50 * 79_648
    assert 10**6 < expected_bytes(a_model(), ExportFormat.PLY) < 10**7
