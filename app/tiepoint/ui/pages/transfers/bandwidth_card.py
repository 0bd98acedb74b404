"""How much of the line transfers may take: as much as there is, or so many Mbit/s. The GUI thread.

A change holds within two seconds, for what runs too.
"""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import QSlider, QSpinBox

from tiepoint.domain.transfer import Limits
from tiepoint.ui.text import tr
from tiepoint.ui.viewmodels.transfers_words import rate_text
from tiepoint.ui.widgets.cards import Card
from tiepoint.ui.widgets.labels import Glyph, Label
from tiepoint.ui.widgets.layouts import column, holder, row
from tiepoint.ui.widgets.toggle import Toggle

_BITS: Final = 8
_MEGA: Final = 1_000_000
_LEAST, _MOST, _USUAL = 1, 10_000, 100
_STEPS: Final = 200
_APPLY_MS: Final = 300
_NO_BUTTONS: Final = "QSpinBox::up-button, QSpinBox::down-button { width: 0; height: 0; border: 0; }"


class BandwidthCard(Card):
    """A switch, a slider and a figure.

    Signals:
        limited(limits): A person set other `Limits`.
    """

    limited = Signal(object)

    def __init__(self) -> None:
        self.switch = Toggle(tr("Bandwidth", "Limit the bandwidth"))
        super().__init__(tr("Bandwidth", "Bandwidth"), " ", self.switch)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.figure = QSpinBox()
        self._note = Label("", "sub", wrap=True)
        self._limits = Limits()
        self._apply = QTimer(self, singleShot=True, interval=_APPLY_MS)
        self._setup_ui()
        self._connect()
        self.show_limits(self._limits, is_connected=True)

    def show_limits(self, limits: Limits, *, is_connected: bool) -> None:
        """Show what holds now; what a person is setting at this moment stays."""
        for control in (self.switch, self.slider, self.figure):
            control.setEnabled(is_connected)
        if not self._apply.isActive() and limits != self._limits:
            self._limits = limits
            with QSignalBlocker(self.switch):
                self.switch.setChecked(limits.bytes_per_s is not None)
            if limits.bytes_per_s is not None:
                self._show_mbit(round(limits.bytes_per_s * _BITS / _MEGA))
        self._say()

    @property
    def wanted(self) -> Limits:
        """What the controls say."""
        return Limits(self.figure.value() * _MEGA // _BITS if self.switch.isChecked() else None)

    def _setup_ui(self) -> None:
        self.slider.setRange(0, _STEPS)
        self.slider.setPageStep(10)
        self.slider.setAccessibleName(tr("Bandwidth", "Limit"))
        self.figure.setRange(_LEAST, _MOST)
        self.figure.setSuffix(tr("Bandwidth", " Mbit/s"))
        self.figure.setGroupSeparatorShown(True)
        self.figure.setAccessibleName(tr("Bandwidth", "Limit in Mbit/s"))
        self.figure.setFixedWidth(118)
        self.figure.setStyleSheet(_NO_BUTTONS)
        self.figure.lineEdit().setStyleSheet("border: 0; background: transparent; padding: 0 8px;")
        self.figure.setKeyboardTracking(False)
        self._show_mbit(_USUAL)
        line = row(self.slider, self.figure, spacing=12)
        line.setStretch(0, 1)
        self._line = holder(line)
        note = row(Glyph("info", "text3", 14), self._note, spacing=8)
        note.setStretch(1, 1)
        self.content.addLayout(column(self._line, note, spacing=8, margins=(16, 0, 14, 14)))

    def _connect(self) -> None:
        self.switch.toggled.connect(lambda _is_on: self._on_changed())
        self.slider.valueChanged.connect(self._on_slid)
        self.figure.valueChanged.connect(self._on_typed)
        self._apply.timeout.connect(self._on_apply)

    def _on_slid(self, step: int) -> None:
        with QSignalBlocker(self.figure):
            self.figure.setValue(mbit_of(step))
        self._on_changed()

    def _on_typed(self, mbit: int) -> None:
        with QSignalBlocker(self.slider):
            self.slider.setValue(step_of(mbit))
        self._on_changed()

    def _on_changed(self) -> None:
        self._say()
        self._apply.start()

    def _on_apply(self) -> None:
        if self.wanted != self._limits:
            self._limits = self.wanted
            self.limited.emit(self._limits)

    def _show_mbit(self, mbit: int) -> None:
        with QSignalBlocker(self.figure), QSignalBlocker(self.slider):
            self.figure.setValue(mbit)
            self.slider.setValue(step_of(self.figure.value()))

    def _bytes_per_s(self) -> float:
        """What holds exactly, where the figure is that rounded; else what the figure says."""
        set_to = self._limits.bytes_per_s
        if set_to is not None and round(set_to * _BITS / _MEGA) == self.figure.value():
            return set_to
        return self.figure.value() * _MEGA / _BITS

    def _say(self) -> None:
        is_on = self.switch.isChecked()
        self._line.setVisible(is_on)
        remark = tr("Bandwidth", "limited") if is_on else tr("Bandwidth", "as fast as it goes")
        rate = rate_text(self._bytes_per_s())
        words = (
            tr("Bandwidth", "At most {rate} for all together, both ways. Holds at once.", rate=rate)
            if is_on
            else tr("Bandwidth", "Transfers take what the line gives. Limit them when others need it.")
        )
        self._note.setText(words)
        if self.head is not None:
            self.head.remark_label.setText(remark)


def mbit_of(step: int) -> int:
    """Return the limit at a place of the slider: fine at its slow end, coarse at its fast one."""
    raw = float(_LEAST * (_MOST / _LEAST) ** (step / _STEPS))
    digits = max(0, math.floor(math.log10(raw)) - 1)
    return min(_MOST, max(_LEAST, int(round(raw / 10**digits) * 10**digits)))


def step_of(mbit: int) -> int:
    """Return the place of the slider for a limit."""
    return round(_STEPS * math.log(max(mbit, _LEAST) / _LEAST) / math.log(_MOST / _LEAST))
