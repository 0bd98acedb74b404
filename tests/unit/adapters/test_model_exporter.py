"""What an export refuses before it starts a child."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from fakes.results import a_model
from tiepoint.adapters.engine.model_exporter import ChildModelExporter
from tiepoint.domain.errors import NoSpace, SetupError
from tiepoint.domain.model_export import ExportFormat
from tiepoint.domain.model_facts import ModelFile, ModelFormat
from tiepoint.ports.model_exporter import ExportRequest


async def _no_child(role: str, args: Sequence[str]) -> asyncio.subprocess.Process:
    raise FileNotFoundError(role)


@pytest.fixture
def request_for_stl(tmp_path: Path) -> ExportRequest:
    source = tmp_path / "a.obj"
    source.write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    model = ModelFile(source, ModelFormat.OBJ, 40, 1, 3)
    return ExportRequest(a_model(tmp_path, model=model, products=()), ExportFormat.STL, tmp_path / "x.stl")


async def test_a_disk_with_too_little_room_is_said_first(request_for_stl: ExportRequest, tmp_path: Path) -> None:
    exporter = ChildModelExporter(_no_child, lambda folder: 1_000_000)
    with pytest.raises(NoSpace, match=r"1\.0 MB are free") as caught:
        await exporter.export(request_for_stl, lambda progress: None)
    assert str(tmp_path) in caught.value.summary
    assert os.listdir(tmp_path) == ["a.obj"]


async def test_an_engine_that_cannot_start_is_said_and_nothing_is_left(
    request_for_stl: ExportRequest, tmp_path: Path
) -> None:
    with pytest.raises(SetupError):
        await ChildModelExporter(_no_child).export(request_for_stl, lambda progress: None)
    assert os.listdir(tmp_path) == ["a.obj"]
