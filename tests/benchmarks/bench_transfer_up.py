"""Photos and a big file go up, ours and azcopy --put-md5 in turns, to a sink on this computer: CPU, wall time, memory.

    PYTHONPATH=tests .venv/bin/python tests/benchmarks/bench_transfer_up.py [--quick] [--only 400] [--data FOLDER]

Each set is repeated, with other content, until azcopy takes some 30 s: it ends on a tick of two seconds. Up to 13 GB of
disk for --data, which should fit the page cache. TIEPOINT_AZCOPY names azcopy when PATH does not have it.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sink import Sink
from transfer_race import AZCOPY, MIB, Target, arguments, azcopy_upload, data_folder, make_set, our_upload, race

from tls_papers import make_papers


@dataclass(frozen=True)
class Set:
    """What is sent: so many files of one size, so many times over; `quick` files in the short form."""

    name: str
    files: int
    size: int
    repeat: int
    quick: int
    is_tls: bool
    target: Target


GB4 = 4 * 10**9
SETS = [
    Set("400 x 8 MB, TLS", 400, 8 * 10**6, 4, 40, True, Target(0.9, 0.9, 0.15)),
    Set("4,000 x 0.5 MB, TLS", 4000, 500_000, 3, 400, True, Target(0.65, 0.65, 0.15)),
    Set("one 4 GB, TLS", 1, GB4, 2, 1, True, Target(0.7, 0.7)),
    Set("one 4 GB, HTTP", 1, GB4, 3, 1, False, Target(0.5, 0.5)),
]


def main() -> int:
    """Measure and print."""
    given = arguments("uploads against azcopy")
    if not AZCOPY:
        print("azcopy is not here: set TIEPOINT_AZCOPY; nothing was compared")
        return 0
    with data_folder(given) as data, tempfile.TemporaryDirectory(prefix="tp-papers-") as papers_folder:
        papers = make_papers(Path(papers_folder))
        for each in SETS:
            if given.only not in each.name:
                continue
            count = each.quick if given.quick else each.files * (given.repeat or each.repeat)
            size = min(each.size, 400 * MIB) if given.quick else each.size
            folder = make_set(data / f"{count}x{size}", count, size)
            with Sink(papers if each.is_tls else None) as sink:

                def ours(sink: Sink = sink, folder: Path = folder) -> object:
                    sink.stats(forget=True)
                    return our_upload(sink, folder)

                def theirs(sink: Sink = sink, folder: Path = folder) -> object:
                    sink.stats(forget=True)
                    return azcopy_upload(sink, folder)

                race(each.name, given.rounds, ours, theirs, count * size, each.target)
            if not given.data:
                shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
