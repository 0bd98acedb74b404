"""What is known of updates in words, and what a person may do about it. No widgets. The GUI thread only."""

from __future__ import annotations

import logging
import platform
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from PySide6.QtCore import QObject, Signal

from tiepoint.domain.failure import Failure
from tiepoint.domain.release import Download, Release, fitting, note_lines
from tiepoint.services.program import Program
from tiepoint.services.updates import UpdateSnapshot, UpdateState
from tiepoint.ui.background import Background
from tiepoint.ui.text import day_text, plain, said_below, tr

_log = logging.getLogger(__name__)
_LONGEST_LINE: Final = 1000


@dataclass(frozen=True, slots=True)
class Said:
    """One thing to show: an icon on a tone, a title, and a line below it."""

    icon: str
    tone: str
    title: str
    text: str


class UpdatesModel(QObject):
    """Follows the updates.

    Signals:
        changed(): Something new is known.

    Args:
        program: The services.
        background: Looks, and keeps what a person decides.
    """

    changed = Signal()

    def __init__(self, program: Program, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._program, self._background = program, background
        self._off = program.updates.changed.subscribe(lambda _snapshot: self.changed.emit())

    @property
    def snapshot(self) -> UpdateSnapshot:
        """What is known now."""
        return self._program.updates.snapshot

    @property
    def version(self) -> str:
        """Of this program."""
        return self._program.version

    @property
    def built_in_address(self) -> str:
        """Where this build looks by itself; empty = nowhere."""
        return self._program.updates.built_in_address

    @property
    def is_news(self) -> bool:
        """Whether there is a newer version that the person wants to hear of."""
        return self.snapshot.newest is not None and not self.snapshot.is_quiet

    @property
    def may_look(self) -> bool:
        """Whether looking now makes sense."""
        return self.snapshot.state not in (UpdateState.OFF, UpdateState.NO_ADDRESS, UpdateState.LOOKING)

    @property
    def is_looking(self) -> bool:
        """Whether it looks now."""
        return self.snapshot.state is UpdateState.LOOKING

    @property
    def said(self) -> Said:
        """What is known, in words."""
        policy = self._program.preferences.policy
        if self.snapshot.state is UpdateState.NO_ADDRESS and "update_address" in policy.unusable:
            text = tr("Updates", "Your organisation has set one that cannot be used; nobody is asked.")
            return Said("ban", "neutral", tr("Updates", "No address to look at"), text)
        return _said(self.snapshot, self.version, is_locked="updates" in policy.locked)

    def shut(self) -> None:
        """Follow nothing any more."""
        self._off()

    def look(self) -> None:
        """Look now; does nothing while it looks already."""
        if self.may_look:
            self._start(self._program.updates.look())

    def skip(self) -> None:
        """Say no more of the newest version."""
        if self.snapshot.newest is not None:
            self._start(self._program.updates.skip(self.snapshot.newest.version))

    def remind_later(self) -> None:
        """Say nothing for a week."""
        self._start(self._program.updates.remind_later())

    def mark_told(self) -> None:
        """Take note that the newest version was told."""
        self._background.start(self._program.updates.mark_told(), on_failure=_note)

    def _start(self, work: Coroutine[Any, Any, Any]) -> None:
        self._background.start(work)


def release_title(release: Release) -> str:
    """Return what a release is called."""
    return tr("Updates", "Tiepoint {version}", version=plain(release.version, limit=40))


def published_text(release: Release) -> str:
    """Return when a release was published."""
    return day_text(release.published.astimezone().date())


def harmless_notes(release: Release) -> tuple[tuple[str, bool], ...]:
    """Return what is new, line by line, made harmless, and whether each is a point and no heading."""
    lines = ((plain(line, limit=_LONGEST_LINE), is_point) for line, is_point in note_lines(release.notes))
    return tuple((line, is_point) for line, is_point in lines if line)


def files_here(release: Release) -> tuple[Download, ...]:
    """Return a release's files for this computer."""
    return fitting(release.downloads, platform.system(), platform.machine())


def file_name(download: Download) -> str:
    """Return what a file is called, made harmless."""
    return plain(download.address.partition("?")[0].rstrip("/").rpartition("/")[2], limit=120)


def file_use(download: Download) -> str:
    """Say which of several files for one system this is; empty where there is one alone."""
    kind = download.system.rpartition("-")[2]
    words = {
        "deb": tr("Updates", "For Debian and Ubuntu; needs an administrator"),
        "run": tr("Updates", "For every Linux system; installs for you alone"),
    }
    return words.get(kind, "")


def looked_text(looked: datetime | None) -> str:
    """Return when it was looked, empty = never."""
    if looked is None:
        return ""
    local = looked.astimezone()
    return tr("Updates", "Looked on {day} at {time}", day=day_text(local.date()), time=f"{local:%H:%M}")


def _said(snapshot: UpdateSnapshot, version: str, *, is_locked: bool) -> Said:
    if snapshot.state is UpdateState.FAILED and snapshot.failure is not None:
        return _said_of_failure(snapshot.failure)
    if snapshot.newest is not None and snapshot.state is not UpdateState.LOOKING:
        return _said_of_news(snapshot, snapshot.newest)
    looked = looked_text(snapshot.looked)
    off = tr("Updates", "Switched off here; nobody is asked.")
    if is_locked:
        off = tr("Updates", "Your organisation has switched it off; nobody is asked.")
    nowhere = tr(
        "Updates",
        "This program came without an address. Type the one your studio gave you, or look where you got the program.",
    )
    words = {
        UpdateState.OFF: Said("ban", "neutral", tr("Updates", "Updates are not looked for"), off),
        UpdateState.NO_ADDRESS: Said("info", "neutral", tr("Updates", "No address to look at"), nowhere),
        UpdateState.LOOKING: Said("loader", "info", tr("Updates", "Looking for a newer version…"), looked),
        UpdateState.CURRENT: Said(
            "circle-check", "ok", tr("Updates", "Tiepoint {version} is the newest version", version=version), looked
        ),
    }
    unknown = Said("circle-dashed", "neutral", tr("Updates", "Not looked yet"), looked)
    return words.get(snapshot.state, unknown)


def _said_of_news(snapshot: UpdateSnapshot, newest: Release) -> Said:
    title = tr("Updates", "{release} is available", release=release_title(newest))
    text = looked_text(snapshot.looked)
    if snapshot.is_quiet:
        text = tr("Updates", "You asked to hear no more of it for now.")
    if any(release.is_security for release in snapshot.releases):
        return Said("shield", "warn", title, f"{tr('Updates', 'It closes a security hole.')} {text}".strip())
    return Said("download", "info", title, text)


def _said_of_failure(failure: Failure) -> Said:
    title = tr("Updates", "Updates could not be looked for")
    if failure.kind == "input":
        title = tr("Updates", "What is offered is not believed")
    words = (said_below(plain(part)) for part in (failure.summary, failure.remedy) if part)
    return Said("triangle-alert", "warn", title, " ".join(words))


def _note(failure: Failure) -> None:
    _log.info("updates: %s (%s)", failure.summary, failure.detail)
