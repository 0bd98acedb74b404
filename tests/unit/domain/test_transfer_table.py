"""Files of a transfer as CSV: read back whole, and no cell that a spreadsheet would calculate with."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fakes.transfers import UNREADABLE, a_transfer
from tiepoint.domain.failure import Failure
from tiepoint.domain.transfer import FileState, TransferFile
from tiepoint.domain.transfer_table import files_csv, safe_cell


def test_a_row_says_what_happened() -> None:
    file = TransferFile(3, 'day "1", north/IMG 7.JPG', 8_000_000, FileState.FAILED, attempts=3, trouble=UNREADABLE)
    head, row = csv.reader(io.StringIO(files_csv(a_transfer(), [file])))
    told = dict(zip(head, row, strict=True))
    assert told["path"] == 'day "1", north/IMG 7.JPG'
    assert (told["size_bytes"], told["state"], told["attempts"]) == ("8000000", "failed", "3")
    assert (told["kind"], told["reason"], told["what_to_do"]) == ("input", UNREADABLE.summary, UNREADABLE.remedy)
    assert told["transfer"] == "brighton"
    assert "captures" in told["place"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(start: str) -> None:
    evil = f"{start}cmd|' /C calc'!A0"
    file = TransferFile(0, evil, 1, FileState.FAILED, trouble=Failure("input", evil, evil))
    transfer = a_transfer(name=evil)
    _, row = csv.reader(io.StringIO(files_csv(transfer, [file]), newline=""))
    assert [cell for cell in row if cell.startswith(start)] == []
    assert row[0] == f"'{evil}"


@given(st.text())
def test_a_safe_cell_says_the_same(text: str) -> None:
    safe = safe_cell(text)
    assert safe in (text, f"'{text}")
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_without_rows_there_is_the_head_alone() -> None:
    assert files_csv(a_transfer(), []).count("\n") == 1
