"""A question with two answers, opened over a window and never run modally. The GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    Args:
        title: Of the window.
        text: The question.
        info: What each answer means.
        yes: The answer that does it, as a verb.
        no: The answer that does nothing; Esc and Enter give it.
    """

    title: str
    text: str
    info: str
    yes: str
    no: str


def ask(owner: QWidget, question: Question, on_yes: Callable[[], object]) -> QMessageBox:
    """Ask, and do something when the answer is yes.

    Args:
        owner: Over whose window it is asked.
        question: What.
        on_yes: Called then.

    Returns:
        The box, which is open and goes away by itself.
    """
    box = QMessageBox(owner.window())
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle(question.title)
    box.setText(question.text)
    box.setInformativeText(question.info)
    yes = box.addButton(question.yes, QMessageBox.ButtonRole.DestructiveRole)
    no = box.addButton(question.no, QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(no)
    box.setEscapeButton(no)

    def answered(_code: int) -> None:
        is_yes = box.clickedButton() is yes
        box.deleteLater()
        if is_yes:
            on_yes()

    box.finished.connect(answered)
    box.open()
    return box
