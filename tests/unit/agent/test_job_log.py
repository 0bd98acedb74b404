"""The log of a job: appended, masked, paged from its end."""

from __future__ import annotations

from pathlib import Path

from tiepoint.agent.job_log import append, line_text, log_line, tail
from tiepoint.protocol.events import LogLine


def write(path: Path, level: str, source: str, text: str) -> LogLine:
    line = log_line(level, source, text)
    append(path, line_text(line))
    return line


def test_pages_from_the_end(tmp_path: Path) -> None:
    log = tmp_path / "new" / "job.log"
    for number in range(3000):
        write(log, "info", "features", f"line {number} " + "x" * 60)
    texts: list[str] = []
    before = None
    while True:
        page = tail(tmp_path / "new" / "job.log", 700, before)
        texts = [line.text for line in page.lines] + texts
        before = page.before
        if before is None:
            break
    assert [text.split()[1] for text in texts] == [str(number) for number in range(3000)]


def test_what_a_line_says(tmp_path: Path) -> None:
    path = tmp_path / "job.log"
    line = write(path, "warning", "mesh", "two\nlines?sig=secret")
    (read,) = tail(path, 10, None).lines
    assert (read.level, read.source, read.text) == ("warning", "mesh", "two lines?sig=***")
    assert abs((read.time - line.time).total_seconds()) < 0.01


def test_lines_of_others_and_missing_files(tmp_path: Path) -> None:
    path = tmp_path / "worker.log"
    path.write_bytes(b"*** Aborted at 123\nFatal: \xff\n")
    assert [line.text for line in tail(path, 10, None).lines] == ["*** Aborted at 123", "Fatal: \ufffd"]
    assert tail(tmp_path / "none", 10, None).lines == ()
    assert tail(path, 10, "nonsense").lines


def test_going_on_where_an_answer_ended(tmp_path: Path) -> None:
    path = tmp_path / "job.log"
    assert tail(path, 10, None).end == "0"
    write(path, "info", "check", "one")
    first = tail(path, 10, None)
    assert tail(path, 10, None, first.end).lines == ()
    for number in range(5):
        write(path, "info", "check", f"later {number}")
    page = tail(path, 3, None, first.end)
    assert [line.text for line in page.lines] == ["later 0", "later 1", "later 2"]
    page = tail(path, 3, None, page.end)
    assert [line.text for line in page.lines] == ["later 3", "later 4"]
    assert tail(path, 3, None, page.end).end == page.end


def test_a_line_that_is_being_written_waits(tmp_path: Path) -> None:
    path = tmp_path / "job.log"
    write(path, "info", "check", "one")
    start = tail(path, 10, None).end
    with path.open("ab") as file:
        file.write(b"2026-11-22T10:00:00.000Z INFO check: ha")
        file.flush()
        assert tail(path, 10, None, start).lines == ()
        file.write(b"lf\n")
    assert [line.text for line in tail(path, 10, None, start).lines] == ["half"]


def test_a_log_that_was_replaced_is_read_from_its_end(tmp_path: Path) -> None:
    path = tmp_path / "job.log"
    write(path, "info", "check", "one")
    assert tail(path, 10, None, "99999").lines == ()
