"""The model of a transfer's files: told by differences, in order, filtered and sorted, never reset by progress."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

import pytest
from PySide6.QtCore import QPersistentModelIndex, Qt

from fakes.transfers import UNREADABLE, files_midway
from tiepoint.domain.failure import Failure
from tiepoint.domain.transfer import Direction, FileState, TransferFile
from tiepoint.ui.viewmodels.transfers_files import FilesModel
from tiepoint.ui.viewmodels.transfers_rows import SORTED_BY, file_columns
from tiepoint.ui.widgets.table_model import CELL_ROLE

BUSY = Failure("busy", "The server is busy.")


@pytest.fixture
def model(qapp: object) -> FilesModel:
    return FilesModel()


def shown(model: FilesModel) -> list[int]:
    return [int(model.row_at(place).key) for place in range(model.rowCount())]


def with_state(file: TransferFile, state: FileState, **changes: Any) -> TransferFile:
    return dataclasses.replace(file, state=state, **changes)


def test_is_a_sound_model_through_a_whole_upload(model: FilesModel, qtmodeltester: Any) -> None:
    qtmodeltester.check(model)
    files = [TransferFile(index, f"DSC{index:05d}.JPG", 8_000_000) for index in range(70)]
    resets: list[int] = []
    model.modelReset.connect(lambda: resets.append(1))
    model.begin(Direction.UP)
    model.update(files[:40])
    model.update(files[40:])
    dice = random.Random(4)
    states = list(FileState)
    for step in range(40):
        if step == 12:
            model.set_tag("failed")
        if step == 20:
            model.set_tag("")
            model.sort(2, Qt.SortOrder.DescendingOrder)
        if step == 30:
            model.set_filter("1")
        some = dice.sample(range(70), 60)
        changed = [
            with_state(files[index], dice.choice(states), done_bytes=dice.randrange(8_000_000)) for index in some
        ]
        for file in changed:
            files[file.index] = file
        model.update(changed)
    qtmodeltester.check(model)
    assert resets == [1]
    assert set(shown(model)) == {file.index for file in files if "1" in file.path}


def test_what_needs_attention_stands_first_then_what_moves(model: FilesModel) -> None:
    model.update(files_midway(40, failed=(3, 30)))
    states = [model.file(index).state for index in shown(model)]  # type: ignore[union-attr]
    assert states[:2] == [FileState.FAILED] * 2
    assert states[2:10] == [FileState.MOVING] * 8
    assert states[-1] is FileState.VERIFIED
    assert shown(model)[:2] == [3, 30]


def test_progress_changes_a_row_in_place_and_a_state_moves_it(model: FilesModel) -> None:
    model.update(files_midway(40))
    moving = next(file for file in files_midway(40) if file.state is FileState.MOVING)
    place = model.place_of(str(moving.index))
    held = QPersistentModelIndex(model.index(place or 0, 1))
    told: list[tuple[int, int]] = []
    layouts: list[int] = []
    model.dataChanged.connect(lambda first, last, _roles: told.append((first.row(), last.row())))
    model.layoutChanged.connect(lambda *_: layouts.append(1))
    model.update([dataclasses.replace(moving, done_bytes=4_000_000)])
    assert (told, layouts) == ([(place, place)], [])
    assert model.index(place or 0, 3).data(CELL_ROLE).text.startswith("50")
    model.update([with_state(moving, FileState.VERIFIED, done_bytes=moving.size)])
    assert layouts == [1]
    assert held.row() == model.place_of(str(moving.index)) != place


def test_the_same_file_told_twice_changes_nothing(model: FilesModel) -> None:
    files = files_midway(40)
    model.update(files)
    model.dataChanged.connect(lambda *_: pytest.fail("nothing changed"))
    model.update(files_midway(40))


def test_only_the_chosen_states_and_reasons_pass(model: FilesModel) -> None:
    files = files_midway(40, failed=(3, 30))
    files[31] = with_state(files[31], FileState.FAILED, trouble=BUSY)
    files[32] = with_state(files[32], FileState.CONFLICT)
    model.update(files)
    model.set_tag("failed")
    assert shown(model) == [3, 30, 31, 32]
    assert model.reasons == {UNREADABLE.summary: 2, BUSY.summary: 1, "": 1}
    model.set_reason(BUSY.summary)
    assert shown(model) == [31]
    model.update([with_state(files[31], FileState.WAITING)])
    assert shown(model) == []
    assert model.reasons == {UNREADABLE.summary: 2, "": 1}


@pytest.mark.parametrize("is_down", [False, True])
@pytest.mark.parametrize("column", range(len(file_columns())))
def test_every_column_sorts_both_ways(model: FilesModel, column: int, is_down: bool) -> None:
    files = files_midway(60, failed=(3, 30))
    model.update(files)
    model.sort(column, Qt.SortOrder.DescendingOrder if is_down else Qt.SortOrder.AscendingOrder)
    keys = [SORTED_BY[column](files[index]) for index in shown(model)]
    assert keys == sorted(keys, reverse=is_down)
    model.sort(-1)
    assert shown(model)[:2] == [3, 30]


def test_another_transfer_begins_anew(model: FilesModel) -> None:
    model.update(files_midway(40, failed=(3,)))
    model.begin(Direction.DOWN)
    assert (model.rowCount(), len(model), model.reasons) == (0, 0, {})
    model.update([TransferFile(0, "a/b.glb", 5, FileState.MOVING)])
    assert [cell.text for cell in model.row_at(0).cells[:2]] == ["Receiving", "b.glb"]


def test_the_same_reason_is_the_same_words_whatever_the_file_is_called(model: FilesModel) -> None:
    for index, name in enumerate(("a/b.jpg", "c.jpg")):
        gone = Failure("input", f"{name} is not there any more.", "Put it back, then retry it.")
        model.update([TransferFile(index, name, 5, FileState.FAILED, trouble=gone)])
    assert model.reasons == {"It is not there any more.": 2}
    assert model.row_at(0).cells[-1].text == "It is not there any more."


def test_names_from_outside_are_made_harmless(model: FilesModel) -> None:
    model.update([TransferFile(0, "a\u202egpj.exe", 5)])
    assert "\u202e" not in model.index(0, 1).data()
