"""Measuring in the 3D view: clicks and keys go to the measurements, marks and the live value come back.

It joins a view card and a viewmodel and holds nothing itself. The GUI thread only.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from tiepoint.ui.pages.results.view_card import ViewCard
from tiepoint.ui.viewmodels.measuring import MeasuringModel, Tool


class MeasuringInView(QObject):
    """Joins the two.

    Args:
        card: The view with its tools.
        measuring: The measurements.
        page: Where the keys hold.
    """

    def __init__(self, card: ViewCard, measuring: MeasuringModel, page: QWidget) -> None:
        super().__init__(page)
        self._card, self._measuring = card, measuring
        self._while_measuring: list[QShortcut] = []
        self._connect_view()
        self._connect_model()
        self._add_keys(page)

    def _connect_view(self) -> None:
        view, measuring = self._card.view, self._measuring
        view.point_picked.connect(measuring.pick)
        view.pointer_at.connect(measuring.point_at)
        view.measuring_ended.connect(self._on_ended)
        view.camera_moved.connect(lambda _camera: self._show_live())
        self._card.palette_of_tools.tool_chosen.connect(measuring.choose)

    def _connect_model(self) -> None:
        measuring = self._measuring
        measuring.tool_changed.connect(self._on_tool)
        measuring.draft_changed.connect(self._show_marks)
        measuring.list_changed.connect(self._on_list)
        measuring.live_changed.connect(self._show_live)

    def _add_keys(self, page: QWidget) -> None:
        for keys, tool in (("P", Tool.POINT), ("D", Tool.DISTANCE), ("L", Tool.POLYLINE)):
            self._key(page, keys).activated.connect(lambda tool=tool: self._take(tool))
        escape, back = self._key(page, "Esc"), self._key(page, "Backspace")
        escape.activated.connect(self._measuring.escape)
        back.activated.connect(self._measuring.remove_last)
        self._while_measuring = [escape, back]
        for shortcut in self._while_measuring:
            shortcut.setEnabled(False)

    def _key(self, page: QWidget, keys: str) -> QShortcut:
        shortcut = QShortcut(QKeySequence(keys), page)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.setAutoRepeat(False)
        return shortcut

    def _take(self, tool: Tool) -> None:
        """Take a tool by its key, when there is something to see."""
        if not self._card.cover.isVisible():
            self._measuring.choose(tool)

    def _on_tool(self) -> None:
        tool = self._measuring.tool
        is_measuring = tool is not Tool.ORBIT
        self._card.palette_of_tools.show_tool(tool)
        self._card.view.set_measuring(is_measuring)
        for shortcut in self._while_measuring:
            shortcut.setEnabled(is_measuring)
        if is_measuring:
            self._card.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_ended(self, is_finished: bool) -> None:
        """Enter or a double click finishes, Esc drops; the tool stays in hand for the next one."""
        if is_finished:
            self._measuring.finish()
        else:
            self._measuring.escape()
        if self._measuring.tool is not Tool.ORBIT:
            self._card.view.set_measuring(True)

    def _on_list(self) -> None:
        refusal = self._measuring.refusal
        self._card.palette_of_tools.show_can_measure(refusal is None, "" if refusal is None else refusal.summary)
        self._show_marks()

    def _show_marks(self) -> None:
        self._card.view.set_marks(self._measuring.marks)
        self._card.hint.show_hint(self._measuring.hint)

    def _show_live(self) -> None:
        pointer = self._measuring.pointer
        text = self._measuring.live
        self._card.tag.show_value(text, self._card.point_of(pointer) if pointer is not None and text else None)
