"""The map: metres and pixels, zoom at the pointer, panning, selection both ways, and why there is none."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from fakes.photo_sets import a_head
from photo_set_factory import ToldPhotoSets, a_photo, a_set, photos
from tiepoint.domain.photo_set import SetFacts
from tiepoint.ui.pages.photos.map_card import MapCard
from tiepoint.ui.viewmodels.photos import PhotosViewModel
from tiepoint.ui.viewmodels.photos_view_of_map import MapWindow, fitted, scale_bar

WINDOW = MapWindow(10.0, 20.0, 4.0, 400, 300)


def test_pixels_and_metres_are_each_others_inverse() -> None:
    assert WINDOW.to_px(10.0, 20.0) == (200.0, 150.0)
    assert WINDOW.to_px(11.0, 21.0) == (204.0, 146.0)
    assert WINDOW.to_m(*WINDOW.to_px(-3.5, 7.25)) == pytest.approx((-3.5, 7.25))


def test_zoom_keeps_the_place_under_the_pointer() -> None:
    before = WINDOW.to_m(37, 250)
    assert WINDOW.zoomed(3.0, 37, 250).to_m(37, 250) == pytest.approx(before)
    assert WINDOW.zoomed(1e9, 37, 250).scale == 2000.0
    assert WINDOW.zoomed(1e-9, 37, 250).scale == 1e-4


def test_moving_follows_the_hand() -> None:
    place = WINDOW.to_m(100, 100)
    assert WINDOW.moved(30, -12).to_px(*place) == pytest.approx((130, 88))


@pytest.mark.parametrize("scale", [0.003, 0.5, 1.0, 7.3, 900.0])
def test_the_scale_bar_is_round_and_fits(scale: float) -> None:
    metres, width = scale_bar(scale, 90)
    assert 36 <= width <= 90.001
    assert width == pytest.approx(metres * scale)
    assert round(metres / 10 ** math.floor(math.log10(metres) + 1e-9)) in (1, 2, 5)


@pytest.fixture
def shown(qapp: QApplication, qtbot: Any) -> Iterator[tuple[MapCard, PhotosViewModel, ToldPhotoSets]]:
    sets = ToldPhotoSets(a_set(photos(40)))
    model = PhotosViewModel(sets)  # type: ignore[arg-type]
    card = MapCard(model)
    qtbot.addWidget(card)
    card.resize(420, 400)
    card.refresh()
    card.show()
    QApplication.processEvents()
    yield card, model, sets
    card.close()


def place_of(card: MapCard, model: PhotosViewModel, path: str) -> QPoint:
    photo_map = model.photo_set.facts.map if model.photo_set else None
    assert photo_map is not None
    place = next(each for each in photo_map.photos if each.path == path)
    return QPointF(*card.map.window_m.to_px(place.east_m, place.north_m)).toPoint()


def test_all_photos_are_seen_at_first(shown: Any) -> None:
    card, model, _ = shown
    room = card.map.rect()
    assert all(room.contains(place_of(card, model, photo.path)) for photo in model.model.photos)


def test_a_click_selects_and_ctrl_adds(shown: Any) -> None:
    card, model, _ = shown
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mouseClick(card.map, left, none, place_of(card, model, "IMG_00013.JPG"))
    assert [photo.path for photo in model.selected_photos()] == ["IMG_00013.JPG"]
    QTest.mouseClick(card.map, left, Qt.KeyboardModifier.ControlModifier, place_of(card, model, "IMG_00030.JPG"))
    assert [photo.path for photo in model.selected_photos()] == ["IMG_00013.JPG", "IMG_00030.JPG"]
    QTest.mouseClick(card.map, left, none, QPoint(2, 2))
    assert model.selected_count() == 2, "a click beside the photos keeps the selection"


def test_dragging_pans_and_selects_nothing(shown: Any) -> None:
    card, model, _ = shown
    before = card.map.window_m
    model.select(["IMG_00001.JPG"], current="IMG_00001.JPG")
    start = place_of(card, model, "IMG_00013.JPG")
    QTest.mousePress(card.map, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    QTest.mouseMove(card.map, start + QPoint(20, 10))
    QTest.mouseMove(card.map, start + QPoint(40, 30))
    QTest.mouseRelease(card.map, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start + QPoint(40, 30))
    if card.map.window_m != before:  # some platforms swallow moves without a pointer
        assert card.map.window_m.scale == before.scale
        assert [photo.path for photo in model.selected_photos()] == ["IMG_00001.JPG"]


def test_the_wheel_zooms_at_the_pointer(shown: Any) -> None:
    card, model, _ = shown
    place = QPointF(place_of(card, model, "IMG_00013.JPG"))
    before = card.map.window_m
    event = QWheelEvent(
        place,
        QPointF(card.map.mapToGlobal(place.toPoint())),
        QPoint(),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(card.map, event)
    assert card.map.window_m.scale > before.scale
    under = card.map.window_m.to_m(place.x(), place.y())
    assert under == pytest.approx(before.to_m(place.x(), place.y()))


def test_keys_move_zoom_fit_and_leaf(shown: Any) -> None:
    card, model, _ = shown
    at_first = card.map.window_m
    card.map.setFocus()
    QTest.keyClick(card.map, Qt.Key.Key_Plus)
    QTest.keyClick(card.map, Qt.Key.Key_Left)
    assert card.map.window_m.scale > at_first.scale
    assert card.map.window_m.east_m < at_first.east_m
    QTest.keyClick(card.map, Qt.Key.Key_Home)
    assert card.map.window_m == at_first
    before = model.current
    QTest.keyClick(card.map, Qt.Key.Key_N)
    assert model.current is not before


def test_new_photos_keep_the_view_a_person_chose(shown: Any) -> None:
    card, model, sets = shown
    card.map.zoom(2.0)
    chosen = card.map.window_m
    sets.put(a_set(photos(41)))
    model._apply()
    if model.photo_set.facts.map.origin_lat == a_set(photos(40)).facts.map.origin_lat:
        assert card.map.window_m == chosen
    card.fit_button.click()
    assert card.map.window_m != chosen


def test_it_says_why_there_is_no_map_and_what_it_assumes(shown: Any) -> None:
    card, model, sets = shown
    assert "straight down" in card.map.toolTip()
    plain = [a_photo(f"{number}.jpg", number, head=a_head()) for number in range(4)]
    sets.put(a_set(plain, facts=SetFacts()))
    model._apply()
    assert "None of these photos" in card._nothing.text_label.text()
    assert not card.fit_button.isEnabled()


def test_far_photos_are_named_with_their_distance_and_painted(shown: Any) -> None:
    card, model, sets = shown
    far = a_photo("<b>far</b>.jpg", 1, head=a_head(lat=46.9, lon=-91.99))
    sets.put(a_set([*photos(30), far]))
    model._apply()
    photo_map = model.photo_set.facts.map
    assert [path for path, _ in photo_map.far] == ["<b>far</b>.jpg"]
    assert not card.map.grab().isNull()


def test_a_fitted_map_of_one_place_has_a_scale() -> None:
    photo_map = a_set(photos(1)).facts.map
    assert photo_map is not None
    assert 0 < fitted(photo_map, 300, 200).scale < 2000
