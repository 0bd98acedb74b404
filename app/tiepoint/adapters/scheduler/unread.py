"""Events told by the head of their line: what they are about, and their number, while the rest waits to be read.

Of thousands of events a second most are about something that changes again before anybody looks, so their JSON is never
read. Only lines as our own agent writes them are known by their head; all others are read as usual. Pure; any thread.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, TypeAlias

from tiepoint.protocol.codec import MalformedMessage
from tiepoint.protocol.framing import decode_message, decode_messages

LONGEST: Final = 8_000
"""Longer lines are read when they come: somebody has to look whether their texts are too long."""
_HEAD: Final = re.compile(
    rb'\{"jsonrpc":"2\.0","method":"event","params":\{"seq":(0|[1-9]\d{0,17}),"time":"[^"\\]{1,40}","kind":'
    rb'(?:"node\.changed","node":\{"id":"([^"\\]{1,400})"'
    rb'|"job\.changed","job":\{"id":"([^"\\]{1,400})"'
    rb'|"tasks\.changed","job":"([^"\\]{1,400})","stage":"([^"\\]{1,400})","tasks":\{)'
)


Unread: TypeAlias = tuple[int, str, str, str]
"""An event by the head of its line: its number, the node it is about, or the job, and the stage whose tasks changed.
A plain tuple, because making anything else takes as long as the rest of telling."""


def unread(line: bytes) -> Unread | None:
    """Return the event in a line; None = the line has to be read to tell."""
    head = _HEAD.match(line) if len(line) <= LONGEST and line.endswith(b"}}") else None
    if head is None:
        return None
    seq, node, job, job_of_stage, stage = head.groups()
    try:
        if node is not None:
            return int(seq), node.decode(), "", ""
        if job is not None:
            return int(seq), "", job.decode(), ""
        return int(seq), "", job_of_stage.decode(), stage.decode()
    except UnicodeDecodeError:
        return None


def params_of(lines: Sequence[bytes]) -> list[dict[str, Any] | None]:
    """Read lines whose head was told; None stands for one that is no JSON after all."""
    try:
        return [_params(message) for message in decode_messages(lines)]
    except MalformedMessage:
        return [_params_alone(line) for line in lines]


def _params_alone(line: bytes) -> dict[str, Any] | None:
    try:
        return _params(decode_message(line))
    except MalformedMessage:
        return None


def _params(message: dict[str, Any]) -> dict[str, Any] | None:
    params = message.get("params")
    return params if isinstance(params, dict) else None
