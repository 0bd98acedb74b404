"""The contract of result readers, kept by the fake and by the real one."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from fakes.results import FakeResultReader, a_model
from tiepoint.adapters.files.result_reader import FolderResultReader
from tiepoint.domain.errors import InputError
from tiepoint.ports.result_reader import Presence, ResultPlace, ResultReader


@pytest.fixture
def there(tmp_path: Path) -> Path:
    path = tmp_path / "there.obj"
    path.write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    return path


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    path = tmp_path / "empty.obj"
    path.touch()
    return path


@pytest.fixture(params=["fake", "files"])
def reader(request: pytest.FixtureRequest, tmp_path: Path, there: Path, empty: Path) -> ResultReader:
    if request.param == "files":
        return FolderResultReader(tmp_path / "captures")
    fake = FakeResultReader({there: dataclasses.replace(a_model(tmp_path), title="there")})
    fake.empty.add(empty)
    return fake


async def test_presence_never_raises(reader: ResultReader, there: Path, empty: Path, tmp_path: Path) -> None:
    found = await reader.presence([there, empty, tmp_path / "missing"])
    assert list(found.values()) == [Presence.THERE, Presence.EMPTY, Presence.MISSING]
    assert await reader.presence([]) == {}


async def test_reading_tells_what_the_caller_knows(reader: ResultReader, there: Path) -> None:
    assert (await reader.read(ResultPlace(there))).title == "there"
    facts = await reader.read(ResultPlace(there, title="Wall", job="20261125-wall-0a1b2c", wall_s=3.0))
    assert (facts.title, facts.job, facts.timing.wall_s) == ("Wall", "20261125-wall-0a1b2c", 3.0)


async def test_what_is_not_there_is_refused(reader: ResultReader, empty: Path, tmp_path: Path) -> None:
    for path in (tmp_path / "missing.obj", empty):
        with pytest.raises(InputError) as caught:
            await reader.read(ResultPlace(path))
        assert path.name in caught.value.summary
        assert caught.value.remedy
