"""Facts through a child: stand-ins that speak its protocol, die, hang and babble, in real processes."""

import subprocess
import sys
import threading
from collections.abc import Callable

import pytest

from tiepoint.domain.photo import PhotoFacts
from tiepoint.transfer import facts
from tiepoint.transfer.facts import read_facts

_HEAD = """
import json, os, sys, time
photos = json.loads(sys.stdin.buffer.read())["photos"]
def tell(photo, **more):
    line = {"type": "photo", "path": photo["name"], "width": len(photo["path"]), "problem": None, **more}
    print(json.dumps(line), flush=True)
"""
WELL = (
    _HEAD
    + """
print(json.dumps({"type": "progress", "done": 1, "total": 1}))
for photo in photos: tell(photo)
print(json.dumps({"type": "done"}))
"""
)
DIES_AT_BAD = (
    _HEAD
    + """
for photo in photos:
    if "bad" in photo["name"]: os._exit(3)
    tell(photo)
"""
)
DIES_AT_ONCE = "import os; os._exit(1)"
HANGS = _HEAD + "tell(photos[0]); time.sleep(600)"
BABBLES = (
    _HEAD
    + """
print("no json"); print("[1]"); print('{"type": "photo"}'); print('{"type": "photo", "path": 7}')
tell(photos[0], width="wide"); tell(photos[1]); tell(photos[2], problem={"kind": "input"})
"""
)
PHOTOS = [(f"/card/{name}.jpg", f"{name}.jpg") for name in ("one", "bad", "two", "bad2", "three")]


class Launch:
    """Starts stand-ins and counts them."""

    def __init__(self, script: str) -> None:
        self.script = script
        self.started: list[subprocess.Popen[bytes]] = []

    def __call__(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-S", "-c", self.script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.started.append(process)
        return process

    @property
    def are_over(self) -> bool:
        return all(process.returncode is not None for process in self.started)


def never() -> bool:
    return False


def found(launch: Callable[[], "subprocess.Popen[bytes]"], photos: list[tuple[str, str]] = PHOTOS) -> list[str]:
    return [facts.path for facts in read_facts(photos, never, launch)]


def test_facts_come_in_order_under_the_paths_of_the_capture() -> None:
    launch = Launch(WELL)
    assert list(read_facts(PHOTOS[:1], never, launch)) == [PhotoFacts("one.jpg", len("/card/one.jpg"))]
    assert found(launch) == [path for _, path in PHOTOS]
    assert launch.are_over
    assert len(launch.started) == 2


def test_names_of_any_kind_arrive_whole() -> None:
    photos = [("/x/\udcff 写真.jpg", "\udcff 写真.jpg")]
    assert found(Launch(WELL), photos) == ["\udcff 写真.jpg"]


def test_no_photos_need_no_child() -> None:
    launch = Launch(WELL)
    assert found(launch, []) == []
    assert launch.started == []


def test_the_photo_a_child_died_of_is_passed_over() -> None:
    launch = Launch(DIES_AT_BAD)
    assert found(launch) == ["one.jpg", "two.jpg", "three.jpg"]
    assert len(launch.started) == 3
    assert launch.are_over


def test_the_photo_a_child_hangs_at_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "_STANDSTILL_S", 3.0)
    launch = Launch(HANGS)
    assert [each.path for each in read_facts(PHOTOS[:2], lambda: False, launch)] == ["one.jpg"]
    assert all(process.poll() is not None for process in launch.started)


def test_children_that_always_die_are_not_started_for_ever() -> None:
    launch = Launch(DIES_AT_ONCE)
    many = [(f"/{number}", str(number)) for number in range(5000)]  # more than a pipe holds
    assert found(launch, many) == []
    assert len(launch.started) == 5
    assert launch.are_over


def test_a_child_that_cannot_be_started_leaves_facts_empty() -> None:
    def refuse() -> subprocess.Popen[bytes]:
        raise OSError("no memory")

    assert found(refuse) == []


def test_lines_that_make_no_sense_are_passed_over() -> None:
    assert found(Launch(BABBLES)) == ["bad.jpg"]


@pytest.mark.parametrize("is_closed", [True, False])
def test_it_stops_when_it_is_told_to(is_closed: bool) -> None:
    launch, stop = Launch(HANGS), threading.Event()
    reading = read_facts(PHOTOS, stop.is_set, launch)
    assert next(reading).path == "one.jpg"
    if is_closed:
        reading.close()  # type: ignore[attr-defined]  # a generator, which its type does not say
    else:
        stop.set()
        assert list(reading) == []
    assert launch.are_over
