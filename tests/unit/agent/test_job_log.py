"""The log of a job: appended, masked, paged from its end."""

from __future__ import annotations

from pathlib import Path

from tiepoint.agent.job_log import JobLog, tail


def test_pages_from_the_end(tmp_path: Path) -> None:
    log = JobLog(tmp_path / "new" / "job.log")
    for number in range(3000):
        log.write("info", "features", f"line {number} " + "x" * 60)
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
    line = JobLog(path).write("warning", "mesh", "two\nlines?sig=secret")
    (read,) = tail(path, 10, None).lines
    assert (read.level, read.source, read.text) == ("warning", "mesh", "two lines?sig=***")
    assert abs((read.time - line.time).total_seconds()) < 0.01


def test_lines_of_others_and_missing_files(tmp_path: Path) -> None:
    path = tmp_path / "worker.log"
    path.write_bytes(b"*** Aborted at 123\nFatal: \xff\n")
    assert [line.text for line in tail(path, 10, None).lines] == ["*** Aborted at 123", "Fatal: \ufffd"]
    assert tail(tmp_path / "none", 10, None).lines == ()
    assert tail(path, 10, "nonsense").lines
