"""What Azure is about to do to this machine, from its metadata service. Standard library only; blocks.

Source: Azure's documentation of Scheduled Events for Linux virtual machines.
"""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

_PATH: Final = "/metadata/scheduledevents?api-version=2020-07-01"
_TIMEOUT_S: Final = 5.0
_MOST_BYTES: Final = 1_000_000
_WORDS: Final = {
    "Preempt": "Evicted {} by Azure, which needs this Spot machine.",
    "Terminate": "Azure deletes this machine {}.",
    "Reboot": "Azure restarts this machine {}.",
    "Redeploy": "Azure moves this machine to other hardware {}.",
    "Freeze": "Azure holds this machine for some seconds {}.",
}
_HARMLESS: Final = frozenset({"Freeze"})


class NoAnswer(Exception):  # noqa: N818 - it is an answer, too: there is no such service here
    """The metadata service does not answer: this is no machine of Azure, or it is not ready."""


def notice(identity: str, machine: str) -> tuple[str, bool]:
    """Ask once.

    Args:
        identity: Base address of the metadata service.
        machine: Name of this machine.

    Returns:
        A sentence for people, empty when nothing is planned, and whether the machine will be gone.

    Raises:
        NoAnswer: See there.
    """
    request = urllib.request.Request(identity.rstrip("/") + _PATH, headers={"Metadata": "true"})  # noqa: S310
    # The service answers this machine alone; a proxy would be somebody else.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=_TIMEOUT_S) as reply:
            content: Any = json.loads(reply.read(_MOST_BYTES))
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise NoAnswer(str(error)) from error
    events = content.get("Events") if isinstance(content, dict) else None
    for event in events if isinstance(events, list) else ():
        if isinstance(event, dict) and machine in _resources(event):
            kind = str(event.get("EventType"))
            if kind in _WORDS:
                return _WORDS[kind].format(_moment(event)), kind not in _HARMLESS
    return "", False


def _resources(event: dict[str, Any]) -> list[Any]:
    found = event.get("Resources")
    return found if isinstance(found, list) else []


def _moment(event: dict[str, Any]) -> str:
    """Say when: the service tells a date of mail, or nothing once it has begun."""
    text = str(event.get("NotBefore") or "")
    if not text or event.get("EventStatus") == "Started":
        return "now"
    try:
        moment: datetime = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return f"at {text[:40]}"
    return f"at {moment:%H:%M:%S} UTC"
