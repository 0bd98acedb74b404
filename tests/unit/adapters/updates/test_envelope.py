"""Envelopes: good, by another key, tampered with in every byte, several signatures, and what is none at all."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from fakes.updates import a_manifest
from signed_updates import Signer
from tiepoint.adapters.updates.envelope import believed
from tiepoint.domain.errors import InputError
from tiepoint.domain.release_document import manifest_document

WHERE = "updates.example"
OURS, THEIRS = Signer(), Signer()


def _refused(content: bytes, *keys: str) -> str:
    with pytest.raises(InputError) as refused:
        believed(content, keys or (OURS.public,), WHERE)
    assert WHERE in refused.value.summary
    assert refused.value.remedy
    return refused.value.summary


def _changed(content: bytes, **changes: Any) -> bytes:
    return json.dumps({**json.loads(content), **changes}).encode()


def test_what_a_trusted_key_has_signed_is_believed() -> None:
    assert believed(OURS.envelope(a_manifest()), [THEIRS.public, "no key", OURS.public], WHERE) == a_manifest()


def test_what_another_key_has_signed_is_not() -> None:
    assert "not signed by anybody whom this program trusts" in _refused(THEIRS.envelope(a_manifest()))
    assert "not signed by anybody" in _refused(OURS.envelope(a_manifest()), "no key")


def test_a_foreign_signature_under_our_name_is_not_believed() -> None:
    ours, theirs = (json.loads(each.envelope(a_manifest())) for each in (OURS, THEIRS))
    theirs["signatures"][0]["key"] = ours["signatures"][0]["key"]
    assert "changed after it had been signed" in _refused(json.dumps(theirs).encode())


def test_one_good_signature_of_several_is_enough() -> None:
    both = OURS.envelope(a_manifest(), THEIRS)
    for signer in (OURS, THEIRS):
        assert believed(both, [signer.public], WHERE) == a_manifest()
    broken = json.loads(both)
    broken["signatures"][0]["signature"] = broken["signatures"][1]["signature"]
    assert believed(json.dumps(broken).encode(), [OURS.public, THEIRS.public], WHERE) == a_manifest()
    _refused(json.dumps(broken).encode(), OURS.public)


def test_no_changed_byte_of_what_was_signed_is_believed() -> None:
    content = OURS.envelope(a_manifest())
    payload = base64.b64decode(json.loads(content)["payload"])
    for place in range(0, len(payload), 37):
        other = bytearray(payload)
        other[place] ^= 1
        changed = _changed(content, payload=base64.b64encode(bytes(other)).decode())
        assert "changed after it had been signed" in _refused(changed)


def test_a_signature_belongs_to_its_own_list() -> None:
    newer, older = OURS.envelope(a_manifest(sequence=8)), OURS.envelope(a_manifest(sequence=7))
    assert "changed after" in _refused(_changed(newer, signatures=json.loads(older)["signatures"]))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"payload": 7, "signatures": []}',
        b'{"payload": "====", "signatures": []}',
        b'{"payload": "", "signatures": 7}',
        b'{"payload": "", "signatures": {}}',
    ],
)
def test_what_is_no_envelope_is_said_to_be_none(content: bytes) -> None:
    assert "no list of updates" in _refused(content)


@pytest.mark.parametrize(
    "signatures",
    [
        [],
        [7],
        [{}],
        [{"key": ["x"]}],
        [{"key": "x", "signature": "y"}],
    ],
)
def test_without_our_signature_nothing_is_believed(signatures: list[Any]) -> None:
    assert "not signed by anybody" in _refused(_changed(OURS.envelope(a_manifest()), signatures=signatures))


@pytest.mark.parametrize("signature", [None, 7, "", "ü", "AAAA", base64.b64encode(bytes(64)).decode()])
def test_a_signature_that_is_none_is_bad(signature: Any) -> None:
    content = OURS.envelope(a_manifest())
    key = json.loads(content)["signatures"][0]["key"]
    assert "changed after" in _refused(_changed(content, signatures=[{"key": key, "signature": signature}]))


def test_signed_nonsense_is_refused_in_words_of_its_own() -> None:
    later = {**manifest_document(a_manifest()), "format": 2}
    assert "later version of this program" in _refused(OURS.enveloped(json.dumps(later).encode()))
    assert "makes no sense" in _refused(OURS.enveloped(b"{}"))
    assert "makes no sense" in _refused(OURS.enveloped(b"\xff"))
    assert "makes no sense" in _refused(OURS.enveloped(b"[" * 100_000))
