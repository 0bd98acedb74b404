"""A stand of two machines and the hosts as the program has them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from azure_double.fixture import azure_blobs, azure_double, azure_papers
from program import Program
from ssh_server import SshStand
from tiepoint.adapters.ssh.hosts import SshHosts
from tiepoint.adapters.ssh.patience import Patience

__all__ = ["azure_blobs", "azure_double", "azure_papers"]
PATIENT = Patience(hop_s=30.0, hello_s=60.0, closing_s=0.5)


@pytest.fixture
def program(tiepoint_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    """The agent's processes of this test."""
    monkeypatch.setenv("TIEPOINT_WORKERS", "1")
    program = Program(tiepoint_home)
    yield program
    program.stop()


@pytest_asyncio.fixture
async def stand(tiepoint_home: Path, tmp_path: Path, program: Program) -> AsyncIterator[SshStand]:
    async with SshStand(tiepoint_home, folder=tmp_path / "ssh") as stand:
        yield stand


@pytest.fixture
def patience() -> Patience:
    """How long machines that have much to do are waited for; tests about silent ones give another."""
    return PATIENT


@pytest_asyncio.fixture
async def hosts(patience: Patience) -> AsyncIterator[SshHosts]:
    before = asyncio.all_tasks()
    hosts = SshHosts("tiepoint test", patience=patience)
    yield hosts
    await hosts.close()
    await asyncio.sleep(0)
    left = [repr(task) for task in asyncio.all_tasks() - before]
    assert not [task for task in left if "adapters/ssh" in task], left
