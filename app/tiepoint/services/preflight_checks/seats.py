"""Whether the studio has a Metashape seat for each node; a node without one idles and bills."""

from __future__ import annotations

from tiepoint.domain.cluster_plan import Engine
from tiepoint.domain.errors import TiepointError
from tiepoint.domain.preflight import Check, CheckKind, CheckState, Fix, Remedy
from tiepoint.services.preflight_checks.phrases import counted, money, number_word
from tiepoint.services.preflight_checks.question import Question


async def check(question: Question) -> Check:
    """Compare seats and nodes."""
    plan = question.plan
    seats, count = plan.metashape_seats, plan.nodes.count
    if plan.engine is not Engine.METASHAPE:
        return Check(CheckKind.SEATS, CheckState.NOT_NEEDED, "Metashape seats", "The open engine needs no licence.")
    if seats is None:
        detail = "The plan does not say how many floating seats there are."
        return Check(CheckKind.SEATS, CheckState.NOT_NEEDED, "Metashape seats", detail)
    if seats >= count:
        detail = f"{counted(seats, 'seat')} for {counted(count, 'node')}"
        return Check(CheckKind.SEATS, CheckState.OK, "Metashape seats", detail)
    short, price = count - seats, await _node_price(question)
    idle = "One node" if short == 1 else f"{number_word(short).capitalize()} nodes"
    bill = f"still bill {price}{'' if short == 1 else ' each'}" if price else "bill all the same"
    detail = f"{counted(seats, 'seat')} for {counted(count, 'node')}. {idle} would run idle and {bill}."
    title = f"{number_word(short).capitalize()} Metashape seat{'' if short == 1 else 's'} short"
    fixes = (Fix(Remedy.USE_NODE_COUNT, f"Use {counted(seats, 'node')}", str(seats)),) if seats else ()
    return Check(CheckKind.SEATS, CheckState.WARNING, title, detail, fixes)


async def _node_price(question: Question) -> str:
    nodes = question.plan.nodes
    try:
        found = await question.asking.prices.hourly(question.plan.region, nodes.size, is_spot=nodes.spot)
    except TiepointError:
        return ""
    return f"{money(found, 'USD')}/h" if found is not None else ""
