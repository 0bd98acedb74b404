"""An organisation's policy and the installed commands: what it sets holds, and all that goes out takes its proxy."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

pytestmark = pytest.mark.integration


class _Proxy:
    """Lets nothing through, and remembers where to somebody wanted."""

    def __init__(self) -> None:
        self.wanted: list[str] = []
        self.address = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.wanted.append((await reader.readline()).decode("ascii").strip())
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()


@pytest_asyncio.fixture
async def proxy() -> AsyncIterator[_Proxy]:
    made = _Proxy()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield made


async def _run(tmp_path: Path, policy: dict[str, Any], *arguments: str) -> tuple[int, str]:
    """Give a command under a policy; return its exit code and all it said."""
    file = tmp_path / "policy.json"
    file.write_text(json.dumps(policy), encoding="utf-8")
    file.chmod(0o644)
    variables = {"TIEPOINT_HOME": str(tmp_path / "home"), "TIEPOINT_POLICY": str(file)}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-m", "tiepoint", *arguments),
        env={**os.environ, **variables},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def test_what_the_organisation_sets_is_not_changed_by_a_command(tmp_path: Path) -> None:
    policy = {"tenant": "studio.example", "allowed_profiles": ["small"]}
    code, said = await _run(tmp_path, policy, "sign-in", "--tenant", "other.example")
    assert code == 2
    assert "Your organisation has set the tenant" in said
    assert str(tmp_path / "policy.json") in said
    code, said = await _run(tmp_path, policy, "cluster", "plan", "--profile", "custom", "--json")
    assert code == 2
    assert json.loads(said.splitlines()[-1])["error"]["kind"] == "set-by-organisation"


async def test_what_goes_out_takes_the_proxy_of_the_policy(tmp_path: Path, proxy: _Proxy) -> None:
    address = "https://updates.studio.example/updates.json"
    key = "A" * 43 + "="
    policy = {"proxy": proxy.address, "update_address": address, "update_keys": [key]}
    code, _ = await _run(tmp_path, policy, "updates")
    assert code != 0
    assert {line.split(" HTTP/")[0] for line in proxy.wanted} == {"CONNECT updates.studio.example:443"}
    proxy.wanted.clear()
    code, said = await _run(tmp_path, {**policy, "updates": False}, "updates")
    assert (code, proxy.wanted) == (0, [])
    assert "switched off" in said
