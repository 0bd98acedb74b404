"""A worker whose journal cannot be used begins without it, and says where it is."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tiepoint.transfer.desk import Desk
from tiepoint.transfer.journal import JOURNAL_NAME


def test_a_broken_journal_is_set_aside_and_said(tmp_path: Path, expected_logs: list[str]) -> None:
    expected_logs.append("the journal of transfers could not be used and is kept as")
    (tmp_path / JOURNAL_NAME).write_bytes(b"no database" * 1000)
    desk = Desk(tmp_path)
    desk.open()
    try:
        assert desk.transfers() == ()
        assert Path(desk.set_aside).read_bytes() == b"no database" * 1000
    finally:
        desk.close()


@pytest.mark.parametrize(
    "table",
    [
        "CREATE TABLE transfers (something_else TEXT)",
        "CREATE TABLE files (transfer TEXT, number INTEGER)",
        "CREATE TABLE seen (container TEXT)",
    ],
)
def test_one_with_other_tables_is_set_aside_too(tmp_path: Path, expected_logs: list[str], table: str) -> None:
    expected_logs.append("the journal of transfers could not be used and is kept as")
    with closing(sqlite3.connect(tmp_path / JOURNAL_NAME)) as other:
        other.execute(table)
        other.execute("INSERT INTO files VALUES ('t', 0)") if "files" in table else None
        other.commit()
    desk = Desk(tmp_path)
    desk.open()
    desk.close()
    assert desk.set_aside


def test_a_folder_in_its_place_is_set_aside_too(tmp_path: Path, expected_logs: list[str]) -> None:
    expected_logs.append("the journal of transfers could not be used and is kept as")
    (tmp_path / JOURNAL_NAME).mkdir()
    desk = Desk(tmp_path)
    desk.open()
    desk.close()
    assert Path(desk.set_aside).is_dir()


def test_a_good_one_is_not(tmp_path: Path) -> None:
    for _ in range(2):
        desk = Desk(tmp_path)
        desk.open()
        desk.close()
        assert desk.set_aside == ""
