"""The plan editor: choices at the left, price, resources and findings at the right. The GUI thread only."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QStandardPaths, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog

from tiepoint.domain.failure import Failure
from tiepoint.domain.plan_policy import PROFILE_KEY
from tiepoint.ui.actions import action
from tiepoint.ui.folders import open_folder
from tiepoint.ui.pages.cluster.failure_note import FailureNote
from tiepoint.ui.pages.cluster.place import Place
from tiepoint.ui.pages.cluster.plan.created_card import PartsCard
from tiepoint.ui.pages.cluster.plan.findings_card import FindingsCard
from tiepoint.ui.pages.cluster.plan.machines_card import MachinesCard
from tiepoint.ui.pages.cluster.plan.network_card import NetworkCard
from tiepoint.ui.pages.cluster.plan.plan_card import PlanCard
from tiepoint.ui.pages.cluster.plan.price_card import PriceCard
from tiepoint.ui.pages.cluster.plan.profile_card import ProfileCard
from tiepoint.ui.pages.cluster.plan.storage_card import StorageCard
from tiepoint.ui.pages.page import StripContent
from tiepoint.ui.panel import Panel
from tiepoint.ui.text import plain, tr
from tiepoint.ui.viewmodels.money import rate_text
from tiepoint.ui.viewmodels.plan_editor import PlanModel
from tiepoint.ui.widgets.buttons import Button, IconButton
from tiepoint.ui.widgets.cards import ScrollColumn
from tiepoint.ui.widgets.layouts import row

_SIDE_PX, _NARROW_SIDE_PX = 420, 356
_WIDE_PX = 1280
_FILE = "cluster.toml"


class PlanPlace(Place):
    """Edits a plan.

    Signals:
        preflight_wanted(): The plan shall be checked.

    Args:
        panel: The services.
        model: Holds the plan; the page's own.
    """

    preflight_wanted = Signal()

    def __init__(self, panel: Panel, model: PlanModel) -> None:
        super().__init__()
        self._panel, self.model = panel, model
        self._setup_actions()
        self._setup_ui()
        self._connect()
        self.refresh()

    def strip(self) -> StripContent:
        """Say which plan it is and where it is kept."""
        model = self.model
        estimate = model.prices.estimate
        facts: tuple[tuple[str, str], ...] = ()
        if estimate is not None:
            facts = ((tr("Plan", "Would run at"), rate_text(estimate.running, estimate.currency)),)
        return StripContent(
            plain(model.plan.name) or tr("Plan", "New cluster"),
            "plan",
            subtitle=self._where(),
            facts=facts,
            actions=(self.open_action, self.save_action, self.preflight_action),
        )

    def focus_first(self) -> None:
        """Begin at the profile that is on, or at the first that may be."""
        chosen = self.model.plan.profile
        may_be = chosen if chosen in self.model.profiles else next(iter(self.model.profiles), chosen)
        self.profile.options[may_be].setFocus()

    def refresh(self) -> None:
        """Show the plan everywhere."""
        for card in self.cards:
            card.refresh()
        self.findings.refresh()
        self.preflight_action.setEnabled(not self.model.is_blocked)
        reason = tr("Plan", "First put right what is marked in red") if self.model.is_blocked else ""
        self.preflight_action.setToolTip(reason or tr("Plan", "Checks it with Azure; nothing is made, nothing bills"))
        self.strip_changed.emit()

    def show_field(self, key: str) -> None:
        """Bring a key's field into sight and the focus into it; a table's first field where the key has none."""
        if key == PROFILE_KEY:
            self._main.ensureWidgetVisible(self.profile)
            self.focus_first()
            return
        fields = {path: field for card in self.cards for path, field in card.fields.items()}
        table = key.partition(".")[0]
        field = fields.get(key) or next((each for path, each in fields.items() if path.startswith(f"{table}.")), None)
        if field is not None:
            self._main.ensureWidgetVisible(field, 0, 24)
            field.focus_control()

    def ask_to_open(self) -> QFileDialog:
        """Let a person choose a plan."""
        dialog = self._dialog(tr("Plan", "Open a plan"))
        dialog.setNameFilter(tr("Plan", "Plans and old parameter files (*.toml *.json)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self.model.open_file(Path(path)))
        dialog.open()
        return dialog

    def ask_to_save(self) -> QFileDialog:
        """Let a person choose where the plan is kept."""
        dialog = self._dialog(tr("Plan", "Save the plan"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("toml")
        dialog.selectFile(str(self.model.path or _FILE))
        dialog.fileSelected.connect(lambda path: self.model.save(Path(path)))
        dialog.open()
        return dialog

    def ask_to_export(self) -> QFileDialog:
        """Let a person choose where the template goes."""
        dialog = self._dialog(tr("Plan", "Export the template"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("json")
        dialog.selectFile(f"{self.model.plan.name}.template.json")
        dialog.fileSelected.connect(lambda path: self.model.export(Path(path)))
        dialog.open()
        return dialog

    def shut(self) -> None:
        """Ask nothing any more."""
        self.model.shut()

    def _where(self) -> str:
        model = self.model
        if model.path is None:
            return tr("Plan", "Not saved yet; nothing is made and nothing bills")
        words = [plain(model.path.name)]
        if model.saved_at is not None:
            words.append(tr("Plan", "saved {time}", time=f"{model.saved_at:%H:%M}"))
        if model.is_changed:
            words.append(tr("Plan", "changed since"))
        return "  ·  ".join(words)

    def _setup_actions(self) -> None:
        self.open_action = action(self, tr("Plan", "Open plan"), self.ask_to_open, icon="folder-open")
        self.open_action.setToolTip(tr("Plan", "A cluster.toml, or the parameter file of the 2018 template"))
        self.save_action = action(self, tr("Plan", "Save as"), self.ask_to_save, icon="file-text")
        self.preflight_action = action(
            self, tr("Plan", "Run preflight"), self.preflight_wanted.emit, icon="list-checks", kind="primary"
        )

    def _setup_ui(self) -> None:
        self.profile, self.machines = ProfileCard(self.model), MachinesCard(self.model)
        self.storage, self.network = StorageCard(self.model), NetworkCard(self.model)
        self.cards: tuple[PlanCard, ...] = (self.profile, self.machines, self.storage, self.network)
        self.price, self.findings = PriceCard(self.model), FindingsCard(self.model)
        self.export = Button(tr("Plan", "Export template"), "file-text", "link")
        self.created = PartsCard(tr("Plan", "Will be created"), self.export)
        close = IconButton("x", tr("Plan", "Close this message"), size=16)
        self.failure = FailureNote(close)
        close.clicked.connect(lambda: self.failure.show_failure(None))
        self._main = main = ScrollColumn(self.failure, *self.cards, None)
        self._side = ScrollColumn(self.price, self.findings, self.created, None, width=_SIDE_PX)
        line = row(main, self._side, spacing=12)
        line.setStretch(0, 1)
        self.setLayout(line)

    def _connect(self) -> None:
        model = self.model
        model.changed.connect(self.refresh)
        model.prices.changed.connect(self.strip_changed)
        model.parts_changed.connect(lambda: self.created.show_parts(model.parts))
        model.told.connect(self._on_told)
        model.saved.connect(lambda _path: self.failure.show_failure(None))
        model.exported.connect(self._on_exported)
        self.findings.place_wanted.connect(self.show_field)
        self.export.clicked.connect(self.ask_to_export)
        for mark in (self.profile.mark, self.machines.mark):
            mark.clicked.connect(lambda: self._panel.navigator.go("settings", card="policy"))

    def _on_exported(self, path: Path) -> None:
        self.failure.show_failure(None)
        self._panel.messages.done(
            tr("Plan", "{file} is written.", file=plain(path.name)),
            tr("Plan", "How to deploy it stands in infra/README.md."),
            action=tr("Plan", "Show in folder"),
            on_action=lambda: open_folder(path.parent, self._panel.messages),
        )

    def _on_told(self, failure: Failure) -> None:
        self.failure.show_failure(failure)

    def _dialog(self, title: str) -> QFileDialog:
        places = QStandardPaths.StandardLocation.DocumentsLocation
        folder = self.model.path.parent if self.model.path else Path(QStandardPaths.writableLocation(places))
        dialog = QFileDialog(self.window(), title, str(folder))
        dialog.finished.connect(lambda _code: dialog.deleteLater())
        return dialog

    def showEvent(self, event: QShowEvent) -> None:
        """Ask for price and offers."""
        super().showEvent(event)
        self.model.look()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the choices more room in a narrow window."""
        super().resizeEvent(event)
        self._side.setFixedWidth(_SIDE_PX if self.width() >= _WIDE_PX else _NARROW_SIDE_PX)
