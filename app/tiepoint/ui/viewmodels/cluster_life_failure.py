"""Why an operation on a cluster failed, and the ways on, in words. Pure; any thread."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tiepoint.domain.cluster import Cluster
from tiepoint.domain.cluster_operation import ClusterOperation, LineState, OperationKind
from tiepoint.domain.operation import OperationState
from tiepoint.ui.text import plain, said_below, tr
from tiepoint.ui.viewmodels.cluster_bills import bills_now, currency_of
from tiepoint.ui.viewmodels.cluster_life_operation import elapsed_text, failed_resource, raw_text
from tiepoint.ui.viewmodels.cluster_life_words import operation_verb
from tiepoint.ui.viewmodels.jobs_words import clock_text
from tiepoint.ui.viewmodels.money import rate_text

_PLAN_HELPS: Final = ("quota", "size", "capacity", "input", "usage", "conflict")
RETRY, PLAN, PORTAL, DISMISS, DELETE = "retry", "plan", "portal", "dismiss", "delete"
_DONE: Final = (LineState.DONE, LineState.SKIPPED)


@dataclass(frozen=True, slots=True)
class WayOn:
    """Something that can be done about it.

    Args:
        key: Told when it is chosen.
        icon: Before it.
        title: What is done.
        text: What it means.
        verb: Words of the button.
        is_primary: Whether it is the one to take.
    """

    key: str
    icon: str
    title: str
    text: str
    verb: str
    is_primary: bool = False


@dataclass(frozen=True, slots=True)
class FailureView:
    """What there is to tell.

    Args:
        title: The resource and what happened, one sentence.
        reason: Why, in words.
        remedy: What a person can do.
        ways: On from here, the best first.
        raw: Azure's own words; empty = there are none.
        when: Short words at the right of the head.
        is_alarm: Whether it failed; else it was stopped.
    """

    title: str
    reason: str
    remedy: str
    ways: tuple[WayOn, ...]
    raw: str
    when: str = ""
    is_alarm: bool = True


def failure_view(cluster: Cluster, operation: ClusterOperation, now: datetime, *, portal: str) -> FailureView | None:
    """Return why an operation ended before its end; None when it did not.

    Args:
        cluster: Whose.
        operation: Which.
        now: UTC.
        portal: Address of the portal; empty = there is none.
    """
    if operation.is_interrupted or operation.state not in (OperationState.FAILED, OperationState.CANCELED):
        return None
    failure = operation.failure
    is_alarm = operation.state is OperationState.FAILED
    when = clock_text(operation.ended, now) if operation.ended is not None else ""
    after = tr("ClusterFailure", "{time}, after {elapsed}", time=when, elapsed=elapsed_text(operation, now))
    return FailureView(
        _title(operation),
        said_below(plain(failure.summary)) if failure is not None else _stopped_text(operation),
        said_below(plain(failure.remedy)) if failure is not None else "",
        _ways(cluster, operation, portal=portal),
        raw_text(operation),
        after if when else "",
        is_alarm,
    )


def _title(operation: ClusterOperation) -> str:
    verb = operation_verb(operation.kind)
    if operation.state is OperationState.CANCELED:
        return tr("ClusterFailure", "{verb} was stopped", verb=verb)
    resource = failed_resource(operation)
    others = operation.count(LineState.FAILED) - 1
    if resource and others > 0:
        return tr("ClusterFailure", "{verb} failed at {resource} and {count} more", verb=verb, resource=resource,
                  count=others)  # fmt: skip
    if resource:
        return tr("ClusterFailure", "{verb} failed at {resource}", verb=verb, resource=resource)
    return tr("ClusterFailure", "{verb} failed", verb=verb)


def _stopped_text(operation: ClusterOperation) -> str:
    done = operation.count(*_DONE)
    words = tr("ClusterFailure", "{done} of {total} resources were done.", done=done, total=len(operation.lines))
    return words if operation.lines else ""


def _ways(cluster: Cluster, operation: ClusterOperation, *, portal: str) -> tuple[WayOn, ...]:
    kind = operation.failure.kind if operation.failure is not None else ""
    is_retryable = operation.failure is None or operation.failure.retryable or kind not in _PLAN_HELPS
    may_plan = operation.kind is OperationKind.DEPLOY and cluster.plan is not None
    ways = [_retry(operation, is_primary=is_retryable or not may_plan)]
    if may_plan:
        change = WayOn(
            PLAN,
            "sliders-horizontal",
            tr("ClusterFailure", "Change the plan"),
            tr("ClusterFailure", "Another size, count or region. What is made and still fits is kept."),
            tr("ClusterFailure", "Edit the plan"),
            not is_retryable,
        )
        ways.insert(1 if is_retryable else 0, change)
    if portal:
        ways.append(
            WayOn(
                PORTAL,
                "external-link",
                tr("ClusterFailure", "Look at it in Azure"),
                tr("ClusterFailure", "The deployment and its resources, in the browser."),
                tr("ClusterFailure", "Open in portal"),
            )
        )
    return (*ways, _leave(cluster, operation))


def _retry(operation: ClusterOperation, *, is_primary: bool) -> WayOn:
    done, total = operation.count(*_DONE), len(operation.lines)
    text = tr("ClusterFailure", "From where it stands: {done} of {total} resources are done.", done=done, total=total)
    return WayOn(
        RETRY,
        "rotate-cw",
        tr("ClusterFailure", "Try again"),
        text if total else tr("ClusterFailure", "The same again."),
        tr("ClusterFailure", "Retry"),
        is_primary,
    )


def _leave(cluster: Cluster, operation: ClusterOperation) -> WayOn:
    now = bills_now(cluster)
    costs = (
        "" if now is None else tr("ClusterFailure", "It bills {rate} so.", rate=rate_text(now, currency_of(cluster)))
    )
    if operation.kind is OperationKind.DEPLOY:
        text = f"{tr('ClusterFailure', 'What is there stays.')} {costs}".strip()
    else:
        text = f"{tr('ClusterFailure', 'Nothing more is done.')} {costs}".strip()
    return WayOn(
        DISMISS,
        "eye",
        tr("ClusterFailure", "Leave it as it is"),
        text,
        tr("ClusterFailure", "See the cluster"),
    )
