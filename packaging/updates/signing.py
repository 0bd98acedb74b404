"""Keys and signatures of manifests: what the three scripts beside this one have in common.

The program itself only ever verifies; whoever releases signs.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "app"))

from tiepoint.adapters.updates.envelope import key_id  # noqa: E402  found only now
from tiepoint.domain.release import Manifest  # noqa: E402
from tiepoint.domain.release_document import manifest_document  # noqa: E402

KEY_VARIABLE = "TIEPOINT_UPDATE_SIGNING_KEY"
PASSPHRASE_VARIABLE = "TIEPOINT_UPDATE_SIGNING_PASSPHRASE"
_PIECE_BYTES = 1 << 20


class Refused(Exception):
    """Something that makes no sense; its text says what, for the person at the terminal."""


def new_key() -> Ed25519PrivateKey:
    """Return a new private key."""
    return Ed25519PrivateKey.generate()


def write_key(key: Ed25519PrivateKey, path: Path) -> None:
    """Write a private key that only its owner may read, never over another file.

    With a passphrase in the environment it is encrypted.
    """
    phrase = os.environ.get(PASSPHRASE_VARIABLE, "")
    lock = BestAvailableEncryption(phrase.encode()) if phrase else NoEncryption()
    content = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Refused(f"{path} cannot be made: {(error.strerror or str(error)).lower()}.") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def read_key(content: bytes, whence: str) -> Ed25519PrivateKey:
    """Read a private key from PEM."""
    phrase = os.environ.get(PASSPHRASE_VARIABLE, "")
    try:
        key = load_pem_private_key(content, phrase.encode() if phrase else None)
    except (ValueError, TypeError) as error:
        raise Refused(f"{whence} holds no private key that can be read ({error}).") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise Refused(f"{whence} holds a key that is not an Ed25519 one.")
    return key


def public_text(key: Ed25519PrivateKey) -> str:
    """Return the public half as policies and builds take it: base64 of 32 bytes."""
    return base64.b64encode(_raw(key.public_key())).decode("ascii")


def id_of(key: Ed25519PrivateKey) -> str:
    """Return the short name of a key."""
    return key_id(_raw(key.public_key()))


def envelope(manifest: Manifest, keys: Sequence[Ed25519PrivateKey]) -> bytes:
    """Return a manifest with a signature of every key."""
    payload = json.dumps(manifest_document(manifest), ensure_ascii=False, indent=1).encode("utf-8")
    return enveloped(payload, keys)


def enveloped(payload: bytes, keys: Sequence[Ed25519PrivateKey]) -> bytes:
    """Return bytes with a signature of every key."""
    signatures = [{"key": id_of(key), "signature": base64.b64encode(key.sign(payload)).decode()} for key in keys]
    whole = {"payload": base64.b64encode(payload).decode("ascii"), "signatures": signatures}
    return (json.dumps(whole, indent=1) + "\n").encode("ascii")


def digest_of(path: Path) -> tuple[int, str]:
    """Return size and SHA-256 of a file."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            digest.update(piece)
            size += len(piece)
    return size, digest.hexdigest()


def _raw(key: Ed25519PublicKey) -> bytes:
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)
