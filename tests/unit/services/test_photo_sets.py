"""Photo sets as the panel uses them, on fakes: dropping, reading, checking, choosing, keeping, going on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from fakes.captures import FakeCaptureStore
from fakes.clock import FakeClock
from fakes.photo_sets import FakePhotoGallery, FakePhotoSetStore, a_head
from patience import PATIENCE_S
from tiepoint.domain.capture import Drop, DroppedPhoto, SkippedFile
from tiepoint.domain.errors import InputError, NoSpace, SetupError, UsageError
from tiepoint.domain.failure import Failure
from tiepoint.domain.identifiers import CaptureId
from tiepoint.domain.photo_issue import IssueKind
from tiepoint.domain.photo_set import PhotoSet, PhotoSetsSnapshot, SetPhase
from tiepoint.services.photo_sets import SAMPLE_NAME, PhotoSets

CARD, OTHER, SAMPLE = Path("/card"), Path("/other"), Path("/sample")


def a_card(folder: Path, count: int = 5, *skipped: SkippedFile) -> Drop:
    photos = (DroppedPhoto(folder / f"{i}.jpg", f"{i}.jpg", 1000 + i, i) for i in range(count))
    return Drop(folder.name, tuple(photos), skipped)


class Bench:
    """The service and its fakes; `again` is the next start of the program."""

    def __init__(self, before: Bench | None = None) -> None:
        self.clock = before.clock if before else FakeClock()
        self.captures = before.captures if before else FakeCaptureStore(_drops())
        self.store = before.store if before else FakePhotoSetStore()
        self.gallery = FakePhotoGallery()
        self.told: list[PhotoSetsSnapshot] = []
        self._ids = iter(range(0x900000 if before else 0, 0xFFFFFF))
        self.sets = PhotoSets(
            *(self.store, self.captures, self.gallery),
            sample=lambda: SAMPLE,
            now=self._now,
            suffix=lambda: f"{next(self._ids):06x}",
        )
        self.sets.changed.subscribe(self.told.append)

    @property
    def current(self) -> PhotoSet:
        current = self.sets.snapshot.current
        assert current is not None
        return current

    async def dropped(self, *paths: Path, into_new: bool = False) -> PhotoSet:
        self.sets.add(paths or (CARD,), into_new=into_new)
        await self.sets.settled()
        return self.current

    async def again(self) -> Bench:
        await self.sets.close()
        later = Bench(self)
        await later.sets.load()
        await later.sets.settled()
        return later

    def _now(self) -> object:
        self.clock.advance(1)
        return self.clock()


def _drops() -> dict[Path, Drop]:
    skipped = SkippedFile("notes.txt", "it is no photo")
    return {CARD: a_card(CARD, 5, skipped), OTHER: a_card(OTHER, 2), SAMPLE: a_card(SAMPLE, 18)}


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    made = Bench()
    yield made
    await made.sets.close()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110  turns of the loop are what is waited for
            await asyncio.sleep(0)


async def test_a_drop_becomes_a_set_that_is_read_and_checked(bench: Bench) -> None:
    current = await bench.dropped()
    assert (current.name, current.is_working, current.trouble) == ("card", False, None)
    counts = current.counts
    assert (counts.photos, counts.listed, counts.checked, counts.included) == (5, 5, 5, 5)
    assert [photo.path for photo in current.photos] == [f"{i}.jpg" for i in range(5)]
    assert all(photo.head and photo.quality for photo in current.photos)
    assert current.skipped == (SkippedFile("notes.txt", "it is no photo"),)
    assert current.facts.cameras == (("DJI FC300S", 5),)


async def test_each_phase_is_told(bench: Bench) -> None:
    bench.gallery.gate.clear()
    bench.sets.add([CARD])
    assert bench.current.is_working
    await until(lambda: bench.current.progress.phase is SetPhase.HEADS)
    assert (bench.current.progress.done, bench.current.progress.total) == (0, 5)
    bench.gallery.gate.set()
    await until(lambda: bench.current.progress.phase is SetPhase.CHECK)
    await bench.sets.settled()
    assert bench.current.progress.phase is SetPhase.IDLE


async def test_what_does_not_exist_is_named_and_the_rest_is_taken(bench: Bench) -> None:
    current = await bench.dropped(Path("/gone"), CARD)
    assert current.counts.photos == 5
    assert SkippedFile("/gone", "there is no such file or folder") in current.skipped


async def test_of_very_many_skipped_files_the_latest_are_listed_and_all_are_counted(bench: Bench) -> None:
    bench.captures.drops[OTHER] = a_card(OTHER, 1, *(SkippedFile(f"{i}.txt", "it is no photo") for i in range(1500)))
    current = await bench.dropped(CARD, OTHER)
    assert (len(current.skipped), current.skipped[-1].path, current.skipped_count) == (1000, "1499.txt", 1501)


async def test_more_photos_join_the_current_set_and_the_same_do_not(bench: Bench) -> None:
    await bench.dropped()
    current = await bench.dropped(OTHER, CARD)
    assert current.counts.photos == 7
    assert "other/0.jpg" in {photo.path for photo in current.photos}
    assert SkippedFile("0.jpg", "it is in the set already") in current.skipped
    assert len(bench.sets.snapshot.sets) == 1


async def test_photos_added_while_checks_run_are_read_first(bench: Bench) -> None:
    bench.sets.add([SAMPLE])
    await until(lambda: bench.current.progress.phase is SetPhase.CHECK)
    bench.sets.add([OTHER])
    await bench.sets.settled()
    assert bench.current.counts.checked == bench.current.counts.photos == 20
    kinds = [what for what, path in bench.gallery.asked if what == "check" or path.startswith("other/")]
    assert kinds.index("heads") < len(kinds) - 10


async def test_unchanged_photos_are_the_same_objects(bench: Bench) -> None:
    before = await bench.dropped()
    bench.sets.exclude(["2.jpg"])
    after = bench.current
    same = [one is other for one, other in zip(before.photos, after.photos, strict=True)]
    assert same == [True, True, False, True, True]
    bench.sets.rename("Brighton")
    assert bench.current.photos is after.photos


async def test_broken_photos_are_left_out_and_stay_out(bench: Bench) -> None:
    bench.gallery.problems["1.jpg"] = Failure("truncated", "It is cut short.", "Copy it again.")
    await bench.dropped()
    bench.sets.include(["1.jpg"])
    current = bench.current
    assert (current.counts.included, current.photos[1].is_included) == (4, False)
    assert current.counts.issues == {IssueKind.TRUNCATED: 1}
    assert current.undo == ""


async def test_copies_are_left_out_and_can_be_put_in(bench: Bench) -> None:
    bench.gallery.same["3.jpg"] = "0.jpg"
    current = await bench.dropped()
    assert not current.photos[3].is_included
    bench.sets.include(["3.jpg"])
    assert bench.current.photos[3].is_included
    bench.sets.decide_by_checks(["3.jpg"])
    assert not bench.current.photos[3].is_included


async def test_edits_are_taken_back_and_done_again(bench: Bench) -> None:
    await bench.dropped()
    bench.sets.exclude(["0.jpg", "1.jpg"])
    assert (bench.current.undo, bench.current.counts.included) == ("Leave out 2 photos", 3)
    bench.sets.remove(["4.jpg"])
    assert (bench.current.undo, bench.current.counts.photos) == ("Remove 1 photo", 4)
    bench.sets.undo()
    assert [photo.path for photo in bench.current.photos] == [f"{i}.jpg" for i in range(5)]
    bench.sets.undo()
    assert (bench.current.counts.included, bench.current.undo) == (5, "")
    bench.sets.undo()
    bench.sets.redo()
    bench.sets.redo()
    bench.sets.redo()
    assert (bench.current.counts.included, bench.current.counts.photos, bench.current.redo) == (2, 4, "")
    await bench.sets.settled()


async def test_taking_back_keeps_what_the_checks_found_meanwhile(bench: Bench) -> None:
    bench.gallery.gate.clear()
    bench.sets.add([CARD])
    await until(lambda: bench.current.counts.photos == 5)
    bench.sets.exclude(["0.jpg"])
    bench.gallery.gate.set()
    await bench.sets.settled()
    assert bench.current.photos[0].quality is not None
    bench.sets.undo()
    assert (bench.current.photos[0].is_included, bench.current.photos[0].is_checked) == (True, True)


async def test_suggestions_are_accepted_at_once(bench: Bench) -> None:
    bench.gallery.heads_of = {f"{i}.jpg": a_head(lat=10 + i * 1e-5, lon=20.0) for i in range(4)}
    bench.gallery.heads_of["4.jpg"] = a_head(lat=11.0, lon=20.0)
    current = await bench.dropped()
    assert (current.counts.suggested, current.photos[4].is_included) == (1, True)
    bench.sets.accept_suggestions()
    assert (bench.current.counts.suggested, bench.current.photos[4].is_included) == (0, False)
    assert bench.current.facts.map is not None


async def test_a_removed_photo_that_is_being_read_does_not_come_back(bench: Bench) -> None:
    bench.gallery.gate.clear()
    bench.sets.add([CARD])
    await until(lambda: bool(bench.gallery.asked))
    bench.sets.remove(["0.jpg"])
    bench.gallery.gate.set()
    await bench.sets.settled()
    assert [photo.path for photo in bench.current.photos] == ["1.jpg", "2.jpg", "3.jpg", "4.jpg"]


async def test_an_emptied_set_has_no_facts(bench: Bench) -> None:
    current = await bench.dropped()
    bench.sets.remove([photo.path for photo in current.photos])
    await bench.sets.settled()
    assert (bench.current.photos, bench.current.facts.cameras) == ((), ())


async def test_work_is_cancelled_and_goes_on(bench: Bench) -> None:
    bench.gallery.gate.clear()
    bench.sets.add([CARD])
    await until(lambda: bool(bench.gallery.asked))
    bench.sets.cancel()
    await bench.sets.settled()
    assert (bench.current.is_working, bench.current.counts.photos, bench.current.counts.listed) == (False, 5, 0)
    bench.gallery.gate.set()
    bench.sets.resume()
    await bench.sets.settled()
    assert bench.current.counts.checked == 5


async def test_visible_photos_are_checked_first(bench: Bench) -> None:
    bench.gallery.gate.clear()
    bench.sets.add([SAMPLE])
    await until(lambda: bool(bench.gallery.asked))
    bench.sets.check_first(["7.jpg", "unknown.jpg", "5.jpg"])
    bench.gallery.gate.set()
    await bench.sets.settled()
    checked = [path for what, path in bench.gallery.asked if what == "check"]
    assert checked[:2] == ["7.jpg", "5.jpg"]
    assert len(checked) == len(set(checked)) == 18


async def test_an_engine_that_does_not_start_is_said_and_tried_again(bench: Bench) -> None:
    bench.gallery.failure = SetupError("The engine cannot be started.", remedy="Look.")
    current = await bench.dropped()
    assert current.trouble == Failure("setup", "The engine cannot be started.", "Look.")
    bench.gallery.failure = None
    bench.sets.resume()
    await bench.sets.settled()
    assert (bench.current.trouble, bench.current.counts.checked) == (None, 5)


async def test_a_restart_finds_everything_where_it_was(bench: Bench) -> None:
    await bench.dropped()
    bench.sets.exclude(["1.jpg"])
    bench.sets.rename("  Brighton \n Beach ")
    await bench.dropped(OTHER, into_new=True)
    later = await bench.again()
    assert [each.name for each in later.sets.snapshot.sets] == ["other", "Brighton Beach"]
    assert later.current.name == "other"
    assert not [what for what, _ in later.gallery.asked if what in {"heads", "check"}]
    later.sets.choose(later.sets.snapshot.sets[1].id)
    await later.sets.settled()
    assert [photo.is_included for photo in later.current.photos] == [True, False, True, True, True]
    assert (later.current.counts.checked, len(later.current.skipped)) == (5, 1)
    await later.sets.close()


async def test_a_restart_goes_on_with_unfinished_checks(bench: Bench) -> None:
    bench.gallery.gate.clear()
    bench.sets.add([CARD])
    await until(lambda: bench.current.counts.photos == 5)
    later = await bench.again()
    assert later.current.counts.checked == 5
    await later.sets.close()


async def test_a_folder_that_vanished_loses_nothing(bench: Bench) -> None:
    await bench.dropped()
    bench.sets.exclude(["0.jpg"])
    later = await bench.again()
    later.gallery.gone = {f"{i}.jpg" for i in range(5)}
    later.sets.refresh()
    await later.sets.settled()
    current = later.current
    assert (current.counts.included, current.counts.issues) == (0, {IssueKind.MISSING: 5})
    assert current.findings[0].summary.startswith("5 photos are no longer in /card.")
    assert current.photos[1].quality is not None
    later.gallery.gone.clear()
    later.sets.refresh()
    await later.sets.settled()
    assert (later.current.counts.included, later.current.findings, later.current.photos[0].is_included) == (
        4,
        (),
        False,
    )
    await later.sets.close()


async def test_photos_found_in_another_folder_stay_in_or_out_as_they_were(bench: Bench) -> None:
    moved, deeper = Path("/moved"), Path("/deeper")
    await bench.dropped()
    bench.sets.exclude(["1.jpg", "3.jpg"])
    bench.captures.drops[moved] = a_card(moved)
    bench.sets.relocate([photo.path for photo in bench.current.photos], moved)
    await bench.sets.settled()
    assert [photo.path for photo in bench.current.photos if not photo.is_included] == ["1.jpg", "3.jpg"]
    assert {photo.source.parent for photo in bench.current.photos} == {moved}

    inner = (DroppedPhoto(deeper / "x" / f"{i}.jpg", f"x/{i}.jpg", 1000 + i, i) for i in range(5))
    bench.captures.drops[deeper] = Drop("deeper", tuple(inner))
    bench.sets.relocate([photo.path for photo in bench.current.photos], deeper)
    await bench.sets.settled()
    assert [photo.path for photo in bench.current.photos if not photo.is_included] == ["x/1.jpg", "x/3.jpg"]


async def test_a_folder_that_vanishes_while_it_is_read(bench: Bench) -> None:
    bench.gallery.gone = {"0.jpg", "1.jpg"}
    current = await bench.dropped()
    assert (current.counts.listed, current.counts.included) == (5, 3)


async def test_sets_are_chosen_and_forgotten(bench: Bench) -> None:
    first = await bench.dropped()
    second = await bench.dropped(OTHER, into_new=True)
    bench.sets.choose(first.id)
    await bench.sets.settled()
    assert bench.current.id == first.id
    bench.sets.forget(first.id)
    await bench.sets.settled()
    assert bench.current.id == second.id
    bench.sets.forget(second.id)
    assert bench.sets.snapshot.current is None
    later = await bench.again()
    assert later.sets.snapshot.sets == ()
    await later.sets.close()


async def test_a_job_gets_what_is_included(bench: Bench) -> None:
    with pytest.raises(InputError, match="no photos yet"):
        bench.sets.drop_for_job()
    await bench.dropped()
    bench.sets.exclude(["0.jpg"])
    drop = bench.sets.drop_for_job()
    assert (drop.name, [photo.path for photo in drop.photos]) == ("card", [f"{i}.jpg" for i in range(1, 5)])
    bench.sets.exclude(["1.jpg", "2.jpg"])
    with pytest.raises(InputError, match="only two photos"):
        bench.sets.drop_for_job()


async def test_a_capture_is_opened_once(bench: Bench) -> None:
    capture = await bench.captures.create("statue", a_card(CARD), {}, lambda _: None)
    await bench.sets.open_capture(capture.id)
    await bench.sets.settled()
    assert (bench.current.name, bench.current.capture, bench.current.counts.checked) == ("statue", capture.id, 5)
    assert bench.current.photos[0].source == capture.folder / "photos" / "0.jpg"
    await bench.dropped(OTHER, into_new=True)
    await bench.sets.open_capture(capture.id)
    assert (bench.current.capture, len(bench.sets.snapshot.sets)) == (capture.id, 2)
    with pytest.raises(UsageError):
        await bench.sets.open_capture(CaptureId("20260101-none-000000"))


async def test_captures_of_the_command_line_are_listed_until_they_are_opened(bench: Bench) -> None:
    await bench.dropped()
    drop = bench.sets.drop_for_job()
    await bench.captures.create(drop.name, drop, {}, lambda _: None)
    other = await bench.captures.create("wall", a_card(OTHER, 3), {}, lambda _: None)
    (alone,) = await bench.sets.captures_alone()
    assert (alone.name, alone.photos, alone.capture) == ("wall", 3, other.id)
    await bench.sets.open_capture(other.id)
    assert await bench.sets.captures_alone() == ()


async def test_the_sample_is_opened_once(bench: Bench) -> None:
    bench.sets.open_sample()
    await bench.sets.settled()
    assert (bench.current.name, bench.current.is_sample, bench.current.counts.photos) == (SAMPLE_NAME, True, 18)
    later = await bench.again()
    later.sets.open_sample()
    assert len(later.sets.snapshot.sets) == 1
    await later.sets.close()


async def test_a_full_disk_is_said_once_and_nothing_is_lost_in_the_window(bench: Bench) -> None:
    bench.store.failure = NoSpace("The disk is full.")
    await bench.dropped()
    bench.sets.rename("other name")
    await bench.sets._keeping.flush()
    assert [trouble.summary for trouble in bench.sets.snapshot.troubles] == ["The disk is full."]
    assert bench.current.counts.checked == 5


async def test_a_file_set_aside_is_said(bench: Bench) -> None:
    bench.store.set_aside = Path("/data/broken")
    await bench.sets.load()
    [trouble] = bench.sets.snapshot.troubles
    assert "/data/broken" in trouble.summary
    assert bench.sets.snapshot.is_loaded


async def test_listeners_are_told_at_most_ten_times_a_second(bench: Bench) -> None:
    loop = asyncio.get_running_loop()
    times: list[float] = []
    bench.sets.changed.subscribe(lambda _: times.append(loop.time()))
    await bench.dropped(SAMPLE)
    for index in range(18):
        bench.sets.exclude([f"{index}.jpg"])
        await asyncio.sleep(0)
    await until(
        lambda: bool(bench.told) and bench.told[-1].current is not None and not bench.told[-1].current.is_working
    )
    gaps = [later - earlier for earlier, later in zip(times, times[1:], strict=False)]
    assert min(gaps, default=1.0) >= 0.099
    assert bench.told[-1].current is not None
    assert bench.told[-1].current.counts.included == 0


async def test_nothing_is_done_without_a_set(bench: Bench) -> None:
    sets = bench.sets
    sets.add([])
    sets.rename("x")
    sets.exclude(["a"])
    sets.undo()
    sets.refresh()
    sets.accept_suggestions()
    sets.choose(next(iter({"unknown"})))  # type: ignore[arg-type]
    await sets.settled()
    assert sets.snapshot == PhotoSetsSnapshot()


async def test_closing_ends_the_children(bench: Bench) -> None:
    await bench.dropped()
    await bench.sets.close()
    assert bench.gallery.is_closed
    assert bench.store.kept[bench.current.id].photos == bench.current.photos
