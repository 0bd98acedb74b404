"""The error tree: every failure a person may see, as a sentence and a remedy.

Adapters, agent and engine translate foreign errors into these once, at their edge. Pure; any thread.

    TiepointError
    ├── UsageError            the request itself makes no sense               exit 2
    │   └── SetByOrganisation a policy does not leave it to the person
    ├── SetupError            this computer lacks something                   exit 2
    │   └── AgentUnavailable  the agent cannot be started or reached
    ├── InputError            the photos or files given cannot be used        exit 3
    │   └── NoTiePoints       the photos have too little in common
    ├── SignInNeeded          an account is needed first                      exit 4
    │   └── ConfirmationNeeded  Azure wants the person to confirm (MFA)
    ├── PartialResult         it ended, but not with all that was asked       exit 5
    ├── Canceled              stopped on request; what was done is kept       exit 130
    └── OperationFailed       everything else that ends an operation          exit 1
        ├── NoSpace           a disk is full or would be
        ├── OutOfMemory       a task needed more memory than there is
        ├── NoLicence         the engine has no licence, or no seat is free
        ├── PathMissing       a machine does not see a file where it should be
        ├── FolderSilent      a folder's storage does not answer
        ├── WorkerLost        a task killed its worker too often
        ├── EngineFailure     a stage could not do its work
        ├── ConnectionLost    the link to the scheduler broke
        ├── HostKeyChanged    a machine has another key than the pinned one
        ├── KeyRefused        a machine does not take our key
        ├── ProtocolError     the other side said something unreadable
        │   ├── AgentTooOld   it must be updated before we can speak
        │   └── AgentTooNew   this program must be
        └── CloudError        Azure refused
            ├── QuotaTooSmall   a limit set for the subscription
            ├── SizeNotOffered  this size is not for this subscription here
            ├── NoCapacity      Azure has none free just now
            ├── NotPermitted    the person may not do it
            ├── NotThere        it does not exist, or no more
            └── Conflict        something else stands or goes on there
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar


class TiepointError(Exception):
    """A failure with what happened, what to do, and whether trying again can help.

    Args:
        summary: One plain sentence that says what happened.
        remedy: One plain sentence that says what to do; empty if nothing can be done.
        retryable: True when the same request may succeed later.
        detail: The raw text behind it (a log line, a traceback); never shown first.
    """

    kind: ClassVar[str] = "failed"
    exit_code: ClassVar[int] = 1

    def __init__(self, summary: str, *, remedy: str = "", retryable: bool = False, detail: str = "") -> None:
        super().__init__(summary)
        self.summary = summary
        self.remedy = remedy
        self.retryable = retryable
        self.detail = detail

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by the wire form, so that errors cross process borders whole."""
        return error_from_dict, (self.to_dict(),)

    def to_dict(self) -> dict[str, Any]:
        """Return the wire form: kind, summary, remedy, retryable, detail."""
        return {
            "kind": self.kind,
            "summary": self.summary,
            "remedy": self.remedy,
            "retryable": self.retryable,
            "detail": self.detail,
        }


class UsageError(TiepointError):
    """The request itself makes no sense: an unknown option, a missing argument, a job that does not exist."""

    kind = "usage"
    exit_code = 2


class SetByOrganisation(UsageError):
    """A policy of the organisation has set this, and does not leave it to the person."""

    kind = "set-by-organisation"

    @classmethod
    def of(cls, what: str, place: str) -> SetByOrganisation:
        """Return the error for something a policy has set.

        Args:
            what: What was to be changed, for the middle of a sentence.
            place: The file or registry key the policy stands in.
        """
        where = f" in {place}" if place else ""
        return cls(
            f"Your organisation has set {what}; it cannot be changed here.",
            remedy=f"Ask who looks after this computer to change the policy{where}.",
        )


class SetupError(TiepointError):
    """This computer lacks something the program needs."""

    kind = "setup"
    exit_code = 2


class AgentUnavailable(SetupError):
    """The agent cannot be started or reached."""

    kind = "agent"


class InputError(TiepointError):
    """The photos or files given cannot be used."""

    kind = "input"
    exit_code = 3


class NoTiePoints(InputError):
    """The photos have too little in common to be aligned."""

    kind = "no-tie-points"


class SignInNeeded(TiepointError):
    """An account is needed first."""

    kind = "sign-in"
    exit_code = 4


class ConfirmationNeeded(SignInNeeded):
    """Azure wants the person to confirm who they are (MFA) before it does this; `Identity.confirm` asks for it."""

    kind = "confirm"


class PartialResult(TiepointError):
    """It ended, but not with all that was asked."""

    kind = "partial"
    exit_code = 5


class Canceled(TiepointError):
    """Stopped on request; what was done is kept."""

    kind = "canceled"
    exit_code = 130


class OperationFailed(TiepointError):
    """Everything else that ends an operation."""


class NoSpace(OperationFailed):
    """A disk is full or would be."""

    kind = "no-space"


class OutOfMemory(OperationFailed):
    """A task needed more memory than there is."""

    kind = "out-of-memory"


class NoLicence(OperationFailed):
    """The engine has no licence on a machine, or no seat of a shared one is free."""

    kind = "licence"


class PathMissing(OperationFailed):
    """A machine does not see a file or folder where it should be, or may not write there."""

    kind = "missing-path"


class FolderSilent(OperationFailed):
    """The storage that holds a folder does not answer: it hangs, or the way to it is broken."""

    kind = "silent-folder"


class WorkerLost(OperationFailed):
    """A task killed its worker too often."""

    kind = "worker-lost"


class EngineFailure(OperationFailed):
    """A stage could not do its work."""

    kind = "engine"


class ConnectionLost(OperationFailed):
    """The link to the scheduler broke; the job is not affected."""

    kind = "connection"


class HostKeyChanged(OperationFailed):
    """A machine on the way has another key than the pinned one, or none is pinned: it is not connected to.

    The summary names the machine and both fingerprints.
    """

    kind = "host-key"


class KeyRefused(OperationFailed):
    """A machine on the way takes none of our keys; the summary names the machine, the account and what was offered."""

    kind = "ssh-key"


class ProtocolError(OperationFailed):
    """The other side said something unreadable."""

    kind = "protocol"


class AgentTooOld(ProtocolError):
    """The agent speaks only older versions of the protocol: it must be updated."""

    kind = "agent-too-old"


class AgentTooNew(ProtocolError):
    """The agent speaks only newer versions of the protocol: this program must be updated."""

    kind = "agent-too-new"


class CloudError(OperationFailed):
    """Azure refused, for a reason of its own; the summary has it in words, the detail Azure's code and text."""

    kind = "azure"


class QuotaTooSmall(CloudError):
    """A limit set for the subscription is too small: ask for more, or use less."""

    kind = "quota"


class SizeNotOffered(CloudError):
    """This size is not offered to this subscription in this region: another size or region."""

    kind = "size"


class NoCapacity(CloudError):
    """Azure has no machine of this size free just now: try again later, another zone or region."""

    kind = "capacity"


class NotPermitted(CloudError):
    """The person signed in may not do it; the action that is missing is said."""

    kind = "permission"


class NotThere(CloudError):
    """The resource does not exist, or no more."""

    kind = "not-found"


class Conflict(CloudError):
    """Something of that name stands there already, or something else goes on there."""

    kind = "conflict"


def error_types() -> dict[str, type[TiepointError]]:
    """Return every error class by its kind."""
    found: dict[str, type[TiepointError]] = {}
    waiting: list[type[TiepointError]] = [TiepointError]
    while waiting:
        current = waiting.pop()
        found.setdefault(current.kind, current)
        waiting.extend(current.__subclasses__())
    return found


def error_from_dict(data: Mapping[str, Any]) -> TiepointError:
    """Return the error that `to_dict` described; an unknown kind becomes OperationFailed.

    Args:
        data: The wire form; missing fields are taken as empty.
    """
    kind = error_types().get(str(data.get("kind", "")), OperationFailed)
    return kind(
        str(data.get("summary") or "It failed without saying why."),
        remedy=str(data.get("remedy") or ""),
        retryable=bool(data.get("retryable")),
        detail=str(data.get("detail") or ""),
    )
