"""The whole program, told by a policy where updates are: it finds one, refuses a forged one, asks nobody when off."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from scripted_server import Exchange, ScriptedServer
from signed_updates import Signer, manifest_now
from tls_papers import make_papers


async def _ran(environ: dict[str, str], *arguments: str) -> tuple[int, str, str]:
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tiepoint",
        "updates",
        *arguments,
        env=environ,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, complained = await child.communicate()
    return child.returncode or 0, said.decode(), complained.decode()


def _environ(home: Path, authority: Path, policy: dict[str, Any]) -> dict[str, str]:
    file = home / "policy.json"
    file.write_text(json.dumps(policy))
    kept = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    return {**kept, "TIEPOINT_HOME": str(home), "TIEPOINT_POLICY": str(file), "SSL_CERT_FILE": str(authority)}


@pytest.mark.skipif(sys.platform == "win32", reason="the policy of a test is a file")
async def test_the_program_obeys_its_policy(tmp_path: Path) -> None:
    papers, signer, forger = make_papers(tmp_path), Signer(), Signer()
    answers = [signer.envelope(manifest_now()), forger.envelope(manifest_now())]

    def answer(exchange: Exchange) -> None:
        exchange.reply_as_anybody(200, "", answers[min(len(server.seen), len(answers)) - 1])
        exchange.close()

    with ScriptedServer(answer, context=papers.server_context()) as server:
        where = {"update_address": f"https://localhost:{server.port}/list", "update_keys": [signer.public]}
        environ = _environ(tmp_path, papers.authority, where)
        code, said, _ = await _ran(environ, "--json")
        result = json.loads(said.splitlines()[-1])
        assert (code, result["state"], result["releases"][0]["version"]) == (0, "available", "0.2.0")
        assert result["releases"][0]["downloads"][0]["sha256"] == "5f" * 32
        code, _, complained = await _ran(environ)
        assert code == 3
        assert "not signed by anybody whom this program trusts" in complained
        connections = server.connections
        code, said, _ = await _ran(_environ(tmp_path, papers.authority, {**where, "updates": False}))
        assert code == 0
        assert "Your organisation has switched off looking for updates" in said
        assert str(tmp_path / "policy.json") in said
        assert server.connections == connections == 2
