"""Whether the sizes of the plan's machines are offered to this subscription in its region: no matter of quota."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from tiepoint.domain.node_sizes import is_retired, lacks_cuda, node_size, size_label
from tiepoint.domain.planned_machines import planned_machines
from tiepoint.domain.preflight import Check, CheckKind, CheckState, Fix, Remedy
from tiepoint.services.preflight_checks.phrases import listed
from tiepoint.services.preflight_checks.question import Question


async def check(question: Question) -> Check:
    """Look at the sizes."""
    plan, labels = question.plan, await question.region_labels()
    if plan.region not in labels:
        return _no_region(plan.region, labels)
    offers = await question.sizes()
    wanted = tuple(dict.fromkeys(machine.size for machine in planned_machines(plan)))
    where = labels[plan.region]
    closed = [size for size in wanted if size.lower() not in offers or offers[size.lower()].is_restricted]
    if closed:
        return _closed(closed, where, is_there=closed[0].lower() in offers)
    nodes = offers[plan.nodes.size.lower()]
    if plan.nodes.spot and not (nodes.has_spot and question.cloud.has_spot):
        name = size_label(plan.nodes.size)
        detail = "Turn Spot off, or choose another size or region."
        return Check(CheckKind.SIZES, CheckState.BLOCKED, f"{name} is not offered as Spot in {where}", detail)
    if lacks_cuda(plan.nodes.size):
        title = f"{size_label(plan.nodes.size)} has a graphics card without CUDA"
        detail = "Engines that use the graphics card will work on the processor only, which takes many times longer."
        return Check(CheckKind.SIZES, CheckState.WARNING, title, detail)
    zones = f", zones {' '.join(nodes.zones)}" if nodes.zones else ""
    detail = f"{listed([size_label(size) for size in wanted])}{zones}"
    return Check(CheckKind.SIZES, CheckState.OK, "Sizes offered and unrestricted", detail)


def _no_region(name: str, labels: Mapping[str, str]) -> Check:
    words = {word.lower(): region for region, label in labels.items() for word in (region, label)}
    near = difflib.get_close_matches(name.lower(), words, 1, 0.6)
    fixes = tuple(Fix(Remedy.USE_REGION, f"Use {labels[words[each]]}", words[each]) for each in near)
    detail = "Your subscription has no region of this name. Give Azure's short name, such as eastus."
    return Check(CheckKind.SIZES, CheckState.BLOCKED, f"There is no region {name}", detail, fixes)


def _closed(closed: list[str], where: str, *, is_there: bool) -> Check:
    name, fixes = size_label(closed[0]), tuple[Fix, ...]()
    known = node_size(closed[0])
    if is_retired(closed[0]):
        detail = "Azure has taken this size out of service everywhere."
        if known and known.retired:
            fixes = (Fix(Remedy.USE_SIZE, f"Use {size_label(known.retired)}", known.retired),)
            detail += f" {size_label(known.retired)} takes its place."
    elif is_there:
        detail = (
            "Azure keeps this size from your subscription in this region. More quota does not change that: choose "
            "another size or region, or ask Azure's support to open it."
        )
    else:
        detail = "Azure does not have this size in this region. Choose another size or region."
    others = f", nor {listed([size_label(size) for size in closed[1:]])}" if closed[1:] else ""
    title = f"{name} is not offered to you in {where}{others}"
    return Check(CheckKind.SIZES, CheckState.BLOCKED, title, detail, fixes)
