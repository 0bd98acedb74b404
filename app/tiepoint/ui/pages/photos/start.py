"""The start of the Photos page, while there are no photos: drop, choose, take the sample, open a capture again.

The first thing people see, so it is cheap to make: pictures come from a thread after the first paint. The GUI thread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tiepoint.domain.photo_set import SetSummary
from tiepoint.domain.space import size_text
from tiepoint.services.computer import AgentState, ComputerSnapshot
from tiepoint.ui.pages.photos.hero import MODEL, PHOTOS, Hero
from tiepoint.ui.pages.photos.resource_pictures import ResourcePictures
from tiepoint.ui.pages.photos.start_parts import DropZone, RecentLine, SampleCard, Steps
from tiepoint.ui.text import day_text, plain, tr, tr_count
from tiepoint.ui.viewmodels.photos_text import NOTHING
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.cards import Card, ScrollColumn
from tiepoint.ui.widgets.labels import FactList, Glyph, Label
from tiepoint.ui.widgets.layouts import column, empty, holder, row
from tiepoint.ui.widgets.pill import Pill

_MOST_RECENT: Final = 6
_COLUMN_PX: Final = 320


@dataclass(frozen=True, slots=True)
class Recent:
    """A capture or set that can be opened again: its key, name, number of photos and when it was made."""

    key: str
    name: str
    photos: int
    created: datetime


class StartView(QWidget):
    """The start.

    Signals:
        photos_wanted(): Choose photo files.
        folder_wanted(): Choose a folder.
        sample_wanted(): Open the sample capture.
        recent_wanted(key): Open a set again.
    """

    photos_wanted = Signal()
    folder_wanted = Signal()
    sample_wanted = Signal()
    recent_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.choose_photos = Button(tr("PhotosStart", "Choose photos"), "image-plus", "primary", size="big")
        self.choose_folder = Button(tr("PhotosStart", "Choose folder"), "folder-open", size="big")
        self.sample = SampleCard(
            tr("PhotosStart", "Sample capture: Brighton Beach"),
            tr("PhotosStart", "18 drone photos with GPS, 5.7 MB, included"),
            "",
        )
        self.recent_lines: list[RecentLine] = []
        self._hero, self._pictures = Hero(), ResourcePictures(self)
        self._is_painted = False
        self._recent: tuple[Recent, ...] | None = None
        self._setup_ui()
        self._pictures.loaded.connect(self._on_picture)
        self.choose_photos.clicked.connect(self.photos_wanted)
        self.choose_folder.clicked.connect(self.folder_wanted)
        self.sample.clicked.connect(self.sample_wanted)

    def show_computer(self, snapshot: ComputerSnapshot) -> None:
        """Show what this computer is."""
        facts = snapshot.facts
        if facts is not None:
            memory = size_text(facts.memory_bytes)
            self._computer.setText(
                tr_count("PhotosStart", "1 core, {memory}", "{count} cores, {memory}", facts.cpu_count, memory=memory)
            )
        free = snapshot.disk_free_bytes
        self._facts.set_facts(
            (
                (tr("PhotosStart", "Free disk"), NOTHING if free is None else size_text(free)),
                (tr("PhotosStart", "Engine"), _engine_words(snapshot)),
            )
        )
        self._ready.set_state(*_ready_state(snapshot))

    def show_sample_time(self, time: str) -> None:
        """Say how long the sample takes here; empty = nobody knows yet."""
        self.sample.set_time(time or tr("PhotosStart", "How long it takes here is known after the first run"))

    def show_recent(self, recent: Sequence[Recent]) -> None:
        """Show captures that can be opened again."""
        recent = tuple(recent[:_MOST_RECENT])
        if recent == self._recent:
            return
        self._recent = recent
        empty(self._recent_lines)
        self.recent_lines = []
        for each in recent:
            photos = tr_count("PhotosStart", "1 photo", "{count} photos", each.photos)
            created = each.created.astimezone()
            line = RecentLine(each.name, f"{photos} · {day_text(created)}, {created:%H:%M}")
            line.clicked.connect(lambda _=False, key=each.key: self.recent_wanted.emit(key))
            self._recent_lines.addWidget(line)
            self.recent_lines.append(line)
        if not recent:
            words = Label(tr("PhotosStart", "Captures you have opened appear here."), "sub", wrap=True)
            hint = row(Glyph("history", "text3", 16), words, margins=(8, 2, 0, 6))
            hint.setStretch(1, 1)
            self._recent_lines.addLayout(hint)

    def _setup_ui(self) -> None:
        title = Label(tr("PhotosStart", "Drop photos here"), "display")
        lead = Label(
            tr("PhotosStart", "20 to 200 overlapping photos of one thing or place. Folders and memory cards work too."),
            "lead",
            wrap=True,
        )
        for label in (title, lead):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        buttons = row(None, self.choose_photos, self.choose_folder, None, spacing=10)
        drop = column(None, self._hero, 4, title, lead, 8, buttons, 14, Steps(), None, margins=(24, 18, 24, 18))
        drop.setStretch(1, 10)
        for place in (0, drop.count() - 1):
            drop.setStretch(place, 1)
        words = row(
            Label(tr("PhotosStart", "No photos at hand?"), "title"),
            Label(tr("PhotosStart", "Take the sample capture, nothing to download."), "sub"),
            None,
            margins=(4, 2, 0, 0),
        )
        left = column(DropZone(drop), words, self.sample, spacing=10)
        left.setStretch(0, 1)
        side = ScrollColumn(self._computer_card(), self._recent_card(), _tips_card(), None, width=_COLUMN_PX)
        whole = row(holder(left), side, spacing=12)
        whole.setStretch(0, 1)
        self.setLayout(whole)

    def _computer_card(self) -> Card:
        self._ready = Pill("connecting", tr("PhotosStart", "Looking"))
        self._computer = Label(tr("PhotosStart", "This computer"), "title")
        self._facts = FactList()
        self._facts.set_facts(
            (
                (tr("PhotosStart", "Free disk"), NOTHING),
                (tr("PhotosStart", "Engine"), tr("PhotosStart", "being looked at")),
            )
        )
        card = Card(tr("PhotosStart", "This computer"), "", self._ready)
        words = column(self._computer, Label(tr("PhotosStart", "No graphics card needed"), "sub"), spacing=2)
        card.add(row(Glyph("laptop", "accent", 26), words, None, spacing=14), 2, self._facts)
        return card

    def _recent_card(self) -> Card:
        card = Card(tr("PhotosStart", "Recent captures"))
        self._recent_lines = QVBoxLayout()
        self._recent_lines.setSpacing(2)
        card.add(self._recent_lines, margins=(10, 0, 10, 10))
        self.show_recent(())
        return card

    def _on_picture(self, name: str, image: QImage) -> None:
        self._hero.set_picture(name, image)
        if name == PHOTOS[1]:
            self.sample.set_picture(image)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Load the pictures once it has been painted for the first time."""
        super().paintEvent(event)
        if not self._is_painted:
            self._is_painted = True
            QTimer.singleShot(0, lambda: self._pictures.load((MODEL, *PHOTOS)))


def recent_of(sets: Sequence[SetSummary]) -> tuple[Recent, ...]:
    """Return the sets as lines, the newest first."""
    return tuple(Recent(each.id, each.name, each.photos, each.created) for each in sets)


def _tips_card() -> Card:
    card = Card(tr("PhotosStart", "Shooting tips"))
    for icon, text in (
        ("images", tr("PhotosStart", "Each spot in at least three photos")),
        ("aperture", tr("PhotosStart", "Same zoom, steady light, no flash")),
        ("rotate-3d", tr("PhotosStart", "Walk around, do not turn on the spot")),
        ("sparkles", tr("PhotosStart", "Glass, water and mirrors do not align")),
    ):
        card.add(row(Glyph(icon, "text2", 16), Label(text, "sub", wrap=True), spacing=10), margins=(16, 0, 16, 10))
    card.content.addSpacing(6)
    return card


def _engine_words(snapshot: ComputerSnapshot) -> str:
    if snapshot.engine_problem is not None:
        return plain(snapshot.engine_problem.summary, limit=60)
    if snapshot.engine is None:
        return tr("PhotosStart", "being looked at")
    version = snapshot.engine.versions.get("pycolmap", "")
    if not version:
        return tr("PhotosStart", "open")
    return tr("PhotosStart", "open, COLMAP {version}", version=plain(version, limit=20))


def _ready_state(snapshot: ComputerSnapshot) -> tuple[str, str]:
    if snapshot.engine_problem is not None:
        return "error", tr("PhotosStart", "Not ready")
    if snapshot.agent.state is AgentState.UNREACHABLE:
        return "warning", tr("PhotosStart", "Agent not reached")
    if snapshot.facts is None:
        return "connecting", tr("PhotosStart", "Looking")
    return "ready", ""
