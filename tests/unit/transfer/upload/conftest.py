"""A bench for uploads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.upload_bench import UploadBench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[UploadBench]:
    made = UploadBench(tmp_path)
    yield made
    made.close()
