"""The Photos page's state: calm updates, work in slices, a selection that stays, commands for the service."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from photo_set_factory import BLURRED, MISSING, ToldPhotoSets, a_photo, a_set, photos, working
from tiepoint.domain.photo_set import PhotoChoice, SetFacts, SetPhase
from tiepoint.ui.viewmodels.photos import PhotosViewModel
from tiepoint.ui.viewmodels.photos_order import SLICE, Column


def made(count: int = 30) -> tuple[PhotosViewModel, ToldPhotoSets]:
    sets = ToldPhotoSets(a_set(photos(count)) if count else None)
    return PhotosViewModel(sets), sets  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _application(qapp: object) -> None:
    return


def paths(model: PhotosViewModel) -> list[str]:
    return [photo.path for photo in model.selected_photos()]


def test_small_sets_are_shown_at_once() -> None:
    model, _ = made(SLICE)
    assert len(model.model.photos) == SLICE
    assert not model.is_arranging


def test_five_thousand_photos_take_many_turns_of_the_loop(qtbot: Any) -> None:
    model, sets = made(0)
    turns = 0
    step = model._step

    def counted() -> None:
        nonlocal turns
        turns += 1
        step()

    model._stepper.timeout.disconnect()
    model._stepper.timeout.connect(counted)
    sets.put(a_set(photos(5000), facts=SetFacts()))
    qtbot.waitUntil(lambda: model.photo_set is not None)
    assert not model.model.photos, "nothing is worked out while the service speaks"
    qtbot.waitUntil(lambda: len(model.model.photos) == 5000)
    assert turns >= 5000 // SLICE


def test_a_storm_of_snapshots_is_told_a_few_times(qtbot: Any) -> None:
    model, sets = made(5)
    told: list[int] = []
    model.changed.connect(lambda: told.append(len(model.photo_set.photos if model.photo_set else ())))
    for count in range(6, 60):
        sets.put(a_set(photos(count)))
    qtbot.waitUntil(lambda: bool(told) and told[-1] == 59)
    assert len(told) <= 3


def test_there_is_a_current_photo_and_it_comes_back_after_a_filter() -> None:
    model, _ = made()
    assert model.current is not None
    model.select(["IMG_00007.JPG"], current="IMG_00007.JPG")
    model.search("IMG_00012")
    assert model.current is not None
    assert model.current.path == "IMG_00012.JPG"
    model.search("nothing like it")
    assert model.current is None
    model.search("")
    assert model.current is not None
    assert model.current.path == "IMG_00012.JPG"


def test_the_selection_survives_starting_anew() -> None:
    model, sets = made(240)
    model.select(["IMG_00004.JPG", "IMG_00006.JPG"], current="IMG_00006.JPG")
    sets.put(a_set([photo for photo in photos(600) if photo.path.endswith(("4.JPG", "6.JPG", "1.JPG"))]))
    model._apply()
    while model.is_arranging:
        model._step()
    assert paths(model) == ["IMG_00004.JPG", "IMG_00006.JPG"]
    assert model.current is not None
    assert model.current.path == "IMG_00006.JPG"


def test_toggling_leaves_out_what_is_in_and_takes_in_when_all_are_out(qtbot: Any) -> None:
    model, sets = made()
    model.select(["IMG_00001.JPG", "IMG_00002.JPG"])
    model.toggle_selected()
    assert sets.told("exclude") == [("IMG_00001.JPG", "IMG_00002.JPG")]
    qtbot.waitUntil(lambda: not any(photo.is_included for photo in model.selected_photos()))
    model.toggle_selected()
    assert sets.told("include") == [("IMG_00001.JPG", "IMG_00002.JPG")]


def test_after_a_removal_the_next_photo_is_current(qtbot: Any) -> None:
    model, sets = made()
    model.select(["IMG_00003.JPG", "IMG_00004.JPG"])
    model.remove_selected()
    assert sets.told("remove") == [("IMG_00003.JPG", "IMG_00004.JPG")]
    assert paths(model) == ["IMG_00005.JPG"]
    qtbot.waitUntil(lambda: len(model.model.photos) == 28)
    assert paths(model) == ["IMG_00005.JPG"]


def test_another_set_forgets_filter_and_search() -> None:
    model, sets = made()
    model.show_group("sharp")
    model.search("IMG_00003")
    model.sort(Column.SIZE)
    sets.put(a_set(photos(3), id="other"))
    model._apply()
    assert (model.wanted.group, model.wanted.words, model.wanted.column) == ("all", "", Column.SIZE)


def test_vanished_photos_are_taken_from_another_folder() -> None:
    gone = [a_photo(name, number, issues=(MISSING,)) for number, name in enumerate(("a.jpg", "b.jpg"))]
    sets = ToldPhotoSets(a_set([*gone, a_photo("c.jpg", 3, choice=PhotoChoice.EXCLUDE)]))
    model = PhotosViewModel(sets)  # type: ignore[arg-type]
    assert [photo.path for photo in model.missing()] == ["a.jpg", "b.jpg"]
    model.locate_missing(Path("/elsewhere"))
    assert sets.told("relocate") == [(("a.jpg", "b.jpg"), Path("/elsewhere"))]


def test_a_shut_model_hears_nothing() -> None:
    model, sets = made(5)
    model.shut()
    sets.put(a_set(photos(9)))
    assert len(model.model.photos) == 5


def test_a_filter_and_back_leaves_a_selected_photo() -> None:
    model, _ = made()
    model.select(["IMG_00007.JPG"], current="IMG_00007.JPG")
    model.show_group("left-out")
    assert model.current is None
    model.show_group("all")
    assert paths(model) == ["IMG_00007.JPG"]
    model.selection.clearSelection()
    model.search("IMG")
    assert paths(model) == [], "nothing selected on purpose stays so"


def test_after_the_checks_the_gravest_problem_is_looked_at_unless_a_person_chose(qtbot: Any) -> None:
    for chosen, expected in ((None, "IMG_00006.JPG"), ("IMG_00002.JPG", "IMG_00002.JPG")):
        sets = ToldPhotoSets(working(photos(9), SetPhase.CHECK, 3, 9))
        model = PhotosViewModel(sets)  # type: ignore[arg-type]
        if chosen:
            model.select([chosen], current=chosen)
        some = list(photos(9))
        some[6] = a_photo(some[6].path, 6, issues=(BLURRED,))
        sets.put(a_set(some))
        model._apply()
        assert model.current is not None
        assert model.current.path == expected
