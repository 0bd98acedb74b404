"""The lint of the official schemas, where they lie beside the checkout; a resource seen before is not checked again."""

import functools
import importlib.util
import io
import json
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

# Where a nested deployment goes is for ARM itself to say (its documentation: "Deploy to multiple resource groups"), and
# the schema of deployments does not know it. Only an existing vault in another group needs it.
KNOWN = (
    "Microsoft.Resources/deployments",
    ("/subscriptionId: unknown property", "/resourceGroup: unknown property"),
)
SCHEMAS = Path(__file__).resolve().parents[3] / "shared" / "arm-schemas"


@functools.cache
def lint() -> ModuleType:
    """Return the lint as a module."""
    found = importlib.util.spec_from_file_location("arm_lint", SCHEMAS / "lint.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    # It leaves the files that it reads open, which here would be a warning and so a failure.
    vars(module)["open"] = lambda path: io.StringIO(Path(path).read_text(encoding="utf-8"))
    found.loader.exec_module(module)
    return module


def problems(template: Mapping[str, Any]) -> list[str]:
    """Return what the schemas object to in a template; what is nested in it is to be passed on its own."""
    return [
        f"{resource['type']} {resource['name']} {text}"
        for resource in template["resources"]
        for text in _check(json.dumps(_bare(resource)))
        if not is_known(f"{resource['type']} {text}")
    ]


def is_known(line: str) -> bool:
    """Whether an objection is the schema's own gap."""
    return line.startswith(KNOWN[0]) and line.endswith(KNOWN[1])


def _bare(resource: Mapping[str, Any]) -> Mapping[str, Any]:
    properties = resource.get("properties", {})
    return {**resource, "properties": {**properties, "template": {}}} if "template" in properties else resource


@functools.cache
def _check(text: str) -> tuple[str, ...]:
    return tuple(lint().check(json.loads(text)))
