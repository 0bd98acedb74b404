"""Telling people something: toasts in the corner for what passes, a dialog with details for what broke."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from tiepoint.domain.failure import Failure
from tiepoint.ui.text import said_below, tr

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Message:
    """One thing to tell.

    Args:
        state: A name in `theme.states.STATES` (`ok`, `info`, `warning`, `error`).
        title: What happened.
        text: What to do about it; may be empty.
        detail: Technical text for the details dialog; empty = none.
        action: Words of a button; empty = none.
        on_action: What the button does.
        topic: What it is about; a newer message about the same takes its place. Empty = it stands for itself.
    """

    state: str
    title: str
    text: str = ""
    detail: str = ""
    action: str = ""
    on_action: Callable[[], None] | None = None
    topic: str = ""

    @property
    def stays(self) -> bool:
        """Whether it stays until it is closed."""
        return self.state == "error"


class Messages(QObject):
    """Where everybody in the panel says things.

    Signals:
        said(message): A `Message` for a toast.
        broke(message): A `Message` about a defect of the program, for the dialog.
    """

    said = Signal(object)
    broke = Signal(object)

    def done(
        self, title: str, text: str = "", *, action: str = "", on_action: Callable[[], None] | None = None
    ) -> None:
        """Say that something is done."""
        self.said.emit(Message("ok", title, text, action=action, on_action=on_action))

    def note(
        self, title: str, text: str = "", *, action: str = "", on_action: Callable[[], None] | None = None
    ) -> None:
        """Say something worth knowing."""
        self.said.emit(Message("info", title, text, action=action, on_action=on_action))

    def warn(
        self, title: str, text: str = "", *, action: str = "", on_action: Callable[[], None] | None = None
    ) -> None:
        """Say something to look at."""
        self.said.emit(Message("warning", title, text, action=action, on_action=on_action))

    def failure(self, failure: Failure) -> None:
        """Say what went wrong and what to do; details are one click away."""
        _log.info("told: %s (%s) %s", failure.summary, failure.kind, failure.detail)
        self.said.emit(Message("error", said_below(failure.summary), said_below(failure.remedy), detail=failure.detail))

    def crash(self, error: BaseException) -> None:
        """Say that the program itself did something wrong."""
        _log.error("unexpected failure in the panel", exc_info=error)
        self.broke.emit(
            Message(
                "error",
                tr("Errors", "Something in Tiepoint broke."),
                tr("Errors", "Your photos, captures and jobs are safe. Copy the report and send it to us."),
                detail="".join(traceback.format_exception(error)),
            )
        )
