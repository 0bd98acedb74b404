"""A deployment on its way: what is free begins, what is ready frees others, until nothing is left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from azure_double.arm import putting
from azure_double.deploying.preparing import Prepared, nested, nested_body, outputs, prepare
from azure_double.deploying.records import Deployment, Step
from azure_double.exchange import AzureError
from azure_double.template.planning import Planned
from azure_double.world import World

Done = Callable[[dict[str, Any] | None], None]
_FAILED = (
    "At least one resource deployment operation failed. Please list deployment operations for details. Please see "
    "https://aka.ms/arm-deployment-operations for usage details."
)
_CODES = {"Succeeded": "OK", "Failed": "Conflict", "Canceled": "Canceled"}


class Run:
    """One deployment on its way.

    Args:
        world: The state.
        deployment: Which; it has been checked.
        needs: What waits for what, by key, as it was found out before; references count.
        outer: The scope around it where that is its own.
        done: Is told why it failed, or None.
    """

    def __init__(
        self,
        world: World,
        deployment: Deployment,
        planned: Prepared,
        *,
        outer: Any = None,
        done: Done = lambda error: None,
    ) -> None:
        self._world, self.deployment, self._planned, self._outer, self._done = world, deployment, planned, outer, done
        self._waiting: list[Planned] = []
        self._ready: set[str] = set()
        self._steps: dict[str, Step] = {}
        self._running = 0
        self._prepared: Prepared | None = None

    def start(self) -> None:
        """Begin."""
        if self.deployment.is_over:
            return
        self._change("Running")
        needs = {each.id.key: each.needs for each in self._planned.resources}
        try:
            self._prepared = prepare(self._world, self.deployment, is_running=True, outer=self._outer)
        except AzureError as error:
            self._end(error.error())
            return
        for each in self._prepared.resources:
            each.needs |= needs.get(each.id.key, set())
        self._waiting = [each for each in self._prepared.resources if each.is_wanted]
        self._advance()

    def _advance(self) -> None:
        if self.deployment.is_over:
            return
        free = [each for each in self._waiting if each.needs <= self._ready]
        self._waiting = [each for each in self._waiting if each not in free]
        for each in free:
            self._begin(each)
        if not self._running and not self.deployment.is_over:
            self._finish()

    def _begin(self, each: Planned) -> None:
        step = Step(each.id, self._world.timeline.now, self._world.timeline.stamp())
        self.deployment.steps.append(step)
        self._steps[each.id.key] = step
        self._running += 1
        try:
            if each.is_deployment:
                self._begin_nested(each, step)
            else:
                body = each.body()
                putting.check_put(self._world, self.deployment.oid, each.id, body, each.api_version)
                if each.id.group:
                    self._world.group_of(each.id)
                putting.put(
                    self._world, self.deployment.oid, each.id, body, lambda error: self._ended(each, step, error)
                )
        except AzureError as error:
            why = error.error()
            self._world.timeline.after(1, lambda: self._ended(each, step, why))

    def _begin_nested(self, each: Planned, step: Step) -> None:
        child, is_inner = nested(self._world, self.deployment, each, nested_body(each))
        outer = None if is_inner else each.scope
        old = self._world.deployments.get(each.id.key)
        if old and not old.is_over:
            raise active(old)
        planned = prepare(self._world, child, is_running=False, outer=outer)
        self._world.deployments[each.id.key] = child
        run = Run(self._world, child, planned, outer=outer, done=lambda error: self._ended(each, step, error))
        self._world.timeline.after(self._world.takes("deployment/start", child.id.name), run.start)

    def _ended(self, each: Planned, step: Step, error: dict[str, Any] | None) -> None:
        self._running -= 1
        if step.state == "Canceled":
            return
        step.state = "Failed" if error else "Succeeded"
        step.status_code, step.error = _CODES[step.state], error
        step.time, step.took_s = self._world.timeline.stamp(), self._world.timeline.now - step.began_at
        if not error:
            self._ready.add(each.id.key)
        self._advance()

    def _finish(self) -> None:
        failed = [step for step in self.deployment.steps if step.error]
        if failed:
            self._end(
                {
                    "code": "DeploymentFailed",
                    "target": self.deployment.id.text,
                    "message": _FAILED,
                    "details": [
                        {**step.error, "target": step.target.text} for step in failed if step.target and step.error
                    ],
                }
            )
            return
        assert self._prepared is not None
        try:
            self.deployment.outputs = outputs(self._prepared)
        except AzureError as error:
            self._end(error.error())
            return
        if self._prepared.outputs:
            now = self._world.timeline
            step = Step(None, now.now, now.stamp(), "Succeeded", "OK", took_s=0.1)
            self.deployment.steps.append(step)
        self._end(None)

    def _end(self, error: dict[str, Any] | None) -> None:
        self.deployment.error = error
        self._change("Failed" if error else "Succeeded")
        self._done(error)

    def _change(self, state: str) -> None:
        self.deployment.state, self.deployment.time = state, self._world.timeline.stamp()
        if self.deployment.is_over:
            self.deployment.took_s = self._world.timeline.now - self.deployment.began_at


def active(old: Deployment) -> AzureError:
    """The refusal of a second deployment of the same name."""
    return AzureError(
        409, "DeploymentActive",
        f"The deployment with resource id '{old.id.text}' cannot be saved, because this would overwrite an existing "
        "deployment which is still active. Please see https://aka.ms/arm-deploy for usage details.",
    )  # fmt: skip


def cancel(world: World, deployment: Deployment) -> None:
    """Begin nothing more of a deployment, nor of those in it; what runs goes on but is not waited for."""
    for each in world.deployments.values():
        if each.parent is deployment and not each.is_over:
            cancel(world, each)
    for step in deployment.steps:
        if step.state == "Running":
            step.state, step.status_code, step.time = "Canceled", "Canceled", world.timeline.stamp()
            step.took_s = world.timeline.now - step.began_at
    deployment.state, deployment.time = "Canceled", world.timeline.stamp()
    deployment.took_s = world.timeline.now - deployment.began_at
    deployment.error = {"code": "DeploymentCanceled", "message": "The deployment was canceled."}
