"""The cause of a failure as engines write it: out of memory, disk full, licence, missing path, no tie points, …

Engines of several makers say the same thing in many words; what is recognised here gets a card of its own. Pure; any
thread.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from tiepoint.domain.failure import Failure
from tiepoint.domain.stages import stage_title

_UNSAID: Final = frozenset({"failed", "engine", "worker-lost", "unexpected", "azure", "protocol"})
"""Kinds behind which a clearer cause may stand."""
_MOST_CHARACTERS: Final = 4000

_CAUSES: Final[tuple[tuple[str, re.Pattern[str], str], ...]] = tuple(
    (kind, re.compile(pattern, re.IGNORECASE), title)
    for kind, pattern, title in (
        (
            "out-of-memory",
            r"out of memory|not enough memory|bad_alloc|cannot allocate memory|std::bad_array|oom[- ]?kill"
            r"|killed process|memoryerror|(?:exit|return|status)[a-z ]*code[: ]+(?:137|-9)\b",
            "{stage} ran out of memory.",
        ),
        (
            "no-space",
            r"no space left|disk (?:is )?full|not enough (?:free )?(?:disk )?space|enospc|quota exceeded",
            "The storage was full in {stage}.",
        ),
        (
            "licence",
            r"no (?:valid )?licen[cs]e|licen[cs]e (?:has |is )?(?:expired|not found|invalid|missing)"
            r"|licen[cs]e server|activation (?:has )?(?:expired|failed)|no free (?:floating )?licen[cs]e|not activated",
            "The engine has no valid licence for {stage}.",
        ),
        (
            "no-tie-points",
            r"no tie points|not enough tie points|empty (?:tie|key) ?points?|no key ?points|no matches (?:were )?found"
            r"|zero resolution|empty camera list|no (?:aligned|oriented) cameras|not enough matches",
            "The photos have no tie points in common.",
        ),
        (
            "missing-path",
            r"no such file or directory|can'?t (?:open|find|read) (?:the )?(?:file|image|path|project)"
            r"|cannot find the (?:path|file)|path (?:does )?not (?:exist|found)|file not found|filenotfounderror",
            "A file or folder is not there for {stage}.",
        ),
        (
            "worker-lost",
            r"killedworker|worker (?:was )?(?:lost|disconnected|died)|node (?:was )?(?:lost|disconnected)"
            r"|evict(?:ed|ion)|preempt",
            "{stage} lost the node that worked on it.",
        ),
    )
)


def cause_of(failure: Failure, lines: Iterable[str], stage: str | None) -> tuple[str, str]:
    """Return the kind of a failure, and a title for it.

    Args:
        failure: As the agent tells it.
        lines: What the log says about it, nearest to the cause first.
        stage: Name of the stage in which it happened.

    Returns:
        The failure's own kind and summary, unless text or log show a clearer cause.
    """
    if failure.kind not in _UNSAID:
        return failure.kind, failure.summary
    for text in (failure.summary, failure.detail[-_MOST_CHARACTERS:], *lines):
        for kind, pattern, title in _CAUSES:
            if pattern.search(text[-_MOST_CHARACTERS:]):
                is_said = failure.kind == kind
                return kind, failure.summary if is_said else title.format(stage=stage_or_job(stage))
    return failure.kind, failure.summary


def cause_title(kind: str) -> str:
    """Return the title of a cause with `{stage}` in it, as translators know it; empty = it has none of its own."""
    return next((title for each, _, title in _CAUSES if each == kind), "")


def stage_or_job(stage: str | None) -> str:
    """Name a stage; before the first one it is the job."""
    return stage_title(stage) if stage else "The job"
