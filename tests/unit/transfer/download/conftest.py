"""A bench for every test, and files without a pattern."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.download_bench import Bench
from tiepoint.transfer.download import target


@pytest.fixture(params=["by open folders", "by paths"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the test run as on Linux and as on systems that cannot work from open folders."""
    monkeypatch.setattr(target, "WORKS_BY_FOLDER", request.param == "by open folders")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()
