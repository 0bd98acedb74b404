"""Photos nothing is known of are looked into beside the sending, once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence

import pytest

from fakes.upload_bench import UploadBench, noise
from tiepoint.domain.photo import PhotoFacts
from tiepoint.domain.transfer import TransferState
from tiepoint.runtime.stop import Stopped
from tiepoint.transfer.upload import looking


class Inspector:
    """Finds a camera in every photo, and notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def __call__(self, photos: Sequence[tuple[str, str]], stop: Callable[[], bool]) -> Iterator[PhotoFacts]:
        self.asked.append([path for _, path in photos])
        for _, path in photos:
            if stop():
                return
            if "unreadable" not in path:
                yield PhotoFacts(path, camera=f"camera of {path}", width=40, height=30)


@pytest.fixture
def inspector(monkeypatch: pytest.MonkeyPatch) -> Inspector:
    made = Inspector()
    monkeypatch.setattr(looking, "read_facts", made)
    return made


def cameras(bench: UploadBench) -> dict[str, str | None]:
    assert bench.manifest is not None
    return {photo["path"]: photo.get("camera") for photo in json.loads(bench.manifest)["photos"]}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_what_is_found_out_stands_in_the_manifest(bench: UploadBench, inspector: Inspector, seed: int) -> None:
    bench.tells_entries = False
    bench.write({"a.jpg": noise(10, 1), "b.jpg": noise(10, 2), "unreadable.jpg": noise(10, 3)})
    bench.tell()
    assert bench.run_mixed(seed) is TransferState.COMPLETED
    assert cameras(bench) == {"a.jpg": "camera of a.jpg", "b.jpg": "camera of b.jpg", "unreadable.jpg": None}
    assert inspector.asked == [["a.jpg", "b.jpg", "unreadable.jpg"]]


def test_what_the_manifest_knows_is_not_looked_at_again(bench: UploadBench, inspector: Inspector) -> None:
    bench.tells_entries = False
    bench.write({"a.jpg": noise(10, 1)})
    bench.upload()
    before = bench.manifest
    bench.upload(number=2)
    assert len(inspector.asked) == 1
    assert bench.manifest == before


def test_photos_that_were_told_with_their_facts_are_not_looked_at(bench: UploadBench, inspector: Inspector) -> None:
    bench.write({"a.jpg": noise(10, 1)})
    bench.upload()
    assert inspector.asked == []


def test_looking_that_was_stopped_goes_on(bench: UploadBench, inspector: Inspector) -> None:
    bench.tells_entries = False
    bench.write({"a.jpg": noise(10, 1)})
    bench.tell()
    bench.begin()
    bench.step()  # the survey
    sending = bench.next()
    look = bench.next()
    assert isinstance(look, looking.LookInto)
    assert sending is not None
    bench.stop.stop()
    with pytest.raises(Stopped):
        look.run(bench.hand())
    bench.work.give_back(look)
    bench.work.give_back(sending)
    bench.stop = type(bench.stop)()
    while bench.step():
        pass
    assert bench.work.phase is TransferState.COMPLETED
    assert cameras(bench) == {"a.jpg": "camera of a.jpg"}


def test_looking_that_was_stopped_after_all_was_sent_does_not_hold_up_the_end(
    bench: UploadBench, inspector: Inspector
) -> None:
    bench.tells_entries = False
    bench.write({"a.jpg": noise(10, 1)})
    bench.tell()
    bench.begin()
    bench.step()  # the survey
    sending, look = bench.next(), bench.next()
    assert isinstance(look, looking.LookInto)
    assert sending is not None
    bench.do(sending)
    bench.work.give_back(look)
    while bench.step():
        pass
    assert bench.work.phase is TransferState.COMPLETED
    assert cameras(bench) == {"a.jpg": "camera of a.jpg"}
