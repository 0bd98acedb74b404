"""Whether the resource providers of everything in the plan are registered for the subscription."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tiepoint.domain.preflight import Check, CheckKind, CheckState, Fix, Remedy
from tiepoint.services.preflight_checks.phrases import counted, listed
from tiepoint.services.preflight_checks.question import Question

_ALWAYS_THERE: Final = ("microsoft.resources", "microsoft.authorization")


async def check(question: Question) -> Check:
    """Look at the registrations."""
    needed = providers_of((await question.composed()).template)
    lacking = await question.azure.facts.unregistered(needed)
    names = [name.removeprefix("Microsoft.") for name in needed]
    if not lacking:
        return Check(CheckKind.PROVIDERS, CheckState.OK, "Providers registered", listed(names, len(names)))
    one = len(lacking) == 1
    return Check(
        CheckKind.PROVIDERS,
        CheckState.BLOCKED,
        f"{counted(len(lacking), 'resource provider')} {'is' if one else 'are'} not registered",
        f"{listed(lacking)} must be registered once for the subscription. It costs nothing and takes a few minutes.",
        (Fix(Remedy.REGISTER_PROVIDERS, "Register", " ".join(lacking)),),
        missing=tuple(lacking),
    )


def providers_of(template: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the namespaces of all resources of a template, those of nested deployments too."""
    found = {kind.split("/", 1)[0] for kind in _types(template)}
    return tuple(sorted(name for name in found if name.lower() not in _ALWAYS_THERE))


def _types(template: Mapping[str, Any]) -> Iterator[str]:
    for resource in template.get("resources") or ():
        kind = str(resource.get("type", ""))
        if "/" in kind:
            yield kind
        properties = resource.get("properties")
        nested = properties.get("template") if isinstance(properties, Mapping) else None
        yield from _types(nested) if isinstance(nested, Mapping) else ()
        yield from _types(resource)
