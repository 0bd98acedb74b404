"""Each engine is set up once; its agent starts with the first request and again after a test has killed it."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from engine_desk import Desk  # noqa: E402
from engine_rigs import ENGINES, Rig, made_rig  # noqa: E402

from tiepoint.domain.identifiers import JobId  # noqa: E402


@pytest.fixture(scope="module", params=ENGINES)
def rig(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    rig = made_rig(request.param, tmp_path_factory.mktemp("rig"))
    yield rig
    rig.close()
    said = "\n".join(path.read_text(errors="replace") for path in (rig.home / "log").glob("agent*.log"))
    for noise in ("Warning:", "never retrieved", "never awaited", "Traceback"):
        assert noise not in said, said


@pytest.fixture(autouse=True)
def tiepoint_home(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let every process of the test live in the engine's home."""
    for name, value in rig.environment().items():
        monkeypatch.setenv(name, value)
    return rig.home


@pytest_asyncio.fixture
async def desk(rig: Rig) -> AsyncIterator[Desk]:
    rig.mend()
    desk = Desk(rig)
    await desk.follow()
    yield desk
    for job in await desk.scheduler.jobs():
        if not job.state.is_over:
            await desk.scheduler.abort(JobId(job.id))
    await desk.close()
