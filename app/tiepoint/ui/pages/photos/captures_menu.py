"""The menu of photo sets: switch, begin a new one, rename, take off the list. The GUI thread only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QInputDialog, QLineEdit, QMenu, QWidget

from tiepoint.domain.photo_set import PhotoSetsSnapshot
from tiepoint.ui.text import plain, tr, tr_count
from tiepoint.ui.theme import icons

_MOST: Final = 15


@dataclass(frozen=True, slots=True)
class CaptureCommands:
    """What the menu's entries do."""

    choose: Callable[[str], object]
    begin_new: Callable[[], object]
    rename: Callable[[], object]
    upload: Callable[[], object]
    forget: Callable[[], object]
    redo: Callable[[], object]


def captures_menu(parent: QWidget, snapshot: PhotoSetsSnapshot, commands: CaptureCommands) -> QMenu:
    """Return the menu; it goes away by itself once closed."""
    menu = QMenu(parent)
    current = snapshot.current
    new = menu.addAction(icons.icon("plus"), tr("Photos", "New capture\tCtrl+N"))
    new.triggered.connect(lambda: commands.begin_new())
    if current is not None:
        rename = menu.addAction(icons.icon("file-text"), tr("Photos", "Rename\tF2"))
        rename.triggered.connect(lambda: commands.rename())
        upload = menu.addAction(icons.icon("upload"), tr("Photos", "Upload to…\tCtrl+U"))
        upload.triggered.connect(lambda: commands.upload())
        forget = menu.addAction(icons.icon("trash-2"), tr("Photos", "Take off this list"))
        forget.setToolTip(tr("Photos", "The photos and jobs stay where they are."))
        forget.triggered.connect(lambda: commands.forget())
        if current.redo:
            redo = menu.addAction(icons.icon("rotate-cw"), tr("Photos", "Redo: {what}", what=current.redo))
            redo.triggered.connect(lambda: commands.redo())
    others = [each for each in snapshot.sets if each.photos and (current is None or each.id != current.id)]
    if others:
        menu.addSeparator()
    for each in others[:_MOST]:
        count = tr_count("Photos", "1 photo", "{count} photos", each.photos)
        name = plain(each.name, limit=60).replace("&", "&&")
        entry = menu.addAction(icons.icon("images"), f"{name}\t{count}")
        entry.triggered.connect(lambda _=False, set_id=each.id: commands.choose(set_id))
    menu.aboutToHide.connect(menu.deleteLater)
    return menu


def ask_name(parent: QWidget, name: str, renamed: Callable[[str], object]) -> QInputDialog:
    """Ask for another name; opened, not run modally."""
    dialog = QInputDialog(parent)
    dialog.setWindowTitle(tr("Photos", "Rename"))
    dialog.setLabelText(tr("Photos", "Name of the capture"))
    dialog.setTextEchoMode(QLineEdit.EchoMode.Normal)
    dialog.setTextValue(name)
    dialog.textValueSelected.connect(lambda text: renamed(text))
    dialog.finished.connect(lambda _: dialog.deleteLater())
    dialog.resize(420, dialog.sizeHint().height())
    dialog.open()
    return dialog


def place_below(page: QWidget, text: str) -> QPoint:
    """Return the place below the button of the strip that shows a text; below the page's corner without one."""
    for button in page.window().findChildren(QWidget):
        if button.property("text") == text and button.isVisible():
            return button.mapToGlobal(button.rect().bottomLeft() + QPoint(0, 4))
    return page.mapToGlobal(page.rect().topRight() + QPoint(-320, 0))
