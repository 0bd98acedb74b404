"""The Results page: the newest model opens by itself, with its facts, photos and measurements. The GUI thread only.

Puts the parts together; what they do is in the viewmodels and cards.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction, QResizeEvent, QShowEvent

from tiepoint.domain.model_facts import ModelFacts
from tiepoint.ui.actions import action
from tiepoint.ui.opening import is_model
from tiepoint.ui.pages.page import Page, StripContent
from tiepoint.ui.pages.results.desktop import Desktop, SystemDesktop
from tiepoint.ui.pages.results.export_card import ExportCard
from tiepoint.ui.pages.results.facts_card import FactsCard
from tiepoint.ui.pages.results.measurements_card import MeasurementsCard
from tiepoint.ui.pages.results.measuring_in_view import MeasuringInView
from tiepoint.ui.pages.results.measuring_replies import MeasuringReplies
from tiepoint.ui.pages.results.model_in_view import ModelInView
from tiepoint.ui.pages.results.outputs import Outputs
from tiepoint.ui.pages.results.photo_card import PhotoCard
from tiepoint.ui.pages.results.result_menu import ResultMenu
from tiepoint.ui.pages.results.view_card import ViewCard
from tiepoint.ui.panel import Panel
from tiepoint.ui.text import grouped, plain, tr
from tiepoint.ui.viewer import ModelFacts as LoadedModel
from tiepoint.ui.viewer import ModelView
from tiepoint.ui.viewmodels.export import ExportModel
from tiepoint.ui.viewmodels.jobs_words import duration_text
from tiepoint.ui.viewmodels.measuring import MeasuringModel
from tiepoint.ui.viewmodels.results import ResultsModel, Showing
from tiepoint.ui.viewmodels.results_photo import PhotoModel, reader_of
from tiepoint.ui.viewmodels.results_words import bytes_text, subtitle_text
from tiepoint.ui.widgets.cards import ScrollColumn
from tiepoint.ui.widgets.layouts import row

_CONTEXT: Final = "Results"
_RIGHT_PX: Final = 334
_RIGHT_MOST_PX: Final = 400
_STATES: Final = {"good": "ok", "fair": "warning", "poor": "error"}


class ResultsPage(Page):
    """Models and what is known of them.

    Targets: `job=JobId` opens a job's result (or says that it still runs), `path=Path` opens a file or folder.

    Args:
        panel: The panel.
        make_view: Makes the 3D view.
        desktop: Opens files with the system's programs.
    """

    def __init__(
        self, panel: Panel, make_view: Callable[[], ModelView] = ModelView, desktop: Desktop | None = None
    ) -> None:
        super().__init__()
        self._panel = panel
        program, background = panel.program, panel.background
        self.results = ResultsModel(program, background)
        self.measuring = MeasuringModel(program.measurements, background)
        self.photos = PhotoModel(reader_of(program.photo_sets.pictures), background)
        self.exports = ExportModel(program.model_exports)
        self.view_card = ViewCard(make_view())
        self.facts_card, self.photo_card = FactsCard(), PhotoCard(self.photos)
        self.measurements_card = MeasurementsCard(self.measuring)
        self.export_card = ExportCard(self.exports)
        self.menu = ResultMenu()
        self.outputs = Outputs(self, panel, self.results, self.exports, self.view_card, desktop or SystemDesktop())
        self._is_started = self._has_facts = False
        self._setup_ui()
        self._add_actions()
        self._model = ModelInView(self.view_card, self.results, self.photos, self.outputs.ask_for_file, panel)
        self._in_view = MeasuringInView(self.view_card, self.measuring, self)
        self._replies = MeasuringReplies(
            self, self.measuring, self.measurements_card, self.view_card, self.outputs, panel
        )
        self._connect()
        self._on_changed()

    # what the window asks

    def strip(self) -> StripContent:
        """Say which result is open."""
        view = self.results.view
        if view.showing is not Showing.OPEN or view.facts is None:
            return StripContent(
                plain(view.title) or tr(_CONTEXT, "Results"),
                state={Showing.FAILED: "error", Showing.RUNNING: "running"}.get(view.showing, ""),
                subtitle="" if view.title else tr(_CONTEXT, "Finished models open here"),
                actions=(self._list_action, self._open_action),
            )
        facts = view.facts
        return StripContent(
            plain(facts.title),
            state="completed" if facts.job or facts.finished else "",
            subtitle=subtitle_text(facts, datetime.now(UTC)),
            facts=_strip_facts(facts),
            actions=self._actions,
        )

    def show_target(self, **target: Any) -> None:
        """Open a job's result (`job`) or a file or folder (`path`)."""
        if target.get("path"):
            self.results.open_path(Path(target["path"]))
        elif target.get("job"):
            self.results.open_job(str(target["job"]))

    def take_drop(self, paths: list[Path]) -> bool:
        """Open a model; a single folder is looked into first, and handed on when it holds no result."""
        models = [path for path in paths if is_model(path)]
        if models:
            self.results.open_path(models[0])
            return True
        if len(paths) == 1 and not paths[0].suffix:
            self._panel.background.start(self._try_folder(paths[0]))
            return True
        return False

    def shut(self) -> None:
        """Release the 3D view and follow nothing any more."""
        self.results.stop()
        self.measuring.stop()
        self.view_card.view.shut()

    def focus_first(self) -> None:
        """Put the keyboard's focus into the view."""
        self.view_card.view.setFocus()

    # putting together

    def _setup_ui(self) -> None:
        self.column = ScrollColumn(
            self.export_card, self.facts_card, self.photo_card, self.measurements_card, None, width=_RIGHT_PX
        )
        line = row(self.view_card, self.column, spacing=12)
        line.setStretch(0, 1)
        self.setLayout(line)

    def _add_actions(self) -> None:
        outputs = self.outputs
        self._list_action = action(self, tr(_CONTEXT, "Results"), self.menu.show, icon="layers")
        self._list_action.setMenu(self.menu)
        self._open_action = action(
            self, tr(_CONTEXT, "Open…"), outputs.ask_for_file, icon="folder-open", shortcut="Ctrl+O"
        )
        self._folder_action = action(self, tr(_CONTEXT, "Folder"), outputs.open_folder, icon="folder")
        self._folder_action.setToolTip(tr(_CONTEXT, "Open the folder of the result"))
        self._report_action = action(self, tr(_CONTEXT, "Report"), outputs.open_report, icon="file-text")
        self._export_action = action(
            self, tr(_CONTEXT, "Export"), outputs.ask_for_export, icon="download", kind="primary", shortcut="Ctrl+E"
        )
        self._actions: tuple[QAction, ...] = (
            self._list_action,
            self._open_action,
            self._folder_action,
            self._report_action,
            self._export_action,
        )
        for each in self._actions[1:]:
            self.addAction(each)

    def _connect(self) -> None:
        self.results.changed.connect(self._on_changed)
        self.results.opened.connect(self._on_opened)
        self.view_card.view.loaded.connect(self._on_loaded)
        self.results.list_changed.connect(self._on_list)
        self.menu.aboutToShow.connect(self._on_menu)
        self.menu.chosen.connect(self.results.open_entry)
        self.menu.forget_wanted.connect(self.results.forget)
        self.menu.open_wanted.connect(self.outputs.ask_for_file)
        self._replies.shown.connect(lambda: self.column.ensureWidgetVisible(self.measurements_card))
        self.facts_card.unfolded.connect(self._on_unfolded)
        self.photo_card.look_through_wanted.connect(self.view_card.view.look_through)
        self.photo_card.picture_ready.connect(self.view_card.view.set_photo_picture)

    # what happens

    def _start(self) -> None:
        extras = self._panel.program.panel_state.state.extras
        self.facts_card.set_unfolded(extras.get("results_all_facts") is True)
        self._replies.restore_unit()
        self.results.start()

    def _on_opened(self, facts: ModelFacts) -> None:
        self._has_facts = True
        self.photos.show(facts)
        self.measuring.show(facts)
        QTimer.singleShot(0, self._show_facts)  # a turn of the loop of its own: it makes many labels the first time

    def _show_facts(self) -> None:
        if self.results.view.facts is not None:
            self.facts_card.show_facts(self.results.view.facts)

    def _on_loaded(self, loaded: LoadedModel) -> None:
        facts = self.results.view.facts
        if facts is not None and loaded.notes and loaded.path == facts.model.path:
            self.facts_card.show_facts(facts, loaded.notes)

    def _on_changed(self) -> None:
        facts, showing = self.results.view.facts, self.results.view.showing
        # While the next one is opened, what is known of the last one stays, as its model does.
        self.column.setVisible(showing in (Showing.OPEN, Showing.OPENING))
        for card in (self.facts_card, self.measurements_card):
            card.setVisible(facts is not None or (showing is Showing.OPENING and self._has_facts))
        self._report_action.setVisible(facts is not None and facts.report is not None)
        self.strip_changed.emit()

    def _on_menu(self) -> None:
        self._fill_menu()
        self.results.refresh()

    def _on_list(self) -> None:
        if self.menu.isVisible():
            self._fill_menu()

    def _fill_menu(self) -> None:
        results = self.results
        self.menu.show_entries(results.entries, results.view.path, datetime.now(UTC), results.trouble)

    def _on_unfolded(self, is_open: bool) -> None:
        self._panel.program.panel_state.remember(results_all_facts=is_open)

    async def _try_folder(self, folder: Path) -> None:
        """Open a folder as a result; one that is none is dropped photos, for the Photos page."""
        is_result = await self.results.try_folder(folder)
        if not is_result:
            self._panel.navigator.go("photos", paths=[folder])

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the right column more room in a wide window."""
        super().resizeEvent(event)
        self.column.setFixedWidth(min(max(_RIGHT_PX, self.width() // 6), _RIGHT_MOST_PX))

    def showEvent(self, event: QShowEvent) -> None:
        """Begin with the newest result, after the page's first picture."""
        super().showEvent(event)
        if not self._is_started:
            self._is_started = True
            QTimer.singleShot(0, self._start)


def _strip_facts(facts: ModelFacts) -> tuple[tuple[str, str], ...]:
    shown = []
    if facts.cameras_aligned is not None and facts.cameras_total is not None:
        shown.append(
            (
                tr(_CONTEXT, "Cameras"),
                tr(
                    _CONTEXT,
                    "{aligned} of {total}",
                    aligned=grouped(facts.cameras_aligned),
                    total=grouped(facts.cameras_total),
                ),
            )
        )
    if facts.timing.took_s is not None:
        shown.append((tr(_CONTEXT, "Took"), duration_text(facts.timing.took_s)))
    shown.append((tr(_CONTEXT, "Size"), bytes_text(facts.size_bytes)))
    return tuple(shown)
