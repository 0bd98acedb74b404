"""The official schemas beside the checkout, when they are there: does a resource fit?"""

from __future__ import annotations

import functools
import importlib.util
import json
import re
import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "arm-schemas"
_ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+|[0-9a-f]{8}-[0-9a-f-]{27}")
_MADE_BY_AZURE = ("id", "etag", "systemData", "resourceGroup", "managedBy")


@functools.cache
def lint() -> ModuleType | None:
    """Return the lint beside the schemas; None = they are not there."""
    path = FOLDER / "lint.py"
    if not path.is_file():
        return None
    spec = importlib.util.spec_from_file_location("arm_schemas_lint", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # it leaves a file to the garbage collector
        spec.loader.exec_module(module)
    module.__dict__["load"] = _load
    module.__dict__["REG"] = _registry()
    return module


def _registry() -> Any:
    """The lint's registry, without its walk through all of a file (megabytes) at every look into one.

    These files have no ids below their root: pointers find everything.
    """
    from referencing import Registry, Resource, Specification
    from referencing.jsonschema import DRAFT4

    plain: Any = Specification(
        name="draft-04 by pointers",
        id_of=DRAFT4.id_of,
        subresources_of=lambda contents: (),
        anchors_in=lambda specification, contents: (),
        maybe_in_subresource=lambda segments, resolver, subresource: resolver,
    )
    begins = re.compile(r"^https?://schema\.management\.azure\.com/")
    return Registry(retrieve=lambda uri: Resource(_load(begins.sub("", uri).rstrip("#")) or {}, plain))


@functools.cache
def _load(name: str) -> Any:
    path = FOLDER / name
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def problems(resource: dict[str, Any]) -> tuple[str, ...]:
    """Return what is wrong with a resource in a template's form; () = nothing, or no schema is known.

    Args:
        resource: With type, apiVersion, name and the rest; expressions evaluated.
    """
    plain = {key: value for key, value in resource.items() if key not in _MADE_BY_AZURE}
    text = json.dumps(plain, sort_keys=True).replace(str(resource["name"]).rsplit("/", 1)[-1], "#name#")
    return _problems(_ADDRESS.sub("#", text), json.dumps(plain))


@functools.lru_cache(2)
def _known() -> dict[str, list[str]]:
    module = lint()
    return {kind.lower(): sorted(versions) for kind, versions in module.IDX.items()} if module else {}


_found: dict[str, tuple[str, ...]] = {}


def _problems(key: str, text: str) -> tuple[str, ...]:
    if key not in _found:
        _found[key] = _checked(json.loads(text))
    return _found[key]


def _checked(resource: dict[str, Any]) -> tuple[str, ...]:
    module, versions = lint(), _known().get(str(resource["type"]).lower())
    if not module or not versions:
        return ()
    if resource.get("apiVersion") not in versions:
        resource = {**resource, "apiVersion": versions[-1]}
    found = module.check(resource)
    if "/" in str(resource["name"]) and any(each.startswith("/name:") for each in found):
        # Some schemas mean a child's whole name by their pattern, others its own alone.
        found = module.check({**resource, "name": resource["name"].rsplit("/", 1)[1]})
    stale = "vmSize"  # the published list of sizes is old, as the lint says of itself
    return tuple(each for each in found if stale not in each)
