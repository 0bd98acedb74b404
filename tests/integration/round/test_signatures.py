"""A machine without an identity of Azure's: signatures from a file, against the real Blob server."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from blob_rights import sas
from blob_server import Container
from fault_proxy import FaultProxy
from round_stand import HASTY, PATIENT
from tiepoint.agent.round.address import blob_folder
from tiepoint.agent.round.door import Account, Ask, Door
from tiepoint.agent.round.identity import MachineIdentity
from tiepoint.agent.round.signatures import signature_for
from tiepoint.domain.errors import NotPermitted, SetupError
from tiepoint.runtime.stop import Stop
from tls_papers import TlsPapers

pytestmark = pytest.mark.integration


class Signed:
    """An account used by a signature; its machine has no metadata service at all."""

    def __init__(self, file: Path, url: str, papers: TlsPapers) -> None:
        self.file, self.url = file, url
        nobody = MachineIdentity("http://127.0.0.1:9", HASTY)
        place = blob_folder(f"{url}/brighton")
        self.account = Account(place, nobody, PATIENT, papers.client_context(), signatures=str(file))

    def say(self, signature: str) -> None:
        self.file.write_text(json.dumps({self.url: signature}), encoding="utf-8")
        self.file.chmod(0o600)

    def put(self, name: str, body: bytes) -> int:
        door = Door(self.account, Stop())
        try:
            headers = {"x-ms-blob-type": "BlockBlob"}
            return door.ask(Ask("PUT", name, headers=headers, body=body)).status
        finally:
            door.close()

    def get(self, name: str) -> bytes:
        door = Door(self.account, Stop())
        try:
            return door.ask(Ask("GET", name)).body
        finally:
            door.close()


@pytest.fixture
def signed(tmp_path: Path, container: Container, proxy: FaultProxy, papers: TlsPapers) -> Signed:
    return Signed(tmp_path / "signatures.json", proxy.url(container.url), papers)


def test_what_is_put_is_read_back(signed: Signed, container: Container) -> None:
    signed.say("?" + sas(container.name))
    assert signed.put("brighton/products/model.glb", b"mesh") == 201
    assert signed.get("brighton/products/model.glb") == b"mesh"


def test_a_new_signature_is_taken_at_once(signed: Signed, container: Container) -> None:
    signed.say(sas(container.name, lives_s=-600, begins_s=-1200))
    with pytest.raises(NotPermitted, match=r"signature .* not taken") as refused:
        signed.put("brighton/job.json", b"{}")
    assert "sig=" not in str(refused.value) + refused.value.detail
    signed.say(sas(container.name))
    assert signed.put("brighton/job.json", b"{}") == 201


@pytest.mark.skipif(os.name != "posix", reason="rights of files are told otherwise there")
def test_a_file_that_others_may_read_is_refused(signed: Signed, container: Container) -> None:
    signed.say(sas(container.name))
    signed.file.chmod(0o644)
    with pytest.raises(SetupError, match="Others may read"):
        signed.put("brighton/job.json", b"{}")


@pytest.mark.parametrize("letter", ["\x00", "\x7f", "\n", "ü"])
def test_what_no_request_can_carry_is_refused_unshown(signed: Signed, letter: str) -> None:
    """The words about an invalid request would hold all of it."""
    signed.say(f"sv=1&sig=abc{letter}def")
    with pytest.raises(NotPermitted, match="is no signature") as refused:
        signed.get("brighton/job.json")
    assert "abc" not in str(refused.value) + refused.value.detail


def test_a_container_without_a_signature_is_used_by_the_identity(signed: Signed, papers: TlsPapers) -> None:
    signed.say("sv=1&sig=abc")
    other = replace(signed.account, place=blob_folder(f"{signed.url}-other/brighton"))
    assert "sig=" not in repr(other)
    assert signature_for(other.signatures, other.place) == ""
    assert signature_for(signed.account.signatures, signed.account.place) == "sv=1&sig=abc"
