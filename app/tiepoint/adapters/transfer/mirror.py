"""What the transfer worker knows, kept up to date here from what it tells, over any number of connections.

Must not do input or output. On the loop's thread.
"""

from __future__ import annotations

import asyncio
import logging

from tiepoint.domain.blob_place import BlobPlace
from tiepoint.domain.failure import Failure
from tiepoint.domain.transfer import Limits, Transfer, TransferFile, TransferId
from tiepoint.ports.transfer_worker import WorkerSnapshot
from tiepoint.protocol import transfers as messages
from tiepoint.protocol.codec import MalformedMessage, from_json
from tiepoint.protocol.envelope import Notification

_log = logging.getLogger(__name__)


class Follower:
    """What one follower has not been told yet."""

    def __init__(self) -> None:
        self.news = asyncio.Event()
        self.is_fresh = False
        self.files: dict[int, TransferFile] = {}


class WorkerMirror:
    """The worker's state as last heard."""

    def __init__(self) -> None:
        self.is_begun = False
        self.watched: TransferId | None = None
        self._transfers: dict[TransferId, Transfer] = {}
        self._limits = Limits()
        self._wanted: dict[str, BlobPlace] = {}
        self._followers: set[Follower] = set()

    def join(self) -> Follower:
        """Begin to tell somebody."""
        follower = Follower()
        follower.is_fresh = self.is_begun
        self._followers.add(follower)
        return follower

    def leave(self, follower: Follower) -> None:
        """End it."""
        self._followers.discard(follower)

    def begin(self, state: messages.WorkerState) -> None:
        """Take the answer to `transfers.subscribe`: the state of a worker just connected to."""
        self.is_begun = True
        self._transfers = {each.id: each for each in state.transfers}
        self._limits = state.limits
        self._wanted = {place.container_url: place for place in state.wanted}
        for follower in self._followers:
            follower.is_fresh = True
            follower.files.clear()
        self._tell()

    def take(self, notification: Notification) -> None:
        """Take a notification; one that makes no sense is logged and passed over."""
        try:
            self._take(notification)
        except MalformedMessage as error:
            _log.warning("what the transfer worker told cannot be read: %s", error)
        self._tell()

    def take_result(self, result: messages.TransferResult) -> None:
        """Take what an answer says of a transfer; called in its order among the notifications."""
        if self.is_begun:
            self._transfers[result.transfer.id] = result.transfer
            self._tell()

    def latest(self) -> tuple[Transfer, ...] | None:
        """All transfers, newest first; None while nobody follows, when nothing is kept up to date here."""
        return self._newest_first() if self.is_begun and self._followers else None

    def watch(self, transfer: TransferId | None) -> None:
        """Another transfer's files are wanted."""
        self.watched = transfer
        for follower in self._followers:
            follower.files.clear()

    def given(self, place: BlobPlace) -> None:
        """A credential was given for a container."""
        if self._wanted.pop(place.container_url, None) is not None:
            self._tell()

    def snapshot(self, follower: Follower, problem: Failure | None = None) -> WorkerSnapshot:
        """Tell a follower everything, and the rows it was not told yet."""
        files, follower.files = follower.files, {}
        is_fresh, follower.is_fresh = follower.is_fresh, False
        return WorkerSnapshot(
            transfers=self._newest_first(),
            limits=self._limits,
            wanted=tuple(self._wanted.values()),
            files=tuple(files.values()),
            watched=self.watched,
            is_connected=problem is None,
            is_fresh=is_fresh and problem is None,
            problem=problem,
        )

    def _newest_first(self) -> tuple[Transfer, ...]:
        return tuple(sorted(self._transfers.values(), key=lambda each: (each.created, each.id), reverse=True))

    def _take(self, notification: Notification) -> None:
        params = dict(notification.params)
        match notification.method:
            case messages.TRANSFERS_CHANGED:
                changed = from_json(messages.TransfersChanged, params)
                self._transfers |= {each.id: each for each in changed.transfers}
                for transfer in changed.removed:
                    self._transfers.pop(transfer, None)
            case messages.FILES_CHANGED:
                self._take_files(from_json(messages.FilesChanged, params))
            case messages.LIMITS_CHANGED:
                self._limits = from_json(messages.LimitsParams, params).limits
            case messages.CREDENTIAL_WANTED:
                place = from_json(messages.CredentialWanted, params).place
                self._wanted[place.container_url] = place
            case messages.CREDENTIAL_GIVEN:
                self._wanted.pop(from_json(messages.CredentialGiven, params).place.container_url, None)
            case other:
                _log.debug("the transfer worker told something new: %s", other)

    def _take_files(self, changed: messages.FilesChanged) -> None:
        if changed.transfer == self.watched:
            for follower in self._followers:
                follower.files |= {file.index: file for file in changed.files}

    def _tell(self) -> None:
        for follower in self._followers:
            follower.news.set()
