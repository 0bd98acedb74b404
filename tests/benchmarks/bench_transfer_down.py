"""One 4 GB blob comes down with its MD5 checked, ours and azcopy in turns, from a sink on this computer over TLS.

    PYTHONPATH=tests .venv/bin/python tests/benchmarks/bench_transfer_down.py [--quick] [--data FOLDER]

Into shared memory where there is room for it, so that no disk's moods are measured.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
import sys
import tempfile
from pathlib import Path

from sink import Sink
from transfer_race import (
    AZCOPY,
    MIB,
    Run,
    Target,
    arguments,
    azcopy_download,
    data_folder,
    make_set,
    our_download,
    race,
)

from tls_papers import make_papers

MEMORY = Path("/dev/shm")


def main() -> int:
    """Measure and print."""
    given = arguments("downloads against azcopy")
    if not AZCOPY:
        print("azcopy is not here: set TIEPOINT_AZCOPY; nothing was compared")
        return 0
    size = 400 * MIB if given.quick else 4 * 10**9
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 3 * size
    with data_folder(given) as data, tempfile.TemporaryDirectory(dir=MEMORY if roomy else data) as scratch:
        served = make_set(data / f"1x{size}", 1, size) / "DJI_00000.JPG"
        with served.open("rb") as file:
            md5 = hashlib.file_digest(file, "md5").digest()
        papers = make_papers(Path(scratch))
        with Sink(papers, (served, base64.b64encode(md5).decode())) as sink:

            def run(fetch: object) -> Run:
                target = Path(scratch) / "target"
                target.mkdir()
                try:
                    taken: Run = fetch(sink, target)
                    assert sum(path.stat().st_size for path in target.rglob("*") if path.is_file()) == size
                    return taken
                finally:
                    shutil.rmtree(target)

            race(
                "4 GB down, TLS",
                given.rounds,
                lambda: run(our_download),
                lambda: run(azcopy_download),
                size,
                Target(cpu=0.9),
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
