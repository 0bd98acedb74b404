"""How long the tables and the log of the panel hold the GUI thread: 200 nodes, 5,000 jobs, 5,000 lines, 10,000 files.

Processor time is measured, so that other work on the computer does not count.

Start with: QT_QPA_PLATFORM=offscreen python tests/benchmarks/bench_tables.py
"""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from fakes.job_scenes import a_job, a_node, later
from fakes.scheduler import T0
from tiepoint.domain.identifiers import JobId, NodeId
from tiepoint.domain.transfer import FileState, TransferFile
from tiepoint.protocol.events import LogLine
from tiepoint.ui.application import make_application
from tiepoint.ui.viewmodels.jobs_rows import JobContext, job_columns, job_row
from tiepoint.ui.viewmodels.log_lines import shown_line
from tiepoint.ui.viewmodels.nodes_rows import NodeContext, node_columns, node_row
from tiepoint.ui.viewmodels.transfers_files import FilesModel
from tiepoint.ui.viewmodels.transfers_rows import file_columns
from tiepoint.ui.widgets.log_list import LogList
from tiepoint.ui.widgets.table import Table
from tiepoint.ui.widgets.table_cells import Row
from tiepoint.ui.widgets.table_columns import ColumnMemory

JOBS, NODES, LINES, FILES = 5000, 200, 5000, 10_000
_A_ROUND = 300
"""Files that change between two updates of the page, in a fast upload of small photos."""


def timed(application: QApplication, name: str, work: Callable[[], object], rounds: int = 5) -> None:
    """Print the worst of some rounds, what is painted afterwards included."""
    worst = 0.0
    for _ in range(rounds):
        start = time.process_time()
        work()
        application.processEvents()
        worst = max(worst, time.process_time() - start)
    print(f"{name:<52} {worst * 1000:8.1f} ms")


def job_rows(second: int) -> list[Row]:
    """The list of jobs at a second; one in twenty runs and so changes."""
    context = JobContext(later(second))
    rows = [job_row(a_job(f"job {number}", id=JobId(f"job-{number}")), context) for number in range(JOBS)]
    still = job_rows.cache  # type: ignore[attr-defined]
    return [row if number % 20 == 0 else still.setdefault(row.key, row) for number, row in enumerate(rows)]


job_rows.cache = {}  # type: ignore[attr-defined]


def node_rows(second: int) -> list[Row]:
    """The nodes at a second; all of them change."""
    context = NodeContext(later(second), version="0.1.0")
    nodes = [
        a_node(number, id=NodeId(f"node-{number}"), task_progress=(number + second) % 100 / 100)
        for number in range(NODES)
    ]
    return [node_row(node, context) for node in nodes]


def files_in_rounds() -> Iterator[list[TransferFile]]:
    """Files of an upload as they change from one update to the next: waiting, moving, verified."""
    for first in itertools.count(0, _A_ROUND // 2):
        done = [TransferFile(index, _path(index), 500_000, FileState.VERIFIED, 500_000, attempts=1, digest="0" * 32)
                for index in range(first, first + _A_ROUND // 2)]  # fmt: skip
        begun = [TransferFile(index, _path(index), 500_000, FileState.MOVING, 250_000, 1e6, 1)
                 for index in range(first + _A_ROUND // 2, first + _A_ROUND)]  # fmt: skip
        yield done + begun


def _path(index: int) -> str:
    return f"DCIM/{100 + index // 1000}MSDCF/DSC{index:05d}.JPG"


def measure_files(application: QApplication) -> None:
    """Measure the table of a transfer's files."""
    model = FilesModel()
    table = Table("Files", ColumnMemory("files", file_columns()), file_columns(), model=model)
    table.resize(1000, 700)
    table.show()
    waiting = [TransferFile(index, _path(index), 500_000) for index in range(FILES)]
    rounds = files_in_rounds()
    name = f"{FILES} files"
    timed(application, f"{name} listed", lambda: table.change_rows(lambda: model.update(waiting)), 1)
    timed(application, f"{name}, {_A_ROUND} change", lambda: table.change_rows(lambda: model.update(next(rounds))), 20)
    bar = table.verticalScrollBar()
    steps = itertools.count(0, 977)
    timed(application, f"{name}, scrolled", lambda: bar.setValue(next(steps) * 40 % bar.maximum()), 50)
    timed(application, f"{name}, those that move", lambda: table.set_tag("moving"), 1)
    timed(application, f"{name} again", lambda: table.set_tag(""), 1)
    timed(application, f"{name} found by a word", lambda: table.set_filter("99"), 1)
    timed(application, f"{name} once more", lambda: table.set_filter(""), 1)
    timed(application, f"{name} sorted by size", lambda: table.sortByColumn(2, Qt.SortOrder.DescendingOrder), 1)


def main() -> None:
    """Measure."""
    application = make_application("dark")
    jobs = Table("Jobs", ColumnMemory("jobs", job_columns()), job_columns())
    nodes = Table("Nodes", ColumnMemory("nodes", node_columns()), node_columns())
    log = LogList("Log")
    for widget in (jobs, nodes, log):
        widget.resize(1300, 700)
        widget.show()
    snapshots = [job_rows(second) for second in range(8)]
    states = [node_rows(second) for second in range(8)]
    timed(application, f"{JOBS} jobs listed", lambda: jobs.set_rows(snapshots[0]), 1)
    timed(application, f"{JOBS} jobs, one in twenty ticks", lambda: jobs.set_rows(snapshots.pop()))
    timed(application, f"{JOBS} jobs, nothing changed", lambda: jobs.set_rows(snapshots[0]))
    timed(application, f"{JOBS} jobs found by a word", lambda: jobs.set_filter("9"), 1)
    timed(application, f"{JOBS} jobs again", lambda: jobs.set_filter(""), 1)
    timed(
        application, f"{JOBS} jobs sorted", lambda: jobs.sortByColumn(4, jobs.horizontalHeader().sortIndicatorOrder())
    )
    timed(application, f"{NODES} nodes, all change", lambda: nodes.set_rows(states.pop()))
    lines = [shown_line(LogLine(T0, f"line {number}", "info", "mesh")) for number in range(LINES)]
    timed(application, f"{LINES} lines of log", lambda: log.model_of_lines.set_lines(lines))
    timed(application, f"{LINES} lines of log, 100 more", lambda: log.model_of_lines.append(lines[:100]))
    timed(
        application,
        f"{LINES} lines of log found by a word",
        lambda: log.model_of_lines.set_filter("line 9", only_warnings=False),
        1,
    )
    measure_files(application)


if __name__ == "__main__":
    main()
