"""A worker whose journal cannot be used begins without it, and says where it is."""

from pathlib import Path

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


def test_a_good_one_is_not(tmp_path: Path) -> None:
    for _ in range(2):
        desk = Desk(tmp_path)
        desk.open()
        desk.close()
        assert desk.set_aside == ""
