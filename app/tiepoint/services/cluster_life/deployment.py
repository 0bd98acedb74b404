"""One of Azure's deployments: handed in, followed to its end, told line by line. On the loop's thread."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from tiepoint.domain.cluster_operation import LineState, ResourceLine
from tiepoint.domain.errors import Canceled, CloudError, Conflict, NotThere, TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.domain.preflight import ChangeKind
from tiepoint.domain.resource_labels import label_of
from tiepoint.domain.resource_names import part_of
from tiepoint.ports.azure import DeploymentState, DeploymentStep
from tiepoint.services.cluster_life.versions import MACHINE
from tiepoint.services.cluster_life.work import Work
from tiepoint.services.templates import ComposedTemplate

_MOST_CONFLICTS: Final = 12
_STATES: Final = {
    "succeeded": LineState.DONE,
    "failed": LineState.FAILED,
    "canceled": LineState.CANCELED,
    "accepted": LineState.WORKING,
    "running": LineState.WORKING,
}


@dataclass(frozen=True, slots=True)
class Ended:
    """How a deployment ended.

    Args:
        state: As Azure says it.
        steps: Its resources.
    """

    state: DeploymentState
    steps: tuple[DeploymentStep, ...]

    @property
    def is_good(self) -> bool:
        """Whether all of it is there."""
        return self.state.state == "succeeded"

    @property
    def failed(self) -> tuple[DeploymentStep, ...]:
        """What failed by itself."""
        return tuple(step for step in self.steps if step.failure is not None)

    def lacking(self) -> tuple[DeploymentStep, ...]:
        """Machines for which there was no capacity, if nothing else is to blame; else nothing."""
        machines = [step for step in self.failed if step.type.lower() == MACHINE.lower()]
        is_all = machines and len(machines) == len(self.failed)
        return tuple(machines) if is_all and all(_lacks_capacity(step) for step in machines) else ()

    def error(self) -> TiepointError:
        """Say which resource failed, why, and what to do."""
        if self.state.state == "canceled":
            return Canceled(
                "The deployment was cancelled in Azure.",
                remedy="What is there stays; deploy again to go on.",
                retryable=True,
            )
        for step in self.failed:
            if step.failure is not None:
                return _named(step.failure, label_of(step.type, step.name, step.resource_id))
        if self.state.failure is not None:
            return self.state.failure.as_error()
        return CloudError(
            "The deployment failed, and Azure did not say why.", remedy="Look at it in the portal, or try again."
        )


async def deployed(work: Work, name: str, composed: ComposedTemplate) -> Ended:
    """Hand a deployment in and follow it to its end.

    Raises:
        TiepointError: It was not accepted, or cannot be followed. How it ended is in the answer.
    """
    work.board.set(deployment=name)
    await work.keep_record(deployment=name)
    await _begin(work, name, composed)
    waiting = asyncio.ensure_future(_expect(work, name, composed))
    try:
        return await followed(work, name)
    finally:
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)


async def followed(work: Work, name: str) -> Ended:
    """Follow a deployment to its end, whoever began it."""
    deployments = work.azure.deployments
    work.board.set(deployment=name)
    while True:
        state = await work.ask(lambda: deployments.state(work.group, name))
        steps = await work.ask(lambda: deployments.steps(work.group, name))
        show(work, steps)
        if state.is_over:
            return Ended(state, steps)
        await work.tick()


def show(work: Work, steps: Sequence[DeploymentStep]) -> None:
    """Tell the steps of a deployment as lines."""
    for step in steps:
        known = work.board.line(step.resource_id)
        state = _STATES.get(step.state, LineState.WORKING)
        began = None if known is None else known.began
        if began is None and step.time is not None:
            began = step.time - timedelta(seconds=step.took_s or 0.0)
        began = began or work.tools.now()
        took_s = step.took_s if step.took_s is not None else (known.took_s if known else None)
        if state in (LineState.DONE, LineState.SKIPPED) and known is not None and known.state is LineState.DONE:
            took_s = known.took_s  # it was there already: what it took the first time says more
        work.board.put(
            ResourceLine(
                id=step.resource_id,
                part=part_of(step.type, step.name),
                name=label_of(step.type, step.name, step.resource_id),
                doing="create",
                state=state,
                began=began,
                took_s=took_s,
                failure=step.failure,
                type=step.type,
            )
        )


async def _begin(work: Work, name: str, composed: ComposedTemplate) -> None:
    deployments, last = work.azure.deployments, None
    for _ in range(_MOST_CONFLICTS):
        try:
            await work.ask(lambda: deployments.begin(work.group, name, composed.template, composed.parameters))
        except Conflict as error:
            # One of that name runs when the answer to our own request was lost on its way: follow it.
            if await _runs(work, name):
                return
            last = error
            await work.tick()
        else:
            return
    raise last or CloudError("Azure did not take the deployment.", retryable=True)


async def _runs(work: Work, name: str) -> bool:
    try:
        state = await work.ask(lambda: work.azure.deployments.state(work.group, name))
    except NotThere:
        return False
    return not state.is_over


async def _expect(work: Work, name: str, composed: ComposedTemplate) -> None:
    """Tell what is still to come, as the what-if knows it; without an answer the lines come one by one."""
    try:
        changes = await work.azure.deployments.what_if(work.group, name, composed.template, composed.parameters)
    except TiepointError:
        return
    for change in changes:
        # What can only be named once something else is there comes with its own step.
        if change.kind not in (ChangeKind.IGNORE, ChangeKind.DELETE) and "[" not in change.id:
            work.board.expect(
                change.id,
                part_of(change.type, change.name),
                label_of(change.type, change.name, change.id),
                "create",
                type_name=change.type,
            )


def _lacks_capacity(step: DeploymentStep) -> bool:
    return step.failure is not None and step.failure.kind == "capacity"


def _named(failure: Failure, name: str) -> TiepointError:
    error = failure.as_error()
    summary = failure.summary if name.lower() in failure.summary.lower() else f"{name}: {failure.summary}"
    return type(error)(summary, remedy=failure.remedy, retryable=True, detail=failure.detail)


def names_of(steps: Iterable[DeploymentStep]) -> tuple[str, ...]:
    """Return the names of machines among steps, in order."""
    return tuple(sorted(step.name for step in steps))
