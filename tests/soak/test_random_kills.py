"""Kill agent, workers, stage children and clients at random moments of a real capture's jobs, twenty times.

One job is killed and resumed until it has ended; then the next begins, until all kills are spent. Minutes to an hour.
"""

from __future__ import annotations

import os
import random
import subprocess
import time
from pathlib import Path

import pytest

from program import Program
from reconstruction_facts import assert_same

KILLS = int(os.environ.get("SOAK_KILLS", "20"))
ROLES = ("agent", "worker", "stage", "client")
LONGEST_WAIT_S = 25.0


@pytest.mark.soak
@pytest.mark.shared
@pytest.mark.timeout(7200)
def test_random_kills_change_no_result(shared_photos: Path, tiepoint_home: Path, tmp_path: Path) -> None:
    seed = int(os.environ.get("SOAK_SEED", "0")) or random.SystemRandom().randrange(1, 10**6)
    print(f"seed {seed}")
    chance = random.Random(seed)
    photos = str(shared_photos / "brighton")
    program = Program(tiepoint_home)
    try:
        undisturbed = program.run(
            "run", photos, "-o", str(tmp_path / "undisturbed"), "--preset", "draft", "--json", timeout_s=900
        )
        assert undisturbed.status == 0, undisturbed.stderr
        kills, job = 0, 0
        while kills < KILLS:
            job += 1
            out = tmp_path / f"out{job}"
            kills += _one_job(program, photos, out, chance, KILLS - kills)
            assert_same(out, tmp_path / "undisturbed")
            assert not program.processes("stage")
    finally:
        program.stop()


def _one_job(program: Program, photos: str, out: Path, chance: random.Random, most_kills: int) -> int:
    """Run one job to its end through at most so many kills; return how many there were."""
    kills = 0
    command = ["run", photos, "-o", str(out), "--name", out.name, "--preset", "draft", "--json"]
    while True:
        with program.start(*command) as client:
            if kills < most_kills:
                kills += _kill_something(program, client, chance)
            stdout, stderr = client.communicate(timeout=900)
        if client.returncode == 0:
            return kills
        print(f"client ended with {client.returncode} after {kills} kills: {stdout.splitlines()[-1:]} {stderr[-300:]}")
        command = ["resume", "--json"]


def _kill_something(program: Program, client: subprocess.Popen[str], chance: random.Random) -> int:
    time.sleep(chance.uniform(1.0, LONGEST_WAIT_S))
    role = chance.choice(ROLES)
    try:
        client.kill() if role == "client" else program.kill(role)
    except LookupError:
        return 0
    print(f"killed {role}")
    return 1
