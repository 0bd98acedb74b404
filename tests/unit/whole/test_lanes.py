"""Parts side by side: one failure is told and stops nobody, an interruption ends all."""

from __future__ import annotations

import signal
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from whole.lanes import Lanes

PATIENT = """
import signal, sys, time
def tidy(*_):
    print("tidied up", flush=True)
    sys.exit(2)
signal.signal(signal.SIGINT, tidy)
print("tests/test_a.py . [ 10%]", flush=True)
while True:
    time.sleep(60)
"""


@dataclass(frozen=True)
class Toy:
    name: str
    script: str

    def command(self, first_screen: int) -> list[str]:
        return [sys.executable, "-c", self.script, str(first_screen)]


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def lanes(tmp_path: Path, told: list[str]) -> Lanes:
    return Lanes(tmp_path / "words", told.append)


def test_a_failure_is_told_and_the_others_run_to_their_end(lanes: Lanes, told: list[str]) -> None:
    outcomes = lanes.run([Toy("bad", "print('oh'); raise SystemExit(3)"), Toy("good", "print('well')")])
    assert [(each.name, each.status, each.said) for each in outcomes] == [("bad", 3, "oh\n"), ("good", 0, "well\n")]
    assert [line for line in told if line in ("oh", "well")] == ["oh", "well"]


def test_a_lane_that_is_through_takes_over_the_others_last(lanes: Lanes, tmp_path: Path) -> None:
    sign = tmp_path / "sign"
    waits = f"import pathlib, time\nwhile not pathlib.Path({str(sign)!r}).exists(): time.sleep(0.02)"
    outcomes = lanes.run([Toy("long", waits), Toy("left", f"open({str(sign)!r}, 'w')")], [Toy("short", "")])
    assert outcomes[0].name == "short"
    assert {each.name for each in outcomes[1:]} == {"long", "left"}  # by one lane alone this would never end


def test_parts_at_one_time_have_screens_of_their_own(lanes: Lanes) -> None:
    says = "import sys; print(sys.argv[1])"
    outcomes = lanes.run([Toy("a", says)], [Toy("b", says)])
    assert len({each.said for each in outcomes}) == 2


def test_progress_is_passed_on_once_and_with_its_part(lanes: Lanes, told: list[str]) -> None:
    lanes.run([Toy("a", "print('tests/test_a.py .. [ 50%]'); print('== 2 passed in 1.00s ==')")])
    assert [line for line in told if "50%" in line] == ["a: tests/test_a.py .. [ 50%]"]
    assert told[-1] == "== 2 passed in 1.00s =="


def test_an_interruption_lets_all_tidy_up_and_nothing_more_begins(tmp_path: Path) -> None:
    seen: set[str] = set()

    def interrupt_when_both_run(line: str) -> None:
        if line.endswith("[ 10%]"):
            seen.add(line)
        if len(seen) == 2:
            lanes.interrupt(signal.SIGINT, None)

    lanes = Lanes(tmp_path, interrupt_when_both_run)
    outcomes = lanes.run([Toy("a", PATIENT), Toy("never", "")], [Toy("b", PATIENT)])
    assert sorted((each.name, each.status) for each in outcomes) == [("a", 2), ("b", 2)]
    assert all("tidied up" in each.said for each in outcomes)
    assert lanes.run([Toy("never", "")]) == []
