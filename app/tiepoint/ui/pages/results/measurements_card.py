"""The Measurements card: the list, its unit, handing it out, or why nothing can be measured. GUI thread only."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu, QToolButton

from tiepoint.domain.quantity import LengthUnit
from tiepoint.ui.pages.results.measurement_list import MeasurementListModel, MeasurementListView
from tiepoint.ui.text import plain, tr
from tiepoint.ui.theme import icons
from tiepoint.ui.viewmodels.measuring import MeasuringModel, Tool
from tiepoint.ui.viewmodels.measuring_words import MeasurementRow
from tiepoint.ui.widgets.buttons import Button, IconButton
from tiepoint.ui.widgets.cards import Card
from tiepoint.ui.widgets.labels import Glyph, Label
from tiepoint.ui.widgets.layouts import column, holder, row

_CONTEXT: Final = "Measuring"


class MeasurementsCard(Card):
    """What was measured in the open result.

    Signals:
        export_wanted(path): Write the list there, as CSV or GeoJSON by its ending.
        copied(): The table is on the clipboard.
        unit_chosen(unit): Show lengths in another unit.

    Args:
        measuring: The measurements.
    """

    export_wanted = Signal(Path)
    copied = Signal()
    unit_chosen = Signal(object)

    def __init__(self, measuring: MeasuringModel) -> None:
        self._unit = Button("", size="small")
        self._add = IconButton("plus", tr(_CONTEXT, "Measure"))
        super().__init__(tr(_CONTEXT, "Measurements"), " ", self._unit, self._add)
        self._measuring = measuring
        self.rows = MeasurementListModel()
        self.list = MeasurementListView(self.rows)
        self._copy = Button(tr(_CONTEXT, "Copy as table"), "copy", size="small")
        self._export = Button(tr(_CONTEXT, "Export"), "download", size="small")
        self._note = Label("", "caption", wrap=True)
        self._hint = Label("", "sub", wrap=True)
        self._hint.setContentsMargins(4, 0, 4, 0)
        self._title, self._remedy = Label("", "value", wrap=True), Label("", "sub", wrap=True)
        self.refusal = holder(column(self._title, self._remedy, spacing=4))
        self._export_menu = QMenu(self)
        self._setup_ui()
        self._connect()
        self._on_changed()

    def _setup_ui(self) -> None:
        self._unit.setAccessibleName(tr(_CONTEXT, "Unit"))
        self._unit.setToolTip(tr(_CONTEXT, "Unit of the lengths"))
        self._unit.setMenu(self._unit_menu())
        self._add.setMenu(self._tool_menu())
        self._add.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        inset = (4, 0, 4, 0)
        self._tools = holder(row(self._copy, self._export, None, margins=inset))
        self._foot = holder(row(Glyph("info", "text3", 14), self._note, spacing=8, margins=inset))
        self._foot.layout().setStretch(1, 1)  # type: ignore[union-attr]
        sign = Glyph("ban", "warn.text", 16)
        line = row(sign, self.refusal, spacing=10, margins=inset)
        line.setAlignment(sign, Qt.AlignmentFlag.AlignTop)
        self._warning = holder(line)
        self._warning.layout().setStretch(1, 1)  # type: ignore[union-attr]
        self.add(self._warning, self._hint, self.list, self._tools, self._foot, spacing=10, margins=(12, 0, 12, 14))
        self._export_menu.addAction(tr(_CONTEXT, "CSV, for a spreadsheet")).triggered.connect(
            lambda: self._ask_where("csv")
        )
        self._geojson = self._export_menu.addAction(tr(_CONTEXT, "GeoJSON, for a map"))
        self._geojson.triggered.connect(lambda: self._ask_where("geojson"))
        self._export_menu.setToolTipsVisible(True)

    def _connect(self) -> None:
        self._measuring.list_changed.connect(self._on_changed)
        self.rows.renamed.connect(self._measuring.rename)
        self.list.delete_wanted.connect(self._measuring.delete)
        self.list.menu_wanted.connect(self._show_menu)
        self.list.chosen.connect(self._measuring.select)
        self._copy.clicked.connect(self._on_copy)
        self._export.clicked.connect(
            lambda: self._export_menu.popup(self._export.mapToGlobal(QPoint(0, self._export.height() + 2)))
        )

    def select(self, measurement: MeasurementRow) -> None:
        """Select a measurement of the list."""
        place = self.rows.place(measurement.id)
        if place is not None:
            self.list.setCurrentIndex(self.rows.index(place))

    def _on_changed(self) -> None:
        measuring, rows = self._measuring, self._measuring.rows
        self.rows.show_rows(rows)
        if self.head is not None:
            self.head.remark_label.setText(str(len(rows)) if rows else "")
        refusal = measuring.refusal
        self._warning.setVisible(refusal is not None)
        if refusal is not None:
            self._title.setText(plain(refusal.summary))
            self._remedy.setText(plain(refusal.remedy))
        self._hint.setVisible(measuring.can_measure and not rows)
        self._hint.setText(tr(_CONTEXT, "P measures a point, D a distance, L along a line."))
        self._tools.setVisible(bool(rows))
        self._foot.setVisible(bool(measuring.note))
        self._note.setText(measuring.note)
        for button in (self._unit, self._add):
            button.setEnabled(measuring.can_measure)
        self._unit.setText(_unit_text(measuring.unit))
        self._geojson.setEnabled(measuring.has_place)
        place = "" if measuring.has_place else tr(_CONTEXT, "The model has no place on the earth.")
        self._geojson.setToolTip(place)

    def _unit_menu(self) -> QMenu:
        menu, group = QMenu(self), QActionGroup(self)
        for unit in LengthUnit:
            entry = QAction(_unit_name(unit), menu, checkable=True, checked=unit is self._measuring.unit)
            entry.triggered.connect(lambda _on=False, unit=unit: self.unit_chosen.emit(unit))
            group.addAction(entry)
            menu.addAction(entry)
        self._measuring.list_changed.connect(lambda: self._mark_unit(group))
        return menu

    def _mark_unit(self, group: QActionGroup) -> None:
        for unit, entry in zip(LengthUnit, group.actions(), strict=True):
            entry.setChecked(unit is self._measuring.unit)

    def _tool_menu(self) -> QMenu:
        menu = QMenu(self)
        for tool, icon, text in (
            (Tool.POINT, "crosshair", tr(_CONTEXT, "Point\tP")),
            (Tool.DISTANCE, "ruler", tr(_CONTEXT, "Distance\tD")),
            (Tool.POLYLINE, "spline", tr(_CONTEXT, "Along a line\tL")),
        ):
            entry = menu.addAction(icons.icon(icon), text)
            entry.triggered.connect(lambda _on=False, tool=tool: self._measuring.choose(tool))
        return menu

    def _show_menu(self, measurement_id: str, at: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, slot in (
            (tr(_CONTEXT, "Rename\tF2"), lambda: self.list.edit_name(measurement_id)),
            (tr(_CONTEXT, "Copy value"), lambda: self._copy_value(measurement_id)),
            (tr(_CONTEXT, "Delete\tDel"), lambda: self._measuring.delete(measurement_id)),
        ):
            menu.addAction(text).triggered.connect(slot)
        menu.popup(at)

    def _copy_value(self, measurement_id: str) -> None:
        row = next((row for row in self._measuring.rows if row.id == measurement_id), None)
        if row is not None:
            QGuiApplication.clipboard().setText(f"{row.value} {row.uncertainty}".strip())

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._measuring.table())
        self.copied.emit()

    def _ask_where(self, suffix: str) -> None:
        dialog = QFileDialog(self, tr(_CONTEXT, "Export measurements"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix)
        dialog.setNameFilter(f"*.{suffix}")
        dialog.selectFile(f"measurements.{suffix}")
        dialog.fileSelected.connect(lambda chosen: self.export_wanted.emit(Path(chosen)))
        dialog.open()


def _unit_text(unit: LengthUnit) -> str:
    return tr(_CONTEXT, "auto") if unit is LengthUnit.AUTO else unit.value


def _unit_name(unit: LengthUnit) -> str:
    return {
        LengthUnit.AUTO: tr(_CONTEXT, "Automatic"),
        LengthUnit.MILLIMETRE: tr(_CONTEXT, "Millimetres"),
        LengthUnit.CENTIMETRE: tr(_CONTEXT, "Centimetres"),
        LengthUnit.METRE: tr(_CONTEXT, "Metres"),
        LengthUnit.KILOMETRE: tr(_CONTEXT, "Kilometres"),
    }[unit]
