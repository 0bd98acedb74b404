"""The card of the doctor's checks: what needs somebody first, progress while it looks, and a report to copy."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QVBoxLayout

from tiepoint.services.doctor import Finding, Health
from tiepoint.ui.pages.cluster.findings import finding_row
from tiepoint.ui.text import tr
from tiepoint.ui.viewmodels.doctor import DoctorModel
from tiepoint.ui.widgets.bars import ProgressBar
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.cards import Card, hairline
from tiepoint.ui.widgets.layouts import empty

_ORDER: Final = (Health.FAILED, Health.WARNING, Health.OK)


class ChecksCard(Card):
    """Shows a `DoctorModel`.

    Signals:
        look_wanted(): "Look again" was pressed.
    """

    look_wanted = Signal()

    def __init__(self, doctor: DoctorModel) -> None:
        self.copy = Button(tr("Doctor", "Copy report"), "copy", size="small")
        self.look = Button(tr("Doctor", "Look again"), "refresh-cw", size="small")
        super().__init__(tr("Doctor", "Checks"), " ", self.copy, self.look)
        self._doctor = doctor
        self._bar = ProgressBar(height=3)
        self._bar.set_share(None)
        self._lists: dict[Health, QVBoxLayout] = {}
        body = self.add(self._bar, spacing=0)
        for health in _ORDER:
            self._lists[health] = QVBoxLayout()
            self._lists[health].setSpacing(8 if health is Health.FAILED else 0)
            body.addLayout(self._lists[health])
        self.copy.clicked.connect(self._on_copy)
        self.look.clicked.connect(self.look_wanted)
        doctor.started.connect(self._on_started)
        doctor.found.connect(self._on_found)
        doctor.finished.connect(self._on_finished)
        self._on_started() if doctor.is_looking else self._on_finished()
        self._show_known()

    def set_may_look(self, may: bool, reason: str = "") -> None:
        """Say whether the doctor may be asked, and why not."""
        self.look.setEnabled(may and not self._doctor.is_looking)
        self.look.setToolTip(reason)

    def _on_started(self) -> None:
        for health in _ORDER:
            empty(self._lists[health])
        self._bar.show()
        self.look.setEnabled(False)
        self.copy.setEnabled(False)
        self._say(tr("Doctor", "Looking at this computer"))

    def _show_known(self) -> None:
        """Show what was found before this card was there."""
        for finding in self._doctor.findings:
            self._add(finding)

    def _on_found(self, finding: Finding) -> None:
        self._add(finding)
        self._say(f"{tr('Doctor', 'Looking')}  ·  {self._doctor.summary()}")

    def _add(self, finding: Finding) -> None:
        rows = self._lists[finding.health]
        if rows.count() and finding.health is Health.WARNING:
            rows.addWidget(hairline())
        rows.addWidget(finding_row(finding))
        if finding.health is Health.FAILED:
            rows.setContentsMargins(0, 4, 0, 8)

    def _on_finished(self) -> None:
        self._bar.hide()
        self.look.setEnabled(True)
        self.copy.setEnabled(bool(self._doctor.findings))
        looked = self._doctor.looked
        if looked is not None:
            self._say(f"{self._doctor.summary()}  ·  {tr('Doctor', 'looked at {time}', time=f'{looked:%H:%M}')}")

    def _say(self, words: str) -> None:
        if self.head is not None:
            self.head.remark_label.setText(words)

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._doctor.report())
        self.copy.setText(tr("Doctor", "Copied"))
        self.copy.set_icon("check")
