"""Painting one photo of the grid: picture, badge, name, state, selection and focus. The GUI thread only."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from tiepoint.domain.photo_set import SetPhoto
from tiepoint.ui import theme
from tiepoint.ui.pages.photos.pixmaps import Pixmaps
from tiepoint.ui.text import plain
from tiepoint.ui.theme import icons
from tiepoint.ui.theme.fonts import font
from tiepoint.ui.viewmodels.photos_model import PHOTO_ROLE
from tiepoint.ui.viewmodels.photos_text import badge_of, state_of

CAPTION: Final = 26
"""Height of the line below the picture."""
GAP: Final = 8
_ROUND: Final = 6.0


class CellPainter(QStyledItemDelegate):
    """Paints photos for the grid.

    Args:
        pixmaps: Where pictures come from.
    """

    def __init__(self, pixmaps: Pixmaps) -> None:
        super().__init__()
        self._pixmaps = pixmaps

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint a cell."""
        photo = index.data(PHOTO_ROLE)
        if photo is None:
            return
        box: QRect = option.rect
        state: QStyle.StateFlag = option.state
        picture = QRect(box.left(), box.top(), box.width() - GAP, box.height() - CAPTION - GAP)
        self._paint_picture(painter, photo, picture)
        _paint_badge(painter, photo, picture)
        _paint_caption(painter, photo, QRect(picture.left(), picture.bottom() + 2, picture.width(), CAPTION))
        _paint_frame(painter, picture, state)

    def _paint_picture(self, painter: QPainter, photo: SetPhoto, box: QRect) -> None:
        tokens = theme.tokens()
        pixmap = self._pixmaps.filling(photo, box.size(), painter.device().devicePixelRatioF())
        path = QPainterPath()
        path.addRoundedRect(QRectF(box), _ROUND, _ROUND)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillPath(path, QColor(tokens.raised))
        if pixmap is None:
            _paint_empty(painter, photo, box)
        else:
            painter.setClipPath(path)
            painter.setOpacity(1.0 if photo.is_included else 0.38)
            painter.drawPixmap(box.topLeft(), pixmap)
        painter.restore()


def _paint_empty(painter: QPainter, photo: SetPhoto, box: QRect) -> None:
    badge = badge_of(photo)
    glyph = icons.pixmap(badge[0] if photo.is_unusable and badge else "file-image", "text3", 22)
    middle = box.center()
    painter.drawPixmap(middle.x() - 10, middle.y() - 8, glyph)


def _paint_badge(painter: QPainter, photo: SetPhoto, box: QRect) -> None:
    badge = badge_of(photo)
    if badge is None:
        return
    drawn = _badge(*badge, theme.tokens().name, painter.device().devicePixelRatioF())
    if drawn.width() / drawn.devicePixelRatio() <= box.width() - 8:
        painter.drawPixmap(box.left() + 6, box.top() + 6, drawn)
    else:
        painter.drawPixmap(box.left() + 4, box.top() + 4, _badge(badge[0], "", badge[2], theme.tokens().name, 2.0))


@lru_cache(maxsize=128)
def _badge(icon: str, word: str, tone: str, theme_name: str, ratio: float) -> QPixmap:
    """Return a badge as a pixmap: icon and word on the tone's soft ground."""
    written, colours = font(11, QFont.Weight.DemiBold), theme.tokens().tone(tone)
    width = 22 + (QFontMetrics(written).horizontalAdvance(word) + 8 if word else 0)
    drawn = QPixmap(QSize(width, 22) * ratio)
    drawn.setDevicePixelRatio(ratio)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    ground = QColor(theme.tokens().surface)
    ground.setAlphaF(0.94)
    painter.setBrush(ground)
    painter.drawRoundedRect(QRectF(0, 0, width, 22), 11, 11)
    painter.drawPixmap(QPointF(5, 4), icons.pixmap(icon, colours.text, 13, ratio=ratio))
    painter.setFont(written)
    painter.setPen(QColor(colours.text))
    painter.drawText(QRectF(22, 0, width, 22), Qt.AlignmentFlag.AlignVCenter, word)
    painter.end()
    return drawn


def _paint_caption(painter: QPainter, photo: SetPhoto, box: QRect) -> None:
    tokens, side = theme.tokens(), Qt.AlignmentFlag.AlignVCenter
    icon, word, tone = state_of(photo)
    small = _small()
    painter.setFont(small)
    metrics = painter.fontMetrics()
    width = metrics.horizontalAdvance(word) + 18 if word else 0
    if width > box.width() * 0.55:
        word, width = "", 16
    name = metrics.elidedText(_shown_name(photo), Qt.TextElideMode.ElideMiddle, box.width() - width - 8)
    painter.setPen(QColor(tokens.text if photo.is_included else tokens.text2))
    painter.drawText(box.adjusted(2, 0, 0, 0), side, name)
    if icon:
        left = box.right() - width + 1
        painter.drawPixmap(left, box.center().y() - 6, icons.pixmap(icon, f"{tone}.text", 13))
        painter.setPen(QColor(tokens.text2))
        painter.drawText(QRect(left + 17, box.top(), width, box.height()), side, word)


def _paint_frame(painter: QPainter, box: QRect, state: QStyle.StateFlag) -> None:
    tokens, flags = theme.tokens(), QStyle.StateFlag
    is_selected, has_focus = bool(state & flags.State_Selected), bool(state & flags.State_HasFocus)
    is_hovered = bool(state & flags.State_MouseOver)
    if not (is_selected or has_focus or is_hovered):
        return
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    edge = QRectF(box)
    if is_selected:
        painter.setPen(QPen(QColor(tokens.accent), 2.5))
        painter.drawRoundedRect(edge.adjusted(1, 1, -1, -1), _ROUND, _ROUND)
        _paint_tick(painter, box)
    elif is_hovered:
        painter.setPen(QPen(QColor(tokens.border_strong), 1.5))
        painter.drawRoundedRect(edge.adjusted(0.75, 0.75, -0.75, -0.75), _ROUND, _ROUND)
    if has_focus:
        painter.setPen(QPen(QColor(tokens.text), 1.5, Qt.PenStyle.DotLine))
        painter.drawRoundedRect(edge.adjusted(4, 4, -4, -4), _ROUND - 2, _ROUND - 2)
    painter.restore()


def _paint_tick(painter: QPainter, box: QRect) -> None:
    tokens = theme.tokens()
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(tokens.accent_fill))
    middle = QPointF(box.right() - 14, box.top() + 15)
    painter.drawEllipse(middle, 9, 9)
    painter.drawPixmap(QPointF(middle.x() - 6, middle.y() - 6), icons.pixmap("check", "on_accent", 12))
    painter.setBrush(Qt.BrushStyle.NoBrush)


def _shown_name(photo: SetPhoto) -> str:
    stem, dot, kind = photo.name.rpartition(".")
    return plain(stem if dot and len(kind) <= 4 else photo.name, limit=120)


@lru_cache(maxsize=1)
def _small() -> QFont:
    return font(12)
