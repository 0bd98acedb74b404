"""Telling of rounds on clusters: products that came down, and rounds that failed or wait for somebody. GUI thread only.

What happens to the job of a round is told of the job (`notifications`); this tells of what is around it, once.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject

from tiepoint.domain.remote_round import Round, RoundState, RoundStep
from tiepoint.ui.panel import Panel
from tiepoint.ui.shell.notifications import Notification
from tiepoint.ui.text import plain, said_below, tr

_NAME_LENGTH: Final = 80
_OF_THE_JOB: Final = (RoundStep.FETCH, RoundStep.PROCESS, RoundStep.PUBLISH)
_FOR_A_PERSON: Final = ("sign-in", "confirm", "host-key", "ssh-key")
Tell = Callable[[str, Notification], None]


class RoundNotices(QObject):
    """Watches the rounds.

    Args:
        owner: Lives as long as this.
        panel: Whose rounds.
        tell: Tells, as `JobNotifications.tell` does.
    """

    def __init__(self, owner: QObject, panel: Panel, tell: Tell) -> None:
        super().__init__(owner)
        self._tell = tell
        rounds = panel.program.remote.rounds
        self._known: dict[str, tuple[RoundState, str]] = {each.id: _state(each) for each in rounds.all}
        self._off = rounds.changed.subscribe(self._on_changed)

    def shut(self) -> None:
        """Tell nothing any more."""
        self._off()

    def _on_changed(self, rounds: tuple[Round, ...]) -> None:
        for each in rounds:
            before, now = self._known.get(each.id), _state(each)
            self._known[each.id] = now
            if before is not None and before != now:
                self._look(each)

    def _look(self, each: Round) -> None:
        name = plain(each.name, limit=_NAME_LENGTH)
        if each.state is RoundState.COMPLETED and each.folder:
            title = tr("Notice", "{name}: the products are here", name=name)
            text = tr("Notice", "They came down from the cluster and can be opened.")
            target: dict[str, object] = {"path": Path(each.folder) / "products"}
            self._tell("ok", Notification(each.id, title, text, tr("Notice", "Open the result"), "results", target))
        elif each.state is RoundState.FAILED and each.step not in _OF_THE_JOB:
            self._tell("error", _of(each, tr("Notice", "{name} does not go on", name=name)))
        elif each.state is RoundState.WAITING and each.failure is not None and each.failure.kind in _FOR_A_PERSON:
            self._tell("warning", _of(each, tr("Notice", "{name} waits for you", name=name)))


def _of(each: Round, title: str) -> Notification:
    why = said_below(plain(each.failure.summary)) if each.failure is not None else ""
    target = {"round": each.id, "site": each.site}
    return Notification(f"{each.id} {each.state.value}", title, why, tr("Notice", "Look at it"), "jobs", target)


def _state(each: Round) -> tuple[RoundState, str]:
    return each.state, each.failure.kind if each.failure is not None else ""
