"""What a run came to: for people a few lines, for programs the facts, and the exit code both agree on.

Must not read files. Pure; any thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tiepoint.console.text import duration_text, length_text, plain
from tiepoint.domain.errors import PartialResult, TiepointError
from tiepoint.domain.failure import Failure
from tiepoint.domain.job import Job
from tiepoint.domain.product import MODEL, PREVIEW, REPORT, Outcome

EXIT_OK: Final = 0
EXIT_FAILED: Final = 1
EXIT_USAGE: Final = 2
EXIT_INPUT: Final = 3
EXIT_PARTIAL: Final = PartialResult.exit_code
EXIT_CANCELED: Final = 130
_MOST_EXCLUDED: Final = 10


def exit_code(outcome: Outcome) -> int:
    """The exit code of a run that ended by itself."""
    return EXIT_PARTIAL if outcome.is_partial else EXIT_OK


def outcome_warnings(outcome: Outcome) -> list[tuple[Failure, dict[str, Any]]]:
    """What the report warns of, each with its further facts, such as the photos it is about."""
    warnings, excluded = _listed(outcome, "warnings"), _listed(outcome, "excluded")
    if 0 < len(excluded) <= _MOST_EXCLUDED:
        # One by one each has its own reason and remedy; the warning about all of them then says nothing more.
        warnings = [each for each in warnings if each.get("kind") != "excluded"]
    else:
        excluded = []
    found = [*(_exclusion(each) for each in excluded), *(_warning(each) for each in warnings)]
    if outcome.missing:
        names = ", ".join(outcome.missing)
        found.append((Failure("missing", f"These products were not made: {names}.", "See the report."), {}))
    return found


def outcome_facts(job: Job, outcome: Outcome) -> dict[str, Any]:
    """The result line: the content of `result.json`, and on top of it where everything is."""
    return {
        **outcome.result,
        "state": "partial" if outcome.is_partial else "completed",
        "exit_code": exit_code(outcome),
        "job": job.id,
        "name": job.name,
        "capture_folder": job.capture,
        "output": str(outcome.output),
        "products": {name: str(path) for name, path in outcome.products.items()},
        "missing": list(outcome.missing),
        "photos_total": outcome.photos_total,
        "photos_aligned": outcome.photos_aligned,
        "error": None,
    }


def failure_facts(job: Job | None, error: TiepointError) -> dict[str, Any]:
    """The result line of a run that failed or was stopped."""
    return {
        "state": "canceled" if error.exit_code == EXIT_CANCELED else "failed",
        "exit_code": error.exit_code,
        "job": job.id if job else None,
        "output": job.output if job else None,
        "error": error.to_dict(),
    }


def outcome_text(job: Job, outcome: Outcome) -> str:
    """The last lines people see: how good it is and where it is."""
    took = ["in " + duration_text((job.finished - job.started).total_seconds())] if job.started and job.finished else []
    lines = [", ".join([*_quality(outcome), *took]) + "."]
    for title, name in (("Model", MODEL), ("Preview", PREVIEW), ("Report", REPORT)):
        if name in outcome.products:
            lines.append(f"{title:<8} {plain(str(outcome.products[name]))}")
    lines.append(f"{'All':<8} {plain(str(outcome.output))}")
    return "\n".join(lines)


def _quality(outcome: Outcome) -> list[str]:
    result = outcome.result
    parts = [f"{outcome.photos_aligned} of {outcome.photos_total} photos aligned"]
    if isinstance(result.get("faces"), int):
        parts.append(f"{result['faces']:,} faces".replace(",", " "))
    error = result.get("reprojection_error_px")
    if isinstance(error, Mapping) and isinstance(error.get("mean"), int | float):
        parts.append(f"error {error['mean']:.2f} px")
    if isinstance(result.get("gsd_m"), int | float):
        parts.append(f"{length_text(result['gsd_m'])} per pixel")
    return parts


def _listed(outcome: Outcome, name: str) -> list[Mapping[str, Any]]:
    listed = outcome.result.get(name)
    return [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []


def _exclusion(told: Mapping[str, Any]) -> tuple[Failure, dict[str, Any]]:
    path, (why, _) = str(told.get("path") or "A photo"), _warning(told)
    return Failure(why.kind, f"{path} was left out. {why.summary}", why.remedy), {"photos": [path]}


def _warning(told: Mapping[str, Any]) -> tuple[Failure, dict[str, Any]]:
    failure = Failure(str(told.get("kind") or "warning"), str(told.get("summary") or ""), str(told.get("remedy") or ""))
    return failure, {name: value for name, value in told.items() if name not in {"kind", "summary", "remedy"}}
