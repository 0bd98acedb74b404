"""Joining an agent that is a service of a cluster: it is waited for, never started."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tiepoint.agent import connect
from tiepoint.agent.config import VARIABLE
from tiepoint.runtime.endpoint import AGENT, EndpointUnavailable


@pytest.fixture(autouse=True)
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unit = tmp_path / "tiepoint-agent.service"
    unit.touch()
    monkeypatch.setattr(connect, "SERVICE", unit)
    monkeypatch.setattr(connect, "_SERVICE_S", 0.2)
    monkeypatch.setenv(VARIABLE, str(tmp_path / "agent.json"))


async def test_one_that_does_not_run_is_named() -> None:
    with pytest.raises(EndpointUnavailable, match="does not run on"):
        await connect._opened()


async def test_one_that_runs_is_joined() -> None:
    ended = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()
        ended.set()

    server = await AGENT.serve(serve)
    try:
        _, writer = await connect._opened()
        writer.close()
        await writer.wait_closed()
        await ended.wait()
    finally:
        server.close()
        AGENT.remove()
