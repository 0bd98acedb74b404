"""Texts of Azure without anything secret, short enough to show. Pure; any thread."""

from __future__ import annotations

import re
from typing import Final

_SECRETS: Final = (
    (re.compile(r"(?i)(\bbearer\s+)[A-Za-z0-9._~+/=-]{8,}"), r"\1***"),
    (re.compile(r"(?i)(\bsig=|[?&]code=)[^&\s\"'<>]+"), r"\1***"),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*\.?[A-Za-z0-9_-]*"), "***"),
    (
        re.compile(
            r"(?i)(\b(?:access_token|refresh_token|id_token|client_info|device_code|user_code|code_verifier|"
            r"adminPassword|activationCode|password|accountkey|sharedaccesskey)\\?[\"']?\s*[:=]\s*\\?[\"']?)"
            r"[^\s\"'&,;<>]{6,}"
        ),
        r"\1***",
    ),
)
_LONGEST: Final = 2000


def harmless(text: str) -> str:
    """Return the text with tokens, signatures, codes and passwords replaced by asterisks, cut where it is endless."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def first_sentence(text: str, longest: int = 240) -> str:
    """Return the first sentence of a harmless text in one line, with a full stop."""
    line = " ".join(harmless(text).split())
    match = re.match(r"(.{12,}?[.!?])(?:\s|$)", line)
    sentence = (match.group(1) if match else line).rstrip(" :")
    if len(sentence) > longest:
        sentence = sentence[: longest - 1].rstrip() + "…"
    return sentence if not sentence or sentence[-1] in ".!?…" else sentence + "."
