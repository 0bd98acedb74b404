"""What is wrong with a pasted signature, in a sentence, as far as it says so itself. Pure; any thread.

Must not repeat any of it. Fields: https://learn.microsoft.com/rest/api/storageservices/create-service-sas and
create-account-sas.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qsl

from tiepoint.domain.access import expiry_of_signature, read_signature
from tiepoint.domain.blob_place import BlobPlace, read_place
from tiepoint.domain.errors import UsageError
from tiepoint.ui.text import said_below, tr
from tiepoint.ui.viewmodels.jobs_words import clock_text

_SOON: Final = timedelta(hours=1)


class Need(StrEnum):
    """What a signature shall be good for."""

    UPLOAD = "upload"
    DOWNLOAD = "download"


def split_address(text: str) -> tuple[str, str]:
    """Take the signature out of what was typed or pasted as an address.

    Returns:
        The address without it, and the signature; empty when there is none.
    """
    address, mark, query = text.strip().partition("?")
    has_signature = mark and any(name == "sig" for name, _ in parse_qsl(query))
    return (address, query) if has_signature else (text, "")


def signature_problem(text: str, place: BlobPlace | None, need: Need, now: datetime) -> str:
    """Say why a signature will not do; empty when nothing speaks against it.

    Args:
        text: As pasted: the signature alone or a whole URL with it.
        place: Where it shall be used; None = not known yet.
        need: For what.
        now: The time, aware.
    """
    try:
        query = read_signature(text)
    except UsageError as error:
        return said_below(error.summary)
    fields = dict(parse_qsl(query))
    return (
        _wrong_container(text, place)
        or _wrong_time(query, fields, now)
        or _wrong_scope(fields, place)
        or _missing_rights(fields, need)
    )


def signature_note(text: str, now: datetime) -> str:
    """Say until when a signature is good; empty when it does not say."""
    try:
        ends = expiry_of_signature(read_signature(text))
    except UsageError:
        return ""
    if ends is None:
        return ""
    when = clock_text(ends, now)
    if ends - now < _SOON:
        return tr("Signature", "It ends soon, at {time}: what is not sent by then waits for a new one.", time=when)
    return tr("Signature", "Good until {time}.", time=when)


def _wrong_container(text: str, place: BlobPlace | None) -> str:
    if place is None or "://" not in text:
        return ""
    try:
        told, _ = read_place(text)
    except UsageError:
        return ""
    if told.container_url == place.container_url:
        return ""
    return tr("Signature", "This signature is for another container: {name}.", name=told.container)


def _wrong_time(query: str, fields: Mapping[str, str], now: datetime) -> str:
    ends, begins = expiry_of_signature(query), _moment(fields.get("st", ""))
    if ends is not None and ends <= now:
        return tr("Signature", "This signature ended at {time}. Make a new one.", time=clock_text(ends, now))
    if begins is not None and begins > now + timedelta(minutes=15):
        return tr("Signature", "This signature begins only at {time}.", time=clock_text(begins, now))
    return ""


def _wrong_scope(fields: Mapping[str, str], place: BlobPlace | None) -> str:
    if fields.get("sr") == "b":
        return tr("Signature", "This signature is for one file. Make one for the container.")
    if "srt" in fields and not {"c", "o"} <= set(fields["srt"]):
        return tr("Signature", "This signature must allow the resource types Container and Object.")
    if "ss" in fields and "b" not in fields["ss"]:
        return tr("Signature", "This signature is not for Blob storage.")
    if place is not None and fields.get("spr") == "https" and place.endpoint.startswith("http://"):
        return tr("Signature", "This signature allows https only, and the address begins with http.")
    return ""


def _missing_rights(fields: Mapping[str, str], need: Need) -> str:
    if "sp" not in fields:
        return ""  # the rights are in a stored access policy, which only the server knows
    given = set(fields["sp"])
    wanted = [("r", tr("Signature", "Read")), ("l", tr("Signature", "List"))]
    if need is Need.UPLOAD:
        wanted += [("c", tr("Signature", "Create")), ("w", tr("Signature", "Write"))]
    missing = [name for letter, name in wanted if letter not in given and not (letter == "c" and "w" in given)]
    if not missing:
        return ""
    return tr("Signature", "This signature lacks a right: {names}.", names=", ".join(missing))


def _moment(text: str) -> datetime | None:
    try:
        read = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return read if read.tzinfo is not None else None
