"""The Photos page: the start while there are no photos, then photos, map, inspector and the way to a model.

It puts parts together and translates between them and the services; what a part shows is in its own file. The GUI
thread only.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction, QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QFileDialog, QStackedLayout, QWidget

from tiepoint.domain.job import Job
from tiepoint.domain.photo import PHOTO_SUFFIXES
from tiepoint.domain.photo_set import PhotoSet, PhotoSetId, SetPhase, SetSummary
from tiepoint.domain.remote_round import Round
from tiepoint.ui.actions import action
from tiepoint.ui.pages.page import Page, StripContent
from tiepoint.ui.pages.photos import strip_words
from tiepoint.ui.pages.photos.captures_menu import CaptureCommands, ask_name, captures_menu, place_below
from tiepoint.ui.pages.photos.start import StartView, recent_of
from tiepoint.ui.pages.photos.work import Work
from tiepoint.ui.panel import Panel
from tiepoint.ui.text import grouped, plain, tr
from tiepoint.ui.viewmodels.photos import PhotosViewModel
from tiepoint.ui.viewmodels.reconstruct import ReconstructViewModel

_HAS_SET = "photos.has_set"
_BUILD_EVERY_MS = 40


class PhotosPage(Page):
    """The page.

    Args:
        panel: The program and the window around.
    """

    def __init__(self, panel: Panel) -> None:
        super().__init__()
        self._panel = panel
        self._sets = panel.program.photo_sets
        self.photos = PhotosViewModel(self._sets, self)
        self.reconstruct = ReconstructViewModel(panel.program, panel.background, self.photos, self)
        self.start = StartView()
        self.work: Work | None = None
        self._coming = Work(
            panel,
            self.photos,
            self.reconstruct,
            choose_folder=self._ask_folder,
            add_view=lambda view: self._stack.addWidget(view),
        )
        self._builder = QTimer(self, interval=_BUILD_EVERY_MS)
        self._builder.timeout.connect(self._build_ahead)
        self._is_starting_new = False
        self._told_empty: set[PhotoSetId] = set()
        self._captures_alone: tuple[SetSummary, ...] = ()
        self._has_looked = False
        self._stack = QStackedLayout(self)
        self._blank = QWidget()
        for view in (self._blank, self.start):
            self._stack.addWidget(view)
        self._make_actions()
        self._connect()
        self._show_right_view()

    def strip(self) -> StripContent:
        """Say what set this is and how it is."""
        photo_set = self.photos.photo_set
        if photo_set is None or self._shows_start:
            title = (
                tr("PhotosStart", "New capture") if self._sets.snapshot.sets else tr("PhotosStart", "Your first model")
            )
            back = (self._captures,) if any(each.photos for each in self._sets.snapshot.sets) else ()
            return StripContent(
                title,
                subtitle=tr("PhotosStart", "Nothing leaves this computer unless you upload it"),
                actions=back,
            )
        state, words = strip_words.state_words(photo_set)
        progress = photo_set.progress
        share = progress.done / progress.total if progress.total else 0.0
        return StripContent(
            plain(photo_set.name, limit=120),
            state,
            words,
            strip_words.subtitle(photo_set),
            strip_words.facts_of(photo_set),
            share if photo_set.is_working else None,
            (self._undo, self._captures, self._upload, self._add),
        )

    def show_target(self, **target: Any) -> None:
        """Show something.

        Args:
            target: `paths` (files and folders to take), `start` (reconstruct as soon as they are listed), `preset`
                for that, `capture` (id of a capture to open).
        """
        paths, is_start = list(target.get("paths") or ()), bool(target.get("start"))
        if target.get("capture"):
            self._panel.background.start(self._sets.open_capture(target["capture"]))
            self._is_starting_new = False
        if paths:
            self._take(paths, into_new=is_start)
        if is_start:
            self.reconstruct.start_when_listed(str(target.get("preset") or ""))

    def focus_first(self) -> None:
        """Begin with the photos, or with the way to some."""
        if self.work is not None and not self._shows_start:
            self.work.card.view.setFocus()
        else:
            self.start.choose_photos.setFocus()

    def shut(self) -> None:
        """Listen no more."""
        self.photos.shut()
        self.reconstruct.shut()
        self._off()

    @property
    def _shows_start(self) -> bool:
        return self._stack.currentWidget() is self.start

    def _take(self, paths: list[Path], *, into_new: bool = False) -> None:
        into_new = into_new or self._is_starting_new
        self._is_starting_new = False
        self.photos.add(paths, into_new=into_new)
        self._show_right_view()

    def _make_actions(self) -> None:
        self._add = action(self, tr("Photos", "Add photos"), self._choose_photos, icon="image-plus", shortcut="Ctrl+O")
        self._undo = action(self, tr("Photos", "Undo"), self._sets.undo, icon="rotate-ccw", shortcut="Ctrl+Z")
        self._redo = action(self, tr("Photos", "Redo"), self._sets.redo, shortcut="Ctrl+Shift+Z")
        self._captures = action(self, tr("Photos", "Captures"), self._open_captures, icon="chevron-down")
        self._upload = action(self, tr("Photos", "Upload to…"), self._open_upload, icon="upload", shortcut="Ctrl+U")
        self._new = action(self, tr("Photos", "New capture"), self._begin_new, shortcut="Ctrl+N")
        self._rename = action(self, tr("Photos", "Rename"), self._ask_name, shortcut="F2")
        self.addActions([self._add, self._undo, self._redo, self._captures, self._upload, self._new, self._rename])
        QShortcut(QKeySequence.StandardKey.Find, self).activated.connect(self._focus_search)

    def _connect(self) -> None:
        self._off = self._panel.program.computer.changed.subscribe(self.start.show_computer)
        self.photos.changed.connect(self._on_changed)
        self.reconstruct.changed.connect(lambda: self.start.show_sample_time(self.reconstruct.sample_time_text()))
        self.start.show_sample_time(self.reconstruct.sample_time_text())
        self.reconstruct.submitted.connect(self._on_submitted)
        self.reconstruct.begun.connect(self._on_begun)
        self.reconstruct.refused.connect(self._panel.messages.failure)
        self.start.photos_wanted.connect(self._choose_photos)
        self.start.folder_wanted.connect(self._choose_folder)
        self.start.sample_wanted.connect(self._open_sample)
        self.start.recent_wanted.connect(self._choose_set)

    def _on_changed(self) -> None:
        self._show_right_view()
        photo_set = self.photos.photo_set
        self._show_undo(self._undo, tr("Photos", "Undo"), photo_set.undo if photo_set else "")
        self._show_undo(self._redo, tr("Photos", "Redo"), photo_set.redo if photo_set else "")
        if photo_set is not None:
            self._tell_if_empty(photo_set)
        self.strip_changed.emit()

    def _show_right_view(self) -> None:
        photo_set = self.photos.photo_set
        if photo_set is not None and not self._is_starting_new and (photo_set.photos or photo_set.is_working):
            self._show_work()
        elif self.photos.snapshot.is_loaded or not self._panel.program.panel_state.state.extras.get(_HAS_SET):
            self._stack.setCurrentWidget(self.start)
        self._show_recent()

    def _show_recent(self) -> None:
        sets = [each for each in self.photos.snapshot.sets if each.photos]
        known = {each.capture for each in sets}
        alone = [each for each in self._captures_alone if each.capture not in known]
        self.start.show_recent(recent_of(sorted([*sets, *alone], key=lambda each: each.created, reverse=True)))
        if self._shows_start != self._has_looked and self.photos.snapshot.is_loaded:
            self._has_looked = self._shows_start
            if self._has_looked:
                self._panel.background.start(self._look_for_captures())

    async def _look_for_captures(self) -> None:
        """List what the command line alone has made, each time the start is shown."""
        self._captures_alone = await self._sets.captures_alone()
        self._show_recent()

    def _show_work(self) -> None:
        if self.work is None:
            self._coming.finish()
            self._builder.stop()
            self.work = self._coming
            self.work.show_all()
            self._panel.program.panel_state.remember(**{_HAS_SET: True})
        is_fresh = self._stack.currentWidget() is not self.work.view
        had_focus = self._has_focus
        self._stack.setCurrentWidget(self.work.view)
        if is_fresh and had_focus:
            self.focus_first()

    @property
    def _has_focus(self) -> bool:
        focused = self.window().focusWidget()
        return focused is not None and (focused is self or self.isAncestorOf(focused))

    def _build_ahead(self) -> None:
        """Make the parts for photos while the start is looked at, one at a time."""
        if not self._coming.step():
            self._builder.stop()

    def _tell_if_empty(self, photo_set: PhotoSet) -> None:
        """Say once that none of the dropped files was taken; the reasons are one click away."""
        if photo_set.photos or photo_set.is_working or not photo_set.skipped or photo_set.id in self._told_empty:
            return
        self._told_empty.add(photo_set.id)
        skipped = photo_set.skipped
        name, reason = plain(Path(skipped[0].path).name, limit=80), skipped[0].reason
        self._panel.messages.warn(
            tr("Photos", "{name} was not taken: {reason}", name=name, reason=reason)
            if photo_set.skipped_count == 1
            else tr("Photos", "None of the {count} files was taken", count=grouped(photo_set.skipped_count)),
            tr("Photos", "Drop JPEG, TIFF, PNG, HEIC or RAW photos, or a folder with some."),
            action=tr("Photos", "Show why"),
            on_action=lambda: self._show_skipped(photo_set),
        )

    def _show_skipped(self, photo_set: PhotoSet) -> None:
        from tiepoint.ui.pages.photos.skipped_dialog import SkippedDialog

        SkippedDialog(photo_set.skipped, self, before=photo_set.skipped_before).open()

    def _show_undo(self, entry: QAction, verb: str, what: str) -> None:
        entry.setEnabled(bool(what))
        keys = entry.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        entry.setToolTip(f"{verb}: {what} ({keys})" if what else f"{verb} ({keys})")

    def _on_submitted(self, job: Job) -> None:
        self._panel.messages.done(tr("Reconstruct", "The job was added to the queue"), plain(job.name, limit=120))
        self._panel.navigator.go("jobs", job=job.id)

    def _on_begun(self, made: Round) -> None:
        """Show the cluster's jobs, where each step of the round is seen."""
        self._panel.program.remote.sites.show(made.site)
        name = plain(made.name, limit=120)
        self._panel.messages.done(tr("Reconstruct", "The photos go up, and the job follows"), name)
        self._panel.navigator.go("jobs", round=made.id)

    def _open_sample(self) -> None:
        self._is_starting_new = False
        self._sets.open_sample()
        self._show_right_view()

    def _choose_set(self, key: str) -> None:
        self._is_starting_new = False
        capture = next((each.capture for each in self._captures_alone if each.id == key), None)
        if capture is not None:
            self._panel.background.start(self._sets.open_capture(capture))
        else:
            self._sets.choose(PhotoSetId(key))
        self._show_right_view()

    def _begin_new(self) -> None:
        self._is_starting_new = True
        self._show_right_view()
        self.strip_changed.emit()
        self.focus_first()

    def _forget(self) -> None:
        photo_set = self.photos.photo_set
        if photo_set is not None:
            self._sets.forget(photo_set.id)

    def _open_captures(self) -> None:
        commands = CaptureCommands(
            self._choose_set, self._begin_new, self._ask_name, self._open_upload, self._forget, self._sets.redo
        )
        captures_menu(self, self.photos.snapshot, commands).popup(place_below(self, self._captures.text()))

    def _open_upload(self) -> None:
        photo_set = self.photos.photo_set
        if photo_set is None or self._shows_start:
            return
        if photo_set.progress.phase is SetPhase.SCAN:
            self._panel.messages.note(
                tr("Photos", "The photos are still being listed"),
                tr("Photos", "Upload them when all of them are there."),
            )
            return
        from tiepoint.ui.pages.transfers.upload_dialog import UploadDialog

        dialog = UploadDialog(self._panel, photo_set, self)
        dialog.begun.connect(lambda begun: self._panel.navigator.go("transfers", transfer=begun.id))
        dialog.finished.connect(lambda _: dialog.deleteLater())
        dialog.open()

    def _ask_name(self) -> None:
        photo_set = self.photos.photo_set
        if photo_set is not None and not self._shows_start:
            ask_name(self, photo_set.name, self._sets.rename)

    def _focus_search(self) -> None:
        if self.work is not None and not self._shows_start:
            self.work.card.search.setFocus()

    def _choose_photos(self) -> None:
        kinds = " ".join(f"*{suffix} *{suffix.upper()}" for suffix in sorted(PHOTO_SUFFIXES))
        dialog = QFileDialog(self, tr("Photos", "Choose photos"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilters([tr("Photos", "Photos ({kinds})", kinds=kinds), tr("Photos", "All files (*)")])
        dialog.filesSelected.connect(lambda files: self._take([Path(each) for each in files]))
        dialog.finished.connect(lambda _: dialog.deleteLater())
        dialog.open()

    def _choose_folder(self) -> None:
        self._ask_folder(lambda folder: self._take([folder]))

    def _ask_folder(self, chosen: Any) -> None:
        dialog = QFileDialog(self, tr("Photos", "Choose a folder with photos"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.filesSelected.connect(lambda folders: chosen(Path(folders[0])))
        dialog.finished.connect(lambda _: dialog.deleteLater())
        dialog.open()

    def showEvent(self, event: QShowEvent) -> None:
        """Look again at what may have changed meanwhile."""
        super().showEvent(event)
        QTimer.singleShot(250, self._refresh)
        if self.work is None:
            self._builder.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Want no pictures while nobody looks."""
        super().hideEvent(event)
        self._sets.pictures.show(())

    def _refresh(self) -> None:
        if self.isVisible():
            self._panel.background.start(self._panel.program.computer.refresh())
            if self.photos.photo_set is not None and not self.photos.photo_set.is_working:
                self._sets.refresh()
