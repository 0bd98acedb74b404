"""What a person should know of a cluster before its figures: what is wrong, old, or waits. Pure; any thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tiepoint.domain.budget import budget_gap
from tiepoint.domain.cluster import Cluster, ClusterState, MachineRole, Power
from tiepoint.domain.cluster_operation import ClusterOperation, LineState
from tiepoint.domain.failure import Failure
from tiepoint.domain.operation import OperationState
from tiepoint.ui.text import plain, said_below, tr, tr_count
from tiepoint.ui.viewmodels.cluster_life_operation import elapsed_text
from tiepoint.ui.viewmodels.cluster_life_words import operation_now, operation_verb
from tiepoint.ui.viewmodels.cluster_words import clock_text
from tiepoint.ui.viewmodels.jobs_words import age_text
from tiepoint.ui.viewmodels.money import amount_text

CONFIRM, CONTINUE, DISMISS, SHOW, LOOK, RESUME, PAUSE, DEPLOY, RETRY = (
    "confirm",
    "continue",
    "dismiss",
    "show",
    "look",
    "resume",
    "pause",
    "deploy",
    "retry",
)
_MOST_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class NoteAction:
    """A button of a note.

    Args:
        key: Told when it is pressed.
        verb: Its words.
        icon: Before them.
        is_primary: Whether it is the one to press.
    """

    key: str
    verb: str
    icon: str = ""
    is_primary: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """One line across the view.

    Args:
        key: What it is about; stays the same.
        tone: Of ground and icon.
        icon: Before it.
        title: What, in few words.
        text: More, one sentence.
        actions: What can be done.
    """

    key: str
    tone: str
    icon: str
    title: str
    text: str
    actions: tuple[NoteAction, ...] = ()


def confirm_note(tenant: str) -> Note:
    """Say that Azure waits for the person."""
    return Note(
        "confirm",
        "warn",
        "lock-keyhole",
        tr("Note", "Azure wants you to confirm that it is you"),
        tr("Note", "It goes on by itself as soon as you have. Tenant: {name}.", name=plain(tenant, limit=60)),
        (NoteAction(CONFIRM, tr("Note", "Confirm in the browser"), "external-link", is_primary=True),),
    )


def interrupted_note(operation: ClusterOperation, now: datetime) -> Note:
    """Say that an operation was left in its middle."""
    when = "" if operation.began is None else clock_text(operation.began, now)
    done = operation.count(LineState.DONE, LineState.SKIPPED)
    told = tr("Note", "Begun at {time}; {done} of {total} were done when Tiepoint ended.", time=when, done=done,
              total=len(operation.lines))  # fmt: skip
    return Note(
        "interrupted",
        "warn",
        "unlink",
        tr("Note", "{verb} was interrupted", verb=operation_verb(operation.kind)),
        told,
        (
            NoteAction(DISMISS, tr("Note", "Leave it so"), "", is_primary=False),
            NoteAction(CONTINUE, tr("Note", "Continue"), "play", is_primary=True),
        ),
    )


def stale_note(failure: Failure | None, seen: datetime | None, now: datetime) -> Note:
    """Say that what is shown is only the last that was known, and how old it is."""
    why = " ".join(said_below(plain(part)) for part in ((failure.summary, failure.remedy) if failure else ()) if part)
    age = tr("Note", "Last known") if seen is None else tr("Note", "Last known {time}", time=clock_text(seen, now))
    if seen is not None:
        age = tr("Note", "{age}, {ago}", age=age, ago=age_text((now - seen).total_seconds()))
    return Note("stale", "warn", "wifi-off", age, why or tr("Note", "Azure was not asked since."), (
        NoteAction(LOOK, tr("Note", "Look now"), "refresh-cw"),
    ))  # fmt: skip


def under_way_note(operation: ClusterOperation, now: datetime) -> Note:
    """Say that an operation goes on while the cluster itself is looked at."""
    done, total = operation.count(LineState.DONE, LineState.SKIPPED), len(operation.lines)
    words = tr("Note", "{done} of {total} resources, {time}", done=done, total=total, time=elapsed_text(operation, now))
    tone, icon = ("err", "circle-x") if operation.state is OperationState.FAILED else ("info", "loader")
    title = operation_now(operation)
    if operation.state is OperationState.FAILED:
        title = tr("Note", "{verb} failed", verb=operation_verb(operation.kind))
        words = said_below(plain(operation.failure.summary)) if operation.failure is not None else words
    return Note("operation", tone, icon, title, words, (NoteAction(SHOW, tr("Note", "Show it"), "arrow-right"),))


def trouble_note(operation: ClusterOperation) -> Note | None:
    """Say which resource has trouble while the operation goes on, and why; None = none has."""
    lines = [line for line in operation.lines if line.state in (LineState.FAILED, LineState.RETRYING)]
    if operation.state.is_over or not lines:
        return None
    first, more = lines[0], len(lines) - 1
    name = plain(first.name, limit=60)
    title = tr("Note", "{name} failed", name=name)
    if first.state is LineState.RETRYING:
        title = tr("Note", "{name} is tried again", name=name)
    if more:
        title += tr_count("Note", ", and one more", ", and {count} more", more)
    told = said_below(plain(first.note)) or (
        said_below(plain(first.failure.summary)) if first.failure is not None else ""
    )
    if told and not told.endswith("."):
        told += "."
    then = tr("Note", "The rest goes on meanwhile.")
    if first.failure is not None and first.failure.kind == "capacity":
        then = tr("Note", "The rest goes on meanwhile; then it is tried in another zone.")
    return Note("trouble", "warn", "triangle-alert", title, f"{told} {then}".strip())


def state_note(cluster: Cluster) -> Note | None:
    """Say what is wrong with a cluster of which nothing is under way; None = nothing."""
    if cluster.plan is None:
        return Note(
            "no-plan",
            "info",
            "info",
            tr("Note", "Its plan is not known"),
            tr("Note", "Made by hand or by a newer Tiepoint: it can be paused, resumed and deleted."),
        )  # fmt: skip
    if cluster.state is ClusterState.PARTIAL:
        return _partial_note(cluster)
    if cluster.state is ClusterState.FAILED and cluster.operation is None:
        return Note(
            "failed",
            "err",
            "circle-x",
            tr("Note", "The last operation failed"),
            tr("Note", "What there is stays and bills. Deploying again makes what is missing."),
            (NoteAction(DEPLOY, tr("Note", "Deploy again…"), "rotate-cw", is_primary=True),),
        )
    return None


def budget_note(cluster: Cluster) -> Note | None:
    """Say that the budget would stop the cluster too late or never, for want of prices; None = it would in time."""
    gap = budget_gap(cluster)
    if gap is None:
        return None
    if not gap.missing:
        return Note(
            "budget",
            "warn",
            "triangle-alert",
            tr("Note", "The budget cannot be watched"),
            tr("Note", "There are no prices: it does not stop when {budget} are spent, only when it has nothing to do.",
               budget=amount_text(gap.budget, gap.currency)),
        )  # fmt: skip
    names = ", ".join(said_below(plain(each)) for each in gap.missing[:_MOST_NAMED])
    more = len(gap.missing) - _MOST_NAMED
    if more > 0:
        names = tr_count("Note", "{names} and one more", "{names} and {count} more", more, names=names)
    return Note(
        "budget",
        "warn",
        "triangle-alert",
        tr("Note", "The budget is watched in part only"),
        tr("Note", "There is no price for {names}: more than {budget} may be spent before it stops.", names=names,
           budget=amount_text(gap.budget, gap.currency)),
    )  # fmt: skip


def _partial_note(cluster: Cluster) -> Note:
    off = [each for each in cluster.machines if each.power in (Power.DEALLOCATED, Power.STOPPED)]
    if off:
        names = ", ".join(plain(each.name) for each in off[:_MOST_NAMED])
        more = len(off) - _MOST_NAMED
        if more > 0:
            names = tr_count("Note", "{names} and one more", "{names} and {count} more", more, names=names)
        is_headless = any(each.role is MachineRole.SCHEDULER for each in off)
        text = tr("Note", "Off: {names}.", names=names)
        if is_headless:
            text += " " + tr("Note", "Without the scheduler no job runs.")
        return Note(
            "partial",
            "warn",
            "triangle-alert",
            tr_count("Note", "One machine is off", "{count} machines are off", len(off)),
            text,
            (
                NoteAction(PAUSE, tr("Note", "Pause the rest…"), "pause"),
                NoteAction(RESUME, tr("Note", "Start them"), "play", is_primary=True),
            ),
        )
    return Note(
        "partial",
        "warn",
        "triangle-alert",
        tr("Note", "Resources of it are missing"),
        tr("Note", "Deleted by hand, perhaps. Deploying again makes what is missing and leaves the rest."),
        (NoteAction(DEPLOY, tr("Note", "Deploy again…"), "rotate-cw", is_primary=True),),
    )  # fmt: skip
