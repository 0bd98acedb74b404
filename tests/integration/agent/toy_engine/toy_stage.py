"""A stage that does what the capture's capture.json says under "toy": {stage: {tasks, ...options}}, or TOY_STAGES.

Options of a stage: `tasks` (how many), `seconds` (each), `isolated`, `threads`, `gpus`, `signal` (kills the process
that runs it) with `times` (how often), `error` (raises it), `spin` (uses the processor), `memory` (a failed claim),
`shared_bytes` (takes that much), `gate` (goes on once this file is there) with `free` (tasks that do not wait for it).
"""

import json
import mmap
import os
import time
from pathlib import Path

from tiepoint.domain.errors import InputError
from tiepoint.engine.task import Task

STAGE = __name__.rpartition(".")[2]


def plan(job):
    manifest = json.loads((job.capture_folder / "capture.json").read_text())
    toy = manifest.get("toy") or json.loads(os.environ.get("TOY_STAGES", "{}"))
    what = dict(toy.get(STAGE, {"tasks": 1}))
    if STAGE == "alignment":
        (job.work / "alignment.json").write_text("{}")
    if STAGE == "report":
        what["products"] = str(job.products)
    count = what.pop("tasks", 1)
    isolated = what.pop("isolated", False)
    threads, gpus = what.pop("threads", 1), what.pop("gpus", 0)
    return [
        Task(
            f"{STAGE}/{number}",
            f"{STAGE}:work",
            {**what, "number": number},
            (),
            (f"{STAGE}-{number}.txt",),
            isolated,
            threads,
            gpus,
        )
        for number in range(count)
    ]


def work(work, options, progress):
    tries = work / f"{STAGE}-{options['number']}.tries"
    with tries.open("a") as file:
        file.write(f"{os.getpid()}\n")
    tried = len(tries.read_text().splitlines())
    told = {name: os.environ.get(name) for name in ("CUDA_VISIBLE_DEVICES", "OMP_NUM_THREADS", "TIEPOINT_HOME")}
    (work / f"{STAGE}-{options['number']}.env").write_text(json.dumps(told))
    if options.get("error"):
        raise InputError("The toy is broken.", remedy="Mend it.", detail="toy detail")
    if options.get("memory"):
        raise MemoryError
    if options.get("shared_bytes"):
        # Shared memory is not under RLIMIT_DATA, so only the agent's watch can stop it.
        kept = mmap.mmap(-1, options["shared_bytes"])
        for start in range(0, options["shared_bytes"], 4096):
            kept[start] = 1
    waits = options.get("gate") and options["number"] >= options.get("free", 0)
    while waits and not Path(options["gate"]).exists():
        time.sleep(0.02)
    ends = time.monotonic() + options.get("seconds", 0)
    while time.monotonic() < ends:
        progress(int(100 - 100 * (ends - time.monotonic()) / options["seconds"]), 100)
        if options.get("signal") and tried <= options.get("times", 99):
            time.sleep(0.1)
            os.kill(os.getpid(), options["signal"])
            time.sleep(60)  # another thread takes the signal, and its handler takes its time
        if not options.get("spin"):
            time.sleep(0.02)
    if options.get("products"):
        products = Path(options["products"])
        (products / "colmap").mkdir(exist_ok=True)
        (products / "colmap" / "cameras.bin").write_bytes(b"cameras")
        (products / "model.glb").write_bytes(b"model")
        (products / "result.json").write_text('{"photos_total": 3, "photos_aligned": 3}')
    out = work / f"{STAGE}-{options['number']}.txt"
    temporary = out.with_suffix(".part")
    temporary.write_text("done")
    temporary.replace(out)
