"""Files of a transfer as a table for other programs.

A cell that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, CSV injection). Pure; any
thread.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Final

from tiepoint.domain.transfer import Transfer, TransferFile

_FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")
_HEAD: Final = ("path", "size_bytes", "state", "attempts", "kind", "reason", "what_to_do", "transfer", "place")


def files_csv(transfer: Transfer, files: Iterable[TransferFile]) -> str:
    """Return one row for each file under a head, with what it met in words.

    Args:
        transfer: Whose they are.
        files: The rows wanted, usually those that failed.
    """
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\r\n")
    rows.writerow(_HEAD)
    rows.writerows([safe_cell(cell) for cell in _row(transfer, file)] for file in files)
    return text.getvalue()


def safe_cell(text: str) -> str:
    """Return a cell's text such that no spreadsheet calculates with it."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _row(transfer: Transfer, file: TransferFile) -> tuple[str, ...]:
    kind, reason, remedy = ("", "", "")
    if file.trouble is not None:
        kind, reason, remedy = file.trouble.kind, file.trouble.summary, file.trouble.remedy
    told = (file.path, str(file.size), file.state.value, str(file.attempts), kind, reason, remedy)
    return (*told, transfer.name, transfer.place.url)
