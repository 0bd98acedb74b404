"""The card that makes a model of the photos: preset, what it takes, where it runs, what comes out, and the button."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QLineEdit, QScrollArea, QStackedWidget, QWidget

from tiepoint.domain.space import size_text
from tiepoint.services.computer import Computer, ComputerSnapshot
from tiepoint.ui.pages.photos.run_on import RunOn
from tiepoint.ui.text import grouped, plain, tr, tr_count
from tiepoint.ui.viewmodels.jobs_words import range_text
from tiepoint.ui.viewmodels.photos import PhotosViewModel
from tiepoint.ui.viewmodels.photos_text import NOTHING
from tiepoint.ui.viewmodels.reconstruct import Plan, ReconstructViewModel
from tiepoint.ui.viewmodels.reconstruct_sites import SiteOffer
from tiepoint.ui.viewmodels.reconstruct_words import PRESETS, PRODUCTS, disk_line, memory_line, preparing_words
from tiepoint.ui.widgets.bars import ProgressBar
from tiepoint.ui.widgets.buttons import Button
from tiepoint.ui.widgets.cards import Card, Well, hairline
from tiepoint.ui.widgets.check_box import CheckBox
from tiepoint.ui.widgets.labels import FactList, Glyph, Label
from tiepoint.ui.widgets.layouts import column, holder, row
from tiepoint.ui.widgets.option_card import OptionCard

_NO_HISTORY: Final = "not enough history on this computer"


class ReconstructCard(Card):
    """The reconstruct panel.

    Signals:
        custom_wanted(): The parameters of the custom preset should be edited.

    Args:
        model: Its state.
        photos: The current set.
        computer: This computer.
    """

    custom_wanted = Signal()

    def __init__(self, model: ReconstructViewModel, photos: PhotosViewModel, computer: Computer) -> None:
        super().__init__(tr("Reconstruct", "Reconstruct"))
        self._model, self._photos, self._computer = model, photos, computer
        self.options: dict[str, OptionCard] = {}
        self.products: dict[str, CheckBox] = {}
        self.start_button = Button("", "play", "primary", size="big")
        self.cancel_button = Button(tr("Reconstruct", "Cancel"), "x", size="small")
        self.name = QLineEdit()
        self.run_on = RunOn()
        self._setup_ui()
        self._connect()
        self.refresh()

    def refresh(self) -> None:
        """Show the plan anew."""
        model, plan = self._model, self._model.plan
        for preset, option in self.options.items():
            option.set_figure(model.time_text(preset))
            option.setChecked(preset == model.preset)
        self._edit.setVisible(model.preset == "custom")
        estimate = plan.estimate
        total = estimate.time.total if estimate else None
        self._time.setText(range_text(total) if total else tr("Reconstruct", "Not known yet"))
        self._basis.setText(_basis(estimate.time.runs if estimate and total else 0, plan.offer))
        self._show_needs(plan.is_disk_short)
        words = tr_count("Reconstruct", "Reconstruct 1 photo", "Reconstruct {count} photos", plan.photos)
        self.start_button.setText(words if plan.photos else tr("Reconstruct", "Reconstruct"))
        if plan.offer is not None and plan.photos:
            self.start_button.setText(tr("Reconstruct", "Reconstruct on {name}", name=plan.offer.title))
        self.start_button.setEnabled(not plan.refusal and not model.is_preparing)
        self.start_button.setToolTip(plan.refusal)
        self._refusal.setText(plan.refusal)
        self._refusal_line.setVisible(bool(plan.refusal))
        self._refusal.set_tone("neutral" if plan.is_listing else "warn")
        self._refusal_glyph.set_glyph(*(("info", "text2") if plan.is_listing else ("triangle-alert", "warn.text")))
        self._show_preparing()
        photo_set = self._photos.photo_set
        self.name.setPlaceholderText(plain(photo_set.name, limit=100) if photo_set else "")
        if not model.name and not self.name.hasFocus():
            self.name.clear()

    def _show_needs(self, is_disk_short: bool) -> None:
        estimate, computer = self._model.plan.estimate, self._computer.snapshot
        self.run_on.show_computer(_computer_line(computer), "")
        self.run_on.show_offers(self._model.plan.offers, self._model.site)
        if self._model.plan.offer is not None:
            self._needs.set_facts(_cluster_facts(self._model.plan, self._model.plan.offer))
            return
        memory = computer.facts.memory_bytes if computer.facts else None
        disk = tr("Reconstruct", "Disk")
        self._needs.set_facts(
            (
                (tr("Reconstruct", "Memory"), memory_line(estimate.memory, memory) if estimate else NOTHING),
                (disk, disk_line(estimate.work_bytes, computer.disk_free_bytes) if estimate else NOTHING),
            )
        )
        self._needs.value(disk).set_tone("err" if is_disk_short else "")

    def _show_preparing(self) -> None:
        model = self._model
        self._foot.setCurrentIndex(1 if model.is_preparing else 0)
        if model.is_preparing:
            progress = model.progress
            self._preparing.setText(preparing_words(progress))
            share = progress.done / progress.total if progress and progress.total else None
            self._bar.set_share(share)

    def _setup_ui(self) -> None:
        inner = column(
            Label(tr("Reconstruct", "Preset"), "sub"),
            *self._preset_options(),
            self._edit,
            6,
            Label(tr("Reconstruct", "Run on"), "sub"),
            self.run_on,
            6,
            self._estimate_well(),
            6,
            self._products_part(),
            6,
            Label(tr("Reconstruct", "Name of the job"), "sub"),
            self.name,
            None,
            margins=(16, 0, 14, 14),
        )
        scrolled = QScrollArea()
        scrolled.setWidget(holder(inner))
        scrolled.setWidgetResizable(True)
        scrolled.setFrameShape(QFrame.Shape.NoFrame)
        scrolled.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scrolled.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.content.addWidget(scrolled, 1)
        self.content.addWidget(hairline())
        self.content.addWidget(self._foot_part())
        self.name.setAccessibleName(tr("Reconstruct", "Name of the job"))
        self.name.setMaxLength(120)
        self.name.setAcceptDrops(False)  # files dropped here are photos for the set, not words

    def _preset_options(self) -> list[OptionCard]:
        group = QButtonGroup(self)
        for words in PRESETS:
            option = OptionCard(words.icon, tr("Reconstruct", words.title), tr("Reconstruct", words.text))
            option.clicked.connect(lambda _=False, name=words.name: self._on_preset(name))
            group.addButton(option)
            self.options[words.name] = option
        self._edit = Button(tr("Reconstruct", "Change parameters"), "sliders-horizontal", size="small")
        self._edit.clicked.connect(lambda: self.custom_wanted.emit())
        return list(self.options.values())

    def _estimate_well(self) -> Well:
        self._time = Label("", "number")
        self._basis = Label("", "sub", wrap=True)
        self._needs = FactList()
        self._needs.setToolTip(tr("Reconstruct", "Memory at the job's peak, and disk at its fullest while it runs."))
        basis = row(Glyph("history", "text3", 14), self._basis, spacing=8)
        basis.setStretch(1, 1)
        return Well(
            Label(tr("Reconstruct", "Estimated time"), "sub"), self._time, basis, hairline(), self._needs, spacing=6
        )

    def _products_part(self) -> QWidget:
        self._choose_products = Button(tr("Reconstruct", "Choose"), kind="link")
        self._products_words = Label(tr("Reconstruct", "All"), "value")
        self._choose_products.clicked.connect(self._on_choose_products)
        head = row(Label(tr("Reconstruct", "Products"), "sub"), None, self._products_words, self._choose_products)
        boxes = column(spacing=2, margins=(2, 4, 0, 0))
        for name, title in PRODUCTS:
            box = CheckBox(tr("Reconstruct", title), is_on=True)
            box.toggled.connect(lambda _: self._on_products())
            self.products[name] = box
            boxes.addWidget(box)
        self._boxes = holder(boxes)
        self._boxes.hide()
        return holder(column(head, self._boxes, spacing=2))

    def _foot_part(self) -> QStackedWidget:
        self._refusal = Label("", "sub", wrap=True, tone="warn")
        self._refusal_glyph = Glyph("triangle-alert", "warn.text", 16)
        refusal = row(self._refusal_glyph, self._refusal, spacing=8)
        refusal.setStretch(1, 1)
        self._refusal_line = holder(refusal)
        self._preparing = Label("", "sub", wrap=True)
        self._bar = ProgressBar()
        stop = row(self._preparing, self.cancel_button)
        stop.setStretch(0, 1)
        self._foot = QStackedWidget()
        self._foot.addWidget(holder(column(None, self._refusal_line, self.start_button, margins=(16, 12, 16, 14))))
        self._foot.addWidget(holder(column(None, stop, self._bar, 6, margins=(16, 12, 16, 14))))
        return self._foot

    def _connect(self) -> None:
        model = self._model
        model.changed.connect(self.refresh)
        self.start_button.clicked.connect(lambda: model.start())
        self.cancel_button.clicked.connect(lambda: model.cancel())
        self.name.textEdited.connect(model.rename)
        self.run_on.chosen.connect(model.run_on)

    def _on_preset(self, name: str) -> None:
        self._model.choose(name)
        if name == "custom" and not self._model.changes:
            self.custom_wanted.emit()

    def _on_choose_products(self) -> None:
        is_open = self._boxes.isHidden()
        self._boxes.setVisible(is_open)
        self._choose_products.setText(tr("Reconstruct", "Close") if is_open else tr("Reconstruct", "Choose"))

    def _on_products(self) -> None:
        chosen = tuple(name for name, box in self.products.items() if box.isChecked())
        if not chosen:
            first = next(iter(self.products.values()))
            first.setChecked(True)
            return
        is_all = len(chosen) == len(self.products)
        words = tr("Reconstruct", "All") if is_all else tr("Reconstruct", "{count} chosen", count=grouped(len(chosen)))
        self._products_words.setText(words)
        self._model.want_products(() if is_all else chosen)


def _computer_line(computer: ComputerSnapshot) -> str:
    if computer.facts is None:
        return tr("Reconstruct", "Nothing leaves it")
    return tr_count(
        "Reconstruct",
        "1 core, {memory} · data stays here",
        "{count} cores, {memory} · data stays here",
        computer.facts.cpu_count,
        memory=size_text(computer.facts.memory_bytes),
    )


def _cluster_facts(plan: Plan, offer: SiteOffer) -> tuple[tuple[str, str], ...]:
    """Say what goes up, and what the cluster bills meanwhile; it bills whether or not it works."""
    up = tr("Reconstruct", "{size} of photos", size=size_text(plan.bytes)) if plan.bytes else NOTHING
    facts = ((tr("Reconstruct", "Goes up"), up),)
    return (*facts, (tr("Reconstruct", "The cluster bills"), offer.price)) if offer.price else facts


def _basis(runs: int, offer: SiteOffer | None) -> str:
    """Say where an estimate comes from."""
    if offer is not None:
        if not runs:
            return tr("Reconstruct", "not enough history on {name}", name=offer.title)
        one, many = "from {count} earlier run on {name}", "from {count} earlier runs on {name}"
        return tr_count("Reconstruct", one, many, runs, name=offer.title)
    if not runs:
        return tr("Reconstruct", _NO_HISTORY)
    return tr_count(
        "Reconstruct",
        "from {count} earlier run on this computer",
        "from {count} earlier runs on this computer",
        runs,
    )
