"""The growing cloud of the open job with its cameras; the 3D view is made when it has something. GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from PySide6.QtCore import QEvent, QObject, QSize
from PySide6.QtWidgets import QFrame, QStackedWidget

from tiepoint.domain.job import Job, JobState
from tiepoint.domain.preview import CameraState, Preview
from tiepoint.domain.stages import stage_title
from tiepoint.ui.text import grouped, tr
from tiepoint.ui.theme.tokens import RADIUS_CARD
from tiepoint.ui.viewer import ModelView, Slot
from tiepoint.ui.viewmodels.jobs_preview import PreviewPicture, poses, tally
from tiepoint.ui.viewmodels.jobs_words import age_text, clock_text
from tiepoint.ui.widgets.buttons import Chip, IconButton
from tiepoint.ui.widgets.cards import Card
from tiepoint.ui.widgets.empty import EmptyState
from tiepoint.ui.widgets.labels import Glyph, Label
from tiepoint.ui.widgets.layouts import holder, row

_LEAST_EMPTY_PX: Final = 140
_TOUCHES: Final = (QEvent.Type.MouseButtonPress, QEvent.Type.Wheel, QEvent.Type.KeyPress)
_LEGEND: Final = (
    (CameraState.DONE, "circle-check", "ok.text"),
    (CameraState.RUNNING, "loader-circle", "accent_text"),
    (CameraState.WAITING, "circle-dashed", "text2"),
)


class PreviewCard(Card):
    """Shows a partial result.

    Args:
        make_view: Makes the 3D view.
    """

    def __init__(self, make_view: Callable[[], ModelView] = ModelView) -> None:
        self._age = Label("", "caption")
        self._cameras = Chip(tr("Preview", "Cameras"), "camera", is_on=True)
        self._fit = IconButton("maximize", tr("Preview", "Fit the view (F)"), size=16)
        super().__init__(tr("Preview", "Preview"), "", self._age, self._cameras, self._fit)
        self.setMinimumWidth(300)
        self._make_view = make_view
        self._view: ModelView | None = None
        self._preview: Preview | None = None
        self._is_touched = False
        self._legend = _Legend()
        self._nothing = EmptyState("shapes", tr("Preview", "Nothing to see yet"), "")
        self._stack = _LowStack()
        self._stack.addWidget(self._nothing)
        self.content.addWidget(self._stack, 1)
        self._cameras.toggled.connect(self._on_cameras)
        self._fit.clicked.connect(self._on_fit)
        self._show_controls()

    @property
    def view(self) -> ModelView | None:
        """The 3D view, None as long as nothing was shown."""
        return self._view

    @property
    def has_picture(self) -> bool:
        """Whether there is something to see."""
        return self._preview is not None

    def show_job(self, job: Job, now: datetime) -> None:
        """Say what is to come, or how old what is seen is."""
        title, text = _coming(job)
        self._nothing.title_label.setText(title)
        self._nothing.text_label.setText(text)
        if self.head is not None:
            is_over = job.state in (JobState.COMPLETED, JobState.FAILED, JobState.CANCELED)
            self.head.title_label.setText(tr("Preview", "What is ready") if is_over else tr("Preview", "Preview"))
        preview = self._preview
        if preview is None or preview.updated is None:
            self._age.setText("")
        elif job.state is JobState.RUNNING:
            age = age_text(max(0.0, (now - preview.updated).total_seconds()))
            self._age.setText(tr("Preview", "updated {age}", age=age))
        else:
            self._age.setText(clock_text(preview.updated, now))

    def show_picture(self, picture: PreviewPicture | None) -> None:
        """Show a partial result, or nothing."""
        self._preview = None if picture is None else picture.preview
        if picture is None:
            if self._view is not None:
                self._view.clear()
                self._is_touched = False
            self._stack.setCurrentIndex(0)
        else:
            view = self._made_view()
            view.update_cloud(picture.points, picture.colours)
            view.set_photos(poses(picture.preview))
            self._fit_untouched()
            self._legend.show_counts(tally(picture.preview))
            self._stack.setCurrentWidget(view)
        if self.head is not None:
            self.head.remark_label.setText("" if picture is None else preview_text(picture.preview))
        self._show_controls()

    def shut(self) -> None:
        """Let go of the 3D view."""
        if self._view is not None:
            self._view.shut()

    def _made_view(self) -> ModelView:
        if self._view is None:
            self._view = self._make_view()
            self._view.installEventFilter(self)
            self._view.setAccessibleName(tr("Preview", "Points and cameras so far"))
            self._view.set_corner_radius(RADIUS_CARD)
            self._view.set_slot(Slot.BOTTOM_LEFT, self._legend)
            self._view.set_photos_shown(self._cameras.isChecked())
            self._stack.addWidget(self._view)
        return self._view

    def _show_controls(self) -> None:
        for control in (self._cameras, self._fit):
            control.setVisible(self._preview is not None)

    def _on_cameras(self, is_on: bool) -> None:
        if self._view is not None:
            self._view.set_photos_shown(is_on)
            self._fit_untouched()

    def _fit_untouched(self) -> None:
        if self._view is not None and self._preview is not None and not self._is_touched:
            self._view.fit(with_photos=self._cameras.isChecked())

    def _on_fit(self) -> None:
        if self._view is not None:
            self._is_touched = False
            self._fit_untouched()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leave the camera alone once a person has moved it; until then it shows all there is."""
        if event.type() in _TOUCHES:
            self._is_touched = True
        elif event.type() == QEvent.Type.Resize:
            self._fit_untouched()
        return False


class _LowStack(QStackedWidget):
    """Gives way in a low window instead of asking for the height of all its words."""

    def hasHeightForWidth(self) -> bool:
        """Words may be cut off rather than push other cards out of sight."""
        return False

    def minimumSizeHint(self) -> QSize:
        """Room for a glance."""
        return QSize(240, _LEAST_EMPTY_PX)


class _Legend(QFrame):
    """Cameras by state, over the view."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("overlay", True)
        self._labels = {state: Label("", "value") for state, _, _ in _LEGEND}
        self._entries = {
            state: holder(row(Glyph(icon, colour, 13), self._labels[state], spacing=6))
            for state, icon, colour in _LEGEND
        }
        self.setLayout(row(*self._entries.values(), spacing=14, margins=(12, 7, 12, 7)))

    def show_counts(self, counts: dict[CameraState, int]) -> None:
        """Show how many are done, worked on and waiting."""
        words = {
            CameraState.DONE: tr("Preview", "Done {count}", count=grouped(counts[CameraState.DONE])),
            CameraState.RUNNING: tr("Preview", "Now {count}", count=grouped(counts[CameraState.RUNNING])),
            CameraState.WAITING: tr("Preview", "Waiting {count}", count=grouped(counts[CameraState.WAITING])),
        }
        for state, label in self._labels.items():
            label.setText(words[state])
            self._entries[state].setVisible(counts[state] > 0)
        self.adjustSize()
        self.setAccessibleName(", ".join(words.values()))


def preview_text(preview: Preview) -> str:
    """Say what is seen: `22 175 points from 7 of 18 depth maps`."""
    points = grouped(preview.points)
    done, total = grouped(preview.photos_done), grouped(preview.photos_total)
    if preview.stage == "alignment":
        return tr("Preview", "{points} tie points from {total} photos", points=points, total=total)
    if preview.stage == "depth_maps":
        return tr("Preview", "{points} points from {done} of {total} depth maps", points=points, done=done, total=total)
    return tr("Preview", "{stage}, {points} points", stage=tr("Stage", stage_title(preview.stage)), points=points)


def _coming(job: Job) -> tuple[str, str]:
    if job.state in (JobState.COMPLETED, JobState.FAILED, JobState.CANCELED):
        return tr("Preview", "Nothing to see"), tr("Preview", "This job kept no points that could be shown here.")
    if job.state is JobState.QUEUED:
        return (
            tr("Preview", "Waits for its turn"),
            tr("Preview", "Points and cameras appear here as soon as the photos are aligned."),
        )
    return (
        tr("Preview", "Nothing to see yet"),
        tr("Preview", "Points and cameras appear here as soon as the photos are aligned."),
    )
