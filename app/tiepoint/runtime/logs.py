"""Log files that rotate, with secrets masked in every record, tracebacks included. Any thread.

Each process writes a file of its own: two processes that rotate one file lose lines.
"""

from __future__ import annotations

import logging
import re
import sys
import time
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final

_FILE_LIMIT_BYTES: Final = 2_000_000
_OLD_FILES: Final = 3
_FORMAT: Final = "%(asctime)s %(levelname)s %(name)s %(process)d: %(message)s"


def _named(names: str, value: str) -> re.Pattern[str]:
    """Match what follows a name in a form, an address or JSON, quoted twice or not."""
    return re.compile(rf"(?i)(\b{names}\\?[\"']?\s*[:=]\s*\\?[\"']?){value}")


# What a shared access signature carries is named in Azure's service SAS reference: `sig` is the secret part.
_SECRETS: Final = (
    (re.compile(r"(?i)(\bsig(?:=|%3d))[^&\s\"'<>]+"), r"\1***"),
    (re.compile(r"(?i)(\bbearer\s+)[A-Za-z0-9._~+/=-]+"), r"\1***"),
    (re.compile(r"(?i)\b(accountkey=|sharedaccesskey=)[^;\s\"']+"), r"\1***"),
    (_named("(?:access|refresh|id)_token", "[A-Za-z0-9._~+/=-]+"), r"\1***"),
    (_named("(?:device_code|user_code|code_verifier|client_info)", "[A-Za-z0-9._~+/=-]+"), r"\1***"),
    (_named("(?:(?:admin_?)?password|passphrase|activation_?code|auth_?token)", r"[^\s\"'&,;]+"), r"\1***"),
    (re.compile(r"(?i)(/webtunnel(?:v2)?/)[^/?\s\"']+"), r"\1***"),
    (re.compile(r"(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"), "***"),
    (re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"), "***"),
)
_TALKATIVE: Final = ("azure", "msal", "msal_extensions", "urllib3", "keyring")
"""Libraries that tell of every request, headers and all; their warnings are enough."""


def masked(text: str) -> str:
    """Return the text with signatures, keys and tokens replaced by asterisks."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


class MaskingFormatter(logging.Formatter):
    """Formats a record, exception and stack included, and masks the whole; times are UTC."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def format(self, record: logging.LogRecord) -> str:
        """Return the masked line or lines of a record."""
        return masked(super().format(record))


class _QuietFile(RotatingFileHandler):
    """Loses a record that cannot be written (a full disk) rather than printing a traceback about it."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  the name is logging's
        """Do nothing."""


def log_to_file(path: Path, *, level: int = logging.INFO) -> RotatingFileHandler:
    """Send the root logger's records to a rotating file.

    Args:
        path: The file; its folder is made.
        level: Least level written.

    Returns:
        The handler, for whoever wants to take it off again.

    Raises:
        OSError: The file cannot be opened.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = _QuietFile(
        path, maxBytes=_FILE_LIMIT_BYTES, backupCount=_OLD_FILES, encoding="utf-8", errors="backslashreplace"
    )
    _attach(handler, level)
    return handler


def log_to_stderr(*, level: int = logging.WARNING) -> None:
    """Send the root logger's records to the error stream, if this process has one."""
    if sys.stderr is not None:
        _attach(logging.StreamHandler(sys.stderr), level)


def _attach(handler: logging.Handler, level: int) -> None:
    handler.setFormatter(MaskingFormatter(_FORMAT))
    handler.setLevel(level)
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(min(level, root.level or level))
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
