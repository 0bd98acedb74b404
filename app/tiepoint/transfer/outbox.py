"""What one client has not been told yet: the newest state of each thing, never a queue of all states.

A client that reads slowly is told less often, and this holds no more than there are things. The loop's thread.
"""

from __future__ import annotations

from typing import TypeAlias

from tiepoint.domain.transfer import Limits, Transfer, TransferFile, TransferId
from tiepoint.protocol import transfers as messages
from tiepoint.protocol.codec import to_json
from tiepoint.protocol.envelope import Notification
from tiepoint.transfer.desk import News
from tiepoint.transfer.parcels import first_parcel

Message: TypeAlias = messages.CredentialWanted | messages.CredentialGiven


class Outbox:
    """Collects news and hands them out as messages that are short enough."""

    def __init__(self) -> None:
        self._transfers: dict[TransferId, Transfer] = {}
        self._removed: dict[TransferId, None] = {}
        self._watched: TransferId | None = None
        self._files: dict[int, TransferFile] = {}
        self._limits: Limits | None = None
        self._credentials: dict[str, Message] = {}

    def watch(self, transfer: TransferId | None) -> None:
        """The client wants other rows from now on."""
        self._watched = transfer
        self._files.clear()

    def put(self, news: News) -> None:
        """Take what changed; the later state of a thing replaces the earlier."""
        for transfer in news.transfers:
            self._removed.pop(transfer.id, None)
            self._transfers[transfer.id] = transfer
        for removed in news.removed:
            self._transfers.pop(removed, None)
            self._removed[removed] = None
        if news.watched == self._watched:
            self._files |= {file.index: file for file in news.files}
        self._limits = news.limits or self._limits
        for wanted in news.wanted:
            self._credentials[wanted.place.container_url] = wanted

    def put_given(self, given: messages.CredentialGiven) -> None:
        """Somebody gave a credential."""
        self._credentials[given.place.container_url] = given

    def take(self) -> Notification | None:
        """Return the next message, None when everything was told."""
        if self._credentials:
            return _credential(self._credentials.pop(next(iter(self._credentials))))
        if self._transfers or self._removed:
            return self._take_transfers()
        if self._files and self._watched is not None:
            rows = first_parcel(self._files.values())
            for row in rows:
                self._files.pop(row.index)
            return Notification(messages.FILES_CHANGED, to_json(messages.FilesChanged(self._watched, rows)))
        if self._limits is not None:
            limits, self._limits = self._limits, None
            return Notification(messages.LIMITS_CHANGED, to_json(messages.LimitsParams(limits)))
        return None

    def _take_transfers(self) -> Notification:
        changed = first_parcel(self._transfers.values())
        for transfer in changed:
            self._transfers.pop(transfer.id)
        removed, self._removed = tuple(self._removed), {}
        return Notification(messages.TRANSFERS_CHANGED, to_json(messages.TransfersChanged(changed, removed)))


def _credential(message: Message) -> Notification:
    is_wanted = isinstance(message, messages.CredentialWanted)
    return Notification(messages.CREDENTIAL_WANTED if is_wanted else messages.CREDENTIAL_GIVEN, to_json(message))
