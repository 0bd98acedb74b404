"""The envelope around a manifest: bytes and who signed them. What comes out of it was signed by a trusted key.

Pure; any thread.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tiepoint.domain.errors import InputError
from tiepoint.domain.release import Manifest, is_key
from tiepoint.domain.release_document import NewerFormat, manifest_of

_MOST_SIGNATURES: Final = 20
_ID_DIGITS: Final = 16
_WARN: Final = "Install nothing from there, and tell whoever looks after this computer."


def key_id(key: bytes) -> str:
    """Return the short name of a public key, by which a signature says whose it is."""
    return hashlib.sha256(key).hexdigest()[:_ID_DIGITS]


def believed(content: bytes, keys: Sequence[str], where: str) -> Manifest:
    """Return the manifest in an envelope that one of the keys has signed.

    Args:
        content: The envelope.
        keys: Ed25519 public keys in base64; what is none is left out.
        where: Where it came from, for the words.

    Raises:
        InputError: It is no envelope, no key has signed it as it stands, or what was signed makes no sense.
    """
    payload, signatures = _opened(content, where)
    _check(payload, signatures, keys, where)
    try:
        return manifest_of(json.loads(payload.decode("utf-8")))
    except NewerFormat as error:
        raise InputError(
            f"The list of updates at {where} is written for a later version of this program.",
            remedy="Get the newest version where you got this one.",
            detail=str(error),
        ) from error
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"The list of updates at {where} is signed, but makes no sense: {error}.",
            remedy="Tell whoever offers the updates.",
            detail=str(error),
        ) from error


def _opened(content: bytes, where: str) -> tuple[bytes, list[Mapping[str, Any]]]:
    try:
        envelope = json.loads(content.decode("utf-8"))
        payload = base64.b64decode(envelope["payload"], validate=True)
        signatures: list[Mapping[str, Any]] = [
            each for each in envelope["signatures"][:_MOST_SIGNATURES] if isinstance(each, dict)
        ]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(
            f"There is no list of updates at {where}, or not a whole one.",
            remedy="Check the address; if it is right, look again later.",
            detail=f"{type(error).__name__}: {error}",
        ) from error
    return payload, signatures


def _check(payload: bytes, signatures: Sequence[Mapping[str, Any]], keys: Sequence[str], where: str) -> None:
    trusted = [base64.b64decode(key) for key in keys if is_key(key)]
    by_id = {key_id(key): Ed25519PublicKey.from_public_bytes(key) for key in trusted}
    ours = [each for each in signatures if str(each.get("key")) in by_id]
    if not ours:
        raise InputError(
            f"The list of updates at {where} is not signed by anybody whom this program trusts.",
            remedy=_WARN,
            detail=f"signed by {[str(each.get('key')) for each in signatures]}, trusted: {sorted(by_id)}",
        )
    if not any(_is_good(by_id[str(each["key"])], each.get("signature"), payload) for each in ours):
        raise InputError(
            f"The list of updates at {where} was changed after it had been signed, so it is not believed.",
            remedy=_WARN,
        )


def _is_good(key: Ed25519PublicKey, signature: object, payload: bytes) -> bool:
    try:
        key.verify(base64.b64decode(str(signature), validate=True), payload)
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True
