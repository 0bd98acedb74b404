"""What is sent again: after a kill at half of a 4 GB file, and when a finished capture of 10,000 photos is run again.

    PYTHONPATH=tests .venv/bin/python tests/benchmarks/bench_transfer_resume.py [--quick] [--only kill|again]

Targets: at most 3 % of the bytes again after kill -9 and restart; at most 3 list requests, 0 bytes, under 5 s for the
capture, with a warm hash cache and a worker that has just been started.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from sink import ANY_RIGHT, Sink
from transfer_race import MIB, arguments, data_folder, finished, fresh_worker, make_set, worker_run

from tls_papers import TlsPapers, make_papers


def kill_at_half(papers: TlsPapers, folder: Path, size: int) -> None:
    """Kill the worker when half of one file has arrived, restart it, and count."""
    with Sink(papers) as sink, fresh_worker(sink) as station:
        station.start()
        url = sink.url("captures")
        station.authorize(url, ANY_RIGHT)
        upload = station.upload(folder, url, "bench", with_entries=True)
        received = 0
        while received < size / 2:
            received += sink.stats()["received"]
            time.sleep(0.02)
        station.kill()
        received += sink.stats()["received"]
        station.start()
        station.authorize(url, ANY_RIGHT)
        finished(station, upload)
        later = sink.stats()
        received += later["received"]
    again = received / size - 1
    print(f"kill -9 at half of {size / 1e9:.1f} GB: {again:.2%} sent again, target 3 %: {_said(again <= 0.03)}")


def run_again(papers: TlsPapers, folder: Path, count: int) -> None:
    """Upload a capture, start a new worker, upload it again, and count."""
    with Sink(papers) as sink, fresh_worker(sink) as station:
        url = sink.url("captures")
        for is_again in (False, True):
            station.start()
            station.authorize(url, ANY_RIGHT)
            sink.stats()
            began = time.monotonic()
            finished(station, station.upload(folder, url, "bench", with_entries=True))
            taken = worker_run(station, began)
            if is_again:
                break
            station.stop()
        seen = sink.stats()
    lists, wall_s = seen["lists"], taken.wall_s
    print(
        f"{count:,} photos again: {lists} lists, {seen['received']} bytes, {wall_s:.2f} s, {taken.cpu_s:.2f} CPU s, "
        f"{taken.peak_bytes / 1e6:.0f} MB; target 3 lists, 0 bytes, 5 s: "
        f"{_said(lists <= 3 and seen['received'] == 0 and wall_s < 5)}; seen: {seen}"
    )


def _said(is_met: bool) -> str:
    return "met" if is_met else "MISSED"


def main() -> int:
    """Measure and print."""
    given = arguments("what is sent again")
    with data_folder(given) as data, tempfile.TemporaryDirectory(prefix="tp-papers-") as papers_folder:
        papers = make_papers(Path(papers_folder))
        if given.only in "kill":
            size = 400 * MIB if given.quick else 4 * 10**9
            folder = make_set(data / f"1x{size}", 1, size)
            for _ in range(given.rounds):
                kill_at_half(papers, folder, size)
        if given.only in "again":
            count = 1000 if given.quick else 10_000
            run_again(papers, make_set(data / f"{count}x20000", count, 20_000), count)
    return 0


if __name__ == "__main__":
    sys.exit(main())
