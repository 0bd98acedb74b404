"""The photos as a Qt model: small changes stay small, selections survive, screen readers hear what is seen."""

from __future__ import annotations

import random
from typing import Any

import pytest
from PySide6.QtCore import QItemSelectionModel, QPersistentModelIndex, Qt

from photo_set_factory import BLURRED, a_photo, photos
from tiepoint.domain.photo_issue import IssueKind, PhotoIssue
from tiepoint.domain.photo_set import PhotoChoice
from tiepoint.ui.viewmodels.photos_model import COLUMNS, PhotosModel
from tiepoint.ui.viewmodels.photos_text import issue_word, state_of


@pytest.fixture
def model(qapp: object, qtmodeltester: Any) -> PhotosModel:
    made = PhotosModel()
    qtmodeltester.check(made)
    return made


class Heard:
    """What a model told."""

    def __init__(self, model: PhotosModel) -> None:
        self.changed: list[tuple[int, int]] = []
        self.inserted: list[tuple[int, int]] = []
        self.removed: list[tuple[int, int]] = []
        self.resets = self.layouts = 0
        model.dataChanged.connect(lambda first, last, _: self.changed.append((first.row(), last.row())))
        model.rowsInserted.connect(lambda _, first, last: self.inserted.append((first, last)))
        model.rowsRemoved.connect(lambda _, first, last: self.removed.append((first, last)))
        model.modelReset.connect(lambda: self._count("resets"))
        model.layoutChanged.connect(lambda *_: self._count("layouts"))

    def _count(self, what: str) -> None:
        setattr(self, what, getattr(self, what) + 1)


def test_only_photos_that_are_others_are_told(model: PhotosModel) -> None:
    some = list(photos(20))
    model.replace(some)
    heard = Heard(model)
    some[4] = a_photo(some[4].path, 4, issues=(BLURRED,))
    some[5] = a_photo(some[5].path, 5, issues=(BLURRED,))
    some[9] = a_photo(some[9].path, 9, issues=(BLURRED,))
    model.replace(some)
    assert heard.changed == [(4, 5), (9, 9)]
    model.replace(list(some))
    assert heard.changed == [(4, 5), (9, 9)]
    assert heard.resets == heard.layouts == 0


def test_insertions_and_removals_are_told_as_ranges(model: PhotosModel) -> None:
    some = photos(20)
    model.replace(some[5:15])
    heard = Heard(model)
    model.replace(some)
    assert heard.inserted == [(0, 4), (15, 19)]
    model.replace((*some[:3], *some[6:]))
    assert heard.removed == [(3, 5)]
    assert heard.resets == 0


def test_another_order_keeps_persistent_indexes(model: PhotosModel) -> None:
    some = photos(12)
    model.replace(some)
    kept = [QPersistentModelIndex(model.index(row, 2)) for row in (0, 7)]
    heard = Heard(model)
    model.replace(tuple(reversed(some)))
    assert heard.layouts == 1
    assert [index.row() for index in kept] == [11, 4]
    assert all(index.column() == 2 for index in kept)


def test_many_scattered_changes_start_anew(model: PhotosModel) -> None:
    some = photos(400)
    model.replace(some[::2])
    heard = Heard(model)
    model.replace(some)
    assert heard.resets == 1
    assert not heard.inserted


def test_any_change_leads_to_the_same_rows(model: PhotosModel) -> None:
    dice = random.Random(7)
    some = photos(24)
    for _ in range(16):
        wanted = dice.sample(some, dice.randrange(0, 24))
        model.replace(wanted)
        assert [photo.path for photo in model.photos] == [photo.path for photo in wanted]
        for row, photo in enumerate(wanted):
            assert model.row_of(photo.path) == row
            assert model.photo(row) is photo


def test_a_selection_survives_insertion_removal_and_order(model: PhotosModel) -> None:
    some = photos(30)
    model.replace(some[10:20])
    selection = QItemSelectionModel(model)
    flags = QItemSelectionModel.SelectionFlag
    selection.select(model.index(model.row_of(some[12].path), 0), flags.Select | flags.Rows)
    model.replace(some)
    model.replace(tuple(reversed(some[5:])))
    rows = [index.row() for index in selection.selectedRows()]
    assert rows == [model.row_of(some[12].path)]


def test_texts_are_plain_and_spoken(model: PhotosModel) -> None:
    wild = a_photo("<b>x</b>\n\x07.jpg", 1, issues=(BLURRED,), choice=PhotoChoice.EXCLUDE)
    model.replace((wild,))
    name = model.index(0, 0)
    assert "\n" not in model.data(name)
    assert "\x07" not in model.data(name)
    assert model.data(name).startswith("<b>x</b>")
    spoken = model.data(name, int(Qt.ItemDataRole.AccessibleTextRole))
    assert "Blurred" in spoken
    assert "left out" in spoken
    tip = model.data(name, int(Qt.ItemDataRole.ToolTipRole))
    assert "&lt;b&gt;" in tip
    assert "<b>" not in tip


def test_a_model_with_photos_keeps_the_rules_of_models(qapp: object, qtmodeltester: Any) -> None:
    made = PhotosModel()
    made.replace(photos(9))
    qtmodeltester.check(made, force_py=True)


def test_columns_have_names_and_texts(model: PhotosModel) -> None:
    model.replace((a_photo(), a_photo("b.jpg", head=None, quality=None)))
    for column in range(len(COLUMNS)):
        assert model.headerData(column, Qt.Orientation.Horizontal)
        assert all(model.data(model.index(row, column)) for row in (0, 1))


def test_the_word_beside_a_name_never_contradicts_the_badge() -> None:
    dark = PhotoIssue(IssueKind.UNDEREXPOSED, "Much is black.")
    assert state_of(a_photo(issues=(dark,)))[1] == issue_word(dark) != "Sharp"
    assert state_of(a_photo())[1] == "Sharp"
