"""The last sign-in as a file: who, where and how, never a token. Blocks; any thread."""

from __future__ import annotations

import contextlib
import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tiepoint.adapters.files.json_file import read_object, replace_json
from tiepoint.domain.account import SignInMethod, TokenStorage
from tiepoint.domain.cloud import Cloud

_FILE: Final = "sign-in.json"
_SCHEMA_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class SignInRecord:
    """A sign-in that can be taken up.

    Args:
        cloud: Where.
        record: azure-identity's record of it, as text; holds no secret.
        client_id: The application that signed in.
        method: How the person signed in.
        storage: Where its tokens are.
        tenant: As it was asked for, a domain or an id; empty = the person's own.
        object_id: The person in the tenant; empty where unknown.
    """

    cloud: Cloud
    record: str
    client_id: str
    method: SignInMethod
    storage: TokenStorage
    tenant: str = ""
    object_id: str = ""


def read_record(folder: Path) -> SignInRecord | None:
    """Return the last sign-in; None = there is none that can be read."""
    try:
        data = read_object(folder / _FILE)
        if data.get("schema_version") != _SCHEMA_VERSION:
            return None
        return SignInRecord(
            _cloud_of(data["cloud"]),
            str(data["record"]),
            str(data["client_id"]),
            SignInMethod(data["method"]),
            TokenStorage(data["storage"]),
            str(data.get("tenant") or ""),
            str(data.get("object_id") or ""),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_record(folder: Path, record: SignInRecord) -> None:
    """Remember a sign-in.

    Raises:
        OSError: It cannot be written.
    """
    replace_json(folder / _FILE, {"schema_version": _SCHEMA_VERSION, **dataclasses.asdict(record)})


def remove_record(folder: Path) -> None:
    """Forget it."""
    with contextlib.suppress(OSError):
        (folder / _FILE).unlink(missing_ok=True)


def _cloud_of(data: dict[str, Any]) -> Cloud:
    names = {field.name for field in dataclasses.fields(Cloud)}
    known = {name: value for name, value in data.items() if name in names}
    return Cloud(**{**known, "blob_domains": tuple(known.get("blob_domains") or ())})
