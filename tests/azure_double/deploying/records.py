"""What is remembered of deployments, and how that is shown."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from azure_double.clock import Timeline
from azure_double.ids import ResourceId

OVER = ("Succeeded", "Failed", "Canceled")


def iso_duration(seconds: float) -> str:
    """As Azure writes it, in Azure's seconds."""
    minutes, rest = divmod(max(0.0, seconds), 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"PT{f'{hours}H' if hours else ''}{f'{minutes}M' if minutes else ''}{rest:.7f}S"


@dataclass
class Step:
    """One operation of a deployment.

    Args:
        target: What it makes; None for working out the outputs.
        began_at: Azure's seconds.
        time: Stamp of the last change.
        state: Provisioning state.
        status_code: HTTP's word.
        error: Why it failed.
        took_s: Azure's seconds.
        key: Its id.
        tracking: For support.
    """

    target: ResourceId | None
    began_at: float
    time: str
    state: str = "Running"
    status_code: str = ""
    error: dict[str, Any] | None = None
    took_s: float | None = None
    key: str = field(default_factory=lambda: uuid.uuid4().hex[:16].upper())
    tracking: str = field(default_factory=lambda: str(uuid.uuid4()))

    def shown(self, deployment: Deployment, timeline: Timeline) -> dict[str, Any]:
        """As Azure answers."""
        properties: dict[str, Any] = {
            "provisioningOperation": "Create" if self.target else "EvaluateDeploymentOutput",
            "provisioningState": self.state,
            "timestamp": self.time,
            "duration": iso_duration(timeline.now - self.began_at if self.took_s is None else self.took_s),
            "trackingId": self.tracking,
        }
        if self.status_code:
            properties["statusCode"] = self.status_code
        if self.error:
            properties["statusMessage"] = {"status": "Failed", "error": self.error}
        if self.target:
            properties["targetResource"] = {
                "id": self.target.text,
                "resourceType": self.target.type,
                "resourceName": "/".join(self.target.names),
            }
        return {"id": f"{deployment.id.text}/operations/{self.key}", "operationId": self.key, "properties": properties}


@dataclass
class Deployment:
    """A deployment, nested ones too.

    Args:
        id: Its id.
        oid: Who deploys.
        properties: As they were put: mode, template, parameters.
        location: Of a subscription's deployment.
        parent: What it is nested in.
        state: Provisioning state.
        error: Why it failed.
        outputs: As templates have them.
        steps: Its operations, in the order in which they began.
        began_at: Azure's seconds.
        time: Stamp of the last change.
        took_s: Azure's seconds.
        values: Parameters as worked out, secure ones left out.
        tags: Its tags.
    """

    id: ResourceId
    oid: str
    properties: dict[str, Any]
    location: str = ""
    parent: Deployment | None = None
    state: str = "Accepted"
    error: dict[str, Any] | None = None
    outputs: dict[str, Any] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    began_at: float = 0.0
    time: str = ""
    took_s: float | None = None
    values: dict[str, Any] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    correlation: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.state in OVER

    def shown(self, timeline: Timeline) -> dict[str, Any]:
        """As Azure answers."""
        properties: dict[str, Any] = {
            "templateHash": "1",
            "mode": self.properties.get("mode", "Incremental"),
            "provisioningState": self.state,
            "timestamp": self.time,
            "duration": iso_duration(timeline.now - self.began_at if self.took_s is None else self.took_s),
            "correlationId": self.correlation,
            "parameters": self.values,
            "providers": [],
            "dependencies": [],
        }
        if self.state == "Succeeded":
            properties["outputs"] = self.outputs
            properties["outputResources"] = [
                {"id": step.target.text} for step in self.steps if step.target and step.state == "Succeeded"
            ]
        if self.error:
            properties["error"] = self.error
        found: dict[str, Any] = {
            "id": self.id.text,
            "name": self.id.name,
            "type": "Microsoft.Resources/deployments",
            "properties": properties,
        }
        if self.location:
            found["location"] = self.location
        if self.tags:
            found["tags"] = self.tags
        return found
